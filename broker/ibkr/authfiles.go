package ibkr

import "errors"

// OAuth1Files is an OAuth1Config whose secrets are in files, each the user's
// own with mode 0600 or stricter.
type OAuth1Files struct {
	ConsumerKey       string
	Realm             string // "": limited_poa, and test_realm for TESTCONS
	AccessToken       string // file of one line
	AccessTokenSecret string // file of one line, base64
	SignatureKey      string // PEM, RSA private key
	EncryptionKey     string // PEM, RSA private key
	DHParams          string // PEM
}

// Open reads the files. The error is of all that is wrong with them.
func (f OAuth1Files) Open() (*OAuth1, error) {
	cfg := OAuth1Config{ConsumerKey: f.ConsumerKey, Realm: f.Realm}
	var errs [5]error
	cfg.AccessToken, errs[0] = ReadSecret(f.AccessToken)
	cfg.AccessTokenSecret, errs[1] = ReadSecret(f.AccessTokenSecret)
	cfg.SignatureKey, errs[2] = ReadPrivateKey(f.SignatureKey)
	cfg.EncryptionKey, errs[3] = ReadPrivateKey(f.EncryptionKey)
	cfg.DHPrime, errs[4] = ReadDHParams(f.DHParams)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return NewOAuth1(cfg)
}

// OAuth2Files is an OAuth2Config whose key is in a file, the user's own with
// mode 0600 or stricter.
type OAuth2Files struct {
	OAuth2Config        // PrivateKey is left out
	Key          string // PEM, RSA private key
}

// Open reads the file.
func (f OAuth2Files) Open() (*OAuth2, error) {
	key, err := ReadPrivateKey(f.Key)
	if err != nil {
		return nil, err
	}
	cfg := f.OAuth2Config
	cfg.PrivateKey = key
	return NewOAuth2(cfg)
}
