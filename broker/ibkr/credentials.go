package ibkr

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
)

const (
	maxCredential = 64 << 10 // bytes of one file
	minKeyBits    = 2048
	maxKeyBits    = 8192
	minPrimeBits  = 2048
	maxPrimeBits  = 4096
)

// readCredential reads a file that only its owner, who runs this program, may
// read.
func readCredential(path string) ([]byte, error) {
	if path == "" {
		return nil, errors.New("no file is named")
	}
	info, err := os.Stat(path) // before opening: a pipe would wait
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if err := checkOwner(path, info); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxCredential+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxCredential:
		return nil, fmt.Errorf("%s: larger than %d KiB", path, maxCredential>>10)
	case len(bytes.TrimSpace(text)) == 0:
		return nil, fmt.Errorf("%s: is empty", path)
	}
	return text, nil
}

// ReadSecret reads a file that holds one text, such as an access token. The
// file must be the user's own with mode 0600 or stricter.
func ReadSecret(path string) (Secret, error) {
	text, err := readCredential(path)
	if err != nil {
		return Secret{}, fmt.Errorf("ibkr: secret: %w", err)
	}
	one := strings.TrimSpace(string(text))
	if strings.ContainsAny(one, "\r\n\x00") {
		return Secret{}, fmt.Errorf("ibkr: secret: %s: want one line", path)
	}
	return NewSecret(one), nil
}

// ReadPrivateKey reads an RSA private key of at least 2048 bits in PEM, as
// PKCS#1 or PKCS#8 without a password. The file must be the user's own with
// mode 0600 or stricter.
func ReadPrivateKey(path string) (*rsa.PrivateKey, error) {
	block, err := readPEM(path)
	if err != nil {
		return nil, fmt.Errorf("ibkr: private key: %w", err)
	}
	key, err := parsePrivateKey(block)
	if err != nil {
		return nil, fmt.Errorf("ibkr: private key: %s: %w", path, err)
	}
	return key, nil
}

func readPEM(path string) (*pem.Block, error) {
	text, err := readCredential(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: is not PEM (a text that begins with -----BEGIN)", path)
	}
	return block, nil
}

func parsePrivateKey(block *pem.Block) (*rsa.PrivateKey, error) {
	if strings.Contains(block.Type, "ENCRYPTED") || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, errors.New("is protected by a password; remove it: openssl pkey -in FILE -out NEW")
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key = &ecdsa.PrivateKey{}
	default:
		return nil, fmt.Errorf("is a %s, want a PRIVATE KEY", block.Type)
	}
	if err != nil {
		return nil, errors.New("cannot be read: it is damaged or not a private key")
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return k, checkKey(k)
	case *ecdsa.PrivateKey:
		return nil, errors.New("is an elliptic curve key, want RSA")
	case ed25519.PrivateKey:
		return nil, errors.New("is an Ed25519 key, want RSA")
	}
	return nil, errors.New("is another kind of key, want RSA")
}

// checkKey refuses a key that IBKR does not take.
func checkKey(k *rsa.PrivateKey) error {
	if k == nil {
		return errors.New("none given")
	}
	if bits := k.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
		return fmt.Errorf("has %d bits, want %d", bits, minKeyBits)
	}
	return k.Validate()
}

// dhParams is the PKCS#3 form of Diffie-Hellman parameters.
type dhParams struct {
	P      asn1.RawValue // an integer; where its leading zero is lost it may not be minimal, which asn1 refuses
	G      *big.Int
	Length int `asn1:"optional"` // of the private value, in bits
}

// ReadDHParams reads the prime of Diffie-Hellman parameters in PEM, as openssl
// dhparam and GenerateKeys write them: 2048 bits, generator 2. The file must be
// the user's own with mode 0600 or stricter.
func ReadDHParams(path string) (*big.Int, error) {
	block, err := readPEM(path)
	if err != nil {
		return nil, fmt.Errorf("ibkr: DH parameters: %w", err)
	}
	p, err := parseDHParams(block)
	if err != nil {
		return nil, fmt.Errorf("ibkr: DH parameters: %s: %w", path, err)
	}
	return p, nil
}

func parseDHParams(block *pem.Block) (*big.Int, error) {
	if block.Type != "DH PARAMETERS" {
		return nil, fmt.Errorf("is a %s, want DH PARAMETERS", block.Type)
	}
	var d dhParams
	rest, err := asn1.Unmarshal(block.Bytes, &d)
	if err != nil || len(rest) > 0 || d.P.Tag != asn1.TagInteger || len(d.P.Bytes) == 0 {
		return nil, errors.New("cannot be read: it is damaged")
	}
	p := new(big.Int).SetBytes(d.P.Bytes)
	if d.P.Bytes[0]&0x80 != 0 {
		p.Neg(p)
	}
	if d.G.Cmp(big.NewInt(dhGenerator)) != 0 {
		return nil, fmt.Errorf("generator is %s, want %d: openssl dhparam -2 2048", limitText(d.G.String(), 20), dhGenerator)
	}
	return p, checkPrime(p)
}

// checkPrime refuses what is no prime for OAuth. IBKR reads a prime whose
// leading zero octet is missing as negative, and then answers 401 to
// everything.
func checkPrime(p *big.Int) error {
	switch {
	case p == nil:
		return errors.New("none given")
	case p.Sign() <= 0:
		return errors.New("the prime is negative: its leading zero octet is missing; make new ones and upload them")
	case p.BitLen() < minPrimeBits || p.BitLen() > maxPrimeBits:
		return fmt.Errorf("the prime has %d bits, want %d", p.BitLen(), minPrimeBits)
	case !p.ProbablyPrime(1):
		return errors.New("the prime is not prime: the file is damaged")
	}
	return nil
}
