package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// schema is what is read of a schema of an OpenAPI document.
type schema struct {
	Ref        string          `json:"$ref"`
	Type       string          `json:"type"`
	Format     string          `json:"format"`
	Enum       []any           `json:"enum"`
	Required   []string        `json:"required"`
	Properties properties      `json:"properties"`
	Items      *schema         `json:"items"`
	Values     json.RawMessage `json:"additionalProperties"`
	AllOf      []*schema       `json:"allOf"`
	OneOf      []*schema       `json:"oneOf"`
}

// property is a named schema.
type property struct {
	name   string
	schema *schema
}

// properties keep the order of the document.
type properties []property

// UnmarshalJSON reads an object in its order.
func (p *properties) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		s := new(schema)
		if err := d.Decode(s); err != nil {
			return err
		}
		*p = append(*p, property{fmt.Sprint(name), s})
	}
	return nil
}

// document is what is read of an OpenAPI document.
type document struct {
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

// target is the name of the schema that s refers to, "" when it refers to none.
func (s *schema) target() string {
	if s.Ref == "" && len(s.AllOf) == 1 && len(s.Properties) == 0 {
		return s.AllOf[0].target()
	}
	return strings.TrimPrefix(s.Ref, "#/components/schemas/")
}

// flat collects the properties of s and of all that it is made of. What is
// required by one of several choices is not required.
func (d *document) flat(s *schema, required map[string]bool) properties {
	if name := strings.TrimPrefix(s.Ref, "#/components/schemas/"); name != "" {
		s = d.Components.Schemas[name]
	}
	var all properties
	for _, part := range s.AllOf {
		all = all.join(d.flat(part, required))
	}
	all = all.join(s.Properties)
	for _, choice := range s.OneOf {
		all = all.join(d.flat(choice, map[string]bool{}))
	}
	for _, name := range s.Required {
		required[name] = true
	}
	return all
}

// join adds those of more that p lacks; one that says more wins.
func (p properties) join(more properties) properties {
next:
	for _, one := range more {
		for i := range p {
			if p[i].name == one.name {
				if p[i].schema.target() == "" && one.schema.target() != "" {
					p[i] = one
				}
				continue next
			}
		}
		p = append(p, one)
	}
	return p
}
