package identity

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// clientFile is a file of a client's keys: its name, what it is, and how to
// make it. One without content is the text itself.
type clientFile struct {
	name, what string
	text       string
	err        error
}

func pemFile(name, what string, text []byte, err error) clientFile {
	return clientFile{name, what, string(text), err}
}

// files are what a client gets. The names are those of IBKR's documentation
// where it has any.
func (c *Credentials) files() []clientFile {
	one, two := &c.OAuth1, &c.OAuth2
	signature, err1 := privatePEM(one.SignatureKey)
	encryption, err2 := privatePEM(one.EncryptionKey)
	prime, err3 := dhParameters(one.Prime)
	key, err4 := privatePEM(two.Key)
	return []clientFile{
		pemFile("private_signature.pem", "OAuth 1.0a: RSA key that signs requests for tokens (PKCS #8)", signature, err1),
		pemFile("private_encryption.pem", "OAuth 1.0a: RSA key that decrypts the access token secret (PKCS #8)", encryption, err2),
		pemFile("dhparam.pem", "OAuth 1.0a: Diffie-Hellman prime (RFC 3526, group 14) and generator 2", prime, err3),
		{name: "consumer_key", what: "OAuth 1.0a: consumer key; the realm is " + one.Realm, text: one.ConsumerKey},
		{name: "access_token", what: "OAuth 1.0a: access token", text: one.AccessToken},
		{name: "access_token_secret", what: "OAuth 1.0a: access token secret, encrypted, base64", text: one.AccessTokenSecret},
		pemFile("oauth2_private_key.pem", "OAuth 2.0: RSA key that signs assertions and request bodies (PKCS #8)", key, err4),
		{name: "client_id", what: "OAuth 2.0: client id (iss and sub)", text: two.ClientID},
		{name: "client_key_id", what: "OAuth 2.0: key id (kid)", text: two.KeyID},
		{name: "scopes", what: "OAuth 2.0: scopes the client may ask for, separated by spaces", text: strings.Join(two.Scopes, " ")},
	}
}

// WriteClient writes credentials into dir/USERNAME and adds their public
// halves to dir/server.json, which Registry.Load reads. Directories are made
// with mode 0700, files with 0600; values stand in their files without a line
// break. It refuses to overwrite keys. The lines are dir/README.txt, which
// says what each file is.
func WriteClient(dir string, c *Credentials) (lines []string, err error) {
	server := filepath.Join(dir, serverFile)
	all, err := existing(server)
	if err != nil {
		return nil, err
	}
	mine := c.entry()
	all.Users, all.Consumers = append(all.Users, mine.Users...), append(all.Consumers, mine.Consumers...)
	all.Grants, all.Clients = append(all.Grants, mine.Grants...), append(all.Clients, mine.Clients...)
	if err := all.register(New(Config{})); err != nil {
		return nil, err
	}
	text, err := all.encode()
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	if err := c.writeFiles(filepath.Join(dir, c.User.Name)); err != nil {
		return nil, err
	}
	if err := replace(server, append(text, '\n')); err != nil {
		return nil, err
	}
	lines = c.readme(all.Users)
	return lines, replace(filepath.Join(dir, "README.txt"), []byte(strings.Join(lines, "\n")+"\n"))
}

// writeFiles makes the user's directory; it must not exist.
func (c *Credentials) writeFiles(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	for _, f := range c.files() {
		err := f.err
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, f.name), []byte(f.text), 0o600)
		}
		if err != nil {
			return fmt.Errorf("identity: %s: %w", f.name, err)
		}
	}
	return nil
}

// replace writes a file under another name and then moves it into place, so
// that a crash leaves the old one or the new one.
func replace(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("identity: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

func (c *Credentials) readme(users []User) []string {
	lines := []string{
		"Keys for the IBKR Web API simulator. They open nothing at IBKR.",
		"",
		"server.json: what the simulator knows: users with their passwords, consumers, access tokens, clients.",
	}
	for _, u := range users {
		lines = append(lines, u.Name+"/: what a client of user "+u.Name+" needs:")
	}
	for _, f := range c.files() {
		lines = append(lines, "  "+f.name+": "+f.what)
	}
	return lines
}
