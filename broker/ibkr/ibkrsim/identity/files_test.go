package identity_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gannet/broker/ibkr/ibkrsim/identity"
)

func private(t *testing.T, path string) *rsa.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	check(t, err)
	one, ok := key.(*rsa.PrivateKey)
	if !ok {
		t.Fatal("not an RSA key")
	}
	return one
}

// What is written can be used by a client that reads the files and a simulator
// that reads server.json, and by nobody else on the machine.
func TestWriteAndLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	lines, err := identity.WriteClient(dir, keys())
	check(t, err)
	other := *keys()
	other.User = identity.User{Name: "carol", Password: "x"}
	other.OAuth1.ConsumerKey, other.OAuth1.AccessToken, other.OAuth2.ClientID = "CAROLCONS", "cafe", "carol-1"
	_, err = identity.WriteClient(dir, &other)
	check(t, err)
	if !strings.Contains(strings.Join(lines, "\n"), "dhparam.pem: OAuth 1.0a") {
		t.Errorf("the lines do not say what is what: %q", lines)
	}
	check(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		check(t, err)
		info, err := d.Info()
		check(t, err)
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	}))
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, "alice", name))
		check(t, err)
		return string(text)
	}
	mine := &identity.Credentials{OAuth1: identity.OAuth1Credentials{ConsumerKey: read("consumer_key"), AccessToken: read("access_token"),
		AccessTokenSecret: read("access_token_secret"), Prime: prime(t, []byte(read("dhparam.pem"))),
		SignatureKey:  private(t, filepath.Join(dir, "alice", "private_signature.pem")),
		EncryptionKey: private(t, filepath.Join(dir, "alice", "private_encryption.pem"))}}

	r := identity.New(identity.Config{})
	check(t, r.AddUser(identity.User{Name: "carol", Password: "configured"}))
	check(t, r.Load(dir))
	signerOf(mine).login(t, r, mine)
	if u, ok := r.User("carol"); !ok || u.Password != "configured" || len(r.Users()) != 2 {
		t.Errorf("users %v", r.Users())
	}
	assertion := jwt(strings.Replace(rs256, "main", read("client_key_id"), 1),
		with(assertionClaims(), map[string]any{"iss": read("client_id"), "sub": read("client_id")}), private(t, filepath.Join(dir, "alice", "oauth2_private_key.pem")))
	answer(t, tokenReply(t, r, assertion, read("scopes"), noon), 200)
}

// prime reads a dhparam.pem.
func prime(t *testing.T, text []byte) *big.Int {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "DH PARAMETERS" {
		t.Fatalf("not DH parameters: %s", text)
	}
	var p struct{ P, G *big.Int }
	_, err := asn1.Unmarshal(block.Bytes, &p)
	check(t, err)
	if p.P.Sign() <= 0 || p.G.Int64() != 2 {
		t.Fatalf("prime %v, generator %v", p.P, p.G)
	}
	return p.P
}

// A prime without its sign byte is a negative number to the server of IBKR.
func TestPrimeIsPositive(t *testing.T) {
	text, err := identity.DHPEM(identity.DefaultPrime())
	check(t, err)
	block, _ := pem.Decode(text)
	if !bytes.Contains(block.Bytes[:12], []byte{0x02, 0x82, 0x01, 0x01, 0x00, 0xff}) {
		t.Errorf("no sign byte: % x", block.Bytes[:12])
	}
}

func TestKeysAreNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	_, err := identity.WriteClient(dir, keys())
	check(t, err)
	before, err := os.ReadFile(filepath.Join(dir, "server.json"))
	check(t, err)
	if _, err := identity.WriteClient(dir, keys()); err == nil {
		t.Error("written twice")
	}
	after, err := os.ReadFile(filepath.Join(dir, "server.json"))
	check(t, err)
	if !bytes.Equal(before, after) {
		t.Error("server.json changed")
	}
}

func TestLoadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"": "EOF", "{": "EOF", `{"user":[]}`: "unknown field", `{"users":[{"name":"../x"}]}`: "username",
		`{"consumers":[{"consumer_key":"A"}]}`:                             "not PEM",
		`{"grants":[{"access_token_secret":"xyz"}]}`:                       "want hex",
		`{"grants":[{"access_token":"a","access_token_secret":"00"}]}`:     "no consumer",
		`{"clients":[{"client_id":"a","public_key":"-----BEGIN X-----"}]}`: "not PEM",
	} {
		dir := t.TempDir()
		check(t, os.WriteFile(filepath.Join(dir, "server.json"), []byte(text), 0o600))
		if err := identity.New(identity.Config{}).Load(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if err := identity.New(identity.Config{}).Load(t.TempDir()); err == nil {
		t.Error("a directory without server.json was loaded")
	}
}

func TestRegistrationRefuses(t *testing.T) {
	r, one := registryOf(t, identity.Config{}), &keys().OAuth1
	good := identity.Consumer{Key: "OTHERCONS", SignatureKey: &one.SignatureKey.PublicKey, EncryptionKey: &one.EncryptionKey.PublicKey, Prime: one.Prime}
	small := &rsa.PublicKey{N: big.NewInt(77), E: 3}
	for name, change := range map[string]func(c *identity.Consumer){
		"no key":         func(c *identity.Consumer) { c.Key = "" },
		"taken":          func(c *identity.Consumer) { c.Key = one.ConsumerKey },
		"no public key":  func(c *identity.Consumer) { c.SignatureKey = nil },
		"small key":      func(c *identity.Consumer) { c.EncryptionKey = small },
		"no prime":       func(c *identity.Consumer) { c.Prime = nil },
		"negative prime": func(c *identity.Consumer) { c.Prime = new(big.Int).Neg(one.Prime) },
		"not a prime":    func(c *identity.Consumer) { c.Prime = new(big.Int).Add(one.Prime, big.NewInt(1)) },
	} {
		c := good
		change(&c)
		if r.AddConsumer(c) == nil {
			t.Errorf("%s: registered", name)
		}
	}
	check(t, r.AddConsumer(good))
	for _, g := range []identity.Grant{{}, {Token: "a", Secret: []byte("x"), Consumer: "NOBODY", User: "alice"},
		{Token: "a", Secret: []byte("x"), Consumer: "OTHERCONS", User: "nobody"}, {Token: one.AccessToken, Secret: []byte("x"), Consumer: "OTHERCONS", User: "alice"}} {
		if r.AddGrant(g) == nil {
			t.Errorf("%+v: registered", g)
		}
	}
	for _, c := range []identity.Client{{}, {ID: "a", KeyID: "b", Key: small}, {ID: keys().OAuth2.ClientID, KeyID: "b", Key: &keys().OAuth2.Key.PublicKey}} {
		if r.AddClient(c) == nil {
			t.Errorf("%s: registered", c.ID)
		}
	}
	if r.AddUser(alice) == nil || r.AddUser(identity.User{Name: ".."}) == nil {
		t.Error("a user was registered twice, or with a path for a name")
	}
}
