package ibkr

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Problem is what account management says about a request that it refuses:
// problem details as RFC 9457 has them, with IBKR's own fields. It is the
// cause of an *Error, so errors.As finds both.
type Problem struct {
	Type             string // such as /invalid-argument or /simple
	Title            string
	Detail           string
	Instance         string
	InvalidArguments []InvalidArgument
	// InstructionSetID and InstructionResult are there when an instruction
	// was read and refused. The id may be negative.
	InstructionSetID  int64
	InstructionResult json.RawMessage
	Body              json.RawMessage // the whole answer
}

// InvalidArgument is a field of a request that was refused.
type InvalidArgument struct {
	Field       string
	Description string
}

// Error names the kind of problem; the words are in the *Error around it.
func (p *Problem) Error() string {
	return fmt.Sprintf("problem %s %q", limitText(p.Type, 100), limitText(p.Title, 100))
}

// text is what there is to tell a person.
func (p *Problem) text() string {
	says := make([]string, 0, 3)
	if about := strings.Trim(p.Title+": "+p.Detail, ": "); about != "" {
		says = append(says, about)
	}
	for _, a := range p.InvalidArguments {
		says = append(says, strings.Trim(a.Field+": "+a.Description, ": "))
	}
	var refused struct {
		Error struct{ ErrorCode, ErrorMessage FlexString }
	}
	if json.Unmarshal(p.InstructionResult, &refused) == nil && refused.Error.ErrorCode != "" {
		says = append(says, string(refused.Error.ErrorCode)+": "+string(refused.Error.ErrorMessage))
	}
	return strings.Join(says, "; ")
}

// readProblem reads problem details; nil when body holds none. A field of the
// wrong type is as one that is absent.
func readProblem(body []byte) *Problem {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return nil
	}
	p := &Problem{Body: body, InstructionResult: fields["instructionResult"]}
	for name, to := range map[string]*string{
		"type": &p.Type, "title": &p.Title, "detail": &p.Detail, "instance": &p.Instance,
	} {
		*to = textOf(fields[name])
	}
	var set FlexInt
	if raw := fields["instructionSetId"]; raw != nil && set.UnmarshalJSON(raw) == nil {
		p.InstructionSetID = int64(set)
	}
	var list []map[string]json.RawMessage
	if raw := fields["invalidArguments"]; raw != nil && json.Unmarshal(raw, &list) == nil {
		for _, a := range list {
			p.InvalidArguments = append(p.InvalidArguments, InvalidArgument{textOf(a["field"]), textOf(a["description"])})
		}
	}
	if p.Title == "" && p.Detail == "" && len(p.InvalidArguments) == 0 {
		p.Detail = failureText(fields)
	}
	return p
}

// textOf is a scalar's text, "" for anything else.
func textOf(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	text, err := scalarText(raw)
	if err != nil {
		return ""
	}
	return text
}

// failureText is the reason in an answer of the account endpoints: hasError,
// errorDescription, and an error that is text or holds the same again.
func failureText(fields map[string]json.RawMessage) string {
	if text := textOf(fields["errorDescription"]); text != "" {
		return text
	}
	raw := fields["error"]
	if text := quoted(raw); text != "" {
		return text
	}
	var inner map[string]json.RawMessage
	if len(raw) > 0 && json.Unmarshal(raw, &inner) == nil {
		return textOf(inner["errorDescription"])
	}
	return ""
}

// quoted is the text of a JSON string, "" for anything else.
func quoted(raw json.RawMessage) string {
	if len(raw) == 0 || raw[0] != '"' {
		return ""
	}
	return textOf(raw)
}

// failed says that an answer with a good status reports a failure.
func failed(body []byte) bool {
	var answer struct {
		HasError FlexBool
		Error    json.RawMessage
	}
	if json.Unmarshal(body, &answer) != nil {
		return false
	}
	var inner struct{ HasError FlexBool }
	return bool(answer.HasError) || quoted(answer.Error) != "" ||
		len(answer.Error) > 0 && json.Unmarshal(answer.Error, &inner) == nil && bool(inner.HasError)
}

// fileTypes are the answers of account management that are no JSON.
var fileTypes = []string{"application/pdf", "application/octet-stream", "application/gzip", "application/zip", "text/csv"}

// inspectManaged is inspect for account management.
func inspectManaged(r *request, status int, contentType string, body []byte) error {
	e := &Error{Status: status, Method: r.method, Endpoint: r.pattern, Sent: true}
	isJSON := strings.Contains(contentType, "json") && json.Valid(body)
	good := status >= 200 && status < 300
	switch {
	case good && (status == http.StatusNoContent || isFile(contentType)):
		return nil
	case good && isJSON && !failed(body):
		return nil
	case good && !isJSON:
		e.Kind, e.Text = KindMalformed, limitText(stripHTML(string(body)), 100)
		return e
	case good:
		e.Kind = KindRefused
	default:
		e.Kind = statusKind(r, status, "")
	}
	e.explain(contentType, body)
	return e
}

func isFile(contentType string) bool {
	for _, t := range fileTypes {
		if strings.HasPrefix(contentType, t) {
			return true
		}
	}
	return false
}

// explain puts the problem that body describes into e.
func (e *Error) explain(contentType string, body []byte) {
	var p *Problem
	if strings.Contains(contentType, "json") {
		p = readProblem(body)
	}
	if p == nil {
		e.Text = limitText(stripHTML(string(body)), maxErrorText)
		return
	}
	e.Text, e.Err = limitText(p.text(), maxErrorText), p
}
