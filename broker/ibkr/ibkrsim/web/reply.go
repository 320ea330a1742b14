package web

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// Texts for a body that cannot be read, as the API words them.
const (
	BadBody = "Failed to parse body as JSON. Content Type: application/json"
	BadType = "orders request includes parameter with incorrect type"
)

// Reply is an answer: a JSON body, a raw one with its content type, HTML, or
// nothing.
type Reply struct {
	Status int
	Body   any    // JSON; wins over the others
	HTML   string // a page
	Raw    []byte // a body of the type ContentType

	ContentType string // of Raw, or of Body when it is not application/json
	Header      http.Header
}

// OK is a 200 with a JSON body.
func OK(body any) Reply { return Reply{Status: 200, Body: body} }

// JSON is a status with a JSON body.
func JSON(status int, body any) Reply { return Reply{Status: status, Body: body} }

// Refuse is the API's 200 that is a refusal.
func Refuse(text string) Reply { return OK(map[string]string{"error": text}) }

// Fail is a status with {"error": text}.
func Fail(status int, text string) Reply { return JSON(status, map[string]string{"error": text}) }

// FailCode is Fail for the endpoints that repeat the status in the body.
func FailCode(status int, text string) Reply {
	return JSON(status, map[string]any{"error": text, "statusCode": status})
}

// NotFound is the page for a path that the API does not have.
func NotFound() Reply {
	return Reply{Status: 404, HTML: "<html><body><h1>Resource not found</h1></body></html>"}
}

// Bytes are the body and its content type.
func (r Reply) Bytes() (contentType string, body []byte) {
	switch {
	case r.Body != nil:
		contentType, body = "application/json; charset=utf-8", Encode(r.Body)
	case r.HTML != "":
		contentType, body = "text/html; charset=utf-8", []byte(r.HTML)
	case r.Raw != nil:
		contentType, body = "text/plain; charset=utf-8", r.Raw
	}
	if r.ContentType != "" {
		contentType = r.ContentType
	}
	return contentType, body
}

// Write sends the reply.
func (r Reply) Write(w http.ResponseWriter) {
	for key, values := range r.Header {
		w.Header()[key] = values
	}
	kind, body := r.Bytes()
	if kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write(body)
}

// Encode is JSON without the escapes for HTML. It panics on what is not one
// of our own wire types.
func Encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Decode reads a request's JSON; the reply is for a client that got it wrong.
func Decode(body []byte, v any) (Reply, bool) {
	if !json.Valid(body) {
		return Fail(400, BadBody), false
	}
	if err := json.Unmarshal(body, v); err != nil {
		return Fail(400, BadType), false
	}
	return Reply{}, true
}
