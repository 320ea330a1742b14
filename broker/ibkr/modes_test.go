package ibkr_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/market"
)

// mode is a way to log in, from what the user has to the credentials.
type mode struct {
	name  string
	sim   identity.Config                           // how strict the simulator is
	keys  func() *identity.Credentials              // of the user; nil: only a password
	at    string                                    // the address that the client believes in; "": the simulator's own
	login func(t *testing.T, d *modeDesk) ibkr.Auth // nil: Gateway{}
}

// modeDesk is a simulator whose only user is trader.
type modeDesk struct {
	sim     *ibkrsim.Server
	keys    *identity.Credentials
	browser *http.Client // of the user; follows no redirect
}

var trader = identity.User{Name: "trader", Password: "sea-bird"}

// RSA keys take long to make: one set serves all tests.
var firstParty = sync.OnceValue(func() *identity.Credentials { return generated(false) })

var thirdParty = sync.OnceValue(func() *identity.Credentials { return generated(true) })

func generated(third bool) *identity.Credentials {
	c, err := identity.Generate(nil, trader)
	if err != nil {
		panic(err)
	}
	c.OAuth1.ThirdParty = third
	return c
}

// publicURL is where a client of IBKR's servers believes it is.
const publicURL = "https://api.ibkr.com/v1/api"

// modes are all ways to log in that IBKR has.
func modes() []mode {
	strict := identity.Config{NoAutoLogin: true, CheckIP: true}
	return []mode{
		{name: "Gateway"},
		{name: "GatewayLoginPage", sim: strict, login: loginPage},
		{name: "OAuth1", sim: strict, keys: firstParty, login: oauth1},
		{name: "OAuth1PublicURL", sim: strict, keys: firstParty, at: publicURL, login: oauth1},
		{name: "OAuth1ThirdParty", sim: strict, keys: thirdParty, login: consented},
		{name: "OAuth2", sim: strict, keys: firstParty, login: oauth2},
		{name: "OAuth2PublicURL", sim: strict, keys: firstParty, at: publicURL, login: oauth2},
		{name: "SSOBrowser", sim: strict, keys: firstParty, login: browserSession},
	}
}

// start serves a simulator and logs in.
func (m *mode) start(t *testing.T, opt ibkrsim.Options) (*modeDesk, ibkr.Auth) {
	t.Helper()
	opt.Manual, opt.Identity = true, m.sim
	opt.Timing.Bridge, opt.Timing.Cancel = 20*time.Millisecond, 10*time.Millisecond
	d := &modeDesk{}
	if m.keys != nil {
		d.keys = m.keys()
		opt.Credentials = append(opt.Credentials, d.keys)
	} else {
		opt.Users = []ibkrsim.User{{Name: trader.Name, Password: trader.Password}}
	}
	var err error
	if d.sim, err = ibkrsim.Start(opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.sim.Close() })
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // the simulator's own
	t.Cleanup(transport.CloseIdleConnections)
	d.browser = &http.Client{Transport: transport, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if m.login == nil {
		return d, ibkr.Gateway{}
	}
	return d, m.login(t, d)
}

// address is where the client is told to go.
func (m *mode) address(d *modeDesk) string {
	if m.at != "" {
		return m.at
	}
	return d.sim.URL()
}

// reach connects a client to the simulator when it believes to be elsewhere.
func (m *mode) reach(d *modeDesk, c *ibkr.Client) *ibkr.Client {
	if m.at != "" {
		c.DialAt(strings.TrimPrefix(d.sim.URL(), "https://"))
	}
	return c
}

// client is a client for the time before there are credentials.
func (d *modeDesk) client(t *testing.T, auth ibkr.Auth) *ibkr.Client {
	t.Helper()
	c, err := ibkr.NewClient(ibkr.ClientConfig{BaseURL: d.sim.URL(), Pin: d.sim.Pin(), Auth: auth, Account: "DU1000001",
		Pacing: ibkr.Pacing{PerSecond: 5000, Burst: 100}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// visit is what the user's browser gets.
func (d *modeDesk) visit(t *testing.T, method, address string, form url.Values) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := d.browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer
}

var password = url.Values{"username": {trader.Name}, "password": {trader.Password}}

// loginPage logs a person in at the gateway. Programs of this machine are
// logged in with the browser.
func loginPage(t *testing.T, d *modeDesk) ibkr.Auth {
	if _, err := d.client(t, ibkr.Gateway{}).Tickle(t.Context()); !isUnauthorized(err) {
		t.Fatalf("before the login: %v, want a 401", err)
	}
	if answer := d.visit(t, "POST", d.sim.URL()+"/sso/Login", password); answer.StatusCode != 200 {
		t.Fatalf("login page: %s", answer.Status)
	}
	return ibkr.Gateway{}
}

func oauth1(t *testing.T, d *modeDesk) ibkr.Auth {
	k := &d.keys.OAuth1
	return openOAuth1(t, d, ibkr.NewSecret(k.AccessToken), ibkr.NewSecret(k.AccessTokenSecret))
}

func openOAuth1(t *testing.T, d *modeDesk, token, secret ibkr.Secret) ibkr.Auth {
	t.Helper()
	k := &d.keys.OAuth1
	auth, err := ibkr.NewOAuth1(ibkr.OAuth1Config{ConsumerKey: k.ConsumerKey, AccessToken: token, AccessTokenSecret: secret,
		SignatureKey: k.SignatureKey, EncryptionKey: k.EncryptionKey, DHPrime: k.Prime})
	if err != nil {
		t.Fatal(err)
	}
	return auth
}

// consented goes through the consent of a user to a third party.
func consented(t *testing.T, d *modeDesk) ibkr.Auth {
	consumer := ibkr.OAuth1Consumer{Key: d.keys.OAuth1.ConsumerKey, SignatureKey: d.keys.OAuth1.SignatureKey}
	client := d.client(t, nil)
	token, err := consumer.RequestToken(t.Context(), client, "https://example.com/back?page=7")
	if err != nil {
		t.Fatal(err)
	}
	page, err := url.Parse(consumer.ConsentURL(token))
	if err != nil {
		t.Fatal(err)
	}
	if answer := d.visit(t, "GET", d.sim.URL()+page.RequestURI(), nil); answer.StatusCode != 200 {
		t.Fatalf("consent page: %s", answer.Status)
	}
	form := url.Values{"oauth_token": {token}, "username": {trader.Name}, "password": {trader.Password}}
	back, err := d.visit(t, "POST", d.sim.URL()+page.Path, form).Location()
	if err != nil || back.Host != "example.com" || back.Query().Get("page") != "7" || back.Query().Get("oauth_token") != token {
		t.Fatalf("sent back to %v, %v", back, err)
	}
	access, err := consumer.AccessToken(t.Context(), client, token, back.Query().Get("oauth_verifier"))
	if err != nil || !access.Paper {
		t.Fatalf("access token: %v, paper %v", err, access.Paper)
	}
	return openOAuth1(t, d, access.Token, access.Secret)
}

func oauth2(t *testing.T, d *modeDesk) ibkr.Auth { return openOAuth2(t, d) }

func openOAuth2(t *testing.T, d *modeDesk, scopes ...string) *ibkr.OAuth2 {
	t.Helper()
	k := &d.keys.OAuth2
	auth, err := ibkr.NewOAuth2(ibkr.OAuth2Config{ClientID: k.ClientID, KeyID: k.KeyID, PrivateKey: k.Key,
		Scopes: scopes, Credential: trader.Name, IP: "203.0.113.7", OtherIPs: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	return auth
}

// browserSession has an advisor's client make a login page for the user, whose
// browser opens it. What the browser then holds is the login.
func browserSession(t *testing.T, d *modeDesk) ibkr.Auth {
	advisor := openOAuth2(t, d, "sso-browser-sessions.write")
	page, err := advisor.BrowserSession(t.Context(), d.client(t, advisor), trader.Name, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	answer := d.visit(t, "GET", page.String(), nil)
	if answer.StatusCode != http.StatusFound || len(answer.Cookies()) != 1 {
		t.Fatalf("the login page answers %s with %v", answer.Status, answer.Cookies())
	}
	if again := d.visit(t, "GET", page.String(), nil); again.StatusCode != http.StatusUnauthorized {
		t.Fatalf("the login page works twice: %s", again.Status)
	}
	return cookie{*answer.Cookies()[0]}
}

// cookie is a login that a browser holds: what a client in the page has.
type cookie struct{ http.Cookie }

// cookieHeld are its credentials; two of the same cookie are equal.
type cookieHeld struct{ name, value string }

func (c cookie) Credentials(context.Context, *ibkr.Link, ibkr.Service, ibkr.Credentials) (ibkr.Credentials, error) {
	return cookieHeld{c.Name, c.Value}, nil
}

func (c cookieHeld) Sign(r *http.Request, _ time.Time) error {
	r.AddCookie(&http.Cookie{Name: c.name, Value: c.value})
	return nil
}

func (c cookieHeld) Upgrade(_ *url.URL, h http.Header, session string) error {
	h.Set("Cookie", "api="+session+"; "+c.name+"="+c.value)
	return nil
}

// spyTable leaves the conid out, to be looked up.
func spyTable(t *testing.T) *market.Instruments {
	t.Helper()
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", SecType: "STK", Currency: "USD"})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func isUnauthorized(err error) bool {
	var e *ibkr.Error
	return errors.As(err, &e) && e.Kind == ibkr.KindUnauthorized
}
