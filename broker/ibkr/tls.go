package ibkr

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// errPin is the cause of a refused certificate.
var errPin = errors.New("certificate is not the pinned one")

const pinPrefix = "sha256/"

// PinOf is the pin of a certificate: "sha256/" and the base64 SHA-256 of its
// public key (SPKI), the form of HTTP public key pinning (RFC 7469).
func PinOf(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return pinPrefix + base64.StdEncoding.EncodeToString(sum[:])
}

// checkPin says whether pin is written well; empty is.
func checkPin(pin string) error {
	if pin == "" {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(pin, pinPrefix))
	if err != nil || len(raw) != sha256.Size || !strings.HasPrefix(pin, pinPrefix) {
		return fmt.Errorf("ibkr: pin %q: want sha256/ and the base64 of 32 bytes", pin)
	}
	return nil
}

// parseBase reads the gateway's address. Plain http is for loopback only. An
// address without a path gets /v1/api.
func parseBase(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("ibkr: base URL %q: want one such as https://localhost:5000/v1/api", text)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("ibkr: base URL %q: want https (plain http only to this machine)", text)
	}
	if u.Path == "" {
		u.Path = "/v1/api"
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// tlsConfig trusts the certificate with the pinned key and no other. Without
// a pin it trusts what the system trusts, and any certificate of this machine:
// the gateway signs its own. The host is the one that is dialed; host is it
// where that is an address, which TLS does not name.
func tlsConfig(host, pin string) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // replaced by VerifyConnection, which always runs
		VerifyConnection: func(state tls.ConnectionState) error {
			return verify(state.PeerCertificates, cmp.Or(state.ServerName, host), pin)
		},
	}
}

func verify(chain []*x509.Certificate, host, pin string) error {
	if len(chain) == 0 {
		return errPin
	}
	if pin != "" {
		if got := PinOf(chain[0]); got != pin {
			return fmt.Errorf("%w: it is %s, want %s", errPin, got, pin)
		}
		return nil
	}
	if loopback(host) {
		return nil
	}
	return verifyChain(chain, host)
}

// verifyChain asks the system's roots.
func verifyChain(chain []*x509.Certificate, host string) error {
	options := x509.VerifyOptions{DNSName: host, Intermediates: x509.NewCertPool()}
	for _, cert := range chain[1:] {
		options.Intermediates.AddCert(cert)
	}
	_, err := chain[0].Verify(options)
	return err
}
