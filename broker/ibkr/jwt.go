package ibkr

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	jwtType   = "application/jwt"
	jwtValid  = time.Minute      // of a signed body; IBKR takes a restriction for no longer
	jwtBefore = 10 * time.Second // how much earlier it says it was made
	maxToken  = 64 << 10
)

// jwtKey signs JSON Web Tokens (RFC 7519) with RS256.
type jwtKey struct {
	key    *rsa.PrivateKey
	keyID  string // the header's kid, IBKR's name of the key
	issuer string // claim iss
}

// sign makes a token of the fields of an object, and of iss, iat and exp
// unless the fields have them.
func (k *jwtKey) sign(fields []byte, at time.Time, valid time.Duration) ([]byte, error) {
	claims, err := k.claims(fields, at, valid)
	if err != nil {
		return nil, err
	}
	header, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Typ string `json:"typ"`
		Kid string `json:"kid"`
	}{"RS256", "JWT", k.keyID})
	if err != nil {
		return nil, err
	}
	enc := base64.RawURLEncoding
	token := append(enc.AppendEncode(nil, header), '.')
	token = enc.AppendEncode(token, claims)
	sum := sha256.Sum256(token)
	signature, err := rsa.SignPKCS1v15(rand.Reader, k.key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return enc.AppendEncode(append(token, '.'), signature), nil
}

func (k *jwtKey) claims(fields []byte, at time.Time, valid time.Duration) ([]byte, error) {
	fields = bytes.TrimSpace(fields)
	if len(fields) == 0 {
		fields = []byte("{}")
	}
	var own map[string]json.RawMessage
	if err := json.Unmarshal(fields, &own); err != nil || own == nil {
		return nil, errors.New("ibkr: signed body: want a JSON object")
	}
	issuer, err := json.Marshal(k.issuer)
	if err != nil {
		return nil, err
	}
	out := []byte("{")
	for _, claim := range []struct{ name, value string }{
		{"iss", string(issuer)},
		{"iat", strconv.FormatInt(at.Add(-jwtBefore).Unix(), 10)},
		{"exp", strconv.FormatInt(at.Add(valid).Unix(), 10)},
	} {
		if _, given := own[claim.name]; !given {
			out = fmt.Appendf(out, "%q:%s,", claim.name, claim.value)
		}
	}
	rest := bytes.TrimSpace(fields[1:])
	if len(own) == 0 {
		out = bytes.TrimSuffix(out, []byte(","))
	}
	return append(out, rest...), nil
}

// jwtExpiry is the claim exp of a token that IBKR issued, when it is a JWT and
// has one. The signature is not checked: the token is of use to IBKR only.
func jwtExpiry(token string) (time.Time, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxToken {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}, false
	}
	var claims struct {
		Exp json.Number `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(claims.Exp.String(), 10, 64)
	if err != nil || seconds <= 0 || seconds > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

// SignedBody is the fields of a request as a JWT that the client's OAuth2
// signs, valid for a minute, and its content type. fields is anything that
// encodes to a JSON object; iss, iat and exp are added unless it has them. It
// fails when the client authenticates in another way. Call.Signed does the
// same at the moment of sending.
func (c *Client) SignedBody(fields any) (body []byte, contentType string, err error) {
	text, ok := fields.([]byte)
	if !ok {
		if text, err = json.Marshal(fields); err != nil {
			return nil, "", fmt.Errorf("ibkr: signed body: %w", err)
		}
	}
	body, err = c.signBody(text)
	return body, jwtType, err
}

func (c *Client) signBody(fields []byte) ([]byte, error) {
	signer, ok := c.auth.(bodySigner)
	if !ok {
		return nil, errors.New("ibkr: signed body: only OAuth 2.0 has a key for it (auth kind oauth2)")
	}
	return signer.signClaims(fields, c.clock.server(), jwtValid)
}
