package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gannet/broker/ibkr"
	"gannet/configs"
)

// What a configuration names is what logs in, and a key that others can read
// stops the start.
func TestLoginOf(t *testing.T) {
	keys, err := ibkr.GenerateKeys(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	auth, err := loginOf(&configs.Auth{Kind: "gateway"})
	if _, ok := auth.(ibkr.Gateway); !ok || err != nil {
		t.Errorf("gateway: %T, %v", auth, err)
	}
	second := configs.Auth{Kind: "oauth2", ClientID: "x", KeyID: "main", PrivateKeyFile: keys.SignatureKey, Credential: "me", IP: "203.0.113.7"}
	auth, err = loginOf(&second)
	if _, ok := auth.(*ibkr.OAuth2); !ok || err != nil {
		t.Errorf("oauth2: %T, %v", auth, err)
	}
	if err := os.Chmod(keys.SignatureKey, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := loginOf(&second); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("an open key: %v", err)
	}
	first := configs.Auth{
		Kind: "oauth1", ConsumerKey: "ABCDEFGHI", AccessTokenFile: "absent", AccessTokenSecretFile: "absent",
		SignatureKeyFile: keys.SignatureKey, EncryptionKeyFile: keys.EncryptionPublic, DHParamFile: keys.DHParams,
	}
	_, err = loginOf(&first)
	for _, want := range []string{"stat absent", "chmod 600", "is a PUBLIC KEY"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("oauth1: %v, want %q", err, want)
		}
	}
}
