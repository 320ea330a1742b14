package feed

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gannet/market"
)

const (
	bid   = market.HasBid
	ask   = market.HasAsk
	last  = market.HasLast
	sizes = market.HasBidSize | market.HasAskSize
)

func price(s string) market.Price { return market.MustPrice(s) }

// quote is a raw tick of SPY at second n.
func quote(n int, mask market.TickMask, b, a, l string) market.Tick {
	at := market.Nanos(1_000_000+n) * market.Second
	return market.Tick{Instrument: 1, TsEvent: at, TsInit: at, Mask: mask, Bid: price(b), Ask: price(a), Last: price(l)}
}

func newNormalizer(t testing.TB) *Normalizer {
	return NewNormalizer(NormalizerConfig{Instruments: table(t, "SPY.ARCA", "IBM.NYSE")})
}

func TestNormalizerVerdicts(t *testing.T) {
	good := quote(1, last, "0", "0", "100")
	change := func(f func(*market.Tick)) market.Tick {
		raw := quote(2, last|market.HasLastSize, "0", "0", "100")
		f(&raw)
		return raw
	}
	for _, c := range []struct {
		name string
		raw  market.Tick
		want Verdict
	}{
		{"a trade", change(func(*market.Tick) {}), Passed},
		{"no instrument", change(func(r *market.Tick) { r.Instrument = 0 }), RefusedInstrument},
		{"instrument beyond the table", change(func(r *market.Tick) { r.Instrument = 3 }), RefusedInstrument},
		{"negative price", change(func(r *market.Tick) { r.Last = -1 }), RefusedPrice},
		{"a last price of zero", change(func(r *market.Tick) { r.Last = 0 }), RefusedPrice},
		{"absurd price", change(func(r *market.Tick) { r.Last = maxPrice + 1 }), RefusedPrice},
		{"negative size", change(func(r *market.Tick) { r.LastSize = -1 }), RefusedSize},
		{"absurd size", change(func(r *market.Tick) { r.LastSize = maxSize + 1 }), RefusedSize},
		{"ten times the price", change(func(r *market.Tick) { r.Last = price("1000") }), Passed},
		{"more than ten times", change(func(r *market.Tick) { r.Last = price("1000.0001") }), RefusedJump},
		{"a tenth of the price", change(func(r *market.Tick) { r.Last = price("10") }), Passed},
		{"less than a tenth", change(func(r *market.Tick) { r.Last = price("9.99") }), RefusedJump},
		{"a field without its mask is not looked at", change(func(r *market.Tick) { r.Bid = -1 }), Passed},
		{"no time", change(func(r *market.Tick) { r.TsEvent, r.TsInit = 0, 0 }), RefusedTime},
		{"no source time takes ours", change(func(r *market.Tick) { r.TsEvent = 0 }), Passed},
		{"before 1970", change(func(r *market.Tick) { r.TsEvent = -1 }), RefusedTime},
		{"five seconds ahead", change(func(r *market.Tick) { r.TsEvent += 5 * market.Second }), Passed},
		{"more than five seconds ahead", change(func(r *market.Tick) { r.TsEvent += 5*market.Second + 1 }), RefusedTime},
		{"time far away", change(func(r *market.Tick) { r.TsEvent, r.TsInit = 1<<63-1, -1<<63 }), RefusedTime},
		{"crossed", change(func(r *market.Tick) { r.Mask, r.Bid, r.Ask = bid|ask, price("101"), price("100") }), Crossed},
		{"locked is not crossed", change(func(r *market.Tick) { r.Mask, r.Bid, r.Ask = bid|ask, price("100"), price("100") }), Passed},
		{"nothing at all", change(func(r *market.Tick) { r.Mask = 0 }), Pending},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNormalizer(t)
			var out market.Tick
			if v := n.Step(&good, &out); v != Passed {
				t.Fatalf("the first trade is %s", v)
			}
			hash := n.Hash()
			if v := n.Step(&c.raw, &out); v != c.want {
				t.Errorf("%s, want %s", v, c.want)
			}
			if c.want.Refused() && n.Hash() != hash {
				t.Error("a refused tick changed what is known")
			}
			counts := n.Counters()
			if counts.Taken() != 2 || counts.Verdicts[c.want] == 0 {
				t.Errorf("counters %+v", counts)
			}
		})
	}
}

// A strategy sees whole ticks with a mask of what really changed, and none
// before it means something.
func TestNormalizerCarriesForward(t *testing.T) {
	n := newNormalizer(t)
	steps := []struct {
		raw  market.Tick
		want Verdict
		mask market.TickMask
		text string // bid ask last
	}{
		{quote(1, bid, "99", "0", "0"), Pending, 0, ""},
		{quote(2, ask, "0", "101", "0"), Passed, bid | ask, "99 101 0"},
		{quote(3, bid, "99", "0", "0"), Unchanged, 0, "99 101 0"},
		{quote(4, bid|ask, "99", "100.5", "0"), Passed, ask, "99 100.5 0"},
		{quote(5, last, "0", "0", "100"), Passed, last, "99 100.5 100"},
		{quote(6, last, "0", "0", "100"), Passed, last, "99 100.5 100"},
		{quote(7, bid, "0", "0", "0"), Passed, bid, "0 100.5 100"},
		{quote(8, bid, "99.5", "0", "0"), Passed, bid, "99.5 100.5 100"},
	}
	for i, s := range steps {
		var out market.Tick
		if v := n.Step(&s.raw, &out); v != s.want {
			t.Fatalf("step %d: %s, want %s", i+1, v, s.want)
		}
		if !s.want.Emit() {
			continue
		}
		if text := out.Bid.String() + " " + out.Ask.String() + " " + out.Last.String(); text != s.text || out.Mask != s.mask {
			t.Errorf("step %d: %s mask %b, want %s mask %b", i+1, text, out.Mask, s.text, s.mask)
		}
	}
}

// A side that is gone has no size either.
func TestNormalizerEmptySide(t *testing.T) {
	n := newNormalizer(t)
	raw := quote(1, bid|ask|sizes, "99", "101", "0")
	raw.BidSize, raw.AskSize = market.Shares(5), market.Shares(7)
	var out market.Tick
	n.Step(&raw, &out)
	raw = quote(2, ask, "0", "0", "0")
	if v := n.Step(&raw, &out); v != Passed || out.Ask != 0 || out.AskSize != 0 || out.Mask != ask|market.HasAskSize {
		t.Errorf("%s %+v: want no ask and no ask size", v, out)
	}
}

// Time never goes back for one instrument, and another is not held up by it.
func TestNormalizerClampsTime(t *testing.T) {
	n := newNormalizer(t)
	var out market.Tick
	late, early := quote(10, last, "0", "0", "100"), quote(3, last, "0", "0", "100")
	n.Step(&late, &out)
	n.Step(&early, &out)
	if out.TsEvent != late.TsEvent || n.Counters().Clamped != 1 {
		t.Errorf("TsEvent %s, want %s", out.TsEvent, late.TsEvent)
	}
	early.Instrument = 2
	if n.Step(&early, &out); out.TsEvent != early.TsEvent {
		t.Errorf("the other instrument has TsEvent %s, want %s", out.TsEvent, early.TsEvent)
	}
}

// A stub quote before the open must not make the real prices look absurd.
func TestNormalizerStubQuoteIsNoReference(t *testing.T) {
	n := newNormalizer(t)
	var out market.Tick
	for i, raw := range []market.Tick{
		quote(1, bid|ask, "0.01", "199999.99", "0"),
		quote(2, bid|ask, "144.77", "144.78", "0"),
		quote(3, last, "0", "0", "144.78"),
	} {
		if v := n.Step(&raw, &out); v != Passed {
			t.Errorf("tick %d: %s", i+1, v)
		}
	}
	stub := quote(4, ask, "0", "199999.99", "0")
	if v := n.Step(&stub, &out); v != RefusedJump {
		t.Errorf("stub quote after real ones: %s, want %s", v, RefusedJump)
	}
}

// After a reverse split the operator forgets the instrument and it goes on.
func TestNormalizerForget(t *testing.T) {
	n := newNormalizer(t)
	var out market.Tick
	before, after := quote(1, last, "0", "0", "2"), quote(2, last, "0", "0", "60")
	n.Step(&before, &out)
	if v := n.Step(&after, &out); v != RefusedJump {
		t.Fatalf("%s, want %s", v, RefusedJump)
	}
	n.Forget(1)
	if _, ok := n.Last(1); ok {
		t.Error("forgotten, and still known")
	}
	if v := n.Step(&after, &out); v != Passed || out.Last != price("60") {
		t.Errorf("%s %s, want 60 to pass", v, out.Last)
	}
}

func TestNormalizerStaleAndRecovery(t *testing.T) {
	n := newNormalizer(t)
	var out market.Tick
	first := quote(0, bid|ask, "99", "101", "0")
	n.Step(&first, &out)
	now := first.TsInit + 5*market.Second
	if ids := n.Stale(nil, now, 5*market.Second); len(ids) != 0 {
		t.Errorf("stale at the limit: %v", ids)
	}
	refused := quote(4, bid, "-1", "0", "0")
	n.Step(&refused, &out)
	if ids := n.Stale(nil, now+1, 5*market.Second); !cmp.Equal(ids, []market.InstrumentID{1}) {
		t.Errorf("stale %v, want SPY: a refused tick is no sign of life", ids)
	}
	ticks := n.Lost(nil, now+1)
	if len(ticks) != 1 || ticks[0].Flags != market.FlagStale || ticks[0].Mask != market.HasFlags || ticks[0].Bid != price("99") || ticks[0].TsEvent != now+1 {
		t.Fatalf("lost: %+v, want one stale tick with the last quotes", ticks)
	}
	if again := n.Lost(nil, now+2); len(again) != 0 || len(n.Stale(nil, now+market.Day, 1)) != 0 {
		t.Error("the same loss is told twice")
	}
	half := quote(10, bid, "99.5", "0", "0")
	if n.Step(&half, &out); out.Flags != market.FlagStale {
		t.Error("one new side ended the loss while the other is old")
	}
	whole := quote(11, ask, "0", "101", "0")
	if v := n.Step(&whole, &out); v != Passed || out.Flags != 0 || out.Mask != market.HasFlags {
		t.Errorf("%s %+v: want recovery", v, out)
	}
	if tick, ok := n.Last(1); !ok || tick.Flags != 0 || tick.Bid != price("99.5") {
		t.Errorf("last known %+v", tick)
	}
}

func TestNormalizerFlags(t *testing.T) {
	n := newNormalizer(t)
	raw := quote(1, last|market.HasFlags, "0", "0", "100")
	raw.Flags = market.FlagHalted
	var out market.Tick
	n.Step(&raw, &out)
	next := quote(2, last, "0", "0", "100")
	if n.Step(&next, &out); out.Flags != market.FlagHalted || out.Mask != last {
		t.Errorf("%+v: want the halt carried forward", out)
	}
	n.Lost(nil, raw.TsEvent)
	if n.Step(&next, &out); out.Flags != market.FlagHalted || out.Mask != last|market.HasFlags {
		t.Errorf("%+v: want the halt to outlive the loss", out)
	}
}

func TestNormalizerDoesNotAllocate(t *testing.T) {
	n := newNormalizer(t)
	raw := quote(1, bid|ask|last, "99", "101", "100")
	var out market.Tick
	if allocs := testing.AllocsPerRun(1000, func() { raw.TsEvent++; n.Step(&raw, &out) }); allocs != 0 {
		t.Errorf("%v allocations a tick", allocs)
	}
}

// Whatever comes in: no incomplete first tick, no time going back, no negative
// number, masks that say exactly what differs from the tick before, and the
// same state from the same input.
func TestNormalizerProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		instruments, _ := market.NewInstruments(market.Instrument{Name: "SPY.ARCA"}, market.Instrument{Name: "IBM.NYSE"})
		n, twin := NewNormalizer(NormalizerConfig{Instruments: instruments}), NewNormalizer(NormalizerConfig{Instruments: instruments})
		seen := map[market.InstrumentID]market.Tick{}
		for range rapid.IntRange(1, 60).Draw(t, "ticks") {
			raw := drawRaw(t)
			var out, other market.Tick
			v := n.Step(&raw, &out)
			if w := twin.Step(&raw, &other); v != w || out != other {
				t.Fatalf("%s and %s for the same input", v, w)
			}
			if !v.Emit() {
				if out != (market.Tick{}) {
					t.Fatalf("%s wrote %+v", v, out)
				}
				continue
			}
			before, known := seen[raw.Instrument]
			checkOut(t, &before, known, &out)
			seen[raw.Instrument] = out
		}
		if n.Hash() != twin.Hash() {
			t.Fatal("two hashes")
		}
	})
}

func drawRaw(t *rapid.T) market.Tick {
	prices := rapid.SampledFrom([]market.Price{0, -1, price("0.01"), price("99"), price("100"), price("101"), maxPrice, maxPrice + 1})
	sizes := rapid.SampledFrom([]market.Qty{0, -1, 1, market.Shares(100), maxSize + 1})
	at := rapid.SampledFrom([]market.Nanos{0, -1, 1, market.Second, 2 * market.Second, market.Day, 1<<63 - 1})
	return market.Tick{
		Instrument: market.InstrumentID(rapid.IntRange(0, 3).Draw(t, "id")),
		Mask:       market.TickMask(rapid.IntRange(0, 127).Draw(t, "mask")),
		Flags:      market.TickFlags(rapid.IntRange(0, 7).Draw(t, "flags")),
		TsEvent:    at.Draw(t, "event"), TsInit: at.Draw(t, "init"),
		Bid: prices.Draw(t, "bid"), Ask: prices.Draw(t, "ask"), Last: prices.Draw(t, "last"),
		BidSize: sizes.Draw(t, "bid size"), AskSize: sizes.Draw(t, "ask size"), LastSize: sizes.Draw(t, "last size"),
	}
}

func checkOut(t *rapid.T, before *market.Tick, known bool, out *market.Tick) {
	if !known && out.Last == 0 && (out.Bid == 0 || out.Ask == 0) {
		t.Fatalf("first tick means nothing: %+v", out)
	}
	if out.TsEvent < before.TsEvent || min(out.Bid, out.Ask, out.Last) < 0 || min(out.BidSize, out.AskSize, out.LastSize) < 0 {
		t.Fatalf("%+v after %+v", out, before)
	}
	for _, f := range []struct {
		has     market.TickMask
		differs bool
	}{
		{bid, out.Bid != before.Bid}, {ask, out.Ask != before.Ask}, {market.HasFlags, out.Flags != before.Flags},
		{market.HasBidSize, out.BidSize != before.BidSize}, {market.HasAskSize, out.AskSize != before.AskSize},
	} {
		if told := out.Mask&f.has != 0; f.differs && !told || known && told && !f.differs {
			t.Fatalf("mask %b: %+v after %+v", out.Mask, out, before)
		}
	}
}
