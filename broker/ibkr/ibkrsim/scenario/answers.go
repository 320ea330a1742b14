package scenario

import "encoding/json"

// Content types of answers.
const (
	typeJSON = "application/json; charset=utf-8"
	typeHTML = "text/html; charset=utf-8"
)

// StatusAnswer is what IBKR's servers, or the gateway in front of them, say
// with a status: an error object, a page, or nothing.
func StatusAnswer(status int) *Answer {
	a := &Answer{Status: status, Type: typeJSON}
	switch status {
	case 200:
		a.Body = `{}`
	case 400:
		a.Body = `{"error":"Bad Request: no bridge","statusCode":400}`
	case 403:
		a.Type, a.Body = typeHTML, page("Access Denied")
	case 404:
		a.Type, a.Body = typeHTML, page("Resource not found")
	case 429:
		a.Body = `{"error":"Too many requests"}`
	case 500:
		a.Body = `{"error":"unknown"}`
	case 502:
		a.Type, a.Body = typeHTML, page("502 Bad Gateway")
	case 503:
		a.Body = `{"error":"Service Unavailable","statusCode":503}`
	case 504:
		a.Type, a.Body = typeHTML, page("504 Gateway Time-out")
	}
	return a
}

func page(title string) string {
	return "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>"
}

// raw is the body as it is sent, and its content type.
func (a *Answer) raw() ([]byte, string) {
	body := []byte(a.Body)
	if a.Type != "" {
		return body, a.Type
	}
	if len(body) > 0 && !json.Valid(body) {
		quoted, err := json.Marshal(a.Body)
		if err != nil {
			quoted = []byte(`""`)
		}
		body = quoted
	}
	return body, typeJSON
}

// lists are the endpoints that answer rows, and how they say that there are
// none.
var lists = []list{
	{"GET /iserver/account/orders", `{"orders":[],"snapshot":false}`, `{"orders":[],"snapshot":true}`},
	{"GET /iserver/account/trades", `[]`, `[]`},
	{"GET /portfolio/{accountId}/positions/{pageId}", `[]`, `[]`},
	{"GET /portfolio/{accountId}/combo/positions", `[]`, `[]`},
	{"GET /portfolio2/{accountId}/positions", `[]`, `[]`},
	{"GET /iserver/marketdata/snapshot", `[]`, `[]`},
}

type list struct{ endpoint, unsure, sure string }

// emptyAnswer is the empty answer of an endpoint that has one.
func emptyAnswer(endpoint string, kind Empty) (*Answer, bool) {
	for _, l := range lists {
		switch {
		case l.endpoint != endpoint:
		case kind == EmptySure:
			return &Answer{Status: 200, Body: l.sure}, true
		default:
			return &Answer{Status: 200, Body: l.unsure}, true
		}
	}
	return nil, false
}
