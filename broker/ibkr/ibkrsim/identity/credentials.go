package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
)

// keyBits is the length of the RSA keys that IBKR asks for.
const keyBits = 2048

// Credentials are all keys of one user, the private halves as well: what a
// client needs to come as OAuth 1.0a consumer and as OAuth 2.0 client.
type Credentials struct {
	User   User
	OAuth1 OAuth1Credentials
	OAuth2 OAuth2Credentials
}

// OAuth1Credentials are a first party's keys and tokens.
type OAuth1Credentials struct {
	ConsumerKey, Realm string
	SignatureKey       *rsa.PrivateKey
	EncryptionKey      *rsa.PrivateKey
	Prime              *big.Int
	AccessToken        string
	AccessTokenSecret  string // encrypted to EncryptionKey, in base64

	// ThirdParty makes the consumer one that may ask any user for consent
	// (POST /oauth/request_token), as an approved vendor's may.
	ThirdParty bool

	secret []byte
}

// OAuth2Credentials are a client's id, key and scopes.
type OAuth2Credentials struct {
	ClientID, KeyID string
	Key             *rsa.PrivateKey
	Scopes          []string
	Users           []string // for whom it may open SSO sessions; empty is all
}

// DefaultPrime is the 2048-bit prime of RFC 3526, group 14.
func DefaultPrime() *big.Int {
	p, _ := new(big.Int).SetString(
		"ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"+
			"ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"+
			"ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f"+
			"83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"+
			"e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510"+
			"15728e5a8aacaa68ffffffffffffffff", 16)
	return p
}

// Generate makes credentials for a user. Names and secrets come from random,
// nil being crypto/rand; the RSA keys always come from crypto/rand, whose
// GenerateKey takes no other source any more.
func Generate(random io.Reader, user User) (*Credentials, error) {
	if random == nil {
		random = rand.Reader
	}
	if !ValidName(user.Name) {
		return nil, fmt.Errorf("identity: username %q: want letters, digits and ._-", user.Name)
	}
	var keys [3]*rsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(random, keyBits); err != nil {
			return nil, fmt.Errorf("identity: %w", err)
		}
	}
	noise := make([]byte, 9+10+10+32)
	if _, err := io.ReadFull(random, noise); err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	secret := noise[29:]
	encrypted, err := encryptSecret(&keys[1].PublicKey, secret)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	return &Credentials{
		User: user,
		OAuth1: OAuth1Credentials{ConsumerKey: capitals(noise[:9]), Realm: Realm, SignatureKey: keys[0], EncryptionKey: keys[1],
			Prime: DefaultPrime(), AccessToken: hex.EncodeToString(noise[9:19]), AccessTokenSecret: encrypted, secret: secret},
		OAuth2: OAuth2Credentials{ClientID: user.Name + "-" + hex.EncodeToString(noise[19:29]), KeyID: "main", Key: keys[2], Scopes: AllScopes(),
			Users: []string{user.Name}},
	}, nil
}

// capitals are upper-case letters, one for each byte.
func capitals(b []byte) string {
	out := slices.Clone(b)
	for i := range out {
		out[i] = 'A' + out[i]%26
	}
	return string(out)
}

// Register makes the user and its keys known to a registry, as uploading the
// public halves to IBKR does. A user who is known already keeps the password.
func (c *Credentials) Register(r *Registry) error {
	return c.entry().admit(r)
}

// entry is what the server keeps of the credentials.
func (c *Credentials) entry() *registered {
	one, two := &c.OAuth1, &c.OAuth2
	return &registered{
		Users: []User{c.User},
		Consumers: []Consumer{{Key: one.ConsumerKey, Realm: one.Realm, SignatureKey: &one.SignatureKey.PublicKey,
			EncryptionKey: &one.EncryptionKey.PublicKey, Prime: one.Prime, ThirdParty: one.ThirdParty}},
		Grants:  []Grant{{Token: one.AccessToken, Secret: one.secret, Consumer: one.ConsumerKey, User: c.User.Name}},
		Clients: []Client{{ID: two.ClientID, KeyID: two.KeyID, Key: &two.Key.PublicKey, Scopes: two.Scopes, Users: two.Users}},
	}
}

// registered is everything that users have registered.
type registered struct {
	Users     []User
	Consumers []Consumer
	Grants    []Grant
	Clients   []Client
}

// admit is register, but for users who are known already.
func (f *registered) admit(r *Registry) error {
	others := *f
	others.Users = slices.DeleteFunc(slices.Clone(f.Users), func(u User) bool {
		_, known := r.users[u.Name]
		return known
	})
	return others.register(r)
}

func (f *registered) register(r *Registry) error {
	var errs []error
	for _, u := range f.Users {
		errs = append(errs, r.AddUser(u))
	}
	for i := range f.Consumers {
		errs = append(errs, r.AddConsumer(f.Consumers[i]))
	}
	for _, g := range f.Grants {
		errs = append(errs, r.AddGrant(g))
	}
	for i := range f.Clients {
		errs = append(errs, r.AddClient(f.Clients[i]))
	}
	return errors.Join(errs...)
}
