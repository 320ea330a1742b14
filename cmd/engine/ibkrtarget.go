package main

import (
	"cmp"
	"net"
	"net/url"
	"strings"

	"gannet/configs"
)

// ibkrDefaultURL is where a Client Portal gateway and "engine sim" listen.
const ibkrDefaultURL = "https://127.0.0.1:5000"

// ibkrTarget is whom a verb of ibkr speaks to.
type ibkrTarget struct {
	cfg     *configs.Config
	baseURL string
	pin     string
	account string // "": the login's selected one
	compete bool
	armed   string // the account that --arm names
}

// target lays the flags over the configuration.
func (v *ibkrVerbs) target(arm *string) (*ibkrTarget, error) {
	src := configs.Sources{Builtin: "sim.yaml", Files: v.app.files, Unarmed: true}
	if arm != nil && *arm != "" {
		src.Flags = append(src.Flags, configs.Override{Path: "live.arm", Value: *arm, Flag: "--arm"})
	}
	cfg, err := v.app.loadFrom(src)
	if err != nil {
		return nil, err
	}
	g := &cfg.Broker.IBKR
	t := &ibkrTarget{
		cfg: cfg, compete: v.flags.compete, armed: cfg.Live.Arm,
		baseURL: cmp.Or(v.flags.baseURL, g.Address(), ibkrDefaultURL),
		pin:     cmp.Or(v.flags.pin, g.Pin), account: v.flags.account,
	}
	if t.account == "" && said(cfg, "broker.ibkr.account") {
		t.account = g.Account
	}
	if strings.ContainsAny(t.account, "/?#{} ") {
		return nil, usagef("--account %q: want an account such as DU1234567", t.account)
	}
	return t, nil
}

// said says that the user gave a value: it is not the program's own.
func said(cfg *configs.Config, path string) bool {
	for _, e := range cfg.Entries() {
		if e.Path == path {
			return e.Origin.Layer > configs.Builtin
		}
	}
	return false
}

// hostPort is where to connect to.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), cmp.Or(port, "443"))
}

func isLoopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// paperName says that an account is a paper account by its name.
func paperName(account string) bool {
	return strings.HasPrefix(account, "DU") || strings.HasPrefix(account, "DF")
}

// mayTrade refuses an order that the configuration does not stand for. Real
// money needs mode live, the account in the configuration and --arm; a paper
// account must not be traded with a configuration for real money.
func (t *ibkrTarget) mayTrade(account string, paper bool) error {
	live := !paper || !paperName(account)
	switch {
	case live && t.cfg.Mode != "live":
		return usagef("account %s trades real money: orders to it need mode: live and this account in the configuration (-c), and --arm %s",
			account, account)
	case live && t.armed == "":
		return usagef("account %s trades real money and must be armed with --arm %s", account, account)
	case live && t.armed != account:
		return usagef("--arm %s: the order is for account %s", t.armed, account)
	case !live && t.cfg.Mode == "live":
		return usagef("account %s is a paper account and mode is live; give a configuration with mode: paper", account)
	}
	return nil
}

// instrumentConid is the first contract that the configuration names.
func (t *ibkrTarget) instrumentConid() int64 {
	for _, one := range t.cfg.Instruments {
		if one.Conid != 0 {
			return one.Conid
		}
	}
	return 0
}
