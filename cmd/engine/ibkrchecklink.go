package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"gannet/broker/ibkr"
)

// linkTimeout is how long the steps below the API may take.
const linkTimeout = 10 * time.Second

// credentials says whether the files of the login can be read. What is in them
// is shown by nothing.
func (d *doctor) credentials(context.Context) finding {
	auth := &d.cfg.Broker.IBKR.Auth
	if _, err := loginOf(auth); err != nil {
		return failed(strings.TrimPrefix(err.Error(), "ibkr: "),
			"correct broker.ibkr.auth or the file that it names; files of keys and tokens are yours alone, with mode 0600")
	}
	if auth.Kind == "" || auth.Kind == "gateway" {
		return passed("none are needed: a person logs in at the gateway")
	}
	return passed("%s: all files can be read", auth.Kind)
}

// address says whether the base URL can be used, and makes the client.
func (d *doctor) address(context.Context) finding {
	client, err := d.newClient()
	if err != nil {
		return failed(strings.TrimPrefix(err.Error(), "ibkr: "),
			"set broker.ibkr.base_url and pin, or --base-url and --pin; a gateway on another machine needs https and its pin (engine ibkr pin)")
	}
	d.useClient(client)
	if d.url, err = url.Parse(client.Base()); err != nil {
		return failed(err.Error(), "")
	}
	request := &http.Request{URL: d.url}
	if d.proxy, err = http.ProxyFromEnvironment(request); err != nil {
		return failed("the proxy of the environment cannot be read: "+err.Error(), "correct HTTPS_PROXY, or unset it")
	}
	if d.proxy != nil {
		return passed("%s through the proxy %s", d.url, d.proxy.Host)
	}
	return passed("%s", d.url)
}

// peer is who is connected to: the server or the proxy.
func (d *doctor) peer() *url.URL {
	if d.proxy != nil {
		return d.proxy
	}
	return d.url
}

// name says whether the host's name resolves.
func (d *doctor) name(ctx context.Context) finding {
	host := d.peer().Hostname()
	if net.ParseIP(host) != nil {
		return passed("%s is an address", host)
	}
	ctx, cancel := context.WithTimeout(ctx, linkTimeout)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		var dns *net.DNSError
		if errors.As(err, &dns) && dns.IsNotFound {
			return failed("there is no host "+host, "check the spelling of --base-url; a gateway on this machine is https://localhost:5000")
		}
		return failed(err.Error(), "this machine cannot resolve names: check its network and DNS")
	}
	return passed("%s is %s", host, strings.Join(addresses, ", "))
}

// listening says whether something takes connections.
func (d *doctor) listening(ctx context.Context) finding {
	at := hostPort(d.peer())
	dialer := net.Dialer{Timeout: linkTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", at)
	switch {
	case err == nil:
		_ = conn.Close()
		return passed("%s takes connections", at)
	case errors.Is(err, syscall.ECONNREFUSED):
		return failed("nothing listens at "+at,
			"start the gateway (bin/run.sh root/conf.yaml; listenPort there is the port) or the simulator (engine sim), or correct --base-url")
	}
	return failed(err.Error(), "a firewall or a route is between here and there: check network, VPN and the gateway's machine")
}

// certificate says who answers, and whether the client will trust it.
func (d *doctor) certificate(ctx context.Context) finding {
	switch {
	case d.url.Scheme == "http":
		return warned("plain http, without a certificate", "fine for a simulator on this machine; a gateway should have listenSsl: true")
	case d.proxy != nil:
		return passed("the proxy stands between; the first request proves it")
	}
	pin, cert, err := ibkr.RecordPin(ctx, d.url.String())
	if err != nil {
		return failed("no TLS at "+d.url.Host+": "+err.Error(), "if the gateway has listenSsl: false, use http:// (this machine only); else check the port")
	}
	switch {
	case d.pin == pin:
		return passed("the pinned key, %s", describe(&cert))
	case d.pin != "":
		return failed(fmt.Sprintf("the key is %s, and the pin is %s", pin, d.pin), pinAdvice)
	case cert.Trusted:
		return passed("trusted by this system, %s", describe(&cert))
	case isLoopbackHost(d.url.Hostname()):
		return warned("not pinned: any program on this machine could pose as the gateway; "+describe(&cert),
			"set pin: "+pin+" in broker.ibkr, or --pin; engine ibkr pin prints it")
	}
	return failed(cert.Why, "a gateway signs its own certificate: pin its key "+pin+" after comparing it with engine ibkr pin on the gateway's machine")
}

func describe(cert *ibkr.Certificate) string {
	return fmt.Sprintf("%s, valid until %s", cert.Subject, cert.To.UTC().Format(time.DateOnly))
}
