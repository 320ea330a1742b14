package ibkr

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Certificate is what RecordPin saw.
type Certificate struct {
	Subject  string
	Issuer   string
	Names    []string // host names and addresses that it is for
	From, To time.Time
	Trusted  bool   // by this system's roots, for the host that was asked
	Why      string // why it is not Trusted
}

// RecordPin asks a server for its certificate and gives the pin of its public
// key. It trusts whoever answers, so the pin must be compared with what the
// server's owner says, or be recorded on the server's own machine. Nothing but
// the TLS handshake is sent. address is a URL or a name of Environments.
func RecordPin(ctx context.Context, address string) (pin string, cert Certificate, err error) {
	text, err := BaseURL(address)
	if err != nil {
		return "", cert, err
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", cert, fmt.Errorf("ibkr: pin: %w", err)
	}
	if u.Scheme != "https" {
		return "", cert, fmt.Errorf("ibkr: pin: %s: plain http has no certificate", text)
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return "", cert, &Error{Kind: KindTemporary, Method: http.MethodConnect, Endpoint: u.Host, Err: err}
	}
	defer conn.Close()
	secure, ok := conn.(*tls.Conn)
	if !ok || len(secure.ConnectionState().PeerCertificates) == 0 {
		return "", cert, errors.New("ibkr: pin: the server shows no certificate")
	}
	chain := secure.ConnectionState().PeerCertificates
	first := chain[0]
	cert = Certificate{
		Subject: first.Subject.String(), Issuer: first.Issuer.String(), Names: first.DNSNames, From: first.NotBefore, To: first.NotAfter,
	}
	for _, ip := range first.IPAddresses {
		cert.Names = append(cert.Names, ip.String())
	}
	if err := verifyChain(chain, u.Hostname()); err != nil {
		cert.Why = err.Error()
	}
	cert.Trusted = cert.Why == ""
	return PinOf(first), cert, nil
}
