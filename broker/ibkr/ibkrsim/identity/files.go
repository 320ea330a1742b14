package identity

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// serverFile is the file of a directory of keys that the simulator reads.
const serverFile = "server.json"

// maxServerFile bounds server.json.
const maxServerFile = 16 << 20

// The JSON of server.json: keys as PEM, numbers and secrets in hex.
type (
	fileJSON struct {
		Users     []User         `json:"users"`
		Consumers []consumerJSON `json:"consumers"`
		Grants    []grantJSON    `json:"grants"`
		Clients   []clientJSON   `json:"clients"`
	}
	consumerJSON struct {
		Key           string     `json:"consumer_key"`
		Realm         string     `json:"realm"`
		SignatureKey  string     `json:"signature_public_key"`
		EncryptionKey string     `json:"encryption_public_key"`
		Prime         string     `json:"dh_prime"`
		ThirdParty    bool       `json:"third_party"`
		ActiveFrom    *time.Time `json:"active_from,omitempty"`
	}
	grantJSON struct {
		Token    string `json:"access_token"`
		Secret   string `json:"access_token_secret"`
		Consumer string `json:"consumer_key"`
		User     string `json:"user"`
	}
	clientJSON struct {
		ID     string   `json:"client_id"`
		KeyID  string   `json:"key_id"`
		Key    string   `json:"public_key"`
		Scopes []string `json:"scopes"`
		Users  []string `json:"users,omitempty"`
	}
)

// Load registers what DIR/server.json holds: WriteClient made it, and it may
// be edited. A user who is known already keeps the password that was set
// before. The error names what is wrong.
func (r *Registry) Load(dir string) error {
	f, err := readServerFile(filepath.Join(dir, serverFile))
	if err != nil {
		return err
	}
	return f.admit(r)
}

func readServerFile(path string) (*registered, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	if len(text) > maxServerFile {
		return nil, fmt.Errorf("identity: %s is larger than %d bytes", path, maxServerFile)
	}
	f, err := parseServerFile(text)
	if err != nil {
		return nil, fmt.Errorf("identity: %s: %w", path, err)
	}
	return f, nil
}

func parseServerFile(text []byte) (*registered, error) {
	var in fileJSON
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return nil, err
	}
	out := &registered{Users: in.Users}
	for _, c := range in.Consumers {
		signature, err1 := publicKey(c.SignatureKey)
		encryption, err2 := publicKey(c.EncryptionKey)
		prime, ok := new(big.Int).SetString(c.Prime, 16)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("consumer %q: public keys: %w", c.Key, err)
		}
		if !ok {
			return nil, fmt.Errorf("consumer %q: dh_prime: want hex", c.Key)
		}
		one := Consumer{Key: c.Key, Realm: c.Realm, SignatureKey: signature, EncryptionKey: encryption, Prime: prime, ThirdParty: c.ThirdParty}
		if c.ActiveFrom != nil {
			one.ActiveFrom = *c.ActiveFrom
		}
		out.Consumers = append(out.Consumers, one)
	}
	for _, g := range in.Grants {
		secret, err := hex.DecodeString(g.Secret)
		if err != nil {
			return nil, fmt.Errorf("grant of %q: access_token_secret: want hex", g.User)
		}
		out.Grants = append(out.Grants, Grant{Token: g.Token, Secret: secret, Consumer: g.Consumer, User: g.User})
	}
	for _, c := range in.Clients {
		key, err := publicKey(c.Key)
		if err != nil {
			return nil, fmt.Errorf("client %q: public_key: %w", c.ID, err)
		}
		out.Clients = append(out.Clients, Client{ID: c.ID, KeyID: c.KeyID, Key: key, Scopes: c.Scopes, Users: c.Users})
	}
	return out, nil
}

// encode is the text of server.json.
func (f *registered) encode() ([]byte, error) {
	out := fileJSON{Users: f.Users}
	for i := range f.Consumers {
		c := &f.Consumers[i]
		one := consumerJSON{Key: c.Key, Realm: c.Realm, Prime: c.Prime.Text(16), ThirdParty: c.ThirdParty}
		if !c.ActiveFrom.IsZero() {
			one.ActiveFrom = &c.ActiveFrom
		}
		var err1, err2 error
		one.SignatureKey, err1 = publicPEM(c.SignatureKey)
		one.EncryptionKey, err2 = publicPEM(c.EncryptionKey)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		out.Consumers = append(out.Consumers, one)
	}
	for _, g := range f.Grants {
		out.Grants = append(out.Grants, grantJSON{g.Token, hex.EncodeToString(g.Secret), g.Consumer, g.User})
	}
	for i := range f.Clients {
		c := &f.Clients[i]
		key, err := publicPEM(c.Key)
		if err != nil {
			return nil, err
		}
		out.Clients = append(out.Clients, clientJSON{c.ID, c.KeyID, key, c.Scopes, c.Users})
	}
	return json.MarshalIndent(out, "", "  ")
}

func publicPEM(key *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

func publicKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("not an RSA key")
	}
	return public, nil
}

// dhParameters is the DHParameter of PKCS #3. ASN.1 integers are signed: the
// encoder puts the 00 in front of a prime whose first bit is set.
func dhParameters(prime *big.Int) ([]byte, error) {
	der, err := asn1.Marshal(struct{ P, G *big.Int }{prime, generator})
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der}), nil
}

func privatePEM(key *rsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// existing is what a directory's server.json holds; nothing when there is none.
func existing(path string) (*registered, error) {
	f, err := readServerFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &registered{}, nil
	}
	return f, err
}
