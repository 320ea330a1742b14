package feed

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
)

// zipped is a zip with one csv.
func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f := must[interface{ Write([]byte) (int, error) }](t)(w.Create("data.csv"))
	f.Write([]byte(text))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// leanFolder writes files into a new folder: a path ending in .zip becomes a
// zip with the text as its csv.
func leanFolder(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, "equity", "usa", name)
		data := []byte(text)
		if strings.HasSuffix(name, ".zip") {
			data = zipped(t, text)
		}
		os.MkdirAll(filepath.Dir(path), 0o700)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// dump gives what src holds, one line a value, times in New York.
func dump(t testing.TB, src Source) []string {
	t.Helper()
	loc := newYork(t)
	var got []string
	each(t, src, func(body market.Body) {
		when := TsEvent(body).Time().In(loc).Format("0102 15:04:05.999")
		switch v := body.(type) {
		case *market.Tick:
			got = append(got, fmt.Sprintf("%d %s %b %s %s %s %s %s %s", v.Instrument, when, v.Mask, v.Bid, v.BidSize, v.Ask, v.AskSize, v.Last, v.LastSize))
		case *market.Bar:
			line := fmt.Sprintf("%d %d %s %s/%s/%s/%s %s", v.Instrument, v.Source, when, v.Open, v.High, v.Low, v.Close, v.Size)
			if v.Filled {
				line += " *"
			}
			got = append(got, line)
		}
	})
	return got
}

func openFolder(t testing.TB, l Lean) []string {
	t.Helper()
	if l.Instruments == nil {
		l.Instruments = table(t, "SPY.ARCA")
	}
	return dump(t, must[Source](t)(l.Open()))
}

func date(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

const open930, open931 = 34_200_000, 34_260_000

// Trades and quotes of a tick folder come by time, trades first; suspicious
// ones and sides of 0 are left out, hours outside the session too.
func TestLeanTicks(t *testing.T) {
	root := leanFolder(t, map[string]string{
		"tick/spy/20131007_trade.zip": "34199999,1000000,1,P,0,0\n34200000,1000000,100,P,0,0\n34200000.25,1000100,50,P,0,1\n34200002,1000200.5,7,P,0,0\n57599999,1000000,2,P,0,0\n57600000,1000000,3,P,0,0\n",
		"tick/spy/20131007_quote.zip": "34200000,999900,300,0,0,P,1,0\n34200001,0,0,1000100,200,P,1,0\n34200001,0,5,0,5,P,1,0\n34200001,999900,1,1000100,2,P,1,1\n34200002,1,1,2,2,P,1,0\n",
	})
	want := []string{
		"1 1007 09:30:00 110000 0 0 0 0 100 100",
		"1 1007 09:30:00 11 99.99 300 0 0 0 0",
		"1 1007 09:30:00.001 1100 0 0 100.01 200 0 0",
		"1 1007 09:30:00.002 110000 0 0 0 0 100.02005 7",
		"1 1007 09:30:00.002 1111 0.0001 1 0.0002 2 0 0",
		"1 1007 15:59:59.999 110000 0 0 0 0 100 2",
	}
	if diff := cmp.Diff(want, openFolder(t, Lean{Root: root, Resolution: Tick})); diff != "" {
		t.Error(diff)
	}
	extended := openFolder(t, Lean{Root: root, Resolution: Tick, Extended: true})
	if len(extended) != len(want)+2 {
		t.Errorf("%d extended ticks, want %d", len(extended), len(want)+2)
	}
}

// One stock's trade bar, bid bar and ask bar come together at the end of their
// minute; gaps are filled from 09:30 to 16:00, over a day's end too, each side
// by itself.
func TestLeanMinutes(t *testing.T) {
	root := leanFolder(t, map[string]string{
		"minute/spy/20131007_trade.zip": fmt.Sprintf("%d,1,1,1,1,1\n%d,1000000,1100000,900000,1050000,500\n%d,7,7,7,7,7\n", open930-60_000, open931, 57_600_000),
		"minute/spy/20131007_quote.zip": fmt.Sprintf("%d,10,20,10,20,3,30,40,30,40,4\n%d,,,,,,50,50,50,50,5\n", open930, open930+180_000),
		"minute/spy/20131008_trade.zip": fmt.Sprintf("%d,2000000,2000000,2000000,2000000,9\n", open931),
		"minute/ibm/20131007_trade.zip": fmt.Sprintf("%d,3000000,3000000,3000000,3000000,1\n", open930),
		"minute/ibm/readme.txt":         "not data",
	})
	got := openFolder(t, Lean{Root: root, Resolution: Minute, Instruments: table(t, "SPY.ARCA", "IBM.NYSE")})
	want := []string{
		"1 1 1007 09:31:00 0.001/0.002/0.001/0.002 3",
		"1 2 1007 09:31:00 0.003/0.004/0.003/0.004 4",
		"2 0 1007 09:31:00 300/300/300/300 1",
		"1 0 1007 09:32:00 100/110/90/105 500",
		"1 1 1007 09:32:00 0.002/0.002/0.002/0.002 3 *",
		"1 2 1007 09:32:00 0.004/0.004/0.004/0.004 4 *",
		"2 0 1007 09:32:00 300/300/300/300 0 *",
		"1 0 1007 09:33:00 105/105/105/105 0 *",
		"1 1 1007 09:33:00 0.002/0.002/0.002/0.002 3 *",
		"1 2 1007 09:33:00 0.004/0.004/0.004/0.004 4 *",
		"2 0 1007 09:33:00 300/300/300/300 0 *",
		"1 0 1007 09:34:00 105/105/105/105 0 *",
		"1 1 1007 09:34:00 0.002/0.002/0.002/0.002 3 *",
		"1 2 1007 09:34:00 0.005/0.005/0.005/0.005 5",
	}
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Error(diff)
	}
	// 389 trades (none known at 09:31), 390 bids and asks, 390 of IBM; then a day
	// with trades of SPY only, from the first minute on.
	if len(got) != 389+2*390+390+390 {
		t.Errorf("%d bars", len(got))
	}
	if want := []string{"1 0 1008 09:31:00 105/105/105/105 0 *", "1 0 1008 09:32:00 200/200/200/200 9"}; !cmp.Equal(got[len(got)-390:][:2], want) {
		t.Errorf("the second day begins with %q, want %q", got[len(got)-390:][:2], want)
	}
}

// Bars outside the session are there when asked for, and the gaps between
// 04:00 and 20:00 are filled.
func TestLeanExtendedMinutes(t *testing.T) {
	root := leanFolder(t, map[string]string{
		"minute/spy/20131007_trade.zip": "14400000,10000,10000,10000,10000,1\n14520000,20000,20000,20000,20000,2\n72000000,30000,30000,30000,30000,3\n",
	})
	got := openFolder(t, Lean{Root: root, Resolution: Minute, Extended: true})
	want := []string{"1 0 1007 04:01:00 1/1/1/1 1", "1 0 1007 04:02:00 1/1/1/1 0 *", "1 0 1007 04:03:00 2/2/2/2 2", "1 0 1007 04:04:00 2/2/2/2 0 *"}
	if len(got) != 16*60+1 || !cmp.Equal(got[:4], want) || got[len(got)-1] != "1 0 1007 20:01:00 3/3/3/3 3" {
		t.Errorf("%d bars: %q ... %q", len(got), got[:4], got[len(got)-1])
	}
}

// The wall clock of New York decides, on the days when it changes too.
func TestLeanDaylightSaving(t *testing.T) {
	for day, want := range map[string][2]string{
		"20130308": {"2013-03-08T14:31:00Z", "2013-03-08T06:30:01Z"}, // EST
		"20130310": {"2013-03-10T13:31:00Z", "2013-03-10T06:30:01Z"}, // to EDT at 02:00
		"20131103": {"2013-11-03T14:31:00Z", "2013-11-03T05:30:01Z"}, // to EST at 02:00
		"20131104": {"2013-11-04T14:31:00Z", "2013-11-04T06:30:01Z"},
	} {
		root := leanFolder(t, map[string]string{
			"minute/spy/" + day + "_trade.zip": fmt.Sprintf("%d,1,1,1,1,1\n", open930),
			"second/spy/" + day + "_trade.zip": "5400000,1,1,1,1,1\n",
		})
		minutes := must[Source](t)(Lean{Root: root, Resolution: Minute, Instruments: table(t, "SPY.ARCA")}.Open())
		seconds := must[Source](t)(Lean{Root: root, Resolution: Second, Instruments: table(t, "SPY.ARCA"), Extended: true}.Open())
		for i, src := range []Source{minutes, seconds} {
			if got := TsEvent(must[market.Body](t)(src.Next())).String(); got != want[i] {
				t.Errorf("%s: %s, want %s", day, got, want[i])
			}
			src.Close()
		}
	}
}

// Prices are adjusted by the factor of their day, exactly; volumes are not.
func TestLeanFactors(t *testing.T) {
	root := leanFolder(t, map[string]string{
		"factor_files/spy.csv": "20131007,0.8646266,0.5,1\n20131008,0.9,1,1\n20501231,1,1,0\n",
		"daily/spy.zip":        "20131004 00:00,1674500,1674500,1674500,1674500,10\n20131007 00:00,1674700,1674700,1674700,1674700,10\n20131008 00:00,1674700,1674700,1674700,1674700,10\n20131009 00:00,1674700,1674700,1674700,1674700,10\n",
	})
	want := []string{
		"1 0 1004 16:00:00 72.390862085/72.390862085/72.390862085/72.390862085 10",
		"1 0 1007 16:00:00 72.399508351/72.399508351/72.399508351/72.399508351 10",
		"1 0 1008 16:00:00 150.723/150.723/150.723/150.723 10",
		"1 0 1009 16:00:00 167.47/167.47/167.47/167.47 10",
	}
	if diff := cmp.Diff(want, openFolder(t, Lean{Root: root, Resolution: Daily})); diff != "" {
		t.Error(diff)
	}
	raw := openFolder(t, Lean{Root: filepath.Join(root, "equity", "usa"), Resolution: Daily, Raw: true, From: date(2013, 10, 7), To: date(2013, 10, 8)})
	if diff := cmp.Diff([]string{"1 0 1007 16:00:00 167.47/167.47/167.47/167.47 10", "1 0 1008 16:00:00 167.47/167.47/167.47/167.47 10"}, raw); diff != "" {
		t.Error(diff)
	}
}

// An hour that is partly in the session is kept: the first one is 09:00.
func TestLeanHours(t *testing.T) {
	root := leanFolder(t, map[string]string{
		"hour/spy.zip": "20131007 08:00,1,1,1,1,1\n20131007 09:00,2,2,2,2,2\n20131007 15:00,3,3,3,3,3\n20131007 16:00,4,4,4,4,4\n",
	})
	want := []string{"1 0 1007 10:00:00 0.0002/0.0002/0.0002/0.0002 2", "1 0 1007 16:00:00 0.0003/0.0003/0.0003/0.0003 3"}
	if diff := cmp.Diff(want, openFolder(t, Lean{Root: root, Resolution: Hour})); diff != "" {
		t.Error(diff)
	}
	if got := openFolder(t, Lean{Root: root, Resolution: Hour, Extended: true}); len(got) != 4 {
		t.Errorf("%d extended hours, want 4", len(got))
	}
}

// Only the files of the range are opened, one day at a time: a bad file of a
// later day shows when it is reached, after all that came before.
func TestLeanRange(t *testing.T) {
	row := fmt.Sprintf("%d,1,1,1,1,1\n", open930)
	root := leanFolder(t, map[string]string{
		"second/spy/20131004_trade.zip": row, "second/spy/20131007_trade.zip": row,
		"second/spy/20131008_trade.zip": row, "second/spy/20131009_trade.zip": "bad\n",
	})
	got := openFolder(t, Lean{Root: root, Resolution: Second, From: date(2013, 10, 5), To: date(2013, 10, 8)})
	if len(got) != 2 || !strings.Contains(got[0], "1007") || !strings.Contains(got[1], "1008") {
		t.Errorf("%q, want the 7th and the 8th", got)
	}
	src := must[Source](t)(Lean{Root: root, Resolution: Second, Instruments: table(t, "SPY.ARCA")}.Open())
	for range 3 {
		must[market.Body](t)(src.Next())
	}
	if _, err := src.Next(); err == nil || !strings.Contains(err.Error(), "20131009_trade.zip:1: 1 cells: want ms,open") {
		t.Errorf("the bad day gives %v", err)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
}

func TestLeanErrors(t *testing.T) {
	row := fmt.Sprintf("%d,1,1,1,1,1\n", open930)
	root := leanFolder(t, map[string]string{
		"minute/spy/20131007_trade.zip": row, "minute/ibm/20131007_trade.zip": row, "daily/ibm.zip": "",
	})
	instruments := table(t, "SPY.ARCA")
	for _, c := range []struct {
		lean Lean
		want string
	}{
		{Lean{Root: root, Instruments: instruments}, "resolution 0: want one of tick second minute hour daily"},
		{Lean{Root: root, Instruments: instruments, Resolution: Tick}, "want a folder with equity/usa/tick"},
		{Lean{Root: filepath.Join(root, "nowhere"), Instruments: instruments, Resolution: Minute}, "want a folder with equity/usa/minute"},
		{Lean{Root: root, Resolution: Minute}, "no instruments: want at least one"},
		{Lean{Root: root, Resolution: Minute, Instruments: table(t, "SPX.ARCA")}, "no folder spx (there are: ibm spy)"},
		{Lean{Root: root, Resolution: Minute, Instruments: table(t, "../usa.ARCA")}, "not the name of a folder"},
		{Lean{Root: root, Resolution: Minute, Instruments: instruments, From: date(2013, 10, 8)}, "no files from 20131008 to the last: there are 20131007 to 20131007"},
		{Lean{Root: root, Resolution: Daily, Instruments: instruments}, "spy.zip: no such file"},
	} {
		if _, err := c.lean.Open(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// A row that makes no sense stops the replay and says where and why.
func TestLeanRowErrors(t *testing.T) {
	const trade, quote = "minute/spy/20131007_trade.zip", "minute/spy/20131007_quote.zip"
	for _, c := range []struct{ path, text, want string }{
		{trade, "34200000,1,1,1,1\n", "zip:1: 5 cells: want ms,open,high,low,close,volume"},
		{trade, "34200000,1,1,1,1,1,1\n", "zip:1: 7 cells"},
		{trade, "86400001,1,1,1,1,1\n", `column ms: "86400001": want milliseconds after midnight`},
		{trade, "-1,1,1,1,1,1\n", `column ms: "-1"`},
		{trade, "34200001,1,1,1,1,1\n", `column ms: "34200001": want the start of a minute`},
		{trade, "34200000,1,1,1,1,1\n34200000,1,1,1,1,1\n", "zip:2: 2013-10-07T13:31:00Z comes after 2013-10-07T13:31:00Z: want the rows in the order of time"},
		{trade, "34260000,1,1,1,1,1\n34200000,1,1,1,1,1\n", "want the rows in the order of time"},
		{trade, "34200000,x,1,1,1,1\n", `column open: "x": want a price in 1/10000 of a dollar`},
		{trade, "34200000,1,1,1,1,-1\n", `column volume: "-1"`},
		{trade, "34200000,2,1,1,1,1\n", "open 0.0002 high 0.0001 low 0.0001 close 0.0001: want low <= open, close <= high"},
		{trade, "34200000,1,1,0,1,1\n", "want low <= open"},
		{trade, "34200000,99999999999999999,1,1,1,1\n", `column open: "99999999999999999"`},
		{quote, "34200000,1,1,1,1,1,2,1,1,1,1\n", "open 0.0002 high 0.0001"},
		{quote, "34200000,1,1,1,1,x,1,1,1,1,1\n", `column bidSize: "x"`},
		{"tick/spy/20131007_trade.zip", "34200000,0,1,P,0,0\n", `column price: "0": want a price`},
		{"tick/spy/20131007_trade.zip", "34200000,1,x,P,0,0\n", `column size: "x"`},
		{"tick/spy/20131007_trade.zip", "34200001,1,1,P,0,0\n34200000,1,1,P,0,0\n", "want the rows in the order of time"},
		{"tick/spy/20131007_quote.zip", "34200000,1,1,x,1,P,0,0\n", `column ask: "x"`},
		{"daily/spy.zip", "2013-10-07,1,1,1,1,1\n", `column date: "2013-10-07": want YYYYMMDD HH:MM`},
		{"daily/spy.zip", "20130230 00:00,1,1,1,1,1\n", `column date: "20130230 00:00": want`},
		{"daily/spy.zip", "20131008 00:00,1,1,1,1,1\n20131007 00:00,1,1,1,1,1\n", "want the rows in the order of time"},
	} {
		root := leanFolder(t, map[string]string{c.path: c.text})
		src := must[Source](t)(Open(filepath.Join(root, "equity", "usa", c.path), Options{Instruments: table(t, "SPY.ARCA")}))
		var err error
		for err == nil {
			_, err = src.Next()
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLeanFactorErrors(t *testing.T) {
	for text, want := range map[string]string{
		"20131007,1\n":               "spy.csv:1: 2 cells: want date,priceFactor,splitFactor",
		"2013-10-07,1,1\n":           `column date: "2013-10-07": want YYYYMMDD`,
		"20131007,1,1\n20131007,1,1": `spy.csv:2: column date: "20131007": want the rows in the order of days`,
		"20131007,0,1\n":             `column priceFactor,splitFactor: "20131007,0,1": want two positive decimal numbers`,
		"20131007,-1,-1\n":           "want two positive decimal numbers",
		"20131007,1e5,1\n":           "want two positive decimal numbers",
		"20131007,9999999999,1\n":    "want a factor between",
	} {
		root := leanFolder(t, map[string]string{"factor_files/spy.csv": text, "daily/spy.zip": "20131007 00:00,1,1,1,1,1\n"})
		l := Lean{Root: root, Resolution: Daily, Instruments: table(t, "SPY.ARCA")}
		if _, err := l.Open(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		l.Raw = true
		if _, err := l.Open(); err != nil {
			t.Errorf("raw prices need no factors: %v", err)
		}
	}
}

// A damaged or hostile zip is an error, when it is opened or when it is read.
func TestLeanBadZips(t *testing.T) {
	rows := new(strings.Builder)
	for i := range 23_400 {
		fmt.Fprintf(rows, "%d,%d,%d,%d,%d,%d\n", open930+1000*i, 1_000_000+i*7919%1000, 1_001_000, 1_000_000, 1_000_500, i)
	}
	good := zipped(t, rows.String())
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 0x55
	build := func(f func(*zip.Writer)) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f(w)
		w.Close()
		return b.Bytes()
	}
	raw := func(h zip.FileHeader, data []byte) []byte {
		return build(func(w *zip.Writer) {
			h.Name = "data.csv"
			f := must[interface{ Write([]byte) (int, error) }](t)(w.CreateRaw(&h))
			f.Write(data)
		})
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty file":        {nil, "not a readable zip (cut short?)"},
		"cut short":         {good[:len(good)/2], "not a readable zip (cut short?)"},
		"a bit flipped":     {flipped, ".zip"},
		"no csv":            {build(func(w *zip.Writer) { w.Create("data.txt") }), "no csv inside"},
		"two csv":           {build(func(w *zip.Writer) { w.Create("a.csv"); w.Create("b.csv") }), "more than one csv inside"},
		"bomb":              {zipped(t, strings.Repeat("0", 2<<20)), "want at most 400 times as many"},
		"huge":              {raw(zip.FileHeader{UncompressedSize64: 5 << 30, CompressedSize64: 1 << 30}, nil), "5368709120 bytes unpacked: want at most 4294967296"},
		"unknown method":    {raw(zip.FileHeader{Method: 99, UncompressedSize64: 4, CompressedSize64: 4}, []byte("data")), "unsupported compression"},
		"more than it says": {raw(zip.FileHeader{Method: zip.Store, UncompressedSize64: 4, CompressedSize64: 40}, []byte("34200000,1,1,1,1,1\n34200001,1,1,1,1,1\n")), ".zip"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "second", "spy")
			path := filepath.Join(dir, "20131007_trade.zip")
			os.MkdirAll(dir, 0o700)
			os.WriteFile(path, c.data, 0o600)
			src, err := Open(path, Options{Instruments: table(t, "SPY.ARCA")})
			n := 0
			for err == nil {
				_, err = src.Next()
				n++
			}
			if !strings.Contains(err.Error(), c.want) || n > 23_400 {
				t.Errorf("%v after %d rows, want %s", err, n, c.want)
			}
		})
	}
}

// However small its steps, bounded gives no more than it was told to.
func TestBounded(t *testing.T) {
	l := newLines("x", &bounded{in: strings.NewReader("one\ntwo\nthree\n"), left: 8})
	_, err := l.next()
	for err == nil {
		_, err = l.next()
	}
	if !strings.Contains(err.Error(), "more data than the zip's directory says") {
		t.Error(err)
	}
}

func TestDescribeLean(t *testing.T) {
	root := leanFolder(t, map[string]string{
		"tick/spy/20131007_quote.zip": "", "minute/IBM/20131008_trade.zip": "", "daily/spy.zip": "", "factor_files/spy.csv": "",
	})
	folder := filepath.Join(root, "equity", "usa")
	factorFile := filepath.Join(folder, "factor_files", "spy.csv")
	for _, want := range []Info{
		{Path: "tick/spy/20131007_quote.zip", Kind: market.KindTick, Symbols: []string{"SPY"}, Resolution: "tick", Day: "20131007", FactorsPath: factorFile},
		{Path: "minute/IBM/20131008_trade.zip", Kind: market.KindBar, Symbols: []string{"IBM"}, Resolution: "minute", Interval: market.Minute, Day: "20131008"},
		{Path: "daily/spy.zip", Kind: market.KindBar, Symbols: []string{"SPY"}, Resolution: "daily", Interval: market.Day, FactorsPath: factorFile},
	} {
		want.Path, want.Format = filepath.Join(folder, want.Path), "lean"
		if got, err := Describe(want.Path); err != nil || !cmp.Equal(got, want) {
			t.Error(err, cmp.Diff(want, got))
		}
	}
	for _, path := range []string{"tick/spy/20131007_other.zip", "tick/spy/20131307_trade.zip", "weekly/spy.zip", "daily/spy/20131007_trade.zip"} {
		root := leanFolder(t, map[string]string{path: ""})
		if _, err := Describe(filepath.Join(root, "equity", "usa", path)); err == nil || !strings.Contains(err.Error(), "not in LEAN's folders: want") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Open(filepath.Join(folder, "daily/spy.zip"), Options{Instruments: table(t, "IBM.NYSE")}); err == nil || !strings.Contains(err.Error(), "no instrument has the symbol SPY") {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(folder, "daily/spy.zip"), Options{}); err == nil || !strings.Contains(err.Error(), "no instruments") {
		t.Error(err)
	}
	if _, err := ParseResolution("weekly"); err == nil || !strings.Contains(err.Error(), "want one of tick second minute hour daily") {
		t.Error(err)
	}
}

// Reading a row allocates nothing.
func TestLeanDoesNotAllocate(t *testing.T) {
	ticks, bars := new(strings.Builder), new(strings.Builder)
	for i := range 20_000 {
		fmt.Fprintf(ticks, "%d,1000000,100,P,0,0\n", open930+i)
	}
	for i := range 390 {
		fmt.Fprintf(bars, "%d,1000000,1000000,1000000,1000000,100\n", open930+i*60_000)
	}
	root := leanFolder(t, map[string]string{
		"tick/spy/20131007_trade.zip": ticks.String(), "minute/spy/20131007_trade.zip": bars.String(),
		"factor_files/spy.csv": "20501231,0.87654321,0.5\n",
	})
	for resolution, rows := range map[Resolution]int{Tick: 10_000, Minute: 200} {
		src := must[Source](t)(Lean{Root: root, Resolution: resolution, Instruments: table(t, "SPY.ARCA")}.Open())
		src.Next()
		if allocs := testing.AllocsPerRun(rows, func() { src.Next() }); allocs >= 1 {
			t.Errorf("%s: %v allocations a row", resolution, allocs)
		}
		src.Close()
	}
}
