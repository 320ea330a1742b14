package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr/ibkrsim/identity"
)

// simKeysFlags say whose keys sim keys makes, and where.
type simKeysFlags struct {
	out, user, password string
	thirdParty          bool
}

func newSimKeys(a *app) *cobra.Command {
	var f simKeysFlags
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Make keys with which a client logs in at the simulator",
		Long: `Make keys, tokens and a password for a user of the simulator, and print what each file is and the configuration of
Gannet for each way to log in. "engine sim --keys FOLDER" serves them. They open nothing at IBKR. A folder may hold keys
of several users; those of a user are never overwritten.`,
		Example: `  engine sim keys --out ./simkeys
  engine sim keys --out ./simkeys --user advisor --password sea-bird
  engine sim keys --out ./simkeys --user vendor --third-party -o json`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return a.simKeys(&f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "`FOLDER` to write to; it is made with mode 0700, files with 0600")
	flags.StringVar(&f.user, "user", "simuser", "`NAME` of the user, letters, digits and ._-")
	flags.StringVar(&f.password, "password", "", "`TEXT` of the login page (default: a random one)")
	flags.BoolVar(&f.thirdParty, "third-party", false, "the OAuth 1.0a consumer may ask any user for consent, as an approved vendor may")
	return cmd
}

// check refuses what cannot be written.
func (f *simKeysFlags) check() error {
	if f.out == "" {
		return usagef("engine sim keys needs --out FOLDER, such as --out ./simkeys")
	}
	if info, err := os.Stat(f.out); err == nil && !info.IsDir() {
		return usagef("--out %s: is a file; want a folder, such as ./simkeys", f.out)
	}
	if !identity.ValidName(f.user) {
		return usagef("--user %q: want letters, digits and ._-, such as simuser", f.user)
	}
	if _, err := os.Stat(filepath.Join(f.out, f.user)); !errors.Is(err, fs.ErrNotExist) {
		return usagef("--user %s: %s is there already and keys are never overwritten; choose another --user or --out", f.user, filepath.Join(f.out, f.user))
	}
	return nil
}

// simKeysMade is the JSON of sim keys: names of files, and what is no secret
// at IBKR.
type simKeysMade struct {
	Folder   string   `json:"folder"` // for sim --keys
	User     string   `json:"user"`
	Password string   `json:"password"` // of the login page
	Files    string   `json:"files"`    // folder of the client's files
	OAuth1   keysUse1 `json:"oauth1"`
	OAuth2   keysUse2 `json:"oauth2"`
}

// keysUse1 are values of broker.ibkr.auth of kind oauth1.
type keysUse1 struct {
	ConsumerKey           string `json:"consumer_key"`
	Realm                 string `json:"realm"`
	ThirdParty            bool   `json:"third_party"`
	AccessTokenFile       string `json:"access_token_file"`
	AccessTokenSecretFile string `json:"access_token_secret_file"`
	SignatureKeyFile      string `json:"signature_key_file"`
	EncryptionKeyFile     string `json:"encryption_key_file"`
	DHParamFile           string `json:"dh_param_file"`
}

// keysUse2 are values of broker.ibkr.auth of kind oauth2.
type keysUse2 struct {
	ClientID       string   `json:"client_id"`
	KeyID          string   `json:"key_id"`
	PrivateKeyFile string   `json:"private_key_file"`
	Credential     string   `json:"credential"`
	Scopes         []string `json:"scopes"`
}

func (a *app) simKeys(f *simKeysFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	folder, err := filepath.Abs(f.out)
	if err != nil {
		return err
	}
	if f.password == "" {
		f.password = strings.ToLower(rand.Text()[:12])
	}
	c, err := identity.Generate(nil, identity.User{Name: f.user, Password: f.password, Paper: true})
	if err != nil {
		return err
	}
	c.OAuth1.ThirdParty = f.thirdParty
	lines, err := identity.WriteClient(folder, c)
	if err != nil {
		return err
	}
	made := simKeysOf(folder, c)
	if a.json() {
		return a.printJSON(made)
	}
	return a.printSimKeys(made, lines)
}

func simKeysOf(folder string, c *identity.Credentials) *simKeysMade {
	in := func(name string) string { return filepath.Join(folder, c.User.Name, name) }
	return &simKeysMade{
		Folder: folder, User: c.User.Name, Password: c.User.Password, Files: filepath.Join(folder, c.User.Name),
		OAuth1: keysUse1{
			ConsumerKey: c.OAuth1.ConsumerKey, Realm: c.OAuth1.Realm, ThirdParty: c.OAuth1.ThirdParty,
			AccessTokenFile: in("access_token"), AccessTokenSecretFile: in("access_token_secret"),
			SignatureKeyFile: in("private_signature.pem"), EncryptionKeyFile: in("private_encryption.pem"), DHParamFile: in("dhparam.pem"),
		},
		OAuth2: keysUse2{
			ClientID: c.OAuth2.ClientID, KeyID: c.OAuth2.KeyID, PrivateKeyFile: in("oauth2_private_key.pem"),
			Credential: c.User.Name, Scopes: slices.Clone(c.OAuth2.Scopes),
		},
	}
}

func (a *app) printSimKeys(m *simKeysMade, lines []string) error {
	one, two := &m.OAuth1, &m.OAuth2
	_, err := fmt.Fprintf(a.out, simKeysText, strings.Join(lines, "\n"), m.Folder, m.User, m.Password,
		one.ConsumerKey, one.AccessTokenFile, one.AccessTokenSecretFile, one.SignatureKeyFile, one.EncryptionKeyFile, one.DHParamFile,
		two.ClientID, two.KeyID, two.PrivateKeyFile, two.Credential, m.User, m.Password)
	if err == nil && one.ThirdParty {
		_, err = fmt.Fprintln(a.out, "\nAs a third party the consumer may ask any user: POST /v1/api/oauth/request_token, then the user opens /authorize?oauth_token=...")
	}
	return err
}

const simKeysText = `%s

Serve them:
  engine sim --keys %s

Lines for a configuration of Gannet. The login page knows user %s with password %s.

# OAuth 1.0a
broker:
  ibkr:
    environment: simulator
    account: DU1000001
    auth:
      kind: oauth1
      consumer_key: %s
      access_token_file: %q
      access_token_secret_file: %q
      signature_key_file: %q
      encryption_key_file: %q
      dh_param_file: %q

# OAuth 2.0
broker:
  ibkr:
    environment: simulator
    account: DU1000001
    auth:
      kind: oauth2
      client_id: %s
      key_id: %s
      private_key_file: %q
      credential: %s
      ip: 127.0.0.1

# A gateway. With engine sim --no-auto-login log in first: curl -sk https://127.0.0.1:5000/sso/Login -d username=%s -d password=%s
broker:
  ibkr:
    environment: simulator
    account: DU1000001
    auth: {kind: gateway}
`
