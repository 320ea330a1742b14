package identity

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// Signature methods of OAuth 1.0a at IBKR.
const (
	rsaMethod  = "RSA-SHA256"
	hmacMethod = "HMAC-SHA256"
)

// signedHeader reads the OAuth header of a request and checks all of it but
// the signature and the nonce.
func (r *Registry) signedHeader(q *http.Request, method string, now time.Time) (header, *Consumer, web.Reply, bool) {
	h, err := parseHeader(q.Header.Get("Authorization"))
	if err != nil || len(q.Header.Values("Authorization")) != 1 {
		return h, nil, r.refuse(invalidHeader), false
	}
	c := r.consumers[h.get("oauth_consumer_key")]
	switch {
	case c == nil || h.realm != c.Realm || now.Before(c.ActiveFrom):
		return h, nil, r.refuse(invalidConsumer), false
	case h.get("oauth_signature_method") != method:
		return h, nil, r.refuse(invalidMethod), false
	case !r.onTime(h.get("oauth_timestamp"), now):
		return h, nil, r.refuse(invalidTimestamp), false
	}
	if nonce := h.get("oauth_nonce"); nonce == "" || len(nonce) > 128 {
		return h, nil, r.refuse(invalidHeader), false
	}
	return h, c, web.Reply{}, true
}

// onTime says that a timestamp in seconds is close enough to now.
func (r *Registry) onTime(text string, now time.Time) bool {
	seconds, err := strconv.ParseUint(text, 10, 40)
	return err == nil && now.Sub(time.Unix(int64(seconds), 0)).Abs() <= r.cfg.Skew
}

// first takes a nonce: false when the consumer has used it before. It is kept
// for as long as its timestamp would be accepted.
func (r *Registry) first(h *header, now time.Time) bool {
	key := h.get("oauth_consumer_key") + " " + h.get("oauth_token") + " " + h.get("oauth_nonce")
	if _, used := r.nonces.get(key, now); used {
		return false
	}
	r.nonces.put(key, true, now.Add(2*r.cfg.Skew+time.Second), now)
	return true
}

// checkRSA checks the consumer's signature on a request for a token; prepend
// goes in front of the base string.
func (r *Registry) checkRSA(q *http.Request, body []byte, h *header, c *Consumer, prepend string) bool {
	signature, err := base64.StdEncoding.DecodeString(h.signature)
	if err != nil {
		return false
	}
	for base := range r.baseStrings(q, body, h.signed) {
		digest := sha256.Sum256([]byte(prepend + base))
		if rsa.VerifyPKCS1v15(c.SignatureKey, crypto.SHA256, digest[:], signature) == nil {
			return true
		}
	}
	return false
}

// checkHMAC checks the signature of a protected request.
func (r *Registry) checkHMAC(q *http.Request, body []byte, h *header, key []byte) bool {
	signature, err := base64.StdEncoding.DecodeString(h.signature)
	if err != nil {
		return false
	}
	sum := make([]byte, 0, sha256.Size)
	mac := hmac.New(sha256.New, key)
	for base := range r.baseStrings(q, body, h.signed) {
		mac.Reset()
		mac.Write([]byte(base))
		if hmac.Equal(mac.Sum(sum[:0]), signature) {
			return true
		}
	}
	return false
}

// protected checks a request that is signed with a live session token.
func (r *Registry) protected(q *http.Request, body []byte, now time.Time) (Caller, web.Reply, bool) {
	h, c, refused, ok := r.signedHeader(q, hmacMethod, now)
	if !ok {
		return Caller{}, refused, false
	}
	g := r.grants[h.get("oauth_token")]
	switch {
	case g == nil || g.Consumer != c.Key || g.live.key == nil:
		return Caller{}, r.refuse(invalidToken), false
	case !now.Before(g.live.expires):
		return Caller{}, r.refuse(expiredLive), false
	case !r.checkHMAC(q, body, &h, g.live.key):
		return Caller{}, r.refuse(invalidSignature), false
	case !r.first(&h, now):
		return Caller{}, r.refuse(invalidNonce), false
	}
	return r.liveCaller(g), web.Reply{}, true
}

// liveCaller is who holds a live session token.
func (r *Registry) liveCaller(g *grant) Caller {
	return Caller{User: g.User, Paper: r.users[g.User].Paper, Method: OAuth1, Client: g.Consumer, LST: true, token: g.Token}
}
