package api_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// repair mends in memory what keeps the document from being used:
//   - path parameters that are written in another case than in the path
//     ({accountid}, {notificationID}), under another name ({enumerationType}),
//     and in no path (client-id of the banking operations);
//   - security schemes that are required and nowhere defined: requests are
//     signed by ibkr.Auth, which has tests of its own;
//   - what has properties and no type is an object; parameters without a type
//     are texts; array items without a schema are anything;
//   - request bodies are closed, see closeSchema, and what they require without
//     a description (reqId) is anything.
func repair(doc *openapi3.T) {
	for path, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			op.Parameters = slices.DeleteFunc(op.Parameters, func(p *openapi3.ParameterRef) bool {
				return p.Value.In == "header" && strings.EqualFold(p.Value.Name, "authorization") || // the login sets it
					p.Value.In == "path" && !strings.Contains(strings.ToLower(path), "{"+strings.ToLower(p.Value.Name)+"}")
			})
			for _, p := range op.Parameters {
				repairParameter(path, p)
			}
			addMissing(path, op)
			op.Security = nil
		}
	}
	seen := map[*openapi3.Schema]bool{}
	for _, s := range doc.Components.Schemas {
		repairSchema(s, seen)
	}
	closed := map[*openapi3.Schema]bool{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, media := range contents(op) {
				repairSchema(media.Schema, seen)
			}
			if op.RequestBody != nil && op.RequestBody.Value != nil {
				for _, media := range op.RequestBody.Value.Content {
					closeSchema(media.Schema, closed)
				}
			}
		}
	}
}

// closeSchema forbids what a request's schema does not name, which the document
// leaves open everywhere: a misspelt field would pass unseen. An algorithm's
// parameters (PLACEHOLDER) are open for good, and so is what is put together
// from several schemas.
func closeSchema(ref *openapi3.SchemaRef, closed map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || closed[ref.Value] {
		return
	}
	s := ref.Value
	closed[s] = true
	for _, p := range s.Properties {
		closeSchema(p, closed)
	}
	closeSchema(s.Items, closed)
	for _, list := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
		for _, one := range list {
			closeSchema(one, closed)
		}
	}
	for _, name := range s.Required {
		if s.Properties[name] == nil && len(s.Properties) > 0 {
			s.Properties[name] = openapi3.NewSchemaRef("", openapi3.NewSchema())
		}
	}
	open := s.Properties["PLACEHOLDER"] != nil || len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0
	if len(s.Properties) > 0 && !open && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		no := false
		s.AdditionalProperties.Has = &no
	}
}

func repairParameter(path string, p *openapi3.ParameterRef) {
	if at := strings.Index(strings.ToLower(path), "{"+strings.ToLower(p.Value.Name)+"}"); p.Value.In == "path" && at >= 0 {
		one := *p.Value
		one.Name = path[at+1 : at+1+len(one.Name)]
		p.Value = &one
	}
	if p.Value.Schema == nil {
		p.Value.Schema = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
	}
	if s := p.Value.Schema.Value; s.Type == nil && len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) == 0 {
		s.Type = &openapi3.Types{openapi3.TypeString}
	}
}

// addMissing describes the path parameters that only the path has.
func addMissing(path string, op *openapi3.Operation) {
	for _, part := range strings.Split(path, "/") {
		name, ok := strings.CutPrefix(part, "{")
		if name = strings.TrimSuffix(name, "}"); ok && op.Parameters.GetByInAndName("path", name) == nil {
			op.AddParameter(openapi3.NewPathParameter(name).WithSchema(openapi3.NewStringSchema()))
		}
	}
}

func repairSchema(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	if s.Type == nil && len(s.Properties) > 0 {
		s.Type = &openapi3.Types{openapi3.TypeObject}
	}
	if s.Type.Is("array") && s.Items == nil {
		s.Items = openapi3.NewSchemaRef("", openapi3.NewSchema())
	}
	repairSchema(s.Items, seen)
	repairSchema(s.AdditionalProperties.Schema, seen)
	for _, p := range s.Properties {
		repairSchema(p, seen)
	}
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, one := range list {
			repairSchema(one, seen)
		}
	}
}

// contents are the bodies of an operation, of the request and of good answers.
func contents(op *openapi3.Operation) []*openapi3.MediaType {
	var list []*openapi3.MediaType
	if op.RequestBody != nil && op.RequestBody.Value != nil {
		list = slices.AppendSeq(list, maps.Values(op.RequestBody.Value.Content))
	}
	for _, answer := range op.Responses.Map() {
		if answer.Value != nil {
			list = slices.AppendSeq(list, maps.Values(answer.Value.Content))
		}
	}
	return list
}
