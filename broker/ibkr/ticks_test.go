package ibkr

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
)

const fullFrame = `{"server_id":"q6","conid":265598,"conidEx":"265598","_updated":1712596911593,"6119":"q6","6509":"RpB","31":"189.60","84":"189.56","85":"500","86":"189.61","88":"1,200","7059":"100","topic":"smd+265598"}`

func testTicks() *ticks {
	m := newTicks(2)
	m.reset(map[int64]market.InstrumentID{756733: 1, 265598: 2})
	return m
}

// Deltas are laid over what came before; the mask says what came now.
func TestTicksMerge(t *testing.T) {
	m := testTicks()
	const now = market.Nanos(5)
	full := market.Tick{
		Instrument: 2, TsEvent: 1712596911593 * market.Millisecond, TsInit: now,
		Mask: market.HasBid | market.HasBidSize | market.HasAsk | market.HasAskSize | market.HasLast | market.HasLastSize,
		Last: market.MustPrice("189.60"), Bid: market.MustPrice("189.56"), Ask: market.MustPrice("189.61"),
		BidSize: market.Shares(1200), AskSize: market.Shares(500), LastSize: market.Shares(100),
	}
	with := func(change func(*market.Tick)) *market.Tick {
		tick := full
		tick.TsEvent = now
		change(&tick)
		full = tick
		return &tick
	}
	first := full
	steps := []struct {
		frame string
		want  *market.Tick
	}{
		{fullFrame, &first},
		{`{"topic":"smd+265598","84":"189.57"}`, with(func(k *market.Tick) { k.Mask, k.Bid = market.HasBid, market.MustPrice("189.57") })},
		{`{"conid":265598,"_updated":"1712596911593","6509":"RpB","topic":"smd+265598"}`, nil},
		{`{"topic":"smd+265598","6509":"DPB"}`, with(func(k *market.Tick) { k.Mask, k.Flags = market.HasFlags, market.FlagDelayed })},
		{`{"topic":"smd+265598","31":"H190","6509":"RpB"}`, with(func(k *market.Tick) {
			k.Mask, k.Flags, k.Last = market.HasFlags|market.HasLast, market.FlagHalted, market.MustPrice("190")
		})},
		{`{"topic":"smd+265598@NASDAQ","31":"C188.1","88":"2.5K"}`, with(func(k *market.Tick) {
			k.Mask, k.Flags, k.Last = market.HasFlags|market.HasLast|market.HasBidSize, market.FlagLastClose, market.MustPrice("188.1")
			k.BidSize = market.Shares(2500)
		})},
		{`{"topic":"smd+265598","31":190.05,"84":"","86":null,"85":"-3","7059":"x"}`, with(func(k *market.Tick) {
			k.Mask, k.Flags, k.Last = market.HasFlags|market.HasLast, 0, market.MustPrice("190.05")
		})},
		{`{"topic":"smd+999","31":"5"}`, nil},
	}
	for _, step := range steps {
		got := m.on([]byte(step.frame), now)
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.frame, diff)
		}
	}
	m.reset(m.byConid)
	if got := m.on([]byte(`{"topic":"smd+265598","84":"1"}`), now); got.Ask != 0 || got.Last != 0 {
		t.Errorf("values of a lost stream are carried on: %+v", got)
	}
}

func TestTicksAllocateNothing(t *testing.T) {
	m, frame := testTicks(), []byte(fullFrame)
	if n := testing.AllocsPerRun(100, func() { m.on(frame, 1) }); n != 0 {
		t.Errorf("%v allocations a frame, want 0", n)
	}
}

// FuzzSMD holds the scanner against the standard decoder.
func FuzzSMD(f *testing.F) {
	for _, s := range []string{fullFrame, `{}`, `{"31":"C1,300.5","84":1e3,"85":"1.3K","topic":"smd+1@X"}`, `{"31":null,"31":"2", "x":[1]}`, "{\"a\\\"\":\"b\"}", `{"31":-01}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var fast, slow smdFrame
		if !fast.scan(b) {
			testTicks().on(b, 1)
			return
		}
		if !json.Valid(b) {
			t.Fatalf("scanned %q, which is no JSON", b)
		}
		if err := slow.decode(b); err != nil {
			t.Fatal(err)
		}
		for t1, key := range smdKeys {
			if x, y := fast.text(tag(t1)), slow.text(tag(t1)); !bytes.Equal(x, y) {
				t.Fatalf("key %s: scanned %q, decoded %q", key, x, y)
			}
		}
		testTicks().on(b, 1)
	})
}

// FuzzNumberText holds the fast number reader against the exact one.
func FuzzNumberText(f *testing.F) {
	for _, s := range []string{"189.60", "1,300", "-0.5", "9223372036.8547758", "C5", "1.", ".5", "00.10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fast, ok := parseFixed([]byte(s), priceDigits)
		if !ok {
			return
		}
		d, _, err := parseNumber(s)
		if len(s) > maxNumberText {
			return
		}
		if err != nil {
			t.Fatalf("%q: read as %d, but it is no number: %v", s, fast, err)
		}
		if px, err := market.PriceFromDecimal(d); err != nil || int64(px) != fast {
			t.Fatalf("%q: %d, exactly it is %d (%v)", s, fast, px, err)
		}
	})
}

func BenchmarkTick(b *testing.B) {
	m, frame := testTicks(), []byte(fullFrame)
	b.ReportAllocs()
	for b.Loop() {
		m.on(frame, 1)
	}
}

func BenchmarkTickDelta(b *testing.B) {
	m := testTicks()
	frame := []byte(`{"conid":265598,"_updated":1712596911593,"84":"189.57","88":"300","topic":"smd+265598"}`)
	b.ReportAllocs()
	for b.Loop() {
		m.on(frame, 1)
	}
}

func BenchmarkTicket(b *testing.B) {
	o := buyLimit("dip-spy-abc-17")
	b.ReportAllocs()
	for b.Loop() {
		t, err := ticketOf(&o, 756733)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(&t); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFrame is a frame's way from the socket's buffer to the tick.
func BenchmarkFrame(b *testing.B) {
	a := framed(b)
	frame := []byte(fullFrame)
	b.ReportAllocs()
	for b.Loop() {
		a.stream.onFrame(frame)
	}
}
