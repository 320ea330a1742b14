package feed

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
)

// readAll gives what a CSV text holds, one line a value.
func readAll(t *testing.T, text string, opts Options) ([]string, error) {
	t.Helper()
	if opts.Instruments == nil {
		opts.Instruments = table(t, "SPY.ARCA", "IBM.NYSE")
	}
	src, err := ReadCSV("data.csv", strings.NewReader(text), opts)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var got []string
	for {
		body, err := src.Next()
		switch v := body.(type) {
		case *market.Tick:
			got = append(got, fmt.Sprintf("%d %s %b %s %s %s %s %s %s", v.Instrument, v.TsEvent, v.Mask,
				v.Bid, v.BidSize, v.Ask, v.AskSize, v.Last, v.LastSize))
		case *market.Bar:
			got = append(got, fmt.Sprintf("%d %d %s %s %s %s %s %s %s", v.Instrument, v.Source, v.Interval.Duration(), v.TsEvent,
				v.Open, v.High, v.Low, v.Close, v.Size))
		}
		if err != nil {
			if _, again := src.Next(); again != err {
				t.Errorf("after %v came %v", err, again)
			}
			if err.Error() == "EOF" {
				err = nil
			}
			return got, err
		}
	}
}

// csvCase is a CSV text and what a reader gives for it.
type csvCase struct {
	name, text string
	opts       Options
	want       []string
}

func (c *csvCase) run(t *testing.T) {
	got, err := readAll(t, c.text, c.opts)
	if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestCSVTicks(t *testing.T) {
	for _, c := range []csvCase{
		{
			"ticks, any order, empty cells are unchanged",
			"last,time,ask,bid,bid_size,instrument,last_size,ask_size\n" +
				",2013-10-07T09:31:00-04:00,144.79,144.78,100,SPY.ARCA,,200\n" +
				"144.785,2013-10-07T13:31:00.000001Z,,,,IBM,3,\n",
			Options{},
			[]string{
				"1 2013-10-07T13:31:00Z 1111 144.78 100 144.79 200 0 0",
				"2 2013-10-07T13:31:00.000001Z 110000 0 0 0 0 144.785 3",
			},
		},
		{
			"byte order mark, carriage returns, quotes, spaces, blank lines, capitals, no newline at the end",
			"\xef\xbb\xbfTimestamp, \"Last\"\r\n\r\n\"1381152660\", 10 \r\n1381152660123,\"11.5\"",
			Options{Instrument: 2},
			[]string{"2 2013-10-07T13:31:00Z 10000 0 0 0 0 10 0", "2 2013-10-07T13:31:00.123Z 10000 0 0 0 0 11.5 0"},
		},
		{
			"a bid of 0 is an empty side",
			"time,bid\n2013-10-07 13:31:00,0\n",
			Options{Instrument: 1},
			[]string{"1 2013-10-07T13:31:00Z 1 0 0 0 0 0 0"},
		},
	} {
		t.Run(c.name, c.run)
	}
}

func TestCSVBars(t *testing.T) {
	for _, c := range []csvCase{
		{
			"bars by their start, interval inferred from the smallest step of one instrument",
			"time,instrument,open,high,low,close,volume\n" +
				"2013-10-07 13:30:00,SPY,10,12,9,11,100\n" +
				"2013-10-07 13:30:01,IBM,20,20,20,20,\n" +
				"2013-10-07 13:40:00,SPY,11,11,11,11,0.00000001\n" +
				"2013-10-07 13:45:00,SPY,11,11,11,11,0\n",
			Options{},
			[]string{
				"1 0 5m0s 2013-10-07T13:35:00Z 10 12 9 11 100",
				"2 0 5m0s 2013-10-07T13:35:01Z 20 20 20 20 0",
				"1 0 5m0s 2013-10-07T13:45:00Z 11 11 11 11 0.00000001",
				"1 0 5m0s 2013-10-07T13:50:00Z 11 11 11 11 0",
			},
		},
		{
			"bars by their end, interval and source from columns",
			"end,open,high,low,close,interval,source\n" +
				"2013-10-07T13:31:00Z,1,1,1,1,1m,bid\n2013-10-07T13:31:00Z,2,2,2,2,60,ask\n2013-10-07T14:00:00Z,3,3,3,3,1h,trade\n",
			Options{Instrument: 1},
			[]string{
				"1 1 1m0s 2013-10-07T13:31:00Z 1 1 1 1 0",
				"1 2 1m0s 2013-10-07T13:31:00Z 2 2 2 2 0",
				"1 0 1h0m0s 2013-10-07T14:00:00Z 3 3 3 3 0",
			},
		},
		{
			"daily bars, the time said to be the end",
			"time,open,high,low,close\n2013-10-07,1,1,1,1\n2013-10-08,2,2,2,2\n",
			Options{Instrument: 1, TimeIsEnd: true},
			[]string{"1 0 24h0m0s 2013-10-07T00:00:00Z 1 1 1 1 0", "1 0 24h0m0s 2013-10-08T00:00:00Z 2 2 2 2 0"},
		},
		{
			"one bar with the interval given, and the only instrument of the table",
			"time,open,high,low,close\n2013-10-07,1,1,1,1\n",
			Options{Interval: market.Day, Instruments: table(t, "SPY.ARCA")},
			[]string{"1 0 24h0m0s 2013-10-08T00:00:00Z 1 1 1 1 0"},
		},
		{
			"volumes that are floating-point sums are rounded to 1e-8",
			"end,open,high,low,close,volume,interval\n2013-10-07,1,1,1,1,218102.59507500002,1d\n2013-10-08,1,1,1,1,0.000000015,1d\n",
			Options{Instrument: 1},
			[]string{"1 0 24h0m0s 2013-10-07T00:00:00Z 1 1 1 1 218102.595075", "1 0 24h0m0s 2013-10-08T00:00:00Z 1 1 1 1 0.00000002"},
		},
	} {
		t.Run(c.name, c.run)
	}
}

// A file that cannot be used is refused with the line, the column, the value
// and what would be right.
func TestCSVErrors(t *testing.T) {
	const ticks, bars = "time,instrument,last\n", "time,open,high,low,close,volume,interval\n"
	one := Options{Instrument: 1}
	for _, c := range []struct {
		text string
		opts Options
		want string
	}{
		{"", one, "data.csv: empty file: want a header"},
		{"time;last\n", one, `data.csv:1: header: "time;last": want columns separated by commas`},
		{"time,lsat\n", one, `data.csv:1: header: column "lsat": not known; the nearest is last (known: time end`},
		{"time,bidsize\n", one, `column "bidsize": not known; the nearest is bid_size`},
		{"time,last,last\n", one, "header: column last: given twice"},
		{"time,timestamp,last\n", one, "header: column time: given twice"},
		{"time,last,open\n", one, "columns open are of bars, last of ticks: want one kind"},
		{"time,instrument\n", one, "header: no column with a price"},
		{"last,bid\n", one, "header: no column time"},
		{"time,end,last\n", one, "header: column end: a tick has only a time"},
		{"time,open,high,low\n", one, "header: no column close"},
		{"time,end,open,high,low,close\n", one, "want one of the columns time (the start of the bar) and end"},
		{"open,high,low,close\n", one, "want one of the columns time (the start of the bar) and end"},
		{"time,last\n", Options{}, "data.csv:1: no column instrument: say which"},
		{"time,last\n", Options{Instrument: 9}, "data.csv:1: no column instrument: say which"},
		{"time,open,high,low,close\n2013-10-07,1,1,1,1\n", one, "interval of the bars: too few rows to tell"},
		{ticks + "2013-10-07,SPY\n", one, "data.csv:2: 2 cells: want 3, as in the header"},
		{ticks + "2013-10-07,SPY,1,2\n", one, "data.csv:2: 4 cells: want 3"},
		{ticks + "2013-10-07,SPY,1\n\n2013-10-06,SPY,1\n", one, "data.csv:4: 2013-10-06T00:00:00Z comes after 2013-10-07T00:00:00Z: want the rows in the order of time"},
		{ticks + "20131007,SPY,1\n", one, `data.csv:2: column time: "20131007": want RFC 3339`},
		{ticks + "2013-10-07,AAPL,1\n", one, `data.csv:2: column instrument: "AAPL": want one of the instruments of this run`},
		{ticks + "2013-10-07,,1\n", one, `column instrument: ""`},
		{ticks + "2013-10-07,SPY,0\n", one, `column last: "0": want a positive decimal number`},
		{ticks + "2013-10-07,SPY,-1\n", one, `column last: "-1": want`},
		{ticks + "2013-10-07,SPY,nan\n", one, `column last: "nan": want`},
		{ticks + "2013-10-07,SPY,1e5\n", one, `column last: "1e5": want`},
		{ticks + "2013-10-07,SPY,99999999999999999999\n", one, `column last: "99999999999999999999": want`},
		{ticks + "2013-10-07,SPY,0.1234567891\n", one, `column last: "0.1234567891": want a positive decimal number of at most 9 decimals`},
		{"time,instrument,last_size,last\n2013-10-07,SPY,-5,1\n", one, `column last_size: "-5": want a decimal number, not negative`},
		{bars + "2013-10-07,1,1,1,,1,1m\n", one, `column close: "": want`},
		{bars + "2013-10-07,1,1,1,1,x,1m\n", one, `column volume: "x": want`},
		{bars + "2013-10-07,1,1,1,1,1,0m\n", one, `column interval: "0m": want a span such as 1m`},
		{bars + "2013-10-07,2,1,1,1,1,1m\n", one, "data.csv:2: open 2 high 1 low 1 close 1: want low <= open, close <= high"},
		{"end,open,high,low,close,source,interval\n2013-10-07,1,1,1,1,mid,1m\n", one, `column source: "mid": want trade, bid or ask`},
		{ticks + strings.Repeat("x", maxLine+1), one, "data.csv:2: line is longer than 65536 bytes"},
	} {
		if _, err := readAll(t, c.text, c.opts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
	if _, err := ReadCSV("data.csv", strings.NewReader(ticks), Options{}); err == nil {
		t.Error("no instruments is no error")
	}
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"2013-10-07T09:31:00-04:00":     "2013-10-07T13:31:00Z",
		"2013-10-07 13:31":              "2013-10-07T13:31:00Z",
		"2013-10-07 13:31:00.5":         "2013-10-07T13:31:00.5Z",
		"2013-10-07t13:31:00.123456789": "2013-10-07T13:31:00.123456789Z",
		"2013-10-07 13:31:00+05:30":     "2013-10-07T08:01:00Z",
		"2016-02-29":                    "2016-02-29T00:00:00Z",
		"2000-02-29":                    "2000-02-29T00:00:00Z",
		"1970-01-01 00:00:01":           "1970-01-01T00:00:01Z",
		"1381152660":                    "2013-10-07T13:31:00Z",
		"1381152660123":                 "2013-10-07T13:31:00.123Z",
		"1381152660123456":              "2013-10-07T13:31:00.123456Z",
		"1381152660123456789":           "2013-10-07T13:31:00.123456789Z",
		"883612800":                     "1998-01-01T00:00:00Z",
	} {
		if got, ok := parseTime([]byte(text)); !ok || got.String() != want {
			t.Errorf("%s: %s %v, want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "0", "20131007", "-1381152660", "1381152660.5", "99999999999", "9999999999999", "9999999999999999", "99999999999999999999",
		"2013-13-07", "2013-00-07", "2013-10-32", "2015-02-29", "2100-02-29", "2013-10-00", "1969-12-31", "2262-01-01", "1970-01-01",
		"2013/10/07", "2013-10-7", "2013-10-07T", "2013-10-07T9:31", "2013-10-07T24:00", "2013-10-07T13:60", "2013-10-07T13:31:60",
		"2013-10-07T13:31:00.", "2013-10-07T13:31:00.1234567891", "2013-10-07T13:31:00+", "2013-10-07T13:31:00+0400",
		"2013-10-07T13:31:00+04:00Z", "2013-10-07T13:31:00 UTC", "2013-10-07x13:31", "1970-01-01T00:00:00+10:00",
	} {
		if got, ok := parseTime([]byte(text)); ok {
			t.Errorf("%q is taken as %s", text, got)
		}
	}
}

func TestParseInterval(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1m": time.Minute, "60": time.Minute, "250ms": 250 * time.Millisecond, "4h": 4 * time.Hour, "1d": 24 * time.Hour, "366d": 366 * 24 * time.Hour,
	} {
		if got, err := ParseInterval(text); err != nil || got.Duration() != want {
			t.Errorf("%s: %s %v, want %s", text, got.Duration(), err, want)
		}
	}
	for _, text := range []string{"", "m", "0m", "-1m", "1.5h", "1y", "1 m", "367d", "99999999999999999999s", "9223372036854775807d"} {
		if got, err := ParseInterval(text); err == nil {
			t.Errorf("%q is taken as %s", text, got.Duration())
		}
	}
}

// Reading a row allocates nothing, so that a large file costs no more memory
// than a small one.
func TestCSVDoesNotAllocate(t *testing.T) {
	text := "time,instrument,bid,last\n" + strings.Repeat("2013-10-07,SPY.ARCA,1.5,1.5\n2013-10-07,IBM,1.5,1.5\n", 2000)
	src := must[Source](t)(ReadCSV("data.csv", strings.NewReader(text), Options{Instruments: table(t, "SPY.ARCA", "IBM.NYSE")}))
	src.Next()
	src.Next()
	if allocs := testing.AllocsPerRun(2000, func() { src.Next() }); allocs != 0 {
		t.Errorf("%v allocations a row", allocs)
	}
}

func TestDescribeCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bars.csv")
	text := "time,instrument,open,high,low,close\n2013-10-07 13:30,SPY.ARCA,1,1,1,1\n2013-10-07 13:30,IBM,1,1,1,1\n2013-10-07 13:31,SPY.ARCA,1,1,1,1\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want := Info{
		Path: path, Format: "csv", Kind: market.KindBar, Symbols: []string{"SPY.ARCA", "IBM"}, Interval: market.Minute,
		From: at("13:30"), To: at("13:31"), Rows: 3,
	}
	if got, err := Describe(path); err != nil || !cmp.Equal(got, want) {
		t.Error(err, cmp.Diff(want, got))
	}
	src := must[Source](t)(Open(path, Options{Instruments: table(t, "SPY.ARCA", "IBM.NYSE")}))
	if n := count(t, src); n != 3 {
		t.Errorf("%d bars, want 3", n)
	}
	if src.Close() != nil || src.Close() != nil {
		t.Error("close, twice")
	}
	for text, want := range map[string]string{
		"time,last\n2013-10-07\n":  ":2: 1 cells: want 2",
		"time,last\nyesterday,1\n": `:2: column time: "yesterday": want`,
		"":                         "empty file",
		"time,last\n" + strings.Repeat("9", maxLine+1): "line is longer",
	} {
		os.WriteFile(path, []byte(text), 0o600)
		if _, err := Describe(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "absent.csv"), filepath.Join(dir, "absent.zip")} {
		if _, err := Open(path, Options{Instruments: table(t, "SPY.ARCA")}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("open %s: %v", path, err)
		}
		if _, err := Describe(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("describe %s: %v", path, err)
		}
	}
}
