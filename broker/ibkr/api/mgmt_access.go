package api

import (
	"context"
	"net/http"
	"time"

	"gannet/broker/ibkr"
)

// Restrictions is the rules of pre-trade compliance. Its requests are signed.
type Restrictions struct{ m management }

// RestrictionsOf is the request to verify or apply a CSV of rules. The request
// id is the caller's, from 1, and the same in both.
func RestrictionsOf(username string, request int64, csv []byte) RestrictionRequest {
	return RestrictionRequest{UserName: TextOf(username), RequestID: IntOf(request), Payload: Base64Of(csv)}
}

var opRestrictionsVerify = registerSigned(Op{
	Group: "Restrictions", Name: "Verify", Method: http.MethodPost, Path: "/restrictions/verify", Urgency: ibkr.Write,
}, typeJSON)

// Verify checks rules without applying them. Rules that are wrong are an
// *ibkr.Error of KindRefused with IBKR's reason. Scope restrictions.write.
// POST /restrictions/verify.
func (r Restrictions) Verify(ctx context.Context, in RestrictionRequest) (RestrictionReceipt, error) {
	return r.send(ctx, opRestrictionsVerify, in)
}

var opRestrictionsApply = registerSigned(Op{
	Group: "Restrictions", Name: "Apply", Method: http.MethodPost, Path: "/restrictions", Urgency: ibkr.Write,
}, typeText)

// Apply puts rules into force that Verify has passed with the same request id.
// Scope restrictions.write. POST /restrictions.
func (r Restrictions) Apply(ctx context.Context, in RestrictionRequest) (RestrictionReceipt, error) {
	return r.send(ctx, opRestrictionsApply, in)
}

// send reads the refusals that come with status 200.
func (r Restrictions) send(ctx context.Context, op *signedOp, in RestrictionRequest) (RestrictionReceipt, error) {
	out, status, err := signed[RestrictionReceipt](ctx, r.m, op, in)
	if err == nil && !out.Success.True() {
		err = &ibkr.Error{
			Kind: ibkr.KindRefused, Status: status, Method: op.Method, Endpoint: op.Path, Text: out.Message.String(), Sent: true,
		}
	}
	return out, err
}

// SSO is sessions for end users of an advisor or introducing broker. Its
// requests are signed.
type SSO struct{ m management }

// sessionLife is how long the JWT of an sso-session is asked to live.
const sessionLife = 24 * time.Hour

var opSSOSession = &signedOp{
	Op: registerManaged(Op{
		Group: "SSO", Name: "Session", Method: http.MethodPost, Path: "/sso-sessions", Urgency: ibkr.Write,
	}),
	contentType: typeJWT, life: sessionLife,
}

// Session opens a session for a user, bound to the caller's IP address. Its
// AccessToken is the bearer of trading calls: a secret. Scope
// sso-sessions.write. POST /sso-sessions.
func (s SSO) Session(ctx context.Context, in SSOSessionRequest) (SSOSession, error) {
	out, _, err := signed[SSOSession](ctx, s.m, opSSOSession, in)
	return out, err
}

var opBrowserSession = registerSigned(Op{
	Group: "SSO", Name: "BrowserSession", Method: http.MethodPost, Path: "/sso-browser-sessions", Urgency: ibkr.Write,
}, typeJWT)

// BrowserSession makes the URL at which a user is logged in. Scope
// sso-browser-sessions.write. POST /sso-browser-sessions.
func (s SSO) BrowserSession(ctx context.Context, in BrowserSessionRequest) (BrowserSession, error) {
	out, _, err := signed[BrowserSession](ctx, s.m, opBrowserSession, in)
	return out, err
}

// Tokens is OAuth 2.0's token endpoint.
type Tokens struct{ c Caller }

// TokenRequest asks for a bearer token by a signed assertion (RFC 7523).
type TokenRequest struct {
	Assertion string // a JWT signed by the client's key
	Scope     string // separated by spaces, such as "sso-sessions.write accounts.read"
}

var opToken = register(Op{
	Group: "Tokens", Name: "Create", Method: http.MethodPost, Path: "/token", Service: ibkr.Token, Urgency: ibkr.Write,
})

// Create asks for a bearer token. The fields are sent in the snake case of RFC
// 6749, which the servers read; IBKR's document spells them in camel case. The
// token is a secret; ExpiresIn is in seconds. POST /oauth2/api/v1/token.
func (t Tokens) Create(ctx context.Context, in TokenRequest) (BearerToken, error) {
	form := given(
		"grant_type", "client_credentials", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
		"client_assertion", in.Assertion, "scope", in.Scope,
	)
	return do[BearerToken](ctx, t.c, opToken, args{raw: []byte(form.Encode()), contentType: "application/x-www-form-urlencoded"})
}
