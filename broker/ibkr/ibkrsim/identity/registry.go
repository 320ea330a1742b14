package identity

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// DefaultSkew is how far an OAuth timestamp may be from the simulator's clock
// when Config does not say. IBKR does not document its own.
const DefaultSkew = 5 * time.Minute

// DefaultTokenSpan is how long live session tokens and bearer tokens are valid
// (IBKR Web API documentation, oauth/live_session_token and oauth2/api/v1/token).
const DefaultTokenSpan = 24 * time.Hour

// DefaultPublicURL is where clients believe they are unless configured
// otherwise (IBKR Web API documentation, base URL of production).
const DefaultPublicURL = "https://api.ibkr.com"

// Config says how strict a Registry is. The zero value is a simulator on
// loopback.
type Config struct {
	// PublicURLs are bases of URLs that clients may have signed though they
	// connect elsewhere; nil is DefaultPublicURL. A path is put in front of
	// the request's own, unless that begins with it.
	PublicURLs []string

	Skew        time.Duration // of OAuth 1.0a timestamps, either way; 0 is DefaultSkew
	TokenSpan   time.Duration // life of live session tokens and bearer tokens; 0 is DefaultTokenSpan
	NoAutoLogin bool          // requests from loopback have to log in as well
	AutoUser    string        // whom loopback is; empty is the user added first
	AutoConsent string        // the user for whom /authorize consents without asking; empty asks
	CheckIP     bool          // an SSO bearer token works from the addresses it was asked for only

	// Random is where tokens and secrets come from; nil is crypto/rand. It
	// must not fail: a Registry without randomness panics.
	Random io.Reader
}

// Sizes of what requests make a Registry remember.
const (
	maxNonces        = 1 << 17
	maxTokens        = 4096
	maxLogins        = 256
	maxRequestTokens = 1024
)

// Registry is the users, what they registered, and who is logged in. It is not
// safe for concurrent use.
type Registry struct {
	cfg       Config
	signing   []byte // the key of the bearer tokens it gives out
	userNames []string
	users     map[string]User
	consumers map[string]*Consumer
	grants    map[string]*grant // by access token
	clients   map[string]*Client
	requestID int // of OAuth 1.0a refusals

	nonces   *memory[bool]
	requests *memory[*requestToken] // OAuth 1.0a third party, by request token
	bearers  *memory[*bearer]       // OAuth 2.0 and SSO, by token
	jwtIDs   *memory[bool]
	logins   *memory[login]  // gateway and browser, by cookie
	browser  *memory[string] // users of SSO browser sessions to come, by token
	out      string          // the user whose automatic login is over
}

// User is somebody who can log in.
type User struct {
	Name     string `json:"name"`     // username, letters, digits and "._-"
	Password string `json:"password"` // in the clear: it opens nothing but the simulator
	Paper    bool   `json:"paper"`
}

// New makes a registry without users.
func New(cfg Config) *Registry {
	if cfg.Skew <= 0 {
		cfg.Skew = DefaultSkew
	}
	if cfg.TokenSpan <= 0 {
		cfg.TokenSpan = DefaultTokenSpan
	}
	if cfg.PublicURLs == nil {
		cfg.PublicURLs = []string{DefaultPublicURL}
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	r := &Registry{cfg: cfg, users: map[string]User{}, consumers: map[string]*Consumer{}, grants: map[string]*grant{},
		clients: map[string]*Client{}, nonces: newMemory[bool](maxNonces, 0), jwtIDs: newMemory[bool](maxTokens, 0),
		requests: newMemory[*requestToken](maxRequestTokens, 0), bearers: newMemory[*bearer](maxTokens, time.Hour),
		logins: newMemory[login](maxLogins, 0), browser: newMemory[string](maxLogins, 0)}
	r.signing = r.random(32)
	return r
}

// ServedAt says where the simulator itself is, such as https://127.0.0.1:5000:
// clients sign that URL even when they name another host in the Host header,
// as those do that always name IBKR's. Call it before the first request.
func (r *Registry) ServedAt(url string) {
	r.cfg.PublicURLs = append(slices.Clone(r.cfg.PublicURLs), url)
}

// AddUser makes a user known. It refuses a name that is taken or holds
// anything but letters, digits and "._-".
func (r *Registry) AddUser(u User) error {
	if !ValidName(u.Name) {
		return fmt.Errorf("identity: username %q: want letters, digits and ._-", u.Name)
	}
	if _, taken := r.users[u.Name]; taken {
		return fmt.Errorf("identity: there is a user %s already", u.Name)
	}
	r.users[u.Name] = u
	r.userNames = append(r.userNames, u.Name)
	return nil
}

// User is the user of a name.
func (r *Registry) User(name string) (User, bool) {
	u, ok := r.users[name]
	return u, ok
}

// SetPaper says whether a user trades paper accounts.
func (r *Registry) SetPaper(name string, paper bool) {
	if u, ok := r.users[name]; ok {
		u.Paper = paper
		r.users[name] = u
	}
}

// Users are all usernames, in the order in which they were added.
func (r *Registry) Users() []string { return append([]string(nil), r.userNames...) }

// ValidName says that a user may be called so: 1 to 64 letters, digits and
// "._-", the first no dot.
func ValidName(name string) bool {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
	return name != "" && len(name) <= 64 && name[0] != '.' && strings.Trim(name, allowed) == ""
}

var errNoUser = errors.New("identity: no such user")

// EndSessions ends all live session tokens, SSO bearer tokens and logins, as
// the nightly reset does. What was registered stays.
func (r *Registry) EndSessions() { r.endSessions(func(string) bool { return true }) }

// EndSessionsOf is EndSessions for one user.
func (r *Registry) EndSessionsOf(user string) {
	r.endSessions(func(name string) bool { return name == user })
}

func (r *Registry) endSessions(of func(user string) bool) {
	for _, g := range r.grants {
		if of(g.User) {
			g.live = liveToken{}
		}
	}
	r.bearers.dropIf(func(b *bearer) bool { return b.user != "" && of(b.user) })
	r.logins.dropIf(func(l login) bool { return of(l.user) })
}

// EndLoginOf is EndSessionsOf, and the automatic login of loopback is over as
// well: until the user has logged in at /sso/Login, or Restore.
func (r *Registry) EndLoginOf(user string) {
	r.EndSessionsOf(user)
	if user == r.autoUser() {
		r.out = user
	}
}

// Restore gives a user the automatic login back.
func (r *Registry) Restore(user string) {
	if r.out == user {
		r.out = ""
	}
}

// Logout ends the session with which the caller came: its live session token,
// its bearer token, or the gateway's logins of the user (POST /logout). The
// automatic login of loopback goes on.
func (r *Registry) Logout(c Caller) {
	switch c.Method {
	case OAuth1:
		if g := r.grants[c.token]; g != nil {
			g.live = liveToken{}
		}
	case OAuth2, SSO:
		r.bearers.drop(c.token)
	case Gateway:
		r.logins.dropIf(func(l login) bool { return l.user == c.User })
	}
}

func (r *Registry) random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(r.cfg.Random, b); err != nil {
		panic("identity: no randomness: " + err.Error())
	}
	return b
}

// token is n random bytes in hex.
func (r *Registry) token(n int) string { return hex.EncodeToString(r.random(n)) }
