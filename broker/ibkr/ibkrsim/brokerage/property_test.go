package brokerage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// universe has every kind of product: stocks, two futures, options, pairs.
func universe() []exchange.Instrument {
	px := market.MustPrice
	list := exchange.DefaultInstruments()[:3]
	list = append(list,
		exchange.Instrument{Symbol: "ES", Exchange: "CME", Conid: 551, SecType: exchange.Future, Expiry: "20261218", Multiplier: 50, Price: px("6500"), Tick: px("0.25")},
		exchange.Instrument{Symbol: "CL", Exchange: "NYMEX", Conid: 552, SecType: exchange.Future, Expiry: "20261218", Multiplier: 1000, Price: px("70"), Tick: px("0.01")},
		exchange.Instrument{Symbol: "EUR", Exchange: "IDEALPRO", Conid: 12087792, SecType: exchange.Forex, Currency: "USD", Price: px("1.1"), Tick: px("0.00005")},
		exchange.Instrument{Symbol: "USD", Exchange: "IDEALPRO", Conid: 15016059, SecType: exchange.Forex, Currency: "JPY", Price: px("150"), Tick: px("0.005")},
	)
	for i, strike := range []string{"650", "655", "660"} {
		for k, right := range []string{"C", "P"} {
			list = append(list, exchange.Instrument{Symbol: "SPY", Exchange: "CBOE", Conid: int64(600 + 10*i + k), SecType: exchange.Option,
				Multiplier: 100, Underlying: 756733, Expiry: "20261218", Strike: px(strike), Right: right, Price: px("8"), Tick: px("0.01")})
		}
	}
	return list
}

// expiring is the universe with some contracts that expire on the day on which
// lives begin. Once they have, only the state file knows of them.
func expiring(t testing.TB, path string) []exchange.Instrument {
	t.Helper()
	listed, err := Listed(path)
	if err != nil {
		t.Fatal(err)
	}
	list := universe()
	for i := range list {
		switch list[i].Conid {
		case 552, 600, 601, 610:
			list[i].Expiry = "20260921"
		}
	}
	if len(listed) == 0 {
		return list
	}
	gone := func(i exchange.Instrument) bool {
		return i.Expiry != "" && !slices.ContainsFunc(listed, func(l exchange.Instrument) bool { return l.Conid == i.Conid })
	}
	return slices.DeleteFunc(list, gone)
}

// life is a random life of a house.
type life struct {
	t     testing.TB
	rng   *rand.Rand
	x     *exchange.Exchange
	h     *House
	now   market.Nanos
	count int
}

func newLife(t testing.TB, seed uint64, path string) *life {
	t.Helper()
	x, err := exchange.New(exchange.Config{Instruments: expiring(t, path), Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	l := &life{t: t, rng: rand.New(rand.NewPCG(seed, 1)), x: x, now: 1_790_000_000 * market.Second}
	l.h, err = Open(Config{Exchange: x, Seed: seed, StatePath: path, CancelDelay: 50 * market.Millisecond, Keep: 1 << 20,
		Accounts: []AccountConfig{{ID: "DU1", Cash: market.MustMoney("1000000")}, {ID: "DU2", Cash: market.MustMoney("250000"), Kind: "cash"},
			{ID: "U3", Cash: market.MustMoney("5000000"), Plan: "tiered", Fractions: true}}})
	if err != nil {
		t.Fatal(err)
	}
	l.h.Advance(l.now)
	return l
}

// act does one thing that a client, the market, the clock or an operator may do.
func (l *life) act() {
	switch dice := l.rng.IntN(100); {
	case dice < 45:
		l.tick()
	case dice < 72:
		l.order()
	case dice < 76:
		l.bracket()
	case dice < 79:
		l.oca()
	case dice < 86:
		l.some(func(o *Order) { l.h.Cancel(o) })
	case dice < 93:
		l.some(l.change)
	case dice < 95:
		l.operate()
	default:
		l.now += market.Nanos(l.rng.Int64N(int64(20 * market.Minute)))
		l.h.Advance(l.now)
	}
	l.count++
}

func (l *life) tick() {
	l.now += 50 * market.Millisecond
	l.x.Turn(l.now, func(_ *exchange.Product, t *market.Tick) { l.h.OnTick(t) })
	l.h.Advance(l.now)
}

func (l *life) account() *Account { return l.h.accounts[l.rng.IntN(len(l.h.accounts))] }

func (l *life) price(p *exchange.Product) market.Price {
	at := p.Mark()
	if at <= 0 {
		at = p.Price
	}
	away := p.Tick * market.Price(l.rng.Int64N(41)-20)
	return max(p.Tick, at.Round(p.Tick)+away)
}

// ticket is any ticket that makes sense for a product.
func (l *life) ticket(p *exchange.Product, side market.Side) Ticket {
	types := []OrderType{MKT, MKT, LMT, LMT, LMT, STP, StopLimit, MidPrice, Trail, TrailLmt, MIT, LIT, REL}
	t := Ticket{Side: side, Type: types[l.rng.IntN(len(types))], TIF: []TIF{DAY, GTC}[l.rng.IntN(2)],
		Qty: market.Shares(1 + l.rng.Int64N(300)), OutsideRTH: l.rng.IntN(3) == 0}
	switch t.Type {
	case LMT, STP:
		t.Price = l.price(p)
	case StopLimit, LIT:
		t.Price, t.Aux = l.price(p), l.price(p)
	case MIT:
		t.Aux = l.price(p)
	case Trail:
		t.Trail = p.Tick * market.Price(1+l.rng.Int64N(30))
		if t.TrailPercent = l.rng.IntN(2) == 0; t.TrailPercent {
			t.Trail = market.MustPrice("0.05")
		}
	case TrailLmt:
		t.Trail, t.Aux = p.Tick*market.Price(1+l.rng.Int64N(30)), l.price(p)
		t.Price = t.Aux + p.Tick*market.Price(side.Sign())
	}
	if (t.Type == MKT || t.Type == LMT) && l.rng.IntN(4) == 0 {
		t.TIF = IOC
	}
	if t.Type == LMT && t.TIF != IOC {
		t.AllOrNone, t.Deactivated = l.rng.IntN(8) == 0, l.rng.IntN(12) == 0
	}
	return t
}

func (l *life) new(a *Account, p *exchange.Product, side market.Side) *Order {
	return &Order{Account: a.ID, COID: "c" + strconv.Itoa(l.count) + "-" + strconv.FormatInt(l.h.NextID(), 10), Product: p, Ticket: l.ticket(p, side)}
}

func (l *life) any() (*Account, *exchange.Product, market.Side) {
	p := l.x.Products()[l.rng.IntN(len(l.x.Products()))]
	return l.account(), p, []market.Side{market.Buy, market.Sell}[l.rng.IntN(2)]
}

func (l *life) order() {
	a, p, side := l.any()
	o := l.new(a, p, side)
	if l.rng.IntN(10) == 0 {
		o.Product, o.Ticket = nil, Ticket{Side: side, Type: []OrderType{MKT, LMT}[l.rng.IntN(2)], TIF: DAY, Qty: market.Shares(1 + l.rng.Int64N(9))}
		o.Ticket.Price = market.MustPrice("0.5") * market.Price(l.rng.Int64N(41)-20)
		if l.h.Combine(o, []Leg{{Conid: 600, Ratio: 1}, {Conid: 610, Ratio: -1}}) != nil {
			return // they expired before the restart, and nobody ever ordered one
		}
	}
	l.submit(o)
}

func (l *life) submit(o *Order) bool {
	if l.h.Afford(o) != "" {
		return false
	}
	return l.h.Submit(o) == ""
}

func (l *life) bracket() {
	a, p, side := l.any()
	parent := l.new(a, p, side)
	if !l.submit(parent) {
		return
	}
	for range 2 {
		child := l.new(a, p, opposite(side))
		child.Parent, child.OCA = parent.ID, strconv.FormatInt(parent.ID, 10)
		child.Ticket.Qty = parent.Ticket.Qty
		child.COID = ""
		l.submit(child)
	}
}

func (l *life) oca() {
	group := "oco-" + strconv.FormatInt(l.h.NextID(), 10)
	a, _, _ := l.any()
	for range 2 + l.rng.IntN(2) {
		_, p, side := l.any()
		o := l.new(a, p, side)
		o.OCA = group
		l.submit(o)
	}
}

func (l *life) some(do func(*Order)) {
	if working := l.h.family(func(*Order) bool { return true }); len(working) > 0 {
		do(working[l.rng.IntN(len(working))])
	}
}

func (l *life) change(o *Order) {
	if o.IsCombo() || o.Status == PendingCancel {
		return
	}
	t := l.ticket(o.Product, o.Ticket.Side)
	t.TIF = o.Ticket.TIF
	if t.Type != o.Ticket.Type && (o.Phase == sent || t.TIF == IOC) || t.Qty <= o.Filled+o.Busted {
		return
	}
	l.h.Replace(o, t)
}

// operate does what happens to an account without an order.
func (l *life) operate() {
	a := l.account()
	switch l.rng.IntN(4) {
	case 0:
		_ = l.h.MoveCash(a.ID, "USD", decimal.New(l.rng.Int64N(20_000)-10_000, -2), "cash")
	case 1:
		_ = l.h.MoveAsset("DU1", "U3", 756733, market.Shares(1+l.rng.Int64N(20)))
	case 2:
		if n := len(l.h.execs); n > 0 {
			e := l.h.execs[l.rng.IntN(n)]
			_ = l.h.Amend(e.ID, e.Qty*market.Qty(l.rng.Int64N(3))/2, e.Price+e.Product.Tick)
		}
	default:
		l.some(func(o *Order) { l.h.Reject(o, "rejected by the exchange") })
	}
}

// check holds the house against what its executions and moves say.
func (l *life) check() {
	for _, a := range l.h.accounts {
		l.checkMoney(a)
		for _, held := range a.holdings {
			if held.Qty != 0 && held.Product.Ended(l.now) {
				l.t.Fatalf("%s holds %s of %s", a.ID, held.Qty, held.Product.Name())
			}
		}
		f := l.h.Figures(a)
		if sum := f.Cash.Add(f.Stocks).Add(f.Options).Add(f.Futures); !sum.Equal(f.Equity) {
			l.t.Fatalf("%s: equity %s is not %s", a.ID, f.Equity, sum)
		}
	}
	l.checkOrders()
}

// checkMoney adds up all that an account did: cash is what it began with, less
// what was paid, and positions are the sum of the executions.
func (l *life) checkMoney(a *Account) {
	cash := map[string]market.Money{a.Base: a.Cash}
	held := map[int64]market.Qty{}
	for _, e := range l.h.execs {
		if e.Account != a.ID {
			continue
		}
		p, value := e.Product, market.Notional(e.Price, e.Signed(), e.Product.Multiplier)
		cash[p.Currency] = cash[p.Currency].Sub(value)
		cash[e.FeeCurrency()] = cash[e.FeeCurrency()].Sub(e.Commission)
		if p.SecType == exchange.Forex {
			cash[p.Symbol] = cash[p.Symbol].Add(e.Signed().Decimal())
			continue
		}
		held[p.Conid] += e.Signed()
	}
	for _, m := range l.h.Moves(a.ID) {
		switch held[m.Conid] += m.Qty; {
		case m.Conid == 0:
			cash[m.Currency] = cash[m.Currency].Add(m.Amount)
		case m.Settles:
			value := market.Notional(m.Price, m.Qty, l.x.ByConid(m.Conid).Multiplier)
			cash[m.Currency] = cash[m.Currency].Sub(value)
		}
	}
	for _, h := range a.holdings {
		if h.Product.SecType == exchange.Future { // not paid for until closed
			cash[h.Product.Currency] = cash[h.Product.Currency].Add(h.Cost)
		}
		if h.Qty != held[h.Product.Conid] {
			l.t.Fatalf("%s: %s held of %s, its executions make %s", a.ID, h.Qty, h.Product.Name(), held[h.Product.Conid])
		}
		delete(held, h.Product.Conid)
	}
	for conid, q := range held {
		if conid != 0 && q != 0 {
			l.t.Fatalf("%s: executions of %d make %s, nothing is held", a.ID, conid, q)
		}
	}
	for currency, want := range cash {
		if got := a.Balance(currency); !got.Equal(want) {
			l.t.Fatalf("%s: %s %s, want %s", a.ID, got, currency, want)
		}
	}
}

// checkOrders wants every order done or resting where it says.
func (l *life) checkOrders() {
	atVenue := map[int64]bool{}
	for _, v := range l.h.venue.Open(nil) {
		id, _ := strconv.ParseInt(string(v.ClientOrderID), 10, 64)
		atVenue[id] = true
		if o := l.h.byID[id]; o == nil || !o.Working() || v.CumQty != o.Filled+o.Busted {
			l.t.Fatalf("the venue works %+v, the house has %+v", v, o)
		}
	}
	for _, o := range l.h.orders {
		switch {
		case o.Working() && slices.ContainsFunc(o.products(), func(p *exchange.Product) bool { return p.Ended(l.now) }):
			l.t.Fatalf("order %d works in what has expired: %s", o.ID, asJSON(o))
		case o.Left() < 0 || o.Busted < 0:
			l.t.Fatalf("order %d: %s of %s filled", o.ID, o.Filled, o.Ticket.Qty)
		case o.Working() && o.Phase == sent != atVenue[o.ID]:
			l.t.Fatalf("order %d %s %s: at the venue: %v: %s", o.ID, o.Status, o.Phase, atVenue[o.ID], asJSON(o))
		case o.Status == Filled && o.Left() != 0:
			l.t.Fatalf("order %d is filled and has %s left", o.ID, o.Left())
		case !o.Working() && o.Status != Filled && o.Status != Cancelled && o.Status != Inactive:
			l.t.Fatalf("order %d is in no state: %s", o.ID, o.Status)
		}
	}
}

// setting is a number from the environment, or its default.
func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// Whatever clients, markets and operators do, in any order, over restarts and
// expiries: money and holdings add up, no order is lost, and the same seed
// writes the same bytes. For more:
// GANNET_SIM_SEEDS=1000 GANNET_SIM_ACTIONS=10000 go test -timeout 0 -run TestLives
func TestLives(t *testing.T) {
	seeds, actions := setting("GANNET_SIM_SEEDS", 20), setting("GANNET_SIM_ACTIONS", 1500)
	first := setting("GANNET_SIM_SEED", 1)
	for i := range seeds {
		seed := uint64(first + i)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			one, two := runLife(t, seed, actions), []byte(nil)
			if i%10 == 0 {
				if two = runLife(t, seed, actions); !bytes.Equal(one, two) {
					t.Errorf("two runs of the seed differ; again: GANNET_SIM_SEED=%d GANNET_SIM_SEEDS=1 go test -run TestLives", seed)
				}
			}
		})
	}
}

// runLife lives a life and returns its state file.
func runLife(t *testing.T, seed uint64, actions int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	l := newLife(t, seed, path)
	defer func() {
		if t.Failed() {
			t.Logf("again: GANNET_SIM_SEED=%d GANNET_SIM_SEEDS=1 GANNET_SIM_ACTIONS=%d go test -run TestLives (failed after %d)", seed, actions, l.count)
		}
	}()
	for n := range actions {
		l.act()
		if _, err := l.h.Commit(); err != nil {
			t.Fatal(err)
		}
		if l.count%250 == 0 {
			l.check()
		}
		if n == actions/3 {
			l.restart(seed, path)
			l.now += market.Nanos(l.rng.Int64N(int64(12 * market.Hour))) // the expiry, as a rule
			l.h.Advance(l.now)
			l.check()
		}
	}
	l.check()
	if actions >= 1500 && len(l.h.ends.settled) == 0 {
		t.Errorf("nothing that was held has expired until %s", l.now)
	}
	l.restart(seed, path)
	l.check()
	if err := l.h.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// restart closes the house and opens its state file again.
func (l *life) restart(seed uint64, path string) {
	l.t.Helper()
	l.now += market.Second // cancels arrive: a restart does not wait for them
	l.h.Advance(l.now)
	if _, err := l.h.Commit(); err != nil {
		l.t.Fatal(err)
	}
	want := l.sums()
	if err := l.h.Close(); err != nil {
		l.t.Fatal(err)
	}
	again := newLife(l.t, seed, path)
	l.x, l.h = again.x, again.h
	if got := l.sums(); got != want {
		was, is := strings.Split(want, "; "), strings.Split(got, "; ")
		for i := range was {
			if i >= len(is) || was[i] != is[i] {
				l.t.Fatalf("after a restart %s, want %s", strings.Join(is[i:min(i+1, len(is))], ""), was[i])
			}
		}
	}
}

func asJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte(err.Error())
	}
	return text
}

// sums are what must survive a restart.
func (l *life) sums() string {
	text := ""
	for _, a := range l.h.accounts {
		for _, c := range a.Currencies() {
			text += fmt.Sprintf("%s %s %s; ", a.ID, c, a.Balance(c))
		}
		for _, h := range a.holdings {
			text += fmt.Sprintf("%s %s %s %s; ", h.Product.Name(), h.Qty, h.Cost, h.Position.Fees)
			text += fmt.Sprintf("%s made; ", h.RealizedPnL)
		}
		for _, kind := range []string{"STK", "OPT", "FUT", "CASH"} {
			text += fmt.Sprintf("%s of %s in the month; ", a.monthVolume(kind, l.now), kind)
		}
		text += fmt.Sprintf("fees %s, settled %s; ", a.fees["USD"], a.Settled("USD", l.now))
	}
	for _, o := range l.h.orders {
		text += fmt.Sprintf("%d %s %s %s %s %s; ", o.ID, o.Status, o.Filled, o.Charged, o.Ties, asJSON(o.Bills))
	}
	return text
}
