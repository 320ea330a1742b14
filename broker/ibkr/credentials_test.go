//go:build unix

package ibkr

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rs/zerolog"
)

func credentialFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "credential")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// A file that others can read is no place for a key.
func TestCredentialMode(t *testing.T) {
	path := credentialFile(t, "token\n")
	for mode, want := range map[os.FileMode]string{
		0o600: "", 0o400: "", 0o640: "has mode 0640, others can read or change it; chmod 600 " + path,
		0o604: "chmod 600", 0o620: "chmod 600", 0o644: "chmod 600", 0o777: "chmod 600", 0o601: "chmod 600",
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		secret, err := ReadSecret(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("mode %o: %v, want %q", mode, err, want)
		}
		if err == nil && secret.Reveal() != "token" {
			t.Errorf("mode %o: %q", mode, secret.Reveal())
		}
	}
}

func TestCredentialOwner(t *testing.T) {
	path := credentialFile(t, "token")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkUser(path, info, os.Geteuid()); err != nil {
		t.Error(err)
	}
	if err := checkUser(path, info, os.Geteuid()+1); err == nil || !strings.Contains(err.Error(), "who runs this program") {
		t.Errorf("another owner: %v", err)
	}
}

func TestCredentialFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"": "no file is named", "absent/x": "no such file", t.TempDir(): "is not a file", pipe: "is not a file",
		credentialFile(t, " \n"): "is empty", credentialFile(t, "a\nb"): "want one line",
		credentialFile(t, strings.Repeat("x", 65<<10)): "larger than 64 KiB",
	} {
		if _, err := ReadSecret(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
}

// Each kind of wrong key says what it is.
func TestPrivateKeyFile(t *testing.T) {
	der := func(key any) []byte {
		b, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&testKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		pemText("PRIVATE KEY", der(testKey())):                             "",
		pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey())): "",
		pemText("PRIVATE KEY", der(small)):                                 "has 1024 bits, want 2048",
		pemText("PRIVATE KEY", der(curve)):                                 "is an elliptic curve key, want RSA",
		pemText("EC PRIVATE KEY", nil):                                     "is an elliptic curve key, want RSA",
		pemText("PRIVATE KEY", der(edwards)):                               "is an Ed25519 key, want RSA",
		pemText("PUBLIC KEY", public):                                      "is a PUBLIC KEY, want a PRIVATE KEY",
		pemText("CERTIFICATE", public):                                     "is a CERTIFICATE",
		pemText("DH PARAMETERS", public):                                   "is a DH PARAMETERS",
		pemText("ENCRYPTED PRIVATE KEY", public):                           "is protected by a password",
		"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n": "is protected by a password",
		pemText("PRIVATE KEY", public): "cannot be read",
		"MIIEvgIBADANBg":               "is not PEM",
	} {
		_, err := ReadPrivateKey(credentialFile(t, text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// DH parameters, and a prime that lost its leading zero octet: IBKR reads it
// as negative and answers 401 to everything.
func TestQuirk53DHParams(t *testing.T) {
	p, _ := new(big.Int).SetString(group14, 16)
	params := func(p, g *big.Int) []byte {
		b, err := asn1.Marshal(struct{ P, G *big.Int }{p, g})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	good := params(p, big.NewInt(2))
	negative := bytes.Replace(good, []byte{2, 0x82, 1, 1, 0, 0xff}, []byte{2, 0x82, 1, 0, 0xff}, 1)
	negative[3]-- // the sequence is one byte shorter
	length, err := asn1.Marshal(struct {
		P, G   *big.Int
		Length int
	}{p, big.NewInt(2), 225})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		pemText("DH PARAMETERS", good):                                                      "",
		pemText("DH PARAMETERS", length):                                                    "",
		pemText("DH PARAMETERS", negative):                                                  "the prime is negative: its leading zero octet is missing",
		pemText("DH PARAMETERS", params(p, big.NewInt(5))):                                  "generator is 5, want 2",
		pemText("DH PARAMETERS", params(big.NewInt(23), big.NewInt(2))):                     "the prime has 5 bits, want 2048",
		pemText("DH PARAMETERS", params(new(big.Int).Add(p, big.NewInt(2)), big.NewInt(2))): "is not prime",
		pemText("DH PARAMETERS", good[:20]):                                                 "damaged",
		pemText("PRIVATE KEY", good):                                                        "is a PRIVATE KEY, want DH PARAMETERS",
		"5":                                                                                 "is not PEM",
	} {
		got, err := ReadDHParams(credentialFile(t, text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if err == nil && got.Cmp(p) != 0 {
			t.Error("another prime was read")
		}
	}
}

// The access token secret is PKCS#1 v1.5. One that is encrypted otherwise
// does not decrypt, and the user is told which key is wrong.
func TestQuirk53SecretPadding(t *testing.T) {
	v := readVector(t)
	cfg := v.config(t)
	sealed, err := rsa.EncryptOAEP(sha256New(), rand.Reader, &cfg.EncryptionKey.PublicKey, []byte("secret"), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.AccessTokenSecret = NewSecret(base64Std(sealed))
	if _, err := NewOAuth1(cfg); err == nil || !strings.Contains(err.Error(), "cannot be decrypted") {
		t.Errorf("OAEP: %v", err)
	}
}

// All files of OAuth 1.0a, and all that is wrong with them at once.
func TestOAuth1Files(t *testing.T) {
	v := readVector(t)
	cfg := v.config(t)
	dir := t.TempDir()
	keys, err := GenerateKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	f := OAuth1Files{
		ConsumerKey: v.ConsumerKey, AccessToken: file("token", v.AccessToken+"\n"), AccessTokenSecret: file("secret", v.Secret+"\n"),
		SignatureKey:  file("s.pem", pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(cfg.SignatureKey))),
		EncryptionKey: file("e.pem", pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(cfg.EncryptionKey))),
		DHParams:      keys.DHParams,
	}
	o, err := f.Open()
	if err != nil || o.prime.Cmp(cfg.DHPrime) != 0 || fmt.Sprintf("%x", o.secret.Reveal()) != v.Prepend {
		t.Fatalf("%v", err)
	}
	s := newOAuthServer(t, bare)
	if err := get(oauthClient(t, s.URL, o, s.clock.now), "/sso/x", nil); err != nil {
		t.Error(err)
	}
	f.AccessToken, f.SignatureKey, f.DHParams = "absent", f.DHParams, ""
	_, err = f.Open()
	for _, want := range []string{"secret: stat absent", "is a DH PARAMETERS", "DH parameters: no file is named"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := (OAuth2Files{OAuth2Config: oauth2Config(), Key: keys.SignatureKey}).Open(); err != nil {
		t.Error(err)
	}
	if _, err := (OAuth2Files{OAuth2Config: oauth2Config(), Key: keys.SignaturePublic}).Open(); err == nil {
		t.Error("a public key opens")
	}
}

// A secret is never printed, however it is printed.
func TestSecretIsNotPrinted(t *testing.T) {
	const marker = "hunter2-marker"
	s := NewSecret(marker)
	type holder struct {
		Public  Secret
		private Secret
	}
	v := readVector(t)
	cfg := v.config(t)
	auth := v.auth(t)
	token := &lst{o: auth, key: s}
	cred := &bearer{s}
	var out bytes.Buffer
	for _, value := range []any{s, &s, holder{s, s}, &holder{s, s}, []Secret{s}, map[string]Secret{"a": s}, cfg, &cfg, auth, token, cred, newOAuth2(t)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
		if b, err := json.Marshal(value); err == nil {
			out.Write(b)
		}
		log := zerolog.New(&out)
		log.Info().Interface("v", value).Any("w", value).Str("s", s.String()).Stringer("t", s).Send()
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", value)
	}
	for _, secret := range []string{marker, fmt.Sprintf("%x", marker), v.AccessToken, v.Secret, v.Prepend, auth.signature.D.String(), "[104 117 110"} {
		if i := strings.Index(out.String(), secret); i >= 0 {
			t.Errorf("printed: %s", out.String()[max(0, i-80):i+len(secret)])
		}
	}
	if !strings.Contains(out.String(), secretMask) || s.Reveal() != marker || !(Secret{}).Empty() {
		t.Error("the secret is lost")
	}
}

// The keys that are made are those that the reader takes and openssl reads,
// and they never overwrite the ones IBKR may know.
func TestGenerateKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	keys, err := GenerateKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder %v %v", info.Mode(), err)
	}
	for _, path := range []string{keys.SignatureKey, keys.EncryptionKey} {
		if _, err := ReadPrivateKey(path); err != nil {
			t.Error(err)
		}
	}
	if _, err := ReadDHParams(keys.DHParams); err != nil {
		t.Error(err)
	}
	one, _ := os.ReadFile(keys.SignatureKey)
	two, _ := os.ReadFile(keys.EncryptionKey)
	if bytes.Equal(one, two) {
		t.Error("both keys are the same")
	}
	if _, err := GenerateKeys(dir); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("again: %v", err)
	}
	if after, _ := os.ReadFile(keys.SignatureKey); !bytes.Equal(one, after) {
		t.Error("the key was overwritten")
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl to read them with")
	}
	for _, args := range [][]string{
		{"pkey", "-in", keys.SignatureKey, "-noout", "-check"}, {"pkey", "-in", keys.EncryptionKey, "-noout", "-check"},
		{"pkey", "-pubin", "-in", keys.SignaturePublic, "-noout"}, {"pkey", "-pubin", "-in", keys.EncryptionPublic, "-noout"},
		{"dhparam", "-in", keys.DHParams, "-noout", "-check"},
	} {
		if out, err := exec.Command(openssl, args...).CombinedOutput(); err != nil {
			t.Errorf("openssl %v: %v\n%s", args, err, out)
		}
	}
}

// The safe prime is one: (p-1)/2 is prime, too.
func TestGroup14(t *testing.T) {
	p, ok := new(big.Int).SetString(group14, 16)
	if !ok || p.BitLen() != 2048 || !p.ProbablyPrime(1) || !new(big.Int).Rsh(p, 1).ProbablyPrime(1) {
		t.Error("not a safe prime of 2048 bits")
	}
	if readVector(t).Prime != strings.ToLower(group14) && "00"+strings.ToLower(group14) != readVector(t).Prime {
		t.Error("not the prime of the known answers")
	}
}
