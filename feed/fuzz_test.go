package feed

import (
	"strings"
	"testing"
	"time"

	"gannet/market"
)

// sane fails when a reader gave something that cannot be.
func sane(t *testing.T, body market.Body, last market.Nanos) {
	switch v := body.(type) {
	case *market.Tick:
		if min(v.Bid, v.Ask, v.Last) < 0 || min(v.BidSize, v.AskSize, v.LastSize) < 0 || v.TsEvent < last || v.TsEvent <= 0 {
			t.Fatalf("%+v after %s", v, last)
		}
	case *market.Bar:
		if v.Low <= 0 || v.High < max(v.Open, v.Close) || v.Low > min(v.Open, v.Close) || v.Size < 0 || v.TsEvent < last {
			t.Fatalf("%+v after %s", v, last)
		}
	default:
		t.Fatalf("%T", body)
	}
}

// drain reads src to its end or first error, at most as many values as the
// text can hold.
func drain(t *testing.T, src Source, most int) {
	var last market.Nanos
	for range most + 1 {
		body, err := src.Next()
		if err != nil {
			return
		}
		sane(t, body, last)
		last = TsEvent(body)
	}
	t.Fatalf("more than %d values", most)
}

// Any text is an error or sane data.
func FuzzCSVRow(f *testing.F) {
	f.Add("time,instrument,bid,bid_size,ask,ask_size,last,last_size", "2013-10-07T09:31:00-04:00,SPY.ARCA,144.78,100,144.79,200,144.785,300")
	f.Add("time,open,high,low,close,volume", "2013-10-07 13:30:00,1,2,0.5,1.5,100.25")
	f.Add("end,open,high,low,close,interval,source", "1381152660123,1,1,1,1,1m,bid")
	f.Add("timestamp,last", "9223372036854775807,9223372036.854775807")
	instruments := table(f, "SPY.ARCA")
	f.Fuzz(func(t *testing.T, head, row string) {
		text := head + "\n" + row + "\n" + row
		src, err := ReadCSV("fuzz.csv", strings.NewReader(text), Options{Instruments: instruments})
		if err == nil {
			drain(t, src, len(text))
		}
	})
}

// Any row of any LEAN layout is an error, left out, or sane data.
func FuzzLeanRow(f *testing.F) {
	paths := []leanPath{
		{resolution: Tick}, {resolution: Tick, quote: true}, {resolution: Minute}, {resolution: Minute, quote: true}, {resolution: Daily}, {resolution: Hour},
	}
	for i, row := range []string{
		"34200000,1674100,1400,P,20002000,0", "34200000.25,1674100,1400,0,0,P,20002000,0", "34200000,1674500,1674600,1674400,1674500,5800",
		"34200000,1,1,1,1,1,,,,,", "20131007 00:00,1674300,1684500,1672500,1674200,81489219", "20131103 01:00,1,1,1,1,1",
	} {
		f.Add(uint8(i), row)
	}
	cfg := &leanConfig{newYork: newYork(f), factors: factors{{20501231, factor{8646266, 10000000}}}, close: 25 * market.Hour}
	f.Fuzz(func(t *testing.T, kind uint8, row string) {
		p := &paths[int(kind)%len(paths)]
		p.day = date(2013, 11, 3) // the clock is set back on this day
		layout := layoutOf(p)
		file := &leanFile{zipText: &zipText{lines: newLines("fuzz", strings.NewReader(row+"\n"+row))}, cfg: cfg, parse: layout.parse, row: layout.columns, cells: make([][]byte, layout.n)}
		file.setDay(p.day.Date())
		for range len(row) + 3 {
			if file.next() != nil {
				return
			}
			if p.resolution == Tick {
				sane(t, &file.tick, 0)
				continue
			}
			for i := range file.bars {
				if file.bars[i].Open != 0 {
					sane(t, &file.bars[i], 0)
				}
			}
		}
		t.Fatal("more rows than the text has")
	})
}

// A number is taken exactly when market.ParsePrice takes it, and means the same.
func FuzzFixed(f *testing.F) {
	for _, text := range []string{"", ".", "0", "00.10", "1.", ".5", "144.78172417", "9223372036.854775807", "9223372036.854775808", "1.0000000000", "1.0000000001", "1e5", "１"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "+-") {
			return // fixed takes no sign
		}
		want, err := market.ParsePrice(text)
		if got, ok := parsePrice([]byte(text)); ok != (err == nil) || ok && got != want {
			t.Errorf("%q: %s %v, market says %s %v", text, got, ok, want, err)
		}
		exact, err := market.ParseQty(text)
		if got, ok := parseQty([]byte(text)); err == nil && (!ok || got != exact) {
			t.Errorf("%q: %s %v, market says %s", text, got, ok, exact)
		}
	})
}

// A time that is taken means what the time package says.
func FuzzTime(f *testing.F) {
	for _, text := range []string{"2013-10-07T09:31:00-04:00", "2013-10-07 13:31", "2016-02-29", "2013-10-07t13:31:00.5z", "2013-10-07 13:31:00.123456789+05:30"} {
		f.Add(text)
	}
	layouts := []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02"}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseTime([]byte(text))
		if !ok || isNumber(text) {
			return
		}
		if len(text) > 10 {
			text = text[:10] + "T" + strings.ToUpper(text[11:])
		}
		for _, layout := range layouts {
			if want, err := time.Parse(layout, text); err == nil {
				if market.NanosOf(want) != got {
					t.Errorf("%q: %s, want %s", text, got, market.NanosOf(want))
				}
				return
			}
		}
		t.Errorf("%q is taken as %s, and the time package knows no such time", text, got)
	})
}

func isNumber(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}
