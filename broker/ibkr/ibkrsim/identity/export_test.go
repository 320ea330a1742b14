package identity

import "math/big"

// SecretBytes opens secretBytes, HMACSHA1 the hash of live session tokens, and
// MaxNonces the bound, to tests.
var (
	SecretBytes = secretBytes
	HMACSHA1    = hmacSHA1
	DHPEM       = dhParameters
)

// Nonces is how many nonces are remembered.
func (r *Registry) Nonces() int { return len(r.nonces.items) }

// Logins is how many logins are remembered.
func (r *Registry) Logins() int { return len(r.logins.items) }

// LiveKey is the live session token of an access token.
func (r *Registry) LiveKey(token string) []byte { return r.grants[token].live.key }

// ReadChallenge says whether a consumer's challenge is taken.
func (c *Consumer) ReadChallenge(text string) (*big.Int, bool) { return c.readChallenge(text) }
