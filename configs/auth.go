package configs

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Auth is how to log in at Interactive Brokers. Secrets are in files of mode
// 0600, which are named here.
type Auth struct {
	Kind string `yaml:"kind"` // gateway, oauth1 or oauth2

	// Of oauth1 (OAuth 1.0a).
	ConsumerKey           string `yaml:"consumer_key" optional:"true"`
	Realm                 string `yaml:"realm" optional:"true"`                    // limited_poa when left out
	AccessTokenFile       string `yaml:"access_token_file" optional:"true"`        // one line
	AccessTokenSecretFile string `yaml:"access_token_secret_file" optional:"true"` // one line, base64
	SignatureKeyFile      string `yaml:"signature_key_file" optional:"true"`       // PEM
	EncryptionKeyFile     string `yaml:"encryption_key_file" optional:"true"`      // PEM
	DHParamFile           string `yaml:"dh_param_file" optional:"true"`            // PEM

	// Of oauth2 (OAuth 2.0 with private_key_jwt).
	ClientID       string   `yaml:"client_id" optional:"true"`
	KeyID          string   `yaml:"key_id" optional:"true"`
	PrivateKeyFile string   `yaml:"private_key_file" optional:"true"` // PEM
	Credential     string   `yaml:"credential" optional:"true"`       // IBKR user name of the trading session
	IP             string   `yaml:"ip" optional:"true"`               // public address that requests come from
	Scope          []string `yaml:"scope" optional:"true"`            // sso-sessions.write when left out
	TokenURL       string   `yaml:"token_url" optional:"true"`        // of another token endpoint
}

// Words that a key may have.
var (
	environments = []string{"production", "testing", "api", "gateway", "simulator"}
	authKinds    = []string{"gateway", "oauth1", "oauth2"}
)

// Address is where the broker is: a URL, or the name of an environment; ""
// for the simulator in this process.
func (i *IBKR) Address() string {
	if i.BaseURL != "" {
		return i.BaseURL
	}
	return i.Environment
}

// authKeys are the keys of each kind; true for those it cannot do without.
var authKeys = map[string]map[string]bool{
	"gateway": {},
	"oauth1": {
		"consumer_key": true, "realm": false, "access_token_file": true, "access_token_secret_file": true,
		"signature_key_file": true, "encryption_key_file": true, "dh_param_file": true,
	},
	"oauth2": {
		"client_id": true, "key_id": true, "private_key_file": true, "credential": true, "ip": true, "scope": false, "token_url": false,
	},
}

// values are the keys of Auth that are set.
func (a *Auth) values() map[string]string {
	all := map[string]string{
		"consumer_key": a.ConsumerKey, "realm": a.Realm, "access_token_file": a.AccessTokenFile,
		"access_token_secret_file": a.AccessTokenSecretFile, "signature_key_file": a.SignatureKeyFile,
		"encryption_key_file": a.EncryptionKeyFile, "dh_param_file": a.DHParamFile,
		"client_id": a.ClientID, "key_id": a.KeyID, "private_key_file": a.PrivateKeyFile, "credential": a.Credential, "ip": a.IP,
		"scope": strings.Join(a.Scope, " "), "token_url": a.TokenURL,
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

func authKey(keys ...string) []string { return append([]string{"broker", "ibkr", "auth"}, keys...) }

// auth reports what a kind of login lacks or does not know.
func (v *validator) auth() {
	g := &v.c.Broker.IBKR
	a := &g.Auth
	v.oneOf(a.Kind, authKinds, authKey("kind")...)
	known := authKeys[a.Kind]
	if known == nil {
		return
	}
	set := a.values()
	for _, key := range slices.Sorted(maps.Keys(known)) {
		if known[key] && set[key] == "" {
			v.fail(fmt.Sprintf("auth kind %s needs it", a.Kind), authKey(key)...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(set)) {
		if _, ok := known[key]; !ok {
			v.fail(fmt.Sprintf("is not for auth kind %s", a.Kind), authKey(key)...)
		}
	}
	if a.IP != "" && net.ParseIP(a.IP) == nil {
		v.fail(fmt.Sprintf("must be an address such as 203.0.113.7, got %q", a.IP), authKey("ip")...)
	}
	for i, scope := range a.Scope {
		if scope == "" || strings.ContainsAny(scope, " \t\"") {
			v.fail(fmt.Sprintf("want one scope such as sso-sessions.write, got %q", scope), authKey("scope", strconv.Itoa(i))...)
		}
	}
	if u, err := url.Parse(a.TokenURL); a.TokenURL != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		v.fail("must be an address such as https://api.ibkr.com/oauth2/api/v1/token", authKey("token_url")...)
	}
	v.fits(g)
}

// fits reports a login that its address does not know.
func (v *validator) fits(g *IBKR) {
	direct := g.BaseURL == "" && slices.Contains([]string{"production", "testing", "api"}, g.Environment)
	switch {
	case g.Auth.Kind == "gateway" && direct:
		v.fail("environment "+g.Environment+" needs kind oauth1 or oauth2; kind gateway is for a gateway on this machine", authKey("kind")...)
	case g.Auth.Kind != "gateway" && g.Address() == "gateway":
		v.fail("a gateway holds a login of its own; kind "+g.Auth.Kind+" needs environment api, production or testing", authKey("kind")...)
	case g.Auth.Kind != "gateway" && g.Address() == "":
		v.fail("the simulator in this process has kind gateway only", authKey("kind")...)
	}
}

// environment reports an address that is neither a known name nor a good URL.
func (v *validator) environment(g *IBKR) {
	keys := []string{"broker", "ibkr", "base_url"}
	text := g.BaseURL
	if text == "" && g.Environment != "" {
		keys[2], text = "environment", g.Environment
		if !strings.Contains(text, "://") {
			v.oneOf(text, environments, keys...)
			return
		}
	}
	v.baseURL(text, keys)
}
