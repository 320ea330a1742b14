package identity_test

import (
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/identity"
)

// Nobody is let in by a header that was not signed, whatever it holds, and
// nothing panics.
func FuzzAuthorization(f *testing.F) {
	r, s := ready(f, identity.Config{})
	good := s.signHMAC("GET", target, nil)
	for _, seed := range []string{good, good[:60], "Bearer x", "Bearer a.b.c", "OAuth", `OAuth realm="x",a="%41"`, `OAuth a="b",a="b"`, "Basic x"} {
		f.Add(seed, "symbol=BRK%20B&a=b")
	}
	f.Fuzz(func(t *testing.T, header, query string) {
		q := request("POST", "https://api.ibkr.com/v1/api/iserver/account")
		q.Header.Set("Authorization", header)
		q.URL.RawQuery = query
		c, refused, ok := r.Authenticate(q, []byte("a=b&%zz"), noon)
		if ok {
			t.Fatalf("%q let %+v in", header, c)
		}
		if refused.Status != 401 {
			t.Fatalf("%q: status %d", header, refused.Status)
		}
		for _, path := range []string{"request_token", "live_session_token"} {
			q := request("POST", oauth+path)
			q.Header.Set("Authorization", header)
			if reply := serve(t, r, q, "", noon); reply.Status == 200 {
				t.Fatalf("%q got a token", header)
			}
		}
	})
}

// No text but the client's own JWT gets a bearer token.
func FuzzJWT(f *testing.F) {
	r := registryOf(f, identity.Config{})
	good := jwt(rs256, assertionClaims(), keys().OAuth2.Key)
	for _, seed := range []string{good, good[:len(good)-4], good + "\n", strings.Replace(good, ".", ".\n", 1), jwt(`{"alg":"none"}`, assertionClaims(), nil), "a.b.c", "..", "e30.e30.", "bnVsbA.bnVsbA."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, assertion string) {
		reply := tokenReply(t, r, assertion, "", noon)
		if (reply.Status == 200) != (assertion == good) {
			t.Fatalf("%q: status %d", assertion, reply.Status)
		}
	})
}

// Cookies come from anybody.
func FuzzCookie(f *testing.F) {
	f.Add(`api={"session":"x"}`)
	f.Add(`api=%7B%22session%22`)
	f.Add(`api=;api="`)
	f.Fuzz(func(t *testing.T, cookie string) {
		q := request("GET", "https://localhost/v1/api/ws")
		q.Header["Cookie"] = []string{cookie}
		if got := identity.SessionCookie(q); len(got) > len(cookie) {
			t.Fatalf("session %q of cookie %q", got, cookie)
		}
	})
}
