package identity_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/broker/ibkr/ibkrsim/web"
)

// vendor is a third party's consumer beside alice's own.
const vendor = "VENDORCOM"

func vendorOf(t *testing.T, cfg identity.Config) (*identity.Registry, *signer) {
	t.Helper()
	r := registryOf(t, cfg)
	one := &keys().OAuth1
	check(t, r.AddConsumer(identity.Consumer{Key: vendor, SignatureKey: &one.SignatureKey.PublicKey,
		EncryptionKey: &one.EncryptionKey.PublicKey, Prime: one.Prime, ThirdParty: true}))
	s := signerOf(keys())
	s.key, s.token = vendor, ""
	return r, s
}

// served is the registry over TLS, as a server would use it.
func served(t *testing.T, r *identity.Registry) *httptest.Server {
	t.Helper()
	var mu sync.Mutex
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
		mu.Lock()
		defer mu.Unlock()
		reply, ours := r.Serve(q, body, noon)
		if !ours {
			c, refused, ok := r.Authenticate(q, body, noon)
			if reply = refused; ok {
				reply = web.OK(map[string]string{"user": c.User, "client": c.Client})
			}
		}
		if err != nil {
			reply = web.Fail(400, err.Error())
		}
		reply.Write(w)
	}))
	t.Cleanup(server.Close)
	return server
}

// send makes a request and returns status, body and where it is sent on to.
func send(t *testing.T, server *httptest.Server, method, target, body string, header ...string) (int, string, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	check(t, err)
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	reply, err := client.Do(q)
	check(t, err)
	defer reply.Body.Close()
	out, err := io.ReadAll(reply.Body)
	check(t, err)
	return reply.StatusCode, string(out), reply.Header.Get("Location")
}

var stringField = regexp.MustCompile(`"(\w+)":"([^"]*)"`)

func fields(body string) map[string]string {
	out := map[string]string{}
	for _, m := range stringField.FindAllStringSubmatch(body, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// The whole way of a vendor: request token, consent, access token, live
// session token, and a request in the user's name.
func TestThirdParty(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, callback := range []string{"oob", "https://vendor.example/back?state=7"} {
		t.Run(callback, func(t *testing.T) {
			r, s := vendorOf(t, identity.Config{})
			server := served(t, r)
			api := server.URL + "/v1/api/oauth/"
			_, body, _ := send(t, server, "POST", api+"request_token", "", "Authorization", s.signRSA(api+"request_token", "", map[string]string{"oauth_callback": callback}))
			token := fields(body)["oauth_token"]
			if len(token) != 20 {
				t.Fatalf("request token: %s", body)
			}
			if status, page, _ := send(t, server, "GET", server.URL+"/authorize?oauth_token="+token, ""); status != 200 || !strings.Contains(page, vendor) {
				t.Fatalf("consent page: %d %s", status, page)
			}
			answer := func(password string) (int, string, string) {
				v := url.Values{"oauth_token": {token}, "username": {"alice"}, "password": {password}}
				return send(t, server, "POST", server.URL+"/authorize", v.Encode(), "Content-Type", form)
			}
			if status, _, _ := answer("guess"); status != 401 {
				t.Fatalf("a wrong password gives %d", status)
			}
			status, page, to := answer("wonder")
			if callback != "oob" {
				if status != 302 || !strings.HasPrefix(to, "https://vendor.example/back?") || !strings.Contains(to, "state=7") {
					t.Fatalf("sent to %d %s", status, to)
				}
				page = to
			}
			verifier := regexp.MustCompile(`oauth_verifier=(\w+)`).FindStringSubmatch(page)
			if verifier == nil {
				t.Fatalf("no verifier: %d %s", status, page)
			}
			s.token = token
			_, body, _ = send(t, server, "POST", api+"access_token", "", "Authorization", s.signRSA(api+"access_token", "", map[string]string{"oauth_verifier": verifier[1]}))
			out := fields(body)
			if !strings.Contains(body, `"is_paper":true`) || len(out["oauth_token"]) != 20 {
				t.Fatalf("access token: %s", body)
			}
			mine := *keys()
			mine.OAuth1.ConsumerKey, mine.OAuth1.AccessToken, mine.OAuth1.AccessTokenSecret = vendor, out["oauth_token"], out["oauth_token_secret"]
			s.token = out["oauth_token"]
			s.login(t, r, &mine)
			u := server.URL + "/v1/api/portfolio/accounts"
			if status, body, _ := send(t, server, "GET", u, "", "Authorization", s.signHMAC("GET", u, nil)); status != 200 || body != `{"client":"VENDORCOM","user":"alice"}` {
				t.Fatalf("request: %d %s", status, body)
			}
		})
	}
}

const oauth = "https://api.ibkr.com/v1/api/oauth/"

func (s *signer) post(t *testing.T, r *identity.Registry, step string, more map[string]string) web.Reply {
	t.Helper()
	return serve(t, r, request("POST", oauth+step, "Authorization", s.signRSA(oauth+step, "", more)), "", s.at)
}

func TestThirdPartyRefused(t *testing.T) {
	r, s := vendorOf(t, identity.Config{})
	oob := map[string]string{"oauth_callback": "oob"}
	answer(t, s.post(t, r, "request_token", map[string]string{"oauth_callback": "javascript:alert(1)"}), 400)
	first := signerOf(keys())
	first.token = ""
	refusedWith(t, first.post(t, r, "request_token", oob), "invalid consumer") // a first party asks nobody

	s.nonce = "k3JtP9sYwQ1aZx7c"
	token := text(t, answer(t, s.post(t, r, "request_token", oob), 200), "oauth_token")
	refusedWith(t, s.post(t, r, "request_token", oob), "nonce already used")
	s.nonce, s.token = "", token
	verify := func(v string) web.Reply {
		return s.post(t, r, "access_token", map[string]string{"oauth_verifier": v})
	}
	refusedWith(t, verify(""), "invalid verifier")
	if _, err := r.Consent(token, "mallory", noon); err == nil {
		t.Error("an unknown user consented")
	}
	verifier, err := r.Consent(token, "alice", noon)
	check(t, err)
	if _, err := r.Consent(token, "bob", noon); err == nil {
		t.Error("bob took over alice's consent")
	}
	refusedWith(t, verify("guess"), "invalid verifier")
	before := answer(t, verify(verifier), 200)
	refusedWith(t, verify(verifier), "invalid token") // works once

	s.token = ""
	s.token = text(t, answer(t, s.post(t, r, "request_token", oob), 200), "oauth_token")
	verifier, err = r.Consent(s.token, "alice", noon)
	check(t, err)
	after := answer(t, verify(verifier), 200)
	if before["oauth_token"] != after["oauth_token"] || before["oauth_token_secret"] == after["oauth_token_secret"] {
		t.Error("want the same access token and a secret encrypted anew")
	}
	s.token = ""
	s.token = text(t, answer(t, s.post(t, r, "request_token", oob), 200), "oauth_token")
	s.at = noon.Add(11 * time.Minute)
	refusedWith(t, verify(verifier), "invalid token") // expired
}

func TestAutoConsent(t *testing.T) {
	r, s := vendorOf(t, identity.Config{AutoConsent: "bob"})
	token := text(t, answer(t, s.post(t, r, "request_token", map[string]string{"oauth_callback": "https://vendor.example/"}), 200), "oauth_token")
	reply := serve(t, r, request("GET", "https://localhost/authorize?oauth_token="+token), "", noon)
	if reply.Status != 302 || !strings.Contains(reply.Header.Get("Location"), "oauth_verifier=") {
		t.Fatalf("reply %+v", reply)
	}
	for _, path := range []string{"/authorize?oauth_token=%3Cscript%3E", "/authorize"} {
		if reply := serve(t, r, request("GET", "https://localhost"+path), "", noon); reply.Status != 400 || strings.Contains(reply.HTML, "<script>") {
			t.Errorf("%s: %+v", path, reply)
		}
	}
}
