package main

import (
	"gannet/broker/ibkr"
	"gannet/configs"
)

// loginOf is the login that a configuration names, with its secrets read from
// their files.
func loginOf(a *configs.Auth) (ibkr.Auth, error) {
	switch a.Kind {
	case "oauth1":
		return ibkr.OAuth1Files{
			ConsumerKey: a.ConsumerKey, Realm: a.Realm, AccessToken: a.AccessTokenFile, AccessTokenSecret: a.AccessTokenSecretFile,
			SignatureKey: a.SignatureKeyFile, EncryptionKey: a.EncryptionKeyFile, DHParams: a.DHParamFile,
		}.Open()
	case "oauth2":
		return ibkr.OAuth2Files{
			Key: a.PrivateKeyFile,
			OAuth2Config: ibkr.OAuth2Config{
				ClientID: a.ClientID, KeyID: a.KeyID, Scopes: a.Scope, Credential: a.Credential, IP: a.IP, TokenURL: a.TokenURL,
			},
		}.Open()
	}
	return ibkr.Gateway{}, nil
}
