package identity

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// Realms of OAuth 1.0a: TestRealm is for the consumer TESTCONS only.
const (
	Realm     = "limited_poa"
	TestRealm = "test_realm"
)

// testConsumer is the consumer key that IBKR's documentation uses.
const testConsumer = "TESTCONS"

// Consumer is what a client of OAuth 1.0a registers on IBKR's self-service
// portal.
type Consumer struct {
	Key           string         // nine upper-case letters
	Realm         string         // empty is the one that goes with Key
	SignatureKey  *rsa.PublicKey // checks its RSA-SHA256 signatures
	EncryptionKey *rsa.PublicKey // its access token secrets are encrypted to it
	Prime         *big.Int       // of the Diffie-Hellman exchange; the generator is 2
	ThirdParty    bool           // may ask users for consent
	ActiveFrom    time.Time      // unknown until then: real ones start with the next day
}

// generator is the Diffie-Hellman generator of all consumers.
var generator = big.NewInt(2)

// Grant is a user's permission to a consumer: an access token and its secret.
type Grant struct {
	Token    string
	Secret   []byte // in the clear, at most 200 bytes
	Consumer string // key
	User     string // name
}

// grant is a Grant and the live session token made from it.
type grant struct {
	Grant
	live liveToken
}

// AddConsumer makes a consumer known. It refuses a key that is taken, keys
// below 1024 bits and a prime that is none.
func (r *Registry) AddConsumer(c Consumer) error {
	switch {
	case !ValidName(c.Key):
		return fmt.Errorf("identity: consumer key %q: want letters and digits", c.Key)
	case r.consumers[c.Key] != nil:
		return fmt.Errorf("identity: there is a consumer %s already", c.Key)
	case c.SignatureKey == nil || c.EncryptionKey == nil:
		return fmt.Errorf("identity: consumer %s: want a signature key and an encryption key", c.Key)
	case c.Prime == nil || c.Prime.Sign() <= 0 || !c.Prime.ProbablyPrime(1):
		return fmt.Errorf("identity: consumer %s: the Diffie-Hellman prime is not a positive prime", c.Key)
	}
	if err := errors.Join(bigEnough(c.SignatureKey), bigEnough(c.EncryptionKey)); err != nil {
		return fmt.Errorf("identity: consumer %s: %w", c.Key, err)
	}
	if c.Realm == "" {
		c.Realm = Realm
		if c.Key == testConsumer {
			c.Realm = TestRealm
		}
	}
	r.consumers[c.Key] = &c
	return nil
}

func bigEnough(key *rsa.PublicKey) error {
	if bits := key.N.BitLen(); bits < 1024 || bits > 8192 {
		return fmt.Errorf("an RSA key of %d bits: want 1024 to 8192", bits)
	}
	return nil
}

// AddGrant gives a consumer an access token for a user; both must be known.
func (r *Registry) AddGrant(g Grant) error {
	_, known := r.users[g.User]
	switch {
	case g.Token == "" || len(g.Secret) == 0 || len(g.Secret) > 200:
		return errors.New("identity: an access token and a secret of 1 to 200 bytes are needed")
	case r.grants[g.Token] != nil:
		return errors.New("identity: the access token is taken")
	case r.consumers[g.Consumer] == nil:
		return fmt.Errorf("identity: no consumer %q", g.Consumer)
	case !known:
		return fmt.Errorf("%w: %q", errNoUser, g.User)
	}
	r.grants[g.Token] = &grant{Grant: g}
	return nil
}

// Client is what a client of OAuth 2.0 registers with IBKR.
type Client struct {
	ID     string
	KeyID  string         // "kid" of its JWTs
	Key    *rsa.PublicKey // checks its JWTs (RS256)
	Scopes []string       // that it may ask for
	Users  []string       // for whom it may open SSO sessions; empty is all
}

// AddClient makes a client known. It refuses an id that is taken.
func (r *Registry) AddClient(c Client) error {
	switch {
	case c.ID == "" || c.KeyID == "" || c.Key == nil:
		return errors.New("identity: an OAuth 2.0 client needs an id, a key id and a key")
	case r.clients[c.ID] != nil:
		return fmt.Errorf("identity: there is a client %s already", c.ID)
	}
	if err := bigEnough(c.Key); err != nil {
		return fmt.Errorf("identity: client %s: %w", c.ID, err)
	}
	c.Scopes, c.Users = slices.Clone(c.Scopes), slices.Clone(c.Users)
	r.clients[c.ID] = &c
	return nil
}

// AllScopes are the scopes of IBKR's account management (its OpenAPI document,
// "Scope" of each operation).
func AllScopes() []string {
	return []string{
		"accounts.read", "accounts.write", "balances.read", "bank-instructions.read", "bank-instructions.write",
		"echo.read", "echo.write", "enumerations.read", "forms.read", "instructions.read", "instructions.write",
		"reports.read", "reports.write", "restrictions.write", "sso-browser-sessions.write", "sso-sessions.write",
		"statements.read", "statements.write", "transfers.read", "transfers.write", "validations.read",
	}
}
