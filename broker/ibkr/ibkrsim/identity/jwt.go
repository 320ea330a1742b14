package identity

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// leeway is how far a client's clock may be ahead or behind in a JWT.
const leeway = 30 * time.Second

// Reasons to refuse a JWT.
var (
	errJWT       = errors.New("identity: malformed JWT")
	errAlgorithm = errors.New("identity: the JWT's algorithm is not RS256")
	errKey       = errors.New("identity: the JWT is signed with an unknown key")
	errSignature = errors.New("identity: the JWT's signature is wrong")
	errIssuer    = errors.New("identity: the JWT's issuer or subject is wrong")
	errAudience  = errors.New("identity: the JWT is meant for somebody else")
	errTime      = errors.New("identity: the JWT is expired or not valid yet")
	errReplay    = errors.New("identity: the JWT has been used before")
)

// jwt is a compact JWS (RFC 7515) with JSON claims (RFC 7519), not verified.
type jwt struct {
	algorithm, keyID string
	claims           claims
	payload          []byte
	signed           string // what the signature is over
	signature        []byte
}

// claims are those that say who signed, for whom and when.
type claims struct {
	Issuer    string      `json:"iss"`
	Subject   string      `json:"sub"`
	Audience  audience    `json:"aud"`
	Expires   numericDate `json:"exp"`
	Issued    numericDate `json:"iat"`
	NotBefore numericDate `json:"nbf"`
	ID        string      `json:"jti"`
}

// audience is one text or a list of them.
type audience []string

// UnmarshalJSON takes both forms of RFC 7519, section 4.1.3.
func (a *audience) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*a = []string{""}
		return json.Unmarshal(text, &(*a)[0])
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// numericDate is seconds since 1970, a fraction cut off; zero is not given.
type numericDate int64

// UnmarshalJSON takes a number without an exponent.
func (d *numericDate) UnmarshalJSON(text []byte) error {
	whole, _, _ := bytes.Cut(text, []byte("."))
	n, err := strconv.ParseInt(string(whole), 10, 64)
	if err != nil || n < 0 || n > 1<<40 {
		return errJWT
	}
	*d = numericDate(n)
	return nil
}

func (d numericDate) time() time.Time { return time.Unix(int64(d), 0) }

// parseJWT takes a JWT apart.
func parseJWT(text string) (*jwt, error) {
	head, rest, ok1 := strings.Cut(text, ".")
	body, tail, ok2 := strings.Cut(rest, ".")
	if !ok1 || !ok2 || strings.ContainsAny(text, "\r\n") { // which the decoder would skip
		return nil, errJWT
	}
	var parts [3][]byte
	for i, part := range []string{head, body, tail} {
		var err error
		if parts[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return nil, errJWT
		}
	}
	var h struct {
		Algorithm string          `json:"alg"`
		KeyID     string          `json:"kid"`
		Critical  json.RawMessage `json:"crit"`
	}
	t := &jwt{payload: parts[1], signed: head + "." + body, signature: parts[2]}
	if json.Unmarshal(parts[0], &h) != nil || h.Critical != nil || json.Unmarshal(t.payload, &t.claims) != nil {
		return nil, errJWT
	}
	t.algorithm, t.keyID = h.Algorithm, h.KeyID
	return t, nil
}

// check verifies a JWT of a client. The algorithm is fixed: a token cannot
// choose how it is verified (RFC 8725, section 3.1).
func (t *jwt) check(c *Client, now time.Time) error {
	digest := sha256.Sum256([]byte(t.signed))
	from, until := now.Add(leeway), now.Add(-leeway)
	switch {
	case t.algorithm != "RS256":
		return errAlgorithm
	case t.keyID != c.KeyID:
		return errKey
	case rsa.VerifyPKCS1v15(c.Key, crypto.SHA256, digest[:], t.signature) != nil:
		return errSignature
	case t.claims.Issuer != c.ID:
		return errIssuer
	case t.claims.Expires == 0 || !until.Before(t.claims.Expires.time()):
		return errTime
	case t.claims.Issued == 0 || t.claims.Issued.time().After(from) || t.claims.NotBefore.time().After(from):
		return errTime
	}
	return nil
}

// once refuses the second JWT with the same "jti". One without it may be used
// until it expires, as RFC 7523 allows.
func (r *Registry) once(t *jwt, now time.Time) error {
	if t.claims.ID == "" {
		return nil
	}
	key := t.claims.Issuer + " " + t.claims.ID
	if _, used := r.jwtIDs.get(key, now); used {
		return errReplay
	}
	r.jwtIDs.put(key, true, t.claims.Expires.time().Add(leeway), now)
	return nil
}

// SignedBody verifies the JWT that is the body of a write to account
// management (security policy "Signed JWT"): signed by the client whose bearer
// token the caller has, within its time, and not used before. The payload is
// the claims as JSON: the request's fields beside iss, iat and exp. The reply
// refuses with 400 what is no JWT and with 401 what is not the client's.
func (r *Registry) SignedBody(c Caller, body []byte, now time.Time) (payload []byte, refused web.Reply, ok bool) {
	client := r.clients[c.Client]
	if c.Method != OAuth2 || client == nil {
		return nil, problem(401, tokenInvalid), false
	}
	t, err := parseJWT(string(bytes.TrimSpace(body)))
	if err != nil {
		return nil, wrongField("payload", "The request body is not a signed JWT"), false
	}
	if err := t.check(client, now); err != nil {
		return nil, problem(401, reason(err)), false
	}
	if err := r.once(t, now); err != nil {
		return nil, problem(401, reason(err)), false
	}
	return t.payload, web.Reply{}, true
}

// reason is an error as a problem's detail.
func reason(err error) string {
	text := strings.TrimPrefix(err.Error(), "identity: ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// mint makes a bearer token that looks as IBKR's do. It is found again by its
// text; nobody verifies it.
func (r *Registry) mint(body any) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + encode(web.Encode(body))
	mac := hmac.New(sha256.New, r.signing)
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}
