package main

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/broker/ibkr/ibkrsim/identity"
	"gannet/configs"
	"gannet/feed"
	"gannet/market"
)

// simListen is where the Client Portal gateway listens.
const simListen = "127.0.0.1:5000"

// simFlags are the flags of sim that are not values of the configuration.
type simFlags struct {
	listen    string
	plainHTTP bool
	state     string
	keys      string // folder of sim keys
	noLogin   bool   // this machine has to log in, too
	consent   string // user who consents to third parties without being asked
	public    []string
	accounts  []string
	users     []string
	control   string
	scenario  string
	universe  bool
	hours     string
	updates   int
}

// check refuses what the simulator would not start with.
func (f *simFlags) check() error {
	switch {
	case f.hours != "always" && f.hours != "real":
		return usagef("--hours %q: want always or real", f.hours)
	case f.updates < 1 || f.updates > 20:
		return usagef("--updates %d: want 1 to 20", f.updates)
	}
	if err := configs.CheckListen(f.listen); err != nil {
		return usagef("--listen: %w", err)
	}
	if err := configs.CheckListen(f.control); f.control != "" && err != nil {
		return usagef("--control: %w", err)
	}
	return nil
}

// marketFlags are the flags of the simulated market, which run and sim share.
type marketFlags struct{ seed, market, speed string }

func (f *marketFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.seed, "seed", "", "`NUMBER` that makes the generated market; the same seed, the same prices")
	flags.StringVar(&f.market, "market", "", "`PATH` of recorded data to replay: CSV, a LEAN zip or a LEAN folder (default: a generated market)")
	flags.StringVar(&f.speed, "speed", "", "`FACTOR` of the recording's pace; 10 is ten times as fast")
}

// overrides are the flags as values of the configuration.
func (f *marketFlags) overrides() []configs.Override {
	var list []configs.Override
	for _, one := range []configs.Override{
		{Path: "sim.seed", Value: f.seed, Flag: "--seed"},
		{Path: "sim.market", Value: f.market, Flag: "--market"},
		{Path: "sim.speed", Value: f.speed, Flag: "--speed"},
	} {
		if one.Value != "" {
			list = append(list, one)
		}
	}
	return list
}

func newSim(a *app) *cobra.Command {
	var f simFlags
	var m marketFlags
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve a simulated Interactive Brokers gateway",
		Long: `Serve the Interactive Brokers Web API offline, as the Client Portal gateway does, until Ctrl-C.

Its address and the pin of its key are printed on stdout. Any client of the gateway can use it; another
"engine run" does with broker.ibkr.base_url and broker.ibkr.pin set to them. Requests of this machine are logged in.
A first use, in another terminal:

` + simFirstUse + `
With --keys, clients log in with OAuth 1.0a, OAuth 2.0 and on the login page as well; "engine sim keys" makes the keys.`,
		Example: `  engine sim
  engine sim keys --out ./simkeys
  engine sim --keys ./simkeys --no-auto-login
  engine sim --listen 127.0.0.1:5001 --seed 7 --state ./var/sim.jsonl
  engine sim --account U1,cash=50000,kind=cash --account DU2 --user alice,accounts=U1+DU2
  engine sim --scenario lost-response --control 127.0.0.1:5099
  engine sim --market ./Data --speed 10 -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			cfg, err := a.load("sim.yaml", m.overrides())
			if err != nil {
				return err
			}
			return a.sim(cmd.Context(), cfg, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", simListen, "`ADDRESS` to serve at; port 0 picks a free one")
	flags.BoolVar(&f.plainHTTP, "plain-http", false, "serve without TLS")
	flags.BoolVar(&f.universe, "universe", true, "serve futures, currencies and options, too")
	flags.StringVar(&f.hours, "hours", "always", "trading `HOURS`: always, or real with the exchanges' holidays, the nightly reset and the maintenance on Saturday evening")
	flags.IntVar(&f.updates, "updates", 4, "`NUMBER` of price updates a second for each instrument of a generated market, 1 to 20")
	flags.StringVar(&f.state, "state", "", "`FILE` that keeps orders, executions and cash over restarts (default: nothing is kept)")
	flags.StringVar(&f.keys, "keys", "", "`FOLDER` of keys that clients may log in with; engine sim keys makes it")
	flags.BoolVar(&f.noLogin, "no-auto-login", false, "requests of this machine have to log in as well, on the login page or with keys")
	flags.StringVar(&f.consent, "auto-consent", "", "`USER` who lets every third party in at /authorize, without a page (needs --keys)")
	flags.StringSliceVar(&f.public, "public-url", nil, "`URL` that clients sign though they connect here, as behind a proxy (default: https://api.ibkr.com)")
	flags.StringArrayVar(&f.accounts, "account", nil, "`ACCOUNT` to serve, such as DU2,cash=50000,kind=cash; keys: "+strings.Join(accountKeys, " ")+" (repeat for more)")
	flags.StringArrayVar(&f.users, "user", nil, "`USER` who can log in, such as alice,password=wonder,accounts=DU1+DU2; keys: "+strings.Join(userKeys, " ")+" (repeat for more)")
	flags.StringVar(&f.scenario, "scenario", "", "`FILE` in YAML, or the name of a ready-made scenario, of what goes wrong from the start on; list: engine sim scenarios")
	flags.StringVar(&f.control, "control", "", "`ADDRESS` of a second server, plain HTTP, for /_sim/ alone")
	m.add(cmd)
	cmd.AddCommand(newSimKeys(a), newSimScenarios(a))
	return cmd
}

// simFirstUse is in the help; a test does what it says.
const simFirstUse = `  curl -sk -X POST https://127.0.0.1:5000/v1/api/iserver/auth/ssodh/init -d '{"publish":true,"compete":true}'; sleep 2
  curl -sk https://127.0.0.1:5000/v1/api/iserver/accounts
  curl -sk https://127.0.0.1:5000/v1/api/iserver/account/DU1000001/orders -d '{"orders":[{"conid":756733,"orderType":"MKT","side":"BUY","quantity":1,"tif":"DAY"}]}'
`

// identity is how strict logins are, and refuses what nobody could log in to.
func (f *simFlags) identity() (identity.Config, error) {
	cfg := identity.Config{NoAutoLogin: f.noLogin, AutoConsent: f.consent}
	switch {
	case f.keys == "" && f.noLogin:
		return cfg, usagef("--no-auto-login: nobody could log in without --keys FOLDER; engine sim keys --out FOLDER makes it")
	case f.keys == "" && f.consent != "":
		return cfg, usagef("--auto-consent %s: third parties need --keys FOLDER; engine sim keys --third-party --out FOLDER makes it", f.consent)
	}
	for _, text := range f.public {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" {
			return cfg, usagef("--public-url %q: want an address such as https://broker.example", text)
		}
		cfg.PublicURLs = append(cfg.PublicURLs, text)
	}
	if f.keys == "" {
		return cfg, nil
	}
	known := identity.New(cfg)
	if err := known.Load(f.keys); err != nil {
		return cfg, usagef("--keys %s: %s; engine sim keys --out FOLDER makes such a folder", f.keys, strings.TrimPrefix(err.Error(), "identity: "))
	}
	if _, ok := known.User(f.consent); f.consent != "" && !ok {
		return cfg, usagef("--auto-consent %s: is not a user of --keys %s%s", f.consent, f.keys, nearest(f.consent, known.Users()))
	}
	return cfg, nil
}

// sim serves until ctx ends.
func (a *app) sim(ctx context.Context, cfg *configs.Config, f simFlags) error {
	logins, err := f.identity()
	if err != nil {
		return err
	}
	p, err := newPlan(cfg, selection{})
	if err != nil {
		return err
	}
	opt, closeMarket, err := p.simOptions(a.logger(cfg))
	if err != nil {
		return err
	}
	opt.Listen, opt.PlainHTTP, opt.StatePath, opt.Identity = f.listen, f.plainHTTP, f.state, logins
	opt.Pacing, opt.Events, opt.KeysDir = true, true, f.keys
	opt.Universe, opt.Updates = f.universe, f.updates
	opt.Instruments = withDefaultInstruments(opt.Instruments)
	opt.Control = f.control
	if f.hours == "real" {
		opt.NewYork, opt.Nights = p.newYork, p.newYork
	}
	if err := errors.Join(f.people(&opt), f.trouble(&opt)); err != nil {
		return errors.Join(err, closeMarket())
	}
	server, err := ibkrsim.Start(opt)
	if err != nil {
		return errors.Join(err, closeMarket())
	}
	err = a.printServer(server, opt.Account)
	if err == nil {
		<-ctx.Done()
	}
	return errors.Join(err, server.Close(), closeMarket())
}

// servedAt is the JSON of sim.
type servedAt struct {
	URL     string `json:"url"`
	Pin     string `json:"pin"` // empty without TLS
	Account string `json:"account"`
	Control string `json:"control,omitempty"`
}

func (a *app) printServer(s *ibkrsim.Server, account string) error {
	at := servedAt{URL: s.URL(), Pin: s.Pin(), Account: account, Control: s.ControlURL()}
	if a.json() {
		return a.printJSON(at)
	}
	rows := [][2]string{{"url", at.URL}, {"pin", at.Pin}, {"account", at.Account}}
	if at.Control != "" {
		rows = append(rows, [2]string{"control", at.Control})
	}
	return pairs(a.out, rows...)
}

// simOptions are the options of a simulator of the configuration's account
// and instruments. Call the returned function after the simulator was closed.
func (p *plan) simOptions(log zerolog.Logger) (ibkrsim.Options, func() error, error) {
	nothing := func() error { return nil }
	s := &p.cfg.Sim
	opt := ibkrsim.Options{
		Listen: s.Listen, Seed: uint64(s.Seed), Account: p.cfg.Broker.IBKR.Account, Profile: s.Profile, Log: log,
	}
	var err error
	if opt.Cash, err = market.ParseMoney(string(s.Cash)); err != nil {
		return opt, nothing, p.wrong(err, "sim", "cash")
	}
	if opt.Speed, err = strconv.ParseFloat(string(s.Speed), 64); err != nil {
		return opt, nothing, p.wrong(err, "sim", "speed")
	}
	for i, one := range p.instruments.All() {
		if one.Conid == 0 {
			return opt, nothing, p.wrong(errors.New("the simulator needs IBKR's contract id"), "instruments", strconv.Itoa(i), "conid")
		}
		opt.Instruments = append(opt.Instruments, simInstrument(&one))
	}
	if s.Market == "" {
		return opt, nothing, nil
	}
	source, err := p.simMarket()
	if err != nil {
		return opt, nothing, err
	}
	opt.Market = source
	return opt, source.Close, nil
}

// simMarket opens the recorded market, in prices as they were traded.
func (p *plan) simMarket() (feed.Source, error) {
	defaults := p.cfg.Backtest
	defaults.Data, defaults.Raw = []string{p.cfg.Sim.Market}, true
	data, err := newDataset(&defaults)
	if err != nil {
		return nil, err
	}
	return data.open(p.instruments)
}

// simInstrument is an instrument as the simulator serves it, with the name and
// first price of a well-known one.
func simInstrument(one *market.Instrument) ibkrsim.Instrument {
	i := ibkrsim.Instrument{
		Symbol: one.Symbol(), Exchange: one.Exchange(), Conid: one.Conid, Tick: one.TickSize, Session: one.Session,
	}
	for _, known := range ibkrsim.DefaultInstruments() {
		if known.Conid == i.Conid {
			i.Company, i.Price = known.Company, known.Price.Round(one.TickSize)
		}
	}
	return i
}

// withDefaultInstruments adds the well-known instruments behind the list, so
// that a client finds more to ask for.
func withDefaultInstruments(list []ibkrsim.Instrument) []ibkrsim.Instrument {
	for _, known := range ibkrsim.DefaultInstruments() {
		taken := func(one ibkrsim.Instrument) bool { return one.Conid == known.Conid || one.Symbol == known.Symbol }
		if !slices.ContainsFunc(list, taken) {
			list = append(list, known)
		}
	}
	return list
}
