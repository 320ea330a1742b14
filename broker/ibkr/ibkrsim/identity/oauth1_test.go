package identity_test

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gannet/broker/ibkr/ibkrsim/identity"
)

const target = "https://api.ibkr.com/v1/api/portfolio/accounts"

// ready is alice with a live session token.
func ready(t testing.TB, cfg identity.Config) (*identity.Registry, *signer) {
	t.Helper()
	r, s := registryOf(t, cfg), signerOf(keys())
	s.login(t, r, keys())
	return r, s
}

func TestSignedRequest(t *testing.T) {
	r, s := ready(t, identity.Config{})
	c, refused, ok := r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, noon)
	if !ok || c.User != "alice" || !c.Paper || !c.LST {
		t.Fatalf("%+v %v", c, refused.Body)
	}
	r.Logout(c)
	_, refused, _ = r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, noon)
	refusedWith(t, refused, "invalid token")
}

// A request that should not pass says why, as a client's log will show it.
func TestSignedRequestRefused(t *testing.T) {
	cases := map[string]struct {
		change func(s *signer)
		method string
		now    time.Duration
		want   string
	}{
		"unknown consumer":      {change: func(s *signer) { s.key = "NOBODYXYZ" }, want: "invalid consumer"},
		"wrong realm":           {change: func(s *signer) { s.realm = "test_realm" }, want: "invalid consumer"},
		"unknown token":         {change: func(s *signer) { s.token = "00" }, want: "invalid token"},
		"wrong secret":          {change: func(s *signer) { s.lst = []byte("another") }, want: "invalid signature"},
		"another HTTP method":   {method: "POST", want: "invalid signature"},
		"timestamp too old":     {now: 6 * time.Minute, want: "invalid timestamp"},
		"timestamp ahead":       {now: -6 * time.Minute, want: "invalid timestamp"},
		"RSA where HMAC belong": {change: func(s *signer) { s.method = "RSA-SHA256" }, want: "invalid signature method"},
		"no nonce":              {change: func(s *signer) { s.nonce = strings.Repeat("x", 200) }, want: "invalid authorization header"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, s := ready(t, identity.Config{})
			if c.change != nil {
				c.change(s)
			}
			if c.method == "" {
				c.method = "GET"
			}
			q := request("GET", target, "Authorization", s.signHMAC(c.method, target, nil))
			_, refused, ok := r.Authenticate(q, nil, noon.Add(c.now))
			if ok {
				t.Fatal("accepted")
			}
			refusedWith(t, refused, c.want)
		})
	}
}

func TestReplayIsRefused(t *testing.T) {
	r, s := ready(t, identity.Config{})
	q := request("GET", target, "Authorization", s.signHMAC("GET", target, nil))
	if _, _, ok := r.Authenticate(q, nil, noon); !ok {
		t.Fatal("refused")
	}
	_, refused, _ := r.Authenticate(q, nil, noon.Add(4*time.Minute))
	refusedWith(t, refused, "nonce already used")
	if _, refused, _ = r.Authenticate(q, nil, noon.Add(time.Hour)); refused.Status != 401 {
		t.Fatal("a request of an hour ago was accepted")
	}
}

// A wrong signature must not use up the nonce of the right one.
func TestForgeryDoesNotBurnNonce(t *testing.T) {
	r, s := ready(t, identity.Config{})
	s.nonce = "k3JtP9sYwQ1aZx7c"
	good := s.signHMAC("GET", target, nil)
	s.lst = []byte("forged")
	_, refused, _ := r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, noon)
	refusedWith(t, refused, "invalid signature")
	if _, _, ok := r.Authenticate(request("GET", target, "Authorization", good), nil, noon); !ok {
		t.Fatal("the owner of the nonce was refused")
	}
}

func TestLiveTokenExpires(t *testing.T) {
	r, s := ready(t, identity.Config{})
	s.at = noon.Add(24*time.Hour - time.Second)
	if _, _, ok := r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, s.at); !ok {
		t.Fatal("refused before its end")
	}
	s.at = noon.Add(24 * time.Hour)
	_, refused, _ := r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, s.at)
	refusedWith(t, refused, "live session token expired")
	s.login(t, r, keys())
	if _, _, ok := r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, s.at); !ok {
		t.Fatal("refused with a new one")
	}
	r.EndSessions()
	_, refused, _ = r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, s.at)
	refusedWith(t, refused, "invalid token")
}

// A client signs the URL it believes in: the address of the simulator, with
// or without its port, IBKR's, or one behind a proxy.
func TestWhereTheClientBelievesItIs(t *testing.T) {
	cfg := identity.Config{PublicURLs: []string{"https://api.ibkr.com", "https://gate.example/sim", "https://api.example/v1/api"}}
	const path = "/v1/api/iserver/secdef/search"
	for believed, ok := range map[string]bool{
		"https://api.ibkr.com" + path:               true,
		"https://gate.example/sim" + path:           true,
		"https://api.example" + path:                true,
		"https://localhost:5000" + path:             true,
		"http://localhost:5000" + path:              true,
		"https://localhost:5001" + path:             false,
		"https://elsewhere.example" + path:          false,
		"https://localhost:5000/v1/portal" + path:   false,
		"https://localhost:5000" + path + "/":       false,
		"https://localhost:5000" + path + "?query=": false,
	} {
		r, s := ready(t, cfg)
		q := request("GET", "https://localhost:5000"+path+"?symbol=SPY", "Authorization", s.signHMAC("GET", believed, nil))
		if _, _, got := r.Authenticate(q, nil, noon); got != ok {
			t.Errorf("signed %s: accepted %t", believed, got)
		}
	}
}

func TestStandardPort(t *testing.T) {
	for _, believed := range []string{"https://Sim.Example:443", "https://sim.example"} {
		r, s := ready(t, identity.Config{})
		q := request("GET", "https://Sim.Example:443/v1/api/tickle", "Authorization", s.signHMAC("GET", believed+"/v1/api/tickle", nil))
		if _, _, ok := r.Authenticate(q, nil, noon); !ok {
			t.Errorf("signed %s: refused", believed)
		}
	}
}

// How clients sign "symbol=BRK B": left out, as sent, unescaped, in lower
// case, and as RFC 5849 has it.
func TestQuerySignings(t *testing.T) {
	const base = "https://api.ibkr.com/v1/api/iserver/secdef/search"
	for _, sent := range []string{"?symbol=BRK%20B&name=true", "?symbol=BRK+B&name=true"} {
		for signed, query := range map[string]map[string]string{
			base:                               nil,
			base + sent:                        nil,
			base + "?symbol=BRK B&name=true":   nil,
			base + "?symbol=BRK%20B&name=true": nil,
			strings.ToLower(base + sent):       nil,
			base + " (RFC 5849)":               {"symbol": "BRK%20B", "name": "true"},
			base + " (raw)":                    {"symbol": "BRK B", "name": "true"},
		} {
			r, s := ready(t, identity.Config{})
			u, _, _ := strings.Cut(signed, " (")
			q := request("GET", base+sent, "Authorization", s.signHMAC("GET", u, query))
			if _, _, ok := r.Authenticate(q, nil, noon); !ok {
				t.Errorf("sent %s, signed %s: refused", sent, signed)
			}
		}
		r, s := ready(t, identity.Config{})
		q := request("GET", base+sent, "Authorization", s.signHMAC("GET", base+"?symbol=AAPL", nil))
		if _, _, ok := r.Authenticate(q, nil, noon); ok {
			t.Error("another query's signature was accepted")
		}
	}
}

func TestFormParameters(t *testing.T) {
	r, s := ready(t, identity.Config{})
	q := request("POST", target, "Authorization", s.signHMAC("POST", target, map[string]string{"compete": "true"}),
		"Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if _, _, ok := r.Authenticate(q, []byte("compete=true"), noon); !ok {
		t.Fatal("RFC 5849's signature over a form was refused")
	}
}

func TestLiveSessionTokenRefused(t *testing.T) {
	secret := hex.EncodeToString(plainSecret(t, keys().OAuth1.EncryptionKey, keys().OAuth1.AccessTokenSecret))
	p := keys().OAuth1.Prime
	minusOne := new(big.Int).Sub(p, big.NewInt(1)).Text(16)
	cases := map[string]struct {
		change    func(s *signer)
		prepend   string
		challenge string
		status    int
		want      string
	}{
		"secret wrongly decrypted": {prepend: "00" + secret, challenge: "abc", want: "invalid signature"},
		"no secret in front":       {prepend: "-", challenge: "abc", want: "invalid signature"},
		"key of another":           {change: func(s *signer) { s.rsa = keys().OAuth2.Key }, challenge: "abc", want: "invalid signature"},
		"wrong realm":              {change: func(s *signer) { s.realm = "test_realm" }, challenge: "abc", want: "invalid consumer"},
		"HMAC":                     {change: func(s *signer) { s.method = "HMAC-SHA256" }, challenge: "abc", want: "invalid signature method"},
		"unknown access token":     {change: func(s *signer) { s.token = "beef" }, challenge: "abc", want: "LST failed, error: No access secret key found for " + keys().OAuth1.ConsumerKey},
		"no challenge":             {status: 400},
		"challenge 0":              {challenge: "0", status: 400},
		"challenge 1":              {challenge: "01", status: 400},
		"challenge p-1":            {challenge: minusOne, status: 400},
		"challenge p+1":            {challenge: new(big.Int).Add(p, big.NewInt(1)).Text(16), status: 400},
		"challenge negative":       {challenge: "-5", status: 400},
		"challenge not hex":        {challenge: "0x1f", status: 400},
		"challenge endless":        {challenge: strings.Repeat("0", 2000) + "5", status: 400},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, s := registryOf(t, identity.Config{}), signerOf(keys())
			if c.change != nil {
				c.change(s)
			}
			prepend := map[string]string{"": secret, "-": ""}[c.prepend]
			if len(c.prepend) > 1 {
				prepend = c.prepend
			}
			header := s.signRSA(liveURL, prepend, map[string]string{"diffie_hellman_challenge": c.challenge})
			reply := serve(t, r, request("POST", liveURL, "Authorization", header), "", noon)
			if c.status != 0 {
				answer(t, reply, c.status)
				return
			}
			refusedWith(t, reply, c.want)
		})
	}
}

// A consumer registered today is unknown until the next day.
func TestConsumerNotActiveYet(t *testing.T) {
	r := identity.New(identity.Config{})
	check(t, r.AddUser(alice))
	one := &keys().OAuth1
	check(t, r.AddConsumer(identity.Consumer{Key: "TESTCONS", SignatureKey: &one.SignatureKey.PublicKey,
		EncryptionKey: &one.EncryptionKey.PublicKey, Prime: one.Prime, ThirdParty: true, ActiveFrom: noon.Add(time.Hour)}))
	s := signerOf(keys())
	s.key, s.realm, s.token = "TESTCONS", "test_realm", ""
	const u = "https://api.ibkr.com/v1/api/oauth/request_token"
	ask := func() string { return s.signRSA(u, "", map[string]string{"oauth_callback": "oob"}) }
	refusedWith(t, serve(t, r, request("POST", u, "Authorization", ask()), "", noon), "invalid consumer")
	s.at = noon.Add(time.Hour)
	answer(t, serve(t, r, request("POST", u, "Authorization", ask()), "", s.at), 200)
}

// Whatever a client draws, both sides come to the same secret.
func TestExchangeAgrees(t *testing.T) {
	r := registryOf(t, identity.Config{})
	c := keys()
	secret := plainSecret(t, c.OAuth1.EncryptionKey, c.OAuth1.AccessTokenSecret)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		if n++; n > 10 {
			return // each draw costs two exponentiations
		}
		a := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 32).Draw(t, "a"))
		challenge := new(big.Int).Exp(big.NewInt(2), a, c.OAuth1.Prime)
		if challenge.BitLen() < 2 {
			return
		}
		s := signerOf(c)
		header := s.signRSA(liveURL, hex.EncodeToString(secret), map[string]string{"diffie_hellman_challenge": "0" + challenge.Text(16)})
		reply, _ := r.Serve(request("POST", liveURL, "Authorization", header), nil, noon)
		body := fmt.Sprint(reply.Body)
		fields, ok := reply.Body.(map[string]any)
		if reply.Status != 200 || !ok {
			t.Fatalf("status %d: %s", reply.Status, body)
		}
		b, _ := new(big.Int).SetString(fields["diffie_hellman_response"].(string), 16)
		live := hash(identity.SecretBytes(b.Exp(b, a, c.OAuth1.Prime)), secret)
		if hex.EncodeToString(hash(live, []byte(s.key))) != fields["live_session_token_signature"] {
			t.Fatal("the sides disagree")
		}
	})
}

// Nonces are forgotten with their timestamps.
func TestNoncesAreBounded(t *testing.T) {
	r, s := ready(t, identity.Config{Skew: time.Minute})
	for i := range 200 {
		s.at = noon.Add(time.Duration(i) * time.Minute)
		if _, refused, ok := r.Authenticate(request("GET", target, "Authorization", s.signHMAC("GET", target, nil)), nil, s.at); !ok {
			t.Fatal(refused.Body)
		}
	}
	if n := r.Nonces(); n > 4 {
		t.Errorf("%d nonces are remembered, want those of three minutes", n)
	}
}

func TestMalformedHeaders(t *testing.T) {
	r, s := ready(t, identity.Config{})
	good := s.signHMAC("GET", target, nil)
	for _, header := range []string{"OAuth", "OAuth ", "OAuth realm", `OAuth realm="`, good + ",", good + ", ,",
		strings.Replace(good, "OAuth ", "OAuth  x", 1), good + `, oauth_nonce="again"`, strings.ReplaceAll(good, `"`, ""),
		"OAuth " + strings.Repeat(`a="b", `, 50), good + `, x="%zz"`, "OAuth " + strings.Repeat("x", 1<<15)} {
		_, refused, ok := r.Authenticate(request("GET", target, "Authorization", header), nil, noon)
		if ok || refused.Status != 401 {
			t.Errorf("%.60s: accepted %t, status %d", header, ok, refused.Status)
		}
	}
	q := request("GET", target, "Authorization", good)
	q.Header.Add("Authorization", good)
	if _, _, ok := r.Authenticate(q, nil, noon); ok {
		t.Error("two headers were accepted")
	}
	reordered := strings.Replace(good, `realm="limited_poa", `, "", 1) + `,realm="limited_poa"`
	if _, refused, ok := r.Authenticate(request("GET", target, "Authorization", reordered), nil, noon); !ok {
		t.Error("realm at the end was refused: ", refused.Body)
	}
}
