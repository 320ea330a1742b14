package identity

import (
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// requestSpan is how long a user may take to consent.
const requestSpan = 10 * time.Minute

// requestToken is a third party's wish to act for a user.
type requestToken struct {
	consumer string
	callback string // "oob" or a URL
	user     string // who consented
	verifier string
}

// thirdParty reads a signed request of the consent flow.
func (v *Visit) thirdParty(q *web.Request) (header, *Consumer, web.Reply, bool) {
	r, now := v.registry, q.Now.Time()
	h, c, refused, ok := r.signedHeader(v.http, rsaMethod, now)
	switch {
	case !ok:
		return h, nil, refused, false
	case !c.ThirdParty:
		return h, nil, r.refuse(invalidConsumer), false
	case !r.checkRSA(v.http, q.Body, &h, c, ""):
		return h, nil, r.refuse(invalidSignature), false
	case !r.first(&h, now):
		return h, nil, r.refuse(invalidNonce), false
	}
	return h, c, web.Reply{}, true
}

// requestToken is POST /oauth/request_token.
func (v *Visit) requestToken(q *web.Request) web.Reply {
	h, c, refused, ok := v.thirdParty(q)
	if !ok {
		return refused
	}
	callback := h.get("oauth_callback")
	if callback != "oob" && !isURL(callback) {
		return web.FailCode(400, "Bad Request: oauth_callback")
	}
	token := v.registry.token(10)
	now := q.Now.Time()
	v.registry.requests.put(token, &requestToken{consumer: c.Key, callback: callback}, now.Add(requestSpan), now)
	return web.OK(map[string]string{"oauth_token": token})
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// Consent has a user agree to a request token without a browser. The verifier
// is what the third party exchanges the token with.
func (r *Registry) Consent(token, user string, now time.Time) (verifier string, err error) {
	wish, ok := r.requests.get(token, now)
	if !ok {
		return "", errNoRequest
	}
	if _, known := r.users[user]; !known {
		return "", errNoUser
	}
	if wish.verifier == "" {
		wish.user, wish.verifier = user, r.token(10)
	}
	if wish.user != user {
		return "", errNoRequest
	}
	return wish.verifier, nil
}

// accessToken is POST /oauth/access_token. A request token works once; the
// access token of a consumer and a user stays the same, its secret is
// encrypted anew each time.
func (v *Visit) accessToken(q *web.Request) web.Reply {
	r, now := v.registry, q.Now.Time()
	h, c, refused, ok := v.thirdParty(q)
	if !ok {
		return refused
	}
	token := h.get("oauth_token")
	wish, ok := r.requests.get(token, now)
	switch {
	case !ok || wish.consumer != c.Key:
		return r.refuse(invalidToken)
	case wish.verifier == "" || !same(wish.verifier, h.get("oauth_verifier")):
		return r.refuse(invalidVerifier)
	}
	r.requests.drop(token)
	g := r.granted(c.Key, wish.user)
	secret, err := encryptSecret(c.EncryptionKey, g.Secret)
	if err != nil {
		return web.Reply{Status: http.StatusServiceUnavailable, Body: map[string]any{"error": "Service Unavailable", "statusCode": 503}}
	}
	return web.OK(map[string]any{"is_paper": r.users[wish.user].Paper, "oauth_token": g.Token, "oauth_token_secret": secret})
}

// granted is the grant of a user to a consumer, made when there is none.
func (r *Registry) granted(consumer, user string) *grant {
	for _, g := range r.grants {
		if g.Consumer == consumer && g.User == user {
			return g
		}
	}
	g := &grant{Grant: Grant{Token: r.token(10), Secret: r.random(32), Consumer: consumer, User: user}}
	r.grants[g.Token] = g
	return g
}

// encryptSecret is an access token secret as IBKR hands it out: PKCS #1 v1.5,
// in base64.
func encryptSecret(key *rsa.PublicKey, secret []byte) (string, error) {
	text, err := rsa.EncryptPKCS1v15(nil, key, secret) //nolint:staticcheck // the protocol's padding, not a choice
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(text), nil
}
