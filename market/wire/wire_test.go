package wire_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
	"gannet/market/wire"
	"gannet/market/wire/wiretest"
)

func codecs() map[string]wire.Codec {
	table := wiretest.Instruments()
	return map[string]wire.Codec{
		"bus":      {Instruments: table},
		"portable": {Instruments: table, Portable: true},
		"text":     {Instruments: table, Text: true},
	}
}

// What one stage sends is what the next one gets, for every kind.
func TestEveryKindArrivesEqual(t *testing.T) {
	for name, codec := range codecs() {
		var scratch wire.Scratch
		for _, ev := range wiretest.Events() {
			b, err := codec.AppendEvent([]byte("before"), &ev)
			if err != nil {
				t.Fatalf("%s: %v: %v", name, ev.Kind(), err)
			}
			var got market.Event
			if err := codec.Decode(b[len("before"):], &got, &scratch); err != nil {
				t.Fatalf("%s: %v: %v\n%s", name, ev.Kind(), err, b)
			}
			if diff := cmp.Diff(ev, got); diff != "" {
				t.Errorf("%s: %v: want(-) got(+):\n%s", name, ev.Kind(), diff)
			}
		}
	}
}

// The samples must exercise every field, or a forgotten one is never noticed.
func TestSamplesSetEveryField(t *testing.T) {
	if got := len(wiretest.Events()); got != market.NumKinds-1 {
		t.Fatalf("%d samples for %d kinds", got, market.NumKinds-1)
	}
	for _, ev := range wiretest.Events() {
		for _, field := range zeroFields(ev.Body) {
			t.Errorf("%v: sample leaves %s unset", ev.Kind(), field)
		}
	}
}

// A tick costs no garbage on its way.
func TestRecordsDoNotAllocate(t *testing.T) {
	var scratch wire.Scratch
	var got market.Event
	buf := make([]byte, 0, 256)
	for _, name := range []string{"bus", "portable"} {
		codec := codecs()[name]
		for _, ev := range wiretest.Events()[:2] {
			allocs := testing.AllocsPerRun(100, func() {
				b, err := codec.AppendEvent(buf[:0], &ev)
				if err != nil || codec.Decode(b, &got, &scratch) != nil {
					t.Fatal("not written or not read")
				}
			})
			if allocs != 0 {
				t.Errorf("%s: %v: %v allocations, want 0", name, ev.Kind(), allocs)
			}
		}
	}
}

// A process with another instrument order must not take SPY's price for AAPL's.
func TestRecordOfAnotherTableIsRefused(t *testing.T) {
	tick := wiretest.Events()[0]
	b, err := wire.Codec{Instruments: wiretest.Instruments()}.AppendEvent(nil, &tick)
	if err != nil {
		t.Fatal(err)
	}
	other, err := market.NewInstruments(market.Instrument{Name: "AAPL.NASDAQ"}, market.Instrument{Name: "SPY.ARCA"})
	if err != nil {
		t.Fatal(err)
	}
	var got market.Event
	err = wire.Codec{Instruments: other}.Decode(b, &got, nil)
	wantError(t, err, "instrument 1 is AAPL.NASDAQ here and another one at the sender")
}

// A journal outlives a change of the configuration's order.
func TestPortableFormSurvivesAnotherOrder(t *testing.T) {
	other, err := market.NewInstruments(
		market.Instrument{Name: "BRK B.NYSE"}, market.Instrument{Name: "AAPL.NASDAQ"}, market.Instrument{Name: "SPY.ARCA"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"portable", "text"} {
		checkOtherOrder(t, codecs()[name], other)
	}
}

func checkOtherOrder(t *testing.T, written wire.Codec, other *market.Instruments) {
	for _, ev := range wiretest.Events() {
		b, err := written.AppendEvent(nil, &ev)
		if err != nil {
			t.Fatal(err)
		}
		var got market.Event
		if err := (wire.Codec{Instruments: other}).Decode(b, &got, nil); err != nil {
			t.Fatalf("%v: %v", ev.Kind(), err)
		}
		if tick, ok := got.Body.(*market.Tick); ok && tick.Instrument != 3 {
			t.Errorf("SPY.ARCA became instrument %d, want 3", tick.Instrument)
		}
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	record, err := wire.Codec{Instruments: wiretest.Instruments()}.AppendEvent(nil, &wiretest.Events()[0])
	if err != nil {
		t.Fatal(err)
	}
	with := func(at int, v byte) string {
		b := []byte(string(record))
		b[at] = v
		return string(b)
	}
	signal := func(body string) string { return `{"v":1,"kind":"Signal","seq":1,"body":{` + body + `}}` }
	for _, c := range []struct{ in, want string }{
		{"", "no bytes"},
		{"hello", "first byte 0x68: want 0x47"},
		{strings.Repeat(" ", wire.MaxSize+1), "1048577 bytes: want at most 1048576"},
		{with(1, 9), "version 9: this program reads version 1"},
		{"G\x02", "version 2: this program reads version 1"},
		{string(record[:50]), "record of 50 bytes: want 104"},
		{string(record) + "x", `instrument "x" is not in the configuration`},
		{string(record) + "AAPL.NASDAQ", "instrument 2 is AAPL.NASDAQ here and another one"},
		{with(2, 3), "record of kind 3"},
		{with(4, 9), "instrument 9: want 1 to 3"},
		{with(4, 0), "instrument 0: want 1 to 3"},
		{with(8, record[8]+1), "another one at the sender"},
		{with(12, 0x80), "unknown bits"},
		{with(3, 1), "unknown bits"},
		{string(record[:56]) + "\x00\x00\x00\x00\x00\x00\x00\x80" + string(record[64:]), "at byte 56: out of range"},
		{`{"v":2,"kind":"Signal","seq":"x"}`, "version 2: this program reads version 1"},
		{`{"kind":"Signal","body":{}}`, "version 0"},
		{`{"v":1,`, "event: unexpected end"},
		{`{"v":1,"kind":"Alert","seq":1,"body":{}} x`, "invalid character"},
		{`{"v":1,"kind":"Dance","seq":1,"body":{}}`, `kind "Dance": not one of version 1`},
		{`{"v":1,"seq":1,"body":{}}`, `kind ""`},
		{`{"v":1,"kind":"?1","seq":1,"body":{}}`, `kind "?1"`},
		{`{"v":1,"kind":"Alert","seq":1}`, "Alert: body: want a JSON object"},
		{`{"v":1,"kind":"Alert","seq":1,"body":null}`, "Alert: body: want a JSON object"},
		{`{"v":1,"kind":"Alert","seq":-1,"body":{}}`, "seq"},
		{`{"v":1,"kind":"Alert","seq":1,"ts_event":"9999-01-01T00:00:00Z","body":{}}`, "out of range"},
		{`{"v":1,"kind":"Tick","seq":1,"body":{}}`, "Tick: instrument is missing"},
		{`{"v":1,"kind":"Tick","seq":1,"body":{"instrument":"SPY.ARCA","mask":["colour"]}}`, `mask "colour": want one of [bid `},
		{`{"v":1,"kind":"Bar","seq":1,"body":{"instrument":"SPY.ARCA","interval_ns":"1","source":"x"}}`, `source "x"`},
		{signal(``), "Signal: kind is missing"},
		{signal(`"kind":"Order","ticket":{"instrument":"TSLA.NASDAQ"}`), `Signal: instrument "TSLA.NASDAQ" is not in the configuration`},
		{signal(`"kind":"Order","ticket":{"side":"HOLD"}`), `side "HOLD": want one of BUY SELL`},
		{signal(`"kind":"Order","ticket":{"order_qty":10}`), "order_qty"},
		{signal(`"kind":"Order","ticket":{"price":"1e3"}`), "1e3"},
		{signal(`"kind":"Order","ticket":{"price":"99999999999"}`), "out of range"},
		{signal(`"kind":"Target","targetqty":"5"`), "target_qty is missing"},
		{signal(`"kind":"Weight"`), "target_weight is missing"},
		{signal(`"kind":"Weight","target_weight":"1e999999999"`), "not a plain decimal"},
		{signal(`"kind":"Weight","target_weight":"` + strings.Repeat("9", 129) + `"`), "money of 129 characters"},
		{signal(`"kind":"Weight","target_weight":"NaN"`), "not a decimal number"},
	} {
		ev := market.Event{Seq: 77}
		err := wire.Codec{Instruments: wiretest.Instruments()}.Decode([]byte(c.in), &ev, nil)
		wantError(t, err, c.want)
		if ev.Seq != 77 || ev.Body != nil {
			t.Errorf("%.60q: a refused event changed the target: %+v", c.in, ev)
		}
	}
}

func TestUnknownFieldsArePassedOver(t *testing.T) {
	var ev market.Event
	in := `{"v":1,"kind":"Alert","seq":1,"mood":"good","body":{"code":"X","colour":{"r":1}}}`
	if err := (wire.Codec{}).Decode([]byte(in), &ev, nil); err != nil {
		t.Fatal(err)
	}
	if got := ev.Body.(*market.Alert).Code; got != "X" {
		t.Errorf("code %q, want X", got)
	}
}

// A Target of 0 means "sell all": it must be written, and must not be guessed.
func TestTargetOfZeroIsWritten(t *testing.T) {
	ev := market.Event{Seq: 1, Body: &market.Signal{Kind: market.SignalTarget, Strategy: "dip"}}
	b, err := wire.Codec{Instruments: wiretest.Instruments()}.AppendEvent(nil, &ev)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `"target_qty":"0"`) {
		t.Errorf("got %s, want target_qty in it", b)
	}
}

func TestAppendRefusesWhatCouldNotBeRead(t *testing.T) {
	for _, c := range []struct {
		body market.Body
		want string
	}{
		{nil, "event 5: no body"},
		{strange{}, "strange is not an event's body"},
		{&market.Tick{}, "instrument 0: want 1 to 3"},
		{&market.Tick{Instrument: 4}, "instrument 4: want 1 to 3"},
		{&market.Tick{Instrument: 1, Mask: 0x8000}, "unknown bits"},
		{&market.Tick{Instrument: 1, Flags: 0x10}, "unknown bits"},
		{&market.Bar{Instrument: 1, Source: 3}, "unknown bits"},
		{&market.Signal{}, "kind is missing"},
		{&market.Signal{Kind: 99}, "has no name"},
		{&market.Order{Status: 99}, "has no name"},
		{&market.Order{Ticket: market.Ticket{Instrument: 4}}, "instrument 4: want 1 to 3"},
		{&market.Fill{Side: 3}, "has no name"},
		{&market.Fill{Commission: market.MustMoney("1").Shift(1 << 30)}, "out of range"},
		{&market.Fill{Commission: market.MustMoney(strings.Repeat("9", 129))}, "money of 129 characters"},
		{&market.Alert{Text: strings.Repeat("x", wire.MaxSize)}, "want at most 1048576"},
	} {
		b, err := wire.Codec{Instruments: wiretest.Instruments()}.AppendEvent([]byte("kept"), &market.Event{Seq: 5, Body: c.body})
		wantError(t, err, c.want)
		if string(b) != "kept" {
			t.Errorf("%s: buffer became %.40q", c.want, b)
		}
	}
	for _, body := range []market.Body{
		&market.Tick{}, &market.Tick{Instrument: 1, Mask: 0x8000}, &market.Bar{Instrument: 1, Source: 3},
	} {
		codec := wire.Codec{Instruments: wiretest.Instruments(), Text: true}
		if _, err := codec.AppendEvent(nil, &market.Event{Body: body}); err == nil {
			t.Errorf("%+v: written as JSON, want an error", body)
		}
	}
}

type strange struct{}

func (strange) EventKind() market.Kind { return market.KindAlert }

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "wire: ") {
		t.Errorf("got %v, want \"wire: ...%s\"", err, want)
	}
}

func ExampleCodec() {
	codec := wire.Codec{Instruments: wiretest.Instruments()}
	ev := market.Event{Seq: 7, TsEvent: wiretest.At, Body: &market.Fill{
		Strategy: "dip", Instrument: 1, Side: market.Buy, Qty: market.Shares(10), Price: market.MustPrice("450.12"),
	}}
	b, err := codec.AppendEvent(nil, &ev)
	fmt.Println(string(b), err)

	var got market.Event
	err = codec.Decode(b, &got, nil)
	fmt.Println(got.Body.(*market.Fill).Price, err)
	// Output:
	// {"v":1,"kind":"Fill","seq":7,"ts_event":"2026-03-02T14:30:00.5Z","body":{"strategy":"dip","instrument":"SPY.ARCA","side":"BUY","qty":"10","price":"450.12"}} <nil>
	// 450.12 <nil>
}

func BenchmarkTick(b *testing.B)  { benchmark(b, 0) }
func BenchmarkBar(b *testing.B)   { benchmark(b, 1) }
func BenchmarkOrder(b *testing.B) { benchmark(b, 4) }

func benchmark(b *testing.B, sample int) {
	for name, codec := range codecs() {
		ev := wiretest.Events()[sample]
		buf, err := codec.AppendEvent(nil, &ev)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("append/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf, _ = codec.AppendEvent(buf[:0], &ev)
			}
		})
		b.Run("decode/"+name, func(b *testing.B) {
			b.ReportAllocs()
			var scratch wire.Scratch
			var got market.Event
			for b.Loop() {
				if err := codec.Decode(buf, &got, &scratch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Records printed for people are easier to compare than raw bytes.
func dump(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); i += 8 {
		fmt.Fprintf(&out, "%3d  %s\n", i, hex.EncodeToString(b[i:min(i+8, len(b))]))
	}
	return out.String()
}
