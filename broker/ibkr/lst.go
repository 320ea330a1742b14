package ibkr

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

const (
	dhGenerator = 2
	lstLife     = 24 * time.Hour // when IBKR does not say
	maxLSTLife  = 48 * time.Hour
)

// lst is a live session token: the key that requests are signed with for
// about a day. It is kept in memory only.
type lst struct {
	o   *OAuth1
	key Secret // of HMAC-SHA256
}

// lstAnswer is what IBKR answers to a request for a live session token.
type lstAnswer struct {
	response  *big.Int
	signature string
	expires   time.Time // zero: not said
}

// parseLST reads the answer to a request for a live session token. The
// specification names its first field after the challenge; the wire does not.
func parseLST(body []byte) (a lstAnswer, err error) {
	var wire struct {
		Response  string     `json:"diffie_hellman_response"`
		Misnamed  string     `json:"diffie_hellman_challenge"`
		Signature FlexString `json:"live_session_token_signature"`
		Expires   FlexInt    `json:"live_session_token_expiration"` // ms
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return a, fmt.Errorf("answer: %w", err)
	}
	if wire.Response == "" {
		wire.Response = wire.Misnamed
	}
	if a.response, err = parseHex(wire.Response); err != nil {
		return a, fmt.Errorf("diffie_hellman_response: %w", err)
	}
	a.signature = strings.ToLower(string(wire.Signature))
	if ms := int64(wire.Expires); ms > 0 {
		a.expires = time.UnixMilli(ms)
	}
	return a, nil
}

// parseHex reads a positive number, with or without leading zeros.
func parseHex(text string) (*big.Int, error) {
	if text == "" || len(text) > maxPrimeBits/4+2 || strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return nil, errors.New("want hexadecimal digits")
	}
	n, ok := new(big.Int).SetString(text, 16)
	if !ok {
		return nil, errors.New("want hexadecimal digits")
	}
	return n, nil
}

// dhChallenge is g^a mod p in hexadecimal, without leading zeros.
func dhChallenge(a, p *big.Int) string {
	return new(big.Int).Exp(big.NewInt(dhGenerator), a, p).Text(16)
}

// sharedSecret is response^a mod p. A response that would make it a constant
// is refused.
func sharedSecret(response, a, p *big.Int) (*big.Int, error) {
	top := new(big.Int).Sub(p, big.NewInt(1))
	if response.Cmp(big.NewInt(1)) <= 0 || response.Cmp(top) >= 0 {
		return nil, errors.New("diffie_hellman_response: out of range")
	}
	return new(big.Int).Exp(response, a, p), nil
}

// secretBytes is k as Java's BigInteger.toByteArray writes it: big-endian, in
// front a zero byte where the first bit is set, and one byte for 0.
func secretBytes(k *big.Int) []byte {
	b := k.Bytes()
	if k.BitLen()%8 == 0 {
		b = append([]byte{0}, b...)
	}
	return b
}

// tokenKey is the live session token: HMAC-SHA1 of the access token secret
// under the shared one.
func tokenKey(shared *big.Int, secret []byte) []byte {
	mac := hmac.New(sha1.New, secretBytes(shared))
	mac.Write(secret)
	return mac.Sum(nil)
}

// tokenSignature is IBKR's proof that both sides have the same token.
func tokenSignature(key []byte, consumerKey string) string {
	mac := hmac.New(sha1.New, key)
	mac.Write([]byte(consumerKey))
	return hex.EncodeToString(mac.Sum(nil))
}

// derive makes the live session token of an answer to the challenge of a, and
// proves it.
func (o *OAuth1) derive(answer *lstAnswer, a *big.Int) (*lst, error) {
	shared, err := sharedSecret(answer.response, a, o.prime)
	if err != nil {
		return nil, err
	}
	key := tokenKey(shared, []byte(o.secret.Reveal()))
	if !hmac.Equal([]byte(tokenSignature(key, o.consumerKey)), []byte(answer.signature)) {
		return nil, errors.New("the live session token is not the one IBKR has: access token secret, encryption key or DH parameters are not those of this consumer key")
	}
	return &lst{o: o, key: NewSecret(string(key))}, nil
}
