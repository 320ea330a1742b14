package identity

// What tests compare with known answers.
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
