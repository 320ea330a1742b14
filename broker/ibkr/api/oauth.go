package api

import (
	"context"
	"net/http"

	"gannet/broker/ibkr"
)

// OAuth is the operations of OAuth 1.0a that hand out tokens. All that they
// need is in the Authorization header, which the caller signs; an empty one
// leaves it to the Caller. They have no body.
type OAuth struct{ c Caller }

// RequestToken begins the consent of a third party's user.
type RequestToken struct {
	Token Text `json:"oauth_token,omitzero"`
	Extra
}

// AccessToken is the lasting token of a user, with a secret that is encrypted
// anew each time.
type AccessToken struct {
	Token  Text `json:"oauth_token,omitzero"`
	Secret Text `json:"oauth_token_secret,omitzero"` // base64
	Paper  Bool `json:"is_paper,omitzero"`           // the document calls it is_true
	IsTrue Bool `json:"is_true,omitzero"`
	Extra
}

// LiveSessionToken is IBKR's half of a live session token. The document calls
// Response by the name of the request's field, diffie_hellman_challenge.
type LiveSessionToken struct {
	Response   Text `json:"diffie_hellman_response,omitzero"` // hex, up to 512 digits
	Challenge  Text `json:"diffie_hellman_challenge,omitzero"`
	Signature  Text `json:"live_session_token_signature,omitzero"`  // hex of HMAC-SHA1 over the consumer key
	Expiration Num  `json:"live_session_token_expiration,omitzero"` // milliseconds since 1970
	Extra
}

func authorized(header string) args {
	if header == "" {
		return args{}
	}
	return args{header: http.Header{"Authorization": {header}}}
}

var opRequestToken = register(Op{Group: "OAuth", Name: "RequestToken", Method: http.MethodPost, Path: "/oauth/request_token", Urgency: ibkr.Write})

// RequestToken asks for a request token (third parties). POST /oauth/request_token.
func (o OAuth) RequestToken(ctx context.Context, authorization string) (RequestToken, error) {
	return do[RequestToken](ctx, o.c, opRequestToken, authorized(authorization))
}

var opAccessToken = register(Op{Group: "OAuth", Name: "AccessToken", Method: http.MethodPost, Path: "/oauth/access_token", Urgency: ibkr.Write})

// AccessToken trades a request token that the user has consented to (third
// parties). POST /oauth/access_token.
func (o OAuth) AccessToken(ctx context.Context, authorization string) (AccessToken, error) {
	return do[AccessToken](ctx, o.c, opAccessToken, authorized(authorization))
}

var opLiveSessionToken = register(Op{Group: "OAuth", Name: "LiveSessionToken", Method: http.MethodPost, Path: "/oauth/live_session_token", Urgency: ibkr.Write})

// LiveSessionToken agrees on the token that signs the requests of about a day.
// POST /oauth/live_session_token.
func (o OAuth) LiveSessionToken(ctx context.Context, authorization string) (LiveSessionToken, error) {
	return do[LiveSessionToken](ctx, o.c, opLiveSessionToken, authorized(authorization))
}
