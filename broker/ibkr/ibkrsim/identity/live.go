package identity

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"math/big"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
)

// liveToken is the secret that signs requests; the zero value is none.
type liveToken struct {
	key     []byte
	expires time.Time
}

// secretBytes are the bytes of a shared secret as Java's
// BigInteger.toByteArray has them: two's complement, so that a leading 00
// stands where the first bit would be a sign.
func secretBytes(k *big.Int) []byte {
	b := k.Bytes()
	if k.BitLen()%8 == 0 {
		b = append([]byte{0}, b...)
	}
	return b
}

func hmacSHA1(key, message []byte) []byte {
	mac := hmac.New(sha1.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}

// exchange is the server's half of the Diffie-Hellman exchange: the client's
// challenge in hex, b the server's random number. The key is the live session
// token, not encoded.
func (c *Consumer) exchange(challenge string, b *big.Int, secret []byte) (response string, key []byte, ok bool) {
	a, ok := c.readChallenge(challenge)
	if !ok {
		return "", nil, false
	}
	response = new(big.Int).Exp(generator, b, c.Prime).Text(16)
	shared := new(big.Int).Exp(a, b, c.Prime)
	return response, hmacSHA1(secretBytes(shared), secret), true
}

// readChallenge takes any number of hex digits for a number in [2, p-2]:
// 0, 1 and p-1 would make the secret known to all.
func (c *Consumer) readChallenge(text string) (*big.Int, bool) {
	if text == "" || len(text) > c.Prime.BitLen()/2 || strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return nil, false
	}
	a, ok := new(big.Int).SetString(text, 16)
	top := new(big.Int).Sub(c.Prime, big.NewInt(1))
	return a, ok && a.Cmp(big.NewInt(1)) > 0 && a.Cmp(top) < 0
}

// liveSessionToken is POST /oauth/live_session_token. A new token takes the
// place of the one before.
func (v *Visit) liveSessionToken(q *web.Request) web.Reply {
	r, now := v.registry, q.Now.Time()
	h, c, refused, ok := r.signedHeader(v.http, rsaMethod, now)
	if !ok {
		return refused
	}
	g := r.grants[h.get("oauth_token")]
	if g == nil || g.Consumer != c.Key {
		return r.refuse("LST failed, error: No access secret key found for " + c.Key)
	}
	if !r.checkRSA(v.http, q.Body, &h, c, hex.EncodeToString(g.Secret)) {
		return r.refuse(invalidSignature)
	}
	if !r.first(&h, now) {
		return r.refuse(invalidNonce)
	}
	b := new(big.Int).SetBytes(r.random(32))
	response, key, ok := c.exchange(h.get("diffie_hellman_challenge"), b, g.Secret)
	if !ok {
		return web.FailCode(400, "Bad Request: diffie_hellman_challenge")
	}
	g.live = liveToken{key: key, expires: now.Add(r.cfg.TokenSpan)}
	return web.OK(map[string]any{
		"diffie_hellman_response":       response,
		"live_session_token_signature":  hex.EncodeToString(hmacSHA1(key, []byte(c.Key))),
		"live_session_token_expiration": g.live.expires.UnixMilli(),
	})
}
