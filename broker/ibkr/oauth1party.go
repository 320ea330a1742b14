package ibkr

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OAuth1Consumer is an application that IBKR knows, before any user has let it
// in. A third party uses it to ask for that:
//
//	token, err := consumer.RequestToken(ctx, client, "https://example.com/back")
//	// the user opens consumer.ConsentURL(token) and comes back with a verifier
//	access, err := consumer.AccessToken(ctx, client, token, verifier)
//
// The access token is then one of an OAuth1Config. For a first party both are
// shown by the self-service portal, and these requests answer an error.
type OAuth1Consumer struct {
	Key          string
	Realm        string          // "": limited_poa, and test_realm for TESTCONS
	SignatureKey *rsa.PrivateKey `json:"-"`
}

func (c *OAuth1Consumer) realm() string {
	if c.Realm == "" && c.Key == testConsumer {
		return testRealm
	}
	return cmp.Or(c.Realm, defaultRealm)
}

func (c *OAuth1Consumer) check() error {
	if !plainValue(c.Key) {
		return fmt.Errorf("ibkr: oauth 1.0a: consumer key %q: want letters and digits, such as TESTCONS", c.Key)
	}
	if c.Realm != "" && !plainValue(c.Realm) {
		return fmt.Errorf("ibkr: oauth 1.0a: realm %q: want %s or %s", c.Realm, defaultRealm, testRealm)
	}
	if err := checkKey(c.SignatureKey); err != nil {
		return fmt.Errorf("ibkr: oauth 1.0a: signature key: %w", err)
	}
	return nil
}

// header is the Authorization of a request that the signature key signs.
func (c *OAuth1Consumer) header(address, prepend, nonce string, at time.Time, more []param) (string, error) {
	params := append([]param{
		{"oauth_consumer_key", c.Key},
		{"oauth_nonce", nonce},
		{"oauth_signature_method", "RSA-SHA256"},
		{"oauth_timestamp", strconv.FormatInt(at.Unix(), 10)},
	}, more...)
	slices.SortFunc(params, func(a, b param) int { return strings.Compare(a.name, b.name) })
	sum := sha256.Sum256(baseString([]byte(prepend), http.MethodPost, address, params))
	signature, err := rsa.SignPKCS1v15(nil, c.SignatureKey, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return authorization(c.realm(), params, signature), nil
}

// post sends a request that the signature key signs and gives a good answer.
func (c *OAuth1Consumer) post(ctx context.Context, link *Link, path, prepend string, more []param) (*Response, error) {
	address := link.URL(Trading, path)
	header, err := c.header(address, prepend, nonce(), link.Now(), more)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", header)
	resp, err := link.Do(r)
	if err != nil {
		return nil, err
	}
	return resp, c.judge(path, resp)
}

// RequestToken begins the consent of a user (POST /oauth/request_token). callback
// is where the user's browser is sent afterwards, or "oob" for nowhere.
func (c *OAuth1Consumer) RequestToken(ctx context.Context, client *Client, callback string) (string, error) {
	if callback == "" || strings.ContainsFunc(callback, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\\' }) {
		return "", fmt.Errorf("ibkr: oauth 1.0a: callback %q: want a URL, or oob", callback)
	}
	if err := c.check(); err != nil {
		return "", err
	}
	resp, err := c.post(ctx, &Link{client}, pathRequestToken, "", []param{{"oauth_callback", callback}})
	if err != nil {
		return "", err
	}
	var answer struct {
		Token FlexString `json:"oauth_token"`
	}
	if err := json.Unmarshal(resp.Body, &answer); err != nil || !plainValue(string(answer.Token)) {
		return "", loginFailed(KindMalformed, pathRequestToken, errors.New("no oauth_token in the answer"))
	}
	return string(answer.Token), nil
}

// consentPage is where a user lets an application in.
const consentPage = "https://interactivebrokers.com/authorize"

// ConsentURL is the page to send the user to. IBKR sends the browser on to the
// callback with oauth_token and oauth_verifier.
func (c *OAuth1Consumer) ConsentURL(requestToken string) string {
	return consentPage + "?oauth_token=" + url.QueryEscape(requestToken)
}

// OAuth1Access is what a user has let an application have. The token stays
// the same for a user; the secret is encrypted anew each time.
type OAuth1Access struct {
	Token  Secret
	Secret Secret // base64, encrypted with the consumer's encryption key
	Paper  bool   // of a paper user
}

// AccessToken ends the consent of a user (POST /oauth/access_token).
func (c *OAuth1Consumer) AccessToken(ctx context.Context, client *Client, requestToken, verifier string) (OAuth1Access, error) {
	if !plainValue(requestToken) || !plainValue(verifier) {
		return OAuth1Access{}, errors.New("ibkr: oauth 1.0a: request token or verifier: want letters and digits, as IBKR gave them")
	}
	if err := c.check(); err != nil {
		return OAuth1Access{}, err
	}
	resp, err := c.post(ctx, &Link{client}, pathAccessToken, "", []param{
		{"oauth_token", requestToken}, {"oauth_verifier", verifier},
	})
	if err != nil {
		return OAuth1Access{}, err
	}
	var answer struct {
		Token   FlexString `json:"oauth_token"`
		Secret  FlexString `json:"oauth_token_secret"`
		IsPaper FlexBool   `json:"is_paper"`
		IsTrue  FlexBool   `json:"is_true"` // the specification's name of it
	}
	if err := json.Unmarshal(resp.Body, &answer); err != nil || !plainValue(string(answer.Token)) || answer.Secret == "" {
		return OAuth1Access{}, loginFailed(KindMalformed, pathAccessToken, errors.New("no token and secret in the answer"))
	}
	return OAuth1Access{
		Token: NewSecret(string(answer.Token)), Secret: NewSecret(string(answer.Secret)),
		Paper: bool(answer.IsPaper) || bool(answer.IsTrue),
	}, nil
}

// judge says what an answer to a login means.
func (c *OAuth1Consumer) judge(path string, resp *Response) error {
	err := inspect(&request{method: http.MethodPost, pattern: path}, resp.Status, resp.Header.Get("Content-Type"), resp.Body)
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Kind == KindCredentials {
		e.Err = fmt.Errorf("IBKR does not know consumer key %s in realm %s: a new one works from the day after it was made", c.Key, c.realm())
	} else if e.Status == http.StatusUnauthorized && strings.Contains(strings.ToLower(e.Text), "no access secret key") {
		e.Err = fmt.Errorf("IBKR knows no such access token of consumer key %s: is it mistyped, or has a newer one voided it?", c.Key)
	} else if e.Status == http.StatusUnauthorized {
		e.Err = errors.New("the signature is refused: is the uploaded signature key this one, and are access token and DH parameters those of this consumer key?")
	}
	return e
}
