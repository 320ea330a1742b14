package ibkrsim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"
)

// loadCertificate reads the certificate kept in path, or makes one and keeps
// it there. An empty path keeps nothing.
func loadCertificate(path string, now time.Time) (tls.Certificate, error) {
	if path != "" {
		text, err := os.ReadFile(path)
		if err == nil {
			return parseCertificate(path, text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return tls.Certificate{}, fmt.Errorf("ibkrsim: certificate: %w", err)
		}
	}
	text, err := newCertificate(now)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("ibkrsim: certificate: %w", err)
	}
	if path != "" {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return tls.Certificate{}, fmt.Errorf("ibkrsim: certificate: %w", err)
		}
	}
	return parseCertificate(path, text)
}

func parseCertificate(path string, text []byte) (tls.Certificate, error) {
	cert, err := tls.X509KeyPair(text, text)
	if err != nil {
		return cert, fmt.Errorf("ibkrsim: certificate %s: %w", path, err)
	}
	cert.Leaf, err = x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return cert, fmt.Errorf("ibkrsim: certificate %s: %w", path, err)
	}
	return cert, nil
}

// newCertificate makes a self-signed ECDSA P-256 certificate for loopback,
// good for ten years, as PEM with its key.
func newCertificate(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "ibkrsim"},
		NotBefore:    now.Add(-24 * time.Hour),
		NotAfter:     now.AddDate(10, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},

		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}

// pinOf is the certificate's pin: sha256/<base64 of SHA-256 of its public key>.
func pinOf(cert tls.Certificate) string {
	sum := sha256.Sum256(cert.Leaf.RawSubjectPublicKeyInfo)
	return "sha256/" + base64.StdEncoding.EncodeToString(sum[:])
}
