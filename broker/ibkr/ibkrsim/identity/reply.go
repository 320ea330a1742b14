package identity

import (
	"fmt"
	"net/http"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
)

// Texts of OAuth 1.0a refusals. The first is what IBKR answers for a consumer
// that is unknown, not active yet, or comes with the wrong realm; what it
// writes for the others is not documented.
const (
	invalidConsumer  = "invalid consumer"
	invalidHeader    = "invalid authorization header"
	invalidMethod    = "invalid signature method"
	invalidTimestamp = "invalid timestamp"
	invalidSignature = "invalid signature"
	invalidNonce     = "nonce already used"
	invalidToken     = "invalid token"
	invalidVerifier  = "invalid verifier"
	expiredLive      = "live session token expired"
)

// refuse is the 401 of OAuth 1.0a: {"error":"id: 3931, error: invalid
// consumer","statusCode":401}. The id counts requests.
func (r *Registry) refuse(text string) web.Reply {
	r.requestID++
	return web.FailCode(http.StatusUnauthorized, fmt.Sprintf("id: %d, error: %s", 3930+r.requestID, text))
}

// problemBody is RFC 9457's, with IBKR's list of wrong fields.
type problemBody struct {
	Type      string          `json:"type"`
	Title     string          `json:"title"`
	Status    int             `json:"status"`
	Detail    string          `json:"detail,omitempty"`
	Arguments []wrongArgument `json:"invalidArguments,omitempty"`
}

type wrongArgument struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

// Details of problems, as IBKR's OpenAPI document words them.
const (
	tokenExpired = "Access token expired"
	tokenInvalid = "The access token request is invalid"
	tokenScope   = "The access token fails to have sufficient scope"
)

// problem is an application/problem+json answer of the type "/simple".
func problem(status int, detail string) web.Reply {
	return web.Reply{Status: status, ContentType: "application/problem+json",
		Body: problemBody{Type: "/simple", Title: http.StatusText(status), Status: status, Detail: detail}}
}

// wrongField is the 400 for a field of a request.
func wrongField(field, description string) web.Reply {
	return web.Reply{Status: 400, ContentType: "application/problem+json", Body: problemBody{
		Type: "/invalid-argument", Title: "Bad Request", Status: 400, Arguments: []wrongArgument{{field, description}}}}
}

// under says that a path is prefix or below it.
func under(path, prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }
