package configs

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// validator collects what is out of range.
type validator struct {
	c    *Config
	errs []FieldError
}

// fail reports a mistake at the given keys.
func (v *validator) fail(message string, keys ...string) {
	v.errs = append(v.errs, v.c.ErrorAt(message, keys...))
}

// oneOf reports a word that is none of the list.
func (v *validator) oneOf(word string, list []string, keys ...string) {
	if !slices.Contains(list, word) {
		v.fail(fmt.Sprintf("%q is not known%s", word, didYouMean(word, list)), keys...)
	}
}

// positive reports a decimal that is not above zero.
func (v *validator) positive(d Decimal, keys ...string) {
	if !d.Positive() {
		v.fail(fmt.Sprintf("must be a number greater than 0, got %q", d), keys...)
	}
}

// between reports a number out of range, both ends included.
func (v *validator) between(n, low, high int64, keys ...string) {
	if n < low || n > high {
		v.fail(fmt.Sprintf("must be from %d to %d, got %d", low, high, n), keys...)
	}
}

// span reports a time out of range, both ends included.
func (v *validator) span(d, low, high time.Duration, keys ...string) {
	if d < low || d > high {
		v.fail(fmt.Sprintf("must be from %s to %s, got %s", low, high, d), keys...)
	}
}

// gatewayMode says that orders go to Interactive Brokers itself.
func (v *validator) gatewayMode() bool { return v.c.Mode == "paper" || v.c.Mode == "live" }

// Words that a key may have.
var (
	modes       = []string{"sim", "paper", "live"}
	onStops     = []string{"cancel", "keep"}
	levels      = []string{"trace", "debug", "info", "warn", "error"}
	formats     = []string{"console", "json"}
	hours       = []string{"always", "us-equity"}
	secTypes    = []string{"STK", "FUT", "OPT", "CASH"}
	resolutions = []string{"tick", "second", "minute", "hour", "daily"}
)

// Validate lists every value that is out of range or does not fit another.
// It judges the values alone, so that a Config built by hand can be checked
// too; where a value was written is said when the Config came from Load.
func (c *Config) Validate() []FieldError {
	v := validator{c: c}
	v.oneOf(c.Mode, modes, "mode")
	v.oneOf(c.OnStop, onStops, "on_stop")
	v.oneOf(c.Log.Level, levels, "log", "level")
	v.oneOf(c.Log.Format, formats, "log", "format")
	if c.DataDir == "" {
		v.fail("must name a folder such as ./var", "data_dir")
	}
	v.bus()
	v.gateway()
	v.account()
	v.questions()
	v.instruments()
	v.strategies()
	v.risk()
	v.simulator()
	v.backtest()
	return v.errs
}

func (v *validator) bus() {
	b := &v.c.Bus
	if b.URL != "" {
		u, err := url.Parse(b.URL)
		if err != nil || u.Host == "" || !slices.Contains([]string{"nats", "tls", "ws", "wss"}, u.Scheme) {
			v.fail("must be an address such as nats://127.0.0.1:4222", "bus", "url")
		}
	}
	v.address(b.Listen, "bus", "listen")
}

// address reports what is not HOST:PORT.
func (v *validator) address(address string, keys ...string) {
	if err := CheckListen(address); err != nil {
		v.fail(err.Error(), keys...)
	}
}

// CheckListen says what is wrong with an address to listen at: it is HOST:PORT
// with a port of 0 to 65535, as a number.
func CheckListen(address string) error {
	_, port, err := net.SplitHostPort(address)
	number, bad := strconv.Atoi(port)
	if err != nil || bad != nil || number < 0 || number > 65535 {
		return fmt.Errorf("must be HOST:PORT such as 127.0.0.1:0, got %q", address)
	}
	return nil
}

// Limits of the gateway: IBKR blocks an address for minutes after more than
// ten requests in a second (fifty with OAuth, by its older pages), and answers the orders and trades endpoints once
// in five seconds. A simulator may be asked faster.
const (
	ibkrRequestsPerSecond = 10
	ibkrOAuthPerSecond    = 50
	ibkrSlowest           = 5 * time.Second
)

func (v *validator) gateway() {
	g := &v.c.Broker.IBKR
	perSecond, every := int64(1000), 10*time.Millisecond
	if v.gatewayMode() {
		perSecond, every = ibkrRequestsPerSecond, ibkrSlowest
		if g.Auth.Kind != "gateway" {
			perSecond = ibkrOAuthPerSecond
		}
	}
	v.between(int64(g.RequestsPerSecond), 1, perSecond, "broker", "ibkr", "requests_per_second")
	v.span(g.OrderTimeout, 100*time.Millisecond, time.Minute, "broker", "ibkr", "order_timeout")
	v.span(v.c.Reconcile.Every, every, 10*time.Minute, "reconcile", "every")
	v.environment(g)
	v.auth()
	if g.Pin != "" && !validPin(g.Pin) {
		v.fail("must be sha256/ and 32 bytes in base64", "broker", "ibkr", "pin")
	}
}

func (v *validator) baseURL(text string, keys []string) {
	if text == "" {
		if v.gatewayMode() {
			v.fail("mode "+v.c.Mode+" needs the address of the gateway, such as https://127.0.0.1:5000, or an environment", keys...)
		}
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		v.fail("must be an address such as https://127.0.0.1:5000", keys...)
	case u.Path != "" && u.Path != "/" && u.Path != "/v1/api" || u.RawQuery != "" || u.User != nil:
		v.fail("must be the address alone, such as https://127.0.0.1:5000", keys...)
	case u.Scheme == "http" && (v.gatewayMode() || !isLoopback(u.Hostname())):
		v.fail("must be https; http is for a simulator on this machine only", keys...)
	}
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func validPin(pin string) bool {
	text, ok := strings.CutPrefix(pin, "sha256/")
	sum, err := base64.StdEncoding.DecodeString(text)
	return ok && err == nil && len(sum) == 32
}

// Account numbers of IBKR: DU and DF are paper, U, F and I real money.
var (
	paperAccount = regexp.MustCompile(`^D[UF][A-Z]?[0-9]{1,12}$`)
	liveAccount  = regexp.MustCompile(`^[UFI][0-9]{1,12}$`)
)

func (v *validator) account() {
	account := v.c.Broker.IBKR.Account
	keys := []string{"broker", "ibkr", "account"}
	switch {
	case account == "":
		v.fail("must name the account that orders may go to", keys...)
	case v.c.Mode == "live" && paperAccount.MatchString(account):
		v.fail(fmt.Sprintf("%s is a paper account and mode is live; set mode: paper, or the live account", account), keys...)
	case v.c.Mode == "live" && !liveAccount.MatchString(account):
		v.fail(fmt.Sprintf("want a live account such as U1234567, got %q", account), keys...)
	case (v.c.Mode == "sim" || v.c.Mode == "paper") && !paperAccount.MatchString(account):
		v.fail(fmt.Sprintf("mode %s needs a paper account (DU... or DF...), got %q", v.c.Mode, account), keys...)
	}
	if arm := v.c.Live.Arm; arm != "" && arm != account {
		v.fail(fmt.Sprintf("arms %q, but broker.ibkr.account is %q", arm, account), "live", "arm")
	}
}

var (
	instrumentForm = regexp.MustCompile(`^[A-Z0-9_-][A-Z0-9._-]{0,30}\.[A-Z0-9_-]{1,16}$`)
	currencyForm   = regexp.MustCompile(`^[A-Z]{3}$`)
	tokenForm      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
)

func (v *validator) instruments() {
	if len(v.c.Instruments) == 0 {
		v.fail("must list at least one instrument", "instruments")
	}
	seen := map[string]bool{}
	conids := map[int64]string{}
	for i := range v.c.Instruments {
		one := &v.c.Instruments[i]
		at := func(key string) []string { return []string{"instruments", strconv.Itoa(i), key} }
		if !instrumentForm.MatchString(one.ID) {
			v.fail(fmt.Sprintf("want SYMBOL.EXCHANGE in capitals such as SPY.ARCA, got %q", one.ID), at("id")...)
		} else if seen[one.ID] {
			v.fail(one.ID+" is given twice", at("id")...)
		}
		seen[one.ID] = true
		v.conid(one, conids, at("conid"))
		if one.SecType != "" {
			v.oneOf(one.SecType, secTypes, at("sec_type")...)
		}
		if !currencyForm.MatchString(one.Currency) {
			v.fail(fmt.Sprintf("want a currency such as USD, got %q", one.Currency), at("currency")...)
		}
		v.positive(one.Tick, at("tick")...)
		v.positive(one.Lot, at("lot")...)
		v.between(one.Multiplier, 1, 1_000_000, at("multiplier")...)
		v.oneOf(one.Hours, hours, at("hours")...)
	}
}

func (v *validator) conid(one *Instrument, taken map[int64]string, keys []string) {
	if one.Conid < 0 || one.Conid == 0 && v.c.Mode == "live" {
		v.fail(fmt.Sprintf("must be IBKR's contract id, got %d", one.Conid), keys...)
	}
	if other, ok := taken[one.Conid]; ok && one.Conid != 0 {
		v.fail(fmt.Sprintf("%d is already %s", one.Conid, other), keys...)
	}
	taken[one.Conid] = one.ID
}

func (v *validator) strategies() {
	known := v.c.instrumentIDs()
	seen := map[string]bool{}
	for i := range v.c.Strategies {
		one := &v.c.Strategies[i]
		at := func(keys ...string) []string { return append([]string{"strategies", strconv.Itoa(i)}, keys...) }
		if !tokenForm.MatchString(one.ID) {
			v.fail(fmt.Sprintf("want up to 32 letters, digits, '-' and '_', got %q", one.ID), at("id")...)
		} else if seen[one.ID] {
			v.fail(one.ID+" is given twice", at("id")...)
		}
		seen[one.ID] = true
		if one.Name == "" {
			v.fail("must name a strategy such as dip", at("name")...)
		}
		if len(one.Instruments) == 0 {
			v.fail("must list at least one instrument", at("instruments")...)
		}
		for j, id := range one.Instruments {
			if id != AllInstruments && !slices.Contains(known, id) {
				v.fail(fmt.Sprintf("%q is not in instruments%s", id, didYouMean(id, known)), at("instruments", strconv.Itoa(j))...)
			}
		}
	}
}

func (c *Config) instrumentIDs() []string {
	ids := make([]string, len(c.Instruments))
	for i := range c.Instruments {
		ids[i] = c.Instruments[i].ID
	}
	return ids
}

// risk checks that every limit limits something.
func (v *validator) risk() {
	r := &v.c.Risk
	account := Limits{
		MaxOrderQty: r.MaxOrderQty, MaxOrderNotional: r.MaxOrderNotional, PriceCollarPercent: r.PriceCollarPercent,
		MaxDataAge: r.MaxDataAge, MaxPositionQty: r.MaxPositionQty,
	}
	v.limits(account, func(Decimal) bool { return true }, "risk")
	v.rate(r.MaxSubmitsPerSecond, 1000, "max_submits_per_second")
	v.rate(r.MaxSubmitsPerMinute, 60_000, "max_submits_per_minute")
	known := v.c.instrumentIDs()
	for _, id := range slices.Sorted(maps.Keys(r.Instruments)) {
		if !slices.Contains(known, id) {
			v.fail(fmt.Sprintf("%q is not in instruments%s", id, didYouMean(id, known)), "risk", "instruments", id)
		}
		v.limits(r.Instruments[id], func(d Decimal) bool { return d != "" }, "risk", "instruments", id)
	}
}

// limits checks the limits that are given.
func (v *validator) limits(l Limits, given func(Decimal) bool, keys ...string) {
	at := func(key string) []string { return append(slices.Clone(keys), key) }
	number := func(d Decimal, key string) {
		if given(d) && !d.Positive() {
			v.fail(fmt.Sprintf("must be greater than 0, got %q%s", d, noUnlimited), at(key)...)
		}
	}
	number(l.MaxOrderQty, "max_order_qty")
	number(l.MaxOrderNotional, "max_order_notional")
	number(l.PriceCollarPercent, "price_collar_percent")
	number(l.MaxPositionQty, "max_position_qty")
	if l.PriceCollarPercent.Positive() && l.PriceCollarPercent.cmp("50") > 0 {
		v.fail(fmt.Sprintf("must be at most 50, got %s%s", l.PriceCollarPercent, noUnlimited), at("price_collar_percent")...)
	}
	if age := l.MaxDataAge; (age != 0 || given("")) && (age < time.Millisecond || age > time.Hour) {
		v.fail(fmt.Sprintf("must be from 1ms to 1h, got %s%s", age, noUnlimited), at("max_data_age")...)
	}
}

func (v *validator) rate(n, high int, key string) {
	if n < 1 || n > high {
		v.fail(fmt.Sprintf("must be from 1 to %d, got %d%s", high, n, noUnlimited), "risk", key)
	}
}

func (v *validator) simulator() {
	s := &v.c.Sim
	v.address(s.Listen, "sim", "listen")
	v.between(s.Seed, 0, 1<<53, "sim", "seed")
	v.positive(s.Cash, "sim", "cash")
	v.positive(s.Speed, "sim", "speed")
	if s.Profile == "" {
		v.fail("must name a fill profile such as gannet", "sim", "profile")
	}
}

func (v *validator) backtest() {
	b := &v.c.Backtest
	v.positive(b.Cash, "backtest", "cash")
	v.oneOf(b.Resolution, resolutions, "backtest", "resolution")
	if b.Profile == "" {
		v.fail("must name a fill profile such as gannet", "backtest", "profile")
	}
	from, to := v.day(b.From, "from"), v.day(b.To, "to")
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		v.fail(fmt.Sprintf("%s is before backtest.from, %s", b.To, b.From), "backtest", "to")
	}
}

func (v *validator) day(text, key string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		v.fail(fmt.Sprintf("want a day such as 2013-10-07, got %q", text), "backtest", key)
	}
	return t
}
