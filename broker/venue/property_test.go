package venue_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gannet/broker/venue"
	"gannet/market"
)

// audit drives a venue from a stream of bytes and checks every report against
// what a trader may rely on, whatever the input.
type audit struct {
	t       rapid.TB
	v       *venue.Venue
	bytes   []byte
	now     market.Nanos
	n       int
	tickets map[market.ClientOrderID]*audited
	shown   map[string]market.Qty // what may still fill, by instrument and side
	tick    [3]market.Tick
	bars    bool // bars instead of ticks
	sized   bool // the profile bounds fills by what is shown
	rounds  bool // the profile rounds prices to the tick
	log     []market.ExecReport
}

type audited struct {
	market.Ticket
	cum   market.Qty
	value market.Money
	fees  market.Money
	open  bool
	seen  bool
}

func newAudit(t rapid.TB, profile string, bytes []byte) *audit {
	p, err := venue.Lookup(profile)
	check(err)
	a := &audit{
		t: t, bytes: bytes, now: newYork("2024-03-04 09:29:00"),
		tickets: map[market.ClientOrderID]*audited{}, shown: map[string]market.Qty{},
	}
	session := market.USEquity(nyc)
	if a.next(4) == 0 {
		session = market.Session{}
	}
	a.bars = a.next(3) == 0
	a.sized, a.rounds = profile == "gannet" && !a.bars, profile == "lean-equity"
	a.v = venue.New(venue.Config{Instruments: instruments(session), Profile: p})
	if a.next(8) > 0 {
		a.v.Advance(a.now)
	}
	return a
}

// next is a number below n from the stream, 0 at its end.
func (a *audit) next(n int) int {
	if len(a.bytes) == 0 {
		return 0
	}
	b := a.bytes[0]
	a.bytes = a.bytes[1:]
	return int(b) % n
}

// price is near 100.00, and now and then a hostile one.
func (a *audit) price() market.Price {
	switch a.next(40) {
	case 39:
		return 0
	case 38:
		return market.Price(math.MaxInt64)
	case 37:
		return -market.PriceScale
	}
	return market.MustPrice("99.90") + market.Price(a.next(20))*market.PriceScale/100
}

func (a *audit) qty() market.Qty {
	switch a.next(40) {
	case 39:
		return 0
	case 38:
		return 1 << 58
	case 37:
		return -market.Shares(1)
	}
	return market.Shares(int64(1 + a.next(30)))
}

func (a *audit) run() {
	for len(a.bytes) > 0 {
		switch a.next(8) {
		case 0, 1:
			a.submit()
		case 2:
			a.v.Cancel(a.id())
		case 3:
			a.replace()
		case 4:
			a.pass()
			a.v.Advance(a.now)
		default:
			a.data()
		}
		a.check()
	}
}

// pass moves time on by up to minutes, seldom by half a day or to nonsense.
func (a *audit) pass() {
	switch a.next(30) {
	case 29:
		a.now += 12 * market.Hour
	case 28:
		a.v.Advance(math.MaxInt64)
	case 27:
		a.v.Advance(-5)
	default:
		a.now += market.Nanos(a.next(120)) * market.Second
	}
}

func (a *audit) id() market.ClientOrderID {
	return market.ClientOrderID(fmt.Sprint("o", a.next(max(a.n, 1))))
}

func (a *audit) ticket() market.Ticket {
	t := market.Ticket{
		Instrument: market.InstrumentID(1 + a.next(2)), Side: market.Side(1 + a.next(2)),
		Type: market.OrdType(1 + a.next(5)), TimeInForce: market.TimeInForce(1 + a.next(7)),
		OrderQty: a.qty(), Price: a.price(), StopPx: a.price(),
		TrailAmt: market.Price(1+a.next(5)) * market.PriceScale / 100, OutsideRTH: a.next(4) == 0,
	}
	if a.next(40) == 39 {
		t.Instrument, t.Side, t.Type = 77, 9, 99
	}
	if a.next(40) == 39 {
		t.OrderQty = math.MaxInt64
	}
	t.ExpireTime = a.now + market.Nanos(a.next(100)-5)*10*market.Minute
	return t
}

func (a *audit) submit() {
	o := market.Order{ClientOrderID: market.ClientOrderID(fmt.Sprint("o", a.n)), Ticket: a.ticket()}
	a.n++
	asked := o.Ticket
	if a.rounds {
		asked.Price = asked.Price.Round(px("0.01"))
	}
	a.tickets[o.ClientOrderID] = &audited{Ticket: asked}
	a.v.Submit(&o)
}

func (a *audit) replace() {
	o := market.Order{ClientOrderID: a.id(), Ticket: a.ticket()}
	if was := a.tickets[o.ClientOrderID]; was != nil {
		o.Instrument, o.Side, o.Type = was.Instrument, was.Side, was.Type
	}
	a.v.Replace(&o)
}

func (a *audit) data() {
	id := market.InstrumentID(1 + a.next(2))
	if a.bars {
		a.bar(id)
		return
	}
	a.pass()
	k := &a.tick[id]
	k.Instrument, k.Flags, k.TsEvent, k.Mask = id, 0, a.now, 0
	if a.next(10) == 0 {
		k.Flags = market.TickFlags(1 << a.next(4))
	}
	if a.next(3) == 0 {
		k.Last, k.LastSize = a.price(), a.qty()
		k.Mask = market.HasLast | market.HasLastSize
		if k.IsTrade() && k.Last > 0 {
			print := fmt.Sprint(id, "print")
			a.shown[print] = min(a.shown[print], 1<<61) + max(k.LastSize, 0)
		}
	} else {
		k.Bid, k.BidSize, k.Ask, k.AskSize = a.price(), a.qty(), a.price(), a.qty()
		k.Mask = market.HasBid | market.HasBidSize | market.HasAsk | market.HasAskSize
		a.shown[fmt.Sprint(id, market.Buy)] = max(k.AskSize, 0)
		a.shown[fmt.Sprint(id, market.Sell)] = max(k.BidSize, 0)
		if k.Bid > 0 || k.Ask > 0 {
			a.shown[fmt.Sprint(id, "print")] = 0
		}
	}
	a.v.OnTick(k)
}

func (a *audit) bar(id market.InstrumentID) {
	a.now += market.Minute
	for source := range market.BarSource(1 + a.next(3)) {
		o, c := a.price(), a.price()
		low := min(o, c) - market.Price(a.next(10)-1)*market.PriceScale/100
		high := max(o, c) + market.Price(a.next(10))*market.PriceScale/100
		a.v.OnBar(&market.Bar{
			Instrument: id, Source: source, Filled: a.next(9) == 0, Interval: market.Minute, TsEvent: a.now,
			Open: o, High: high, Low: low, Close: c, Size: a.qty(),
		})
	}
	a.v.Match(a.now)
}

// check takes the reports of one step.
func (a *audit) check() {
	for _, r := range a.v.Reports() {
		if len(a.log) > 0 && r.TsEvent < a.log[len(a.log)-1].TsEvent {
			a.t.Fatalf("time goes back: %+v after %+v", r, a.log[len(a.log)-1])
		}
		a.log = append(a.log, r)
		if o := a.tickets[r.ClientOrderID]; o != nil {
			a.report(o, &r)
		} else if r.ExecType != market.ExecCancelRejected {
			a.t.Fatalf("report on an order that was never sent: %+v", r)
		}
	}
	open := 0
	for _, o := range a.tickets {
		if o.open {
			open++
		}
	}
	if got := len(a.v.Open(nil)); got != open {
		a.t.Fatalf("%d open orders, by the reports %d", got, open)
	}
}

func (a *audit) report(o *audited, r *market.ExecReport) {
	if r.ExecType == market.ExecCancelRejected {
		if r.Text == "" {
			a.t.Fatalf("refused without a reason: %+v", r)
		}
		return
	}
	if o.seen && !o.open {
		a.t.Fatalf("report after the end: %+v", r)
	}
	switch r.ExecType {
	case market.ExecNew:
		o.open, o.seen = true, true
	case market.ExecRejected:
		o.seen = true
	case market.ExecReplaced:
		o.Ticket = *r.Ticket
	case market.ExecCanceled, market.ExecExpired:
		o.open = false
	case market.ExecTrade:
		a.fill(o, r)
	default:
		a.t.Fatalf("report %+v", r)
	}
	if r.CumQty != o.cum {
		a.t.Fatalf("cum qty %s, fills sum to %s: %+v", r.CumQty, o.cum, r)
	}
}

func (a *audit) fill(o *audited, r *market.ExecReport) {
	o.cum += r.LastQty
	o.value = o.value.Add(market.Notional(r.LastPx, r.LastQty, 1))
	o.fees = o.fees.Add(r.Commission)
	o.open = o.cum < o.OrderQty
	if r.LastQty <= 0 || r.LastPx <= 0 || o.cum > o.OrderQty || r.ExecID == "" || !r.CommissionKnown {
		a.t.Fatalf("impossible fill of %+v: %+v", o.Ticket, r)
	}
	limited := o.Type == market.Limit || o.Type == market.StopLimit
	if limited && int64(r.LastPx-o.Price)*o.Side.Sign() > 0 {
		a.t.Fatalf("filled at %s beyond the limit %s", r.LastPx, o.Price)
	}
	if o.TimeInForce == market.FOK && o.open {
		a.t.Fatalf("part of a FOK order filled: %+v", r)
	}
	if r.Commission.IsNegative() {
		a.t.Fatalf("negative commission: %+v", r)
	}
	a.bound(r)
}

// bound takes a fill off what was shown: by the quote, and by the prints since.
func (a *audit) bound(r *market.ExecReport) {
	if !a.sized {
		return
	}
	quote, print := fmt.Sprint(r.Instrument, r.Side), fmt.Sprint(r.Instrument, "print")
	left := r.LastQty
	for _, key := range []string{quote, print} {
		part := min(left, a.shown[key])
		a.shown[key] -= part
		left -= part
	}
	if left > 0 {
		a.t.Fatalf("filled %s more than was shown: %+v", left, r)
	}
}

// fees must add up to the fee of the whole order, however it was filled.
func (a *audit) feesAddUp(profile string) {
	p, _ := venue.Lookup(profile)
	for id, o := range a.tickets {
		if want := p.Fee(o.cum, o.value); !o.fees.Equal(want) {
			a.t.Fatalf("%s: fees %s, the order's fee is %s", id, o.fees, want)
		}
	}
}

// operations are bytes to drive an audit with. They come from a seed, so that
// every value is as likely, and shrink by their number.
func operations(t *rapid.T) []byte {
	bytes := make([]byte, rapid.IntRange(0, 2000).Draw(t, "length"))
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	for i := range bytes {
		bytes[i] = byte(random.Uint32())
	}
	return bytes
}

func TestVenueHoldsItsPromises(t *testing.T) {
	for _, profile := range venue.Names() {
		t.Run(profile, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				bytes := operations(t)
				first, second := newAudit(t, profile, bytes), newAudit(t, profile, bytes)
				first.run()
				first.feesAddUp(profile)
				second.run()
				if diff := cmp.Diff(first.log, second.log); diff != "" {
					t.Fatalf("the same input gave other reports:\n%s", diff)
				}
			})
		})
	}
}

func FuzzVenue(f *testing.F) {
	f.Add([]byte("a first sequence of operations, as good as any other"))
	f.Add([]byte{1, 1, 1, 0, 0, 0, 1, 1, 10, 2, 3, 4, 5, 5, 0, 1, 9, 9, 9, 9, 5, 1, 9, 9, 9, 9})
	f.Fuzz(func(t *testing.T, bytes []byte) {
		for _, profile := range venue.Names() {
			a := newAudit(t, profile, bytes)
			a.run()
			a.feesAddUp(profile)
		}
	})
}

// TestLimitOracle: a limit order against quotes of any size is as simple as
// this: the first quote within the limit fills it.
func TestLimitOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asks := rapid.SliceOfN(rapid.Int64Range(90, 110), 1, 20).Draw(t, "asks")
		limit := rapid.Int64Range(90, 110).Draw(t, "limit")
		v := venue.New(venue.Config{Instruments: instruments(market.Session{})})
		want, wantAt := int64(0), -1
		for i, ask := range asks {
			if wantAt < 0 && ask <= limit {
				want, wantAt = limit, i
				if i == 0 {
					want = ask
				}
			}
		}
		got, gotAt := int64(0), -1
		for i, ask := range asks {
			v.OnTick(&market.Tick{Instrument: 1, Mask: market.HasAsk, TsEvent: market.Nanos(i + 1), Ask: market.Price(ask) * market.PriceScale})
			if i == 0 {
				v.Submit(&market.Order{ClientOrderID: "a", Ticket: market.BuyLimit(1, market.Shares(7), market.Price(limit)*market.PriceScale)})
			}
			for _, r := range v.Reports() {
				if r.ExecType == market.ExecTrade {
					got, gotAt = int64(r.LastPx/market.PriceScale), i
				}
			}
		}
		if got != want || gotAt != wantAt {
			t.Fatalf("filled at %d by quote %d, want %d by quote %d", got, gotAt, want, wantAt)
		}
	})
}

// TestLeanLimitOracle: a sell limit fills on the first bar that trades above
// it, at the better of limit and open.
func TestLeanLimitOracle(t *testing.T) {
	profile, err := venue.Lookup("lean-equity")
	check(err)
	rapid.Check(t, func(t *rapid.T) {
		v := venue.New(venue.Config{Instruments: instruments(market.Session{}), Profile: profile})
		limit := market.Price(rapid.Int64Range(95, 105).Draw(t, "limit")) * market.PriceScale
		v.Submit(&market.Order{ClientOrderID: "a", Ticket: market.SellLimit(1, market.Shares(7), limit)})
		var want, got market.Price
		for i := range rapid.IntRange(1, 20).Draw(t, "bars") {
			open := market.Price(rapid.Int64Range(90, 105).Draw(t, "open")) * market.PriceScale
			high := open + market.Price(rapid.Int64Range(0, 5).Draw(t, "up"))*market.PriceScale
			if want == 0 && high > limit {
				want = max(limit, open)
			}
			at := market.Nanos(i+1) * market.Second
			v.OnBar(&market.Bar{Instrument: 1, Interval: market.Second, TsEvent: at, Open: open, High: high, Low: open, Close: open})
			v.Match(at)
			for _, r := range v.Reports() {
				if r.ExecType == market.ExecTrade {
					got = r.LastPx
				}
			}
			if got != want {
				t.Fatalf("bar %d: filled at %s, want %s", i, got, want)
			}
		}
	})
}

// TestRestoreKeepsOrders: what Open gives, Restore puts back.
func TestRestoreKeepsOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newAudit(t, "gannet", operations(t))
		a.run()
		open := a.v.Open(nil)
		restored := venue.New(venue.Config{Instruments: instruments(market.USEquity(nyc))})
		for _, o := range open {
			restored.Restore(o)
		}
		if diff := cmp.Diff(open, restored.Open(nil)); diff != "" {
			t.Fatalf("restored orders differ (-was +now):\n%s", diff)
		}
		if queued := restored.Reports(); len(queued) > 0 {
			t.Fatalf("Restore reported %+v", queued)
		}
	})
}
