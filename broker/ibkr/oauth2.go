package ibkr

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	assertionType  = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	assertionValid = 20 * time.Second
	bearerLead     = 10 * time.Minute
	bearerLife     = time.Hour // when IBKR does not say
	maxBearerLife  = 48 * time.Hour
	ssoLife        = 24 * time.Hour // of a session for trading
	ssoLead        = time.Hour
)

const (
	pathToken      = "/token"
	pathSSO        = "/sso-sessions"
	pathBrowserSSO = "/sso-browser-sessions"

	// ScopeSSO is the scope that trading needs.
	ScopeSSO = "sso-sessions.write"
)

// OAuth2Config is what IBKR's onboarding gave.
type OAuth2Config struct {
	ClientID   string
	KeyID      string          // kid: IBKR's name of the key
	PrivateKey *rsa.PrivateKey `json:"-"`
	Scopes     []string        // nil: sso-sessions.write, which is all that trading needs
	Credential string          // IBKR user name; trading only
	IP         string          // public address that requests come from; trading only
	OtherIPs   []string        // more of them
	TokenURL   string          // "": /oauth2/api/v1/token of the client's host
	Audience   string          // aud of the assertion; "": /token
}

// OAuth2 is authentication by OAuth 2.0 with private_key_jwt: a token for
// account management, and with it a session for trading. It is safe for
// concurrent use, and logs in by itself: at the first request, before a token
// ends, and when IBKR no longer takes it. It signs the bodies of account
// management, too.
type OAuth2 struct {
	cfg     OAuth2Config
	key     jwtKey
	token   *renewer // for account management
	session *renewer // for trading
}

// NewOAuth2 checks cfg. Nothing is sent.
func NewOAuth2(cfg OAuth2Config) (*OAuth2, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("ibkr: oauth 2.0: %w", err)
	}
	if len(cfg.Scopes) == 0 {
		cfg.Scopes = []string{ScopeSSO}
	}
	o := &OAuth2{cfg: cfg, key: jwtKey{key: cfg.PrivateKey, keyID: cfg.KeyID, issuer: cfg.ClientID}}
	o.token = newRenewer(bearerLead, o.askToken)
	o.session = newRenewer(ssoLead, o.askSession)
	return o, nil
}

func (cfg *OAuth2Config) check() error {
	if cfg.ClientID == "" {
		return errors.New("client id: none given")
	}
	if cfg.KeyID == "" {
		return errors.New("key id: none given; IBKR names each uploaded key")
	}
	if err := checkKey(cfg.PrivateKey); err != nil {
		return fmt.Errorf("private key: %w", err)
	}
	for _, ip := range append(slices.Clone(cfg.OtherIPs), cfg.IP) {
		if ip != "" && net.ParseIP(ip) == nil {
			return fmt.Errorf("ip %q: want an address such as 203.0.113.7", ip)
		}
	}
	for _, scope := range cfg.Scopes {
		if scope == "" || strings.ContainsAny(scope, " \t\r\n\"") {
			return fmt.Errorf("scope %q: want one such as %s", scope, ScopeSSO)
		}
	}
	if u, err := url.Parse(cfg.TokenURL); cfg.TokenURL != "" && (err != nil || u.Scheme != "https" && !loopback(u.Hostname()) || u.Host == "") {
		return fmt.Errorf("token URL %q: want https", cfg.TokenURL)
	}
	return nil
}

// Credentials logs in when it has to: for account management with the token,
// for trading with a session on top of it.
func (o *OAuth2) Credentials(ctx context.Context, link *Link, service Service, refused Credentials) (Credentials, error) {
	if service == Management {
		return o.token.credentials(ctx, link, refused)
	}
	return o.session.credentials(ctx, link, refused)
}

func (o *OAuth2) signClaims(fields []byte, at time.Time, valid time.Duration) ([]byte, error) {
	return o.key.sign(fields, at, valid)
}

// bearer is one token of OAuth 2.0.
type bearer struct{ token Secret }

// Sign sets the header Authorization.
func (b *bearer) Sign(r *http.Request, _ time.Time) error {
	r.Header["Authorization"] = []string{"Bearer " + b.token.Reveal()}
	return nil
}

// Upgrade sets the token in the address and the session in a cookie.
func (b *bearer) Upgrade(u *url.URL, h http.Header, session string) error {
	u.RawQuery = "bearer_token=" + url.QueryEscape(b.token.Reveal())
	h.Set("Cookie", "api="+session)
	h.Set("User-Agent", socketAgent)
	return nil
}

// askToken asks for a token with a fresh assertion. Where only this machine's
// clock was wrong, it asks again by IBKR's. A refresh token, of which the
// specification speaks, is not needed.
func (o *OAuth2) askToken(ctx context.Context, link *Link) (Credentials, time.Time, error) {
	skew := link.c.Skew()
	resp, err := o.postToken(ctx, link)
	if err != nil && (link.c.Skew()-skew).Abs() > skewWarned {
		resp, err = o.postToken(ctx, link)
	}
	now := link.Now()
	if err != nil {
		return nil, now, err
	}
	var t struct {
		Token   string     `json:"access_token"`
		Kind    FlexString `json:"token_type"`
		Scope   FlexString `json:"scope"`
		Seconds FlexInt    `json:"expires_in"`
	}
	if err := json.Unmarshal(resp.Body, &t); err != nil || !validToken(t.Token, string(t.Kind)) {
		return nil, now, loginFailed(KindMalformed, pathToken, errors.New("no bearer token in the answer"))
	}
	if missing := o.notGranted(string(t.Scope)); t.Scope != "" && len(missing) > 0 {
		return nil, now, loginFailed(KindCredentials, pathToken,
			fmt.Errorf("scope %s is not granted, only %s; ask IBKR for it or leave it out", strings.Join(missing, " "), limitText(string(t.Scope), 200)))
	}
	life := time.Duration(min(int64(t.Seconds), int64(maxBearerLife/time.Second))) * time.Second
	if life <= 0 {
		life = bearerLife
	}
	return &bearer{NewSecret(t.Token)}, now.Add(life), nil
}

func (o *OAuth2) postToken(ctx context.Context, link *Link) (*Response, error) {
	id, err := json.Marshal(o.cfg.ClientID)
	if err != nil {
		return nil, err
	}
	audience, err := json.Marshal(cmp.Or(o.cfg.Audience, "/token"))
	if err != nil {
		return nil, err
	}
	claims := fmt.Appendf(nil, `{"sub":%s,"aud":%s,"jti":%q}`, id, audience, nonce())
	assertion, err := o.key.sign(claims, link.Now(), assertionValid)
	if err != nil {
		return nil, err
	}
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"client_assertion_type": {assertionType},
		"client_assertion":      {string(assertion)},
		"scope":                 {strings.Join(o.cfg.Scopes, " ")},
	}
	address := cmp.Or(o.cfg.TokenURL, link.URL(Token, pathToken))
	return o.post(ctx, link, address, pathToken, "application/x-www-form-urlencoded", []byte(form.Encode()), noCredentials{})
}

// askSession asks for a session for trading, with a new token when IBKR does
// not take the one there is.
func (o *OAuth2) askSession(ctx context.Context, link *Link) (Credentials, time.Time, error) {
	now := link.Now()
	if o.cfg.Credential == "" || o.cfg.IP == "" {
		return nil, now, &Error{Kind: KindCredentials, Err: errors.New("trading needs the user name (credential) and the public address (ip) of the session")}
	}
	fields := ssoFields{Credential: o.cfg.Credential, IP: o.cfg.IP, OtherIPs: o.cfg.OtherIPs}
	resp, err := o.postSession(ctx, link, pathSSO, fields, ssoLife)
	if err != nil {
		return nil, now, err
	}
	var s struct {
		Active *FlexBool  `json:"active"`
		Token  string     `json:"access_token"`
		Kind   FlexString `json:"token_type"`
	}
	if err := json.Unmarshal(resp.Body, &s); err != nil || !validToken(s.Token, string(s.Kind)) {
		return nil, now, loginFailed(KindMalformed, pathSSO, errors.New("no bearer token in the answer"))
	}
	if s.Active != nil && !bool(*s.Active) {
		return nil, now, loginFailed(KindUnauthorized, pathSSO, errors.New("the new session is not active"))
	}
	until := now.Add(ssoLife)
	if end, ok := jwtExpiry(s.Token); ok && end.Before(until) {
		until = end
	}
	return &bearer{NewSecret(s.Token)}, until, nil
}

// ssoFields are the claims of a request for a session.
type ssoFields struct {
	Credential string   `json:"credential"`
	IP         string   `json:"ip"`
	OtherIPs   []string `json:"alternativeIps,omitempty"`
}

// postSession sends a signed request for a session with the token, and once
// more with a new one when that is refused.
func (o *OAuth2) postSession(ctx context.Context, link *Link, path string, fields ssoFields, valid time.Duration) (*Response, error) {
	claims, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	var refused Credentials
	for {
		cred, err := o.token.credentials(ctx, link, refused)
		if err != nil {
			return nil, err
		}
		body, err := o.key.sign(claims, link.Now(), valid)
		if err != nil {
			return nil, err
		}
		resp, err := o.post(ctx, link, link.URL(Management, path), path, jwtType, body, cred)
		if kindOf(err) != KindUnauthorized || refused != nil {
			return resp, err
		}
		refused = cred
	}
}

// post sends a request of a login and gives a good answer.
func (o *OAuth2) post(ctx context.Context, link *Link, address, path, contentType string, body []byte, cred Credentials) (*Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	if err := cred.Sign(r, link.Now()); err != nil {
		return nil, err
	}
	resp, err := link.Do(r)
	if err != nil {
		return nil, err
	}
	return resp, o.judge(path, resp)
}

// judge says what an answer to a login means. What the token endpoint refuses
// is refused for ever: the client, its key or a scope is wrong.
func (o *OAuth2) judge(path string, resp *Response) error {
	service := Management
	if path == pathToken {
		service = Token
	}
	err := inspect(&request{method: http.MethodPost, pattern: path, service: service}, resp.Status, resp.Header.Get("Content-Type"), resp.Body)
	var e *Error
	if !errors.As(err, &e) || e.Status < 400 || e.Status >= 500 || e.Kind == KindPaced || e.Kind == KindTemporary {
		return err
	}
	switch {
	case path == pathToken:
		e.Kind = KindCredentials
		e.Err = fmt.Errorf("IBKR refuses client %s with key %s: are both as IBKR registered them, and is this the private half of that key?", o.cfg.ClientID, o.cfg.KeyID)
	case e.Status == http.StatusForbidden, e.Status == http.StatusBadRequest:
		e.Kind = KindCredentials
		e.Err = errors.New("is the scope granted, and may the client act for this user from this address?")
	}
	return e
}

// notGranted lists the scopes that were asked for and are not there.
func (o *OAuth2) notGranted(granted string) []string {
	list := strings.Fields(granted)
	return slices.DeleteFunc(slices.Clone(o.cfg.Scopes), func(s string) bool { return slices.Contains(list, s) })
}

// validToken says that a token can be sent in a header.
func validToken(token, kind string) bool {
	const more = "-._~+/="
	bad := strings.ContainsFunc(token, func(r rune) bool { return r >= 0x80 || !unreserved(byte(r)) && !strings.ContainsRune(more, r) })
	return token != "" && len(token) <= maxToken && !bad && (kind == "" || strings.EqualFold(kind, "bearer"))
}
