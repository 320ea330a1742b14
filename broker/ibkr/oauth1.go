package ibkr

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	defaultRealm = "limited_poa" // of every consumer but TESTCONS, whose is test_realm
	testConsumer = "TESTCONS"
	testRealm    = "test_realm"
	lstLead      = time.Hour // renew a live session token so long before its end
	exponentBits = 256
)

// Paths of OAuth 1.0a, below /v1/api.
const (
	pathRequestToken = "/oauth/request_token"
	pathAccessToken  = "/oauth/access_token"
	pathLST          = "/oauth/live_session_token"
)

// OAuth1Config is what IBKR's self-service portal (or onboarding) and
// GenerateKeys gave.
type OAuth1Config struct {
	ConsumerKey       string // nine letters
	Realm             string // "": limited_poa, and test_realm for TESTCONS
	AccessToken       Secret
	AccessTokenSecret Secret          // base64, as IBKR shows it
	SignatureKey      *rsa.PrivateKey `json:"-"`
	EncryptionKey     *rsa.PrivateKey `json:"-"`
	DHPrime           *big.Int        // of the uploaded DH parameters, whose generator is 2
}

// OAuth1 is authentication by OAuth 1.0a as IBKR has it: a live session token,
// agreed on with Diffie-Hellman, signs every request. It is safe for
// concurrent use, and logs in by itself: at the first request, an hour before
// the token ends, and when IBKR no longer takes it.
type OAuth1 struct {
	consumerKey string
	realm       string
	accessToken Secret
	secret      Secret // access token secret, decrypted: bytes
	prime       *big.Int
	signature   *rsa.PrivateKey
	renewer     *renewer
}

// NewOAuth1 checks cfg, which includes decrypting the access token secret.
// Nothing is sent.
func NewOAuth1(cfg OAuth1Config) (*OAuth1, error) {
	consumer := OAuth1Consumer{Key: cfg.ConsumerKey, Realm: cfg.Realm, SignatureKey: cfg.SignatureKey}
	if err := consumer.check(); err != nil {
		return nil, err
	}
	if cfg.AccessToken.Empty() {
		return nil, errors.New("ibkr: oauth 1.0a: access token: none given")
	}
	if !plainValue(cfg.AccessToken.Reveal()) {
		return nil, errors.New("ibkr: oauth 1.0a: access token: want letters and digits, as IBKR shows it")
	}
	if err := checkKey(cfg.EncryptionKey); err != nil {
		return nil, fmt.Errorf("ibkr: oauth 1.0a: encryption key: %w", err)
	}
	if err := checkPrime(cfg.DHPrime); err != nil {
		return nil, fmt.Errorf("ibkr: oauth 1.0a: DH parameters: %w", err)
	}
	secret, err := decryptSecret(&cfg)
	if err != nil {
		return nil, err
	}
	o := &OAuth1{
		consumerKey: cfg.ConsumerKey, realm: consumer.realm(), accessToken: cfg.AccessToken, secret: NewSecret(string(secret)),
		prime: cfg.DHPrime, signature: cfg.SignatureKey,
	}
	o.renewer = newRenewer(lstLead, o.login)
	return o, nil
}

// decryptSecret is the access token secret in plain: PKCS#1 v1.5, every byte
// kept, leading zeros too.
func decryptSecret(cfg *OAuth1Config) ([]byte, error) {
	sealed, err := base64.StdEncoding.DecodeString(cfg.AccessTokenSecret.Reveal())
	if err != nil || len(sealed) == 0 {
		return nil, errors.New("ibkr: oauth 1.0a: access token secret: want base64, as IBKR shows it")
	}
	plain, err := rsa.DecryptPKCS1v15(nil, cfg.EncryptionKey, sealed) //nolint:staticcheck // IBKR encrypts with PKCS#1 v1.5
	if err == nil && len(plain) > 0 {
		return plain, nil
	}
	hint := "it is not of this encryption key; upload the key's public half and make a new token"
	if _, err := rsa.DecryptPKCS1v15(nil, cfg.SignatureKey, sealed); err == nil { //nolint:staticcheck // as above
		hint = "it is of the signature key: the two keys are swapped"
	}
	return nil, errors.New("ibkr: oauth 1.0a: access token secret: cannot be decrypted: " + hint)
}

// Credentials logs in when it has to. Account management is not for OAuth 1.0a.
func (o *OAuth1) Credentials(ctx context.Context, link *Link, service Service, refused Credentials) (Credentials, error) {
	if service != Trading {
		return nil, &Error{Kind: KindRefused, Err: errors.New("account management needs OAuth 2.0 (auth kind oauth2)")}
	}
	return o.renewer.credentials(ctx, link, refused)
}

// login asks for a live session token. Where only this machine's clock was
// wrong, it asks again by IBKR's.
func (o *OAuth1) login(ctx context.Context, link *Link) (Credentials, time.Time, error) {
	a, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), exponentBits))
	if err != nil {
		return nil, time.Time{}, err
	}
	a.SetBit(a, exponentBits-1, 1)
	skew := link.c.Skew()
	resp, err := o.askToken(ctx, link, a)
	if kindOf(err) == KindUnauthorized && (link.c.Skew()-skew).Abs() > skewWarned {
		resp, err = o.askToken(ctx, link, a)
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	answer, err := parseLST(resp.Body)
	if err != nil {
		return nil, time.Time{}, loginFailed(KindMalformed, pathLST, err)
	}
	token, err := o.derive(&answer, a)
	if err != nil {
		return nil, time.Time{}, loginFailed(KindCredentials, pathLST, err)
	}
	until, now := answer.expires, link.Now()
	if until.IsZero() || until.Sub(now) > maxLSTLife {
		until = now.Add(lstLife)
	}
	return token, until, nil
}

func (o *OAuth1) askToken(ctx context.Context, link *Link, a *big.Int) (*Response, error) {
	consumer := OAuth1Consumer{Key: o.consumerKey, Realm: o.realm, SignatureKey: o.signature}
	return consumer.post(ctx, link, pathLST, hex.EncodeToString([]byte(o.secret.Reveal())), []param{
		{"diffie_hellman_challenge", dhChallenge(a, o.prime)},
		{"oauth_token", o.accessToken.Reveal()},
	})
}

func loginFailed(kind Kind, path string, err error) error {
	return &Error{Kind: kind, Method: http.MethodPost, Endpoint: path, Sent: true, Err: err}
}

// Sign sets the header Authorization: an HMAC-SHA256 under the live session
// token. The signed URL is the one without a query; a body takes no part.
func (t *lst) Sign(r *http.Request, at time.Time) error {
	t.sign(r, at, nonce())
	return nil
}

func (t *lst) sign(r *http.Request, at time.Time, nonce string) {
	u := *r.URL
	u.RawQuery, u.ForceQuery, u.Fragment = "", false, ""
	params := [...]param{
		{"oauth_consumer_key", t.o.consumerKey},
		{"oauth_nonce", nonce},
		{"oauth_signature_method", "HMAC-SHA256"},
		{"oauth_timestamp", strconv.FormatInt(at.Unix(), 10)},
		{"oauth_token", t.o.accessToken.Reveal()},
	}
	signature := t.mac(baseString(nil, r.Method, u.String(), params[:]))
	r.Header["Authorization"] = []string{authorization(t.o.realm, params[:], signature)}
}

func (t *lst) mac(base []byte) []byte {
	mac := hmac.New(sha256.New, []byte(t.key.Reveal()))
	mac.Write(base)
	return mac.Sum(nil)
}

// Upgrade sets the access token in the address and the session in a cookie. A
// stream is not signed.
func (t *lst) Upgrade(u *url.URL, h http.Header, session string) error {
	u.RawQuery = "oauth_token=" + url.QueryEscape(t.o.accessToken.Reveal())
	h.Set("Cookie", "api="+session)
	h.Set("User-Agent", socketAgent)
	return nil
}

// param is one parameter of OAuth 1.0a.
type param struct{ name, value string }

// baseString is what is signed: the prepend, the method, the address and the
// parameters in the order of their names. Values are not encoded one by one,
// as in RFC 5849, but once with all of them.
func baseString(prepend []byte, method, address string, params []param) []byte {
	b := make([]byte, 0, len(prepend)+3*len(address)+512)
	b = append(b, prepend...)
	b = append(append(b, method...), '&')
	b = append(appendEscaped(b, address), '&')
	for i, p := range params {
		if i > 0 {
			b = append(b, "%26"...)
		}
		b = appendEscaped(b, p.name)
		b = append(b, "%3D"...)
		b = appendEscaped(b, p.value)
	}
	return b
}

// authorization is the header: the realm, which is not signed, then the
// parameters and the signature in the order of their names.
func authorization(realm string, params []param, signature []byte) string {
	b := make([]byte, 0, 1024)
	b = append(append(append(b, `OAuth realm="`...), realm...), '"')
	put := func(name string) { b = append(append(append(b, ", "...), name...), `="`...) }
	signed := false
	for i := 0; i <= len(params); i++ {
		if !signed && (i == len(params) || params[i].name > "oauth_signature") {
			put("oauth_signature")
			b = append(appendEscaped(b, base64.StdEncoding.EncodeToString(signature)), '"')
			signed = true
		}
		if i < len(params) {
			put(params[i].name)
			b = append(append(b, params[i].value...), '"')
		}
	}
	return string(b)
}

// appendEscaped appends s with all but the unreserved characters of RFC 3986
// percent-encoded, in capitals.
func appendEscaped(b []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if unreserved(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return b
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// plainValue says that a parameter can stand in the header as it is.
func plainValue(s string) bool {
	for i := range len(s) {
		if !unreserved(s[i]) {
			return false
		}
	}
	return s != ""
}

// nonce is 32 hexadecimal digits, never used again.
func nonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
