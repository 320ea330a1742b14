package ibkr

import (
	"bytes"
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

// problemFields is what is read of problem details, and of the answers of the
// account endpoints, each field for itself: one of the wrong type is as one
// that is absent.
type problemFields struct {
	Type              json.RawMessage `json:"type"`
	Title             json.RawMessage `json:"title"`
	Detail            json.RawMessage `json:"detail"`
	Instance          json.RawMessage `json:"instance"`
	InvalidArguments  json.RawMessage `json:"invalidArguments"`
	InstructionSetID  json.RawMessage `json:"instructionSetId"`
	InstructionResult json.RawMessage `json:"instructionResult"`
	HasError          json.RawMessage `json:"hasError"`
	Error             json.RawMessage `json:"error"`
	ErrorDescription  json.RawMessage `json:"errorDescription"`
}

// readProblem reads problem details; nil when body is no object.
func readProblem(body []byte) *Problem {
	var f problemFields
	if json.Unmarshal(body, &f) != nil {
		return nil
	}
	p := &Problem{
		Type: textOf(f.Type), Title: textOf(f.Title), Detail: textOf(f.Detail), Instance: textOf(f.Instance),
		InvalidArguments: readArguments(f.InvalidArguments), InstructionResult: f.InstructionResult, Body: body,
	}
	var set FlexInt
	if len(f.InstructionSetID) > 0 && set.UnmarshalJSON(f.InstructionSetID) == nil {
		p.InstructionSetID = int64(set)
	}
	if p.Title == "" && p.Detail == "" && len(p.InvalidArguments) == 0 {
		p.Detail = f.reason()
	}
	return p
}

// maxArguments bounds the refused fields that are read.
const maxArguments = 100

func readArguments(raw json.RawMessage) (list []InvalidArgument) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil
	}
	for d.More() && len(list) < maxArguments {
		var a struct {
			Field       json.RawMessage `json:"field"`
			Description json.RawMessage `json:"description"`
		}
		if d.Decode(&a) != nil {
			break
		}
		list = append(list, InvalidArgument{textOf(a.Field), textOf(a.Description)})
	}
	return list
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

// reason is why an account endpoint failed. Its error is text, or holds the
// same again.
func (f *problemFields) reason() string {
	for _, raw := range []json.RawMessage{f.ErrorDescription, f.Error} {
		if text := quoted(raw); text != "" {
			return text
		}
	}
	var inner problemFields
	if len(f.Error) > 0 && json.Unmarshal(f.Error, &inner) == nil {
		return quoted(inner.ErrorDescription)
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
	var f, inner problemFields
	if json.Unmarshal(body, &f) != nil {
		return false
	}
	return f.hasError() || quoted(f.Error) != "" ||
		len(f.Error) > 0 && json.Unmarshal(f.Error, &inner) == nil && inner.hasError()
}

func (f *problemFields) hasError() bool {
	var yes FlexBool
	return len(f.HasError) > 0 && yes.UnmarshalJSON(f.HasError) == nil && bool(yes)
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
