package ibkr

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
)

// Names of the files that GenerateKeys writes. They are those of IBKR's own
// instructions.
const (
	fileSignatureKey     = "private_signature.pem"
	fileSignaturePublic  = "public_signature.pem"
	fileEncryptionKey    = "private_encryption.pem"
	fileEncryptionPublic = "public_encryption.pem"
	fileDHParams         = "dhparam.pem"
)

// SelfServicePage is where a first party uploads its keys and gets its access
// token.
const SelfServicePage = "https://ndcdyn.interactivebrokers.com/sso/Login?action=OAUTH&RL=1&ip2loc=US"

// Keys is where GenerateKeys wrote what OAuth 1.0a needs. The public halves
// and the DH parameters are uploaded; the private ones never leave the machine.
type Keys struct {
	SignatureKey     string
	SignaturePublic  string // uploaded
	EncryptionKey    string
	EncryptionPublic string // uploaded
	DHParams         string // uploaded
	UploadTo         string // page to upload to
}

// group14 is the 2048-bit prime of RFC 3526 section 3, a safe prime of known
// origin whose generator is 2.
const group14 = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
	"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
	"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
	"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510" +
	"15728E5A8AACAA68FFFFFFFFFFFFFFFF"

// GenerateKeys makes two RSA keys of 2048 bits, for signatures and for
// encryption, and DH parameters, and writes them to dir as PEM files that
// openssl reads, with mode 0600; dir is made with mode 0700 if it is not
// there. A file that is there already is never overwritten.
//
// The DH prime is the well-known one of RFC 3526 group 14. Finding another
// takes minutes and gains nothing; for one, put the output of
// "openssl dhparam 2048" in the file's place before uploading it.
func GenerateKeys(dir string) (Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Keys{}, fmt.Errorf("ibkr: keys: %w", err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	keys := Keys{
		SignatureKey: at(fileSignatureKey), SignaturePublic: at(fileSignaturePublic),
		EncryptionKey: at(fileEncryptionKey), EncryptionPublic: at(fileEncryptionPublic),
		DHParams: at(fileDHParams), UploadTo: SelfServicePage,
	}
	for _, path := range []string{keys.SignatureKey, keys.SignaturePublic, keys.EncryptionKey, keys.EncryptionPublic, keys.DHParams} {
		if _, err := os.Lstat(path); err == nil {
			return Keys{}, fmt.Errorf("ibkr: keys: %s is there already; it may be the one that IBKR knows, so move it away first", path)
		}
	}
	blocks, err := newKeys()
	if err != nil {
		return Keys{}, fmt.Errorf("ibkr: keys: %w", err)
	}
	for name, block := range blocks {
		if err := writePEM(at(name), block); err != nil {
			return Keys{}, fmt.Errorf("ibkr: keys: %w", err)
		}
	}
	return keys, nil
}

// newKeys makes the contents of the files.
func newKeys() (map[string]*pem.Block, error) {
	blocks := map[string]*pem.Block{}
	for _, names := range [][2]string{{fileSignatureKey, fileSignaturePublic}, {fileEncryptionKey, fileEncryptionPublic}} {
		key, err := rsa.GenerateKey(rand.Reader, minKeyBits)
		if err != nil {
			return nil, err
		}
		private, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		if err != nil {
			return nil, err
		}
		blocks[names[0]] = &pem.Block{Type: "PRIVATE KEY", Bytes: private}
		blocks[names[1]] = &pem.Block{Type: "PUBLIC KEY", Bytes: public}
	}
	p, _ := new(big.Int).SetString(group14, 16)
	params, err := asn1.Marshal(struct{ P, G *big.Int }{p, big.NewInt(dhGenerator)})
	if err != nil {
		return nil, err
	}
	blocks[fileDHParams] = &pem.Block{Type: "DH PARAMETERS", Bytes: params}
	return blocks, nil
}

// writePEM writes a new file.
func writePEM(path string, block *pem.Block) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(pem.Encode(f, block), f.Sync(), f.Close())
}
