package orderfile_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/market"
	"gannet/strategy"
	_ "gannet/strategy/orderfile"
	"gannet/strategy/strategytest"
)

const header = "time,instrument,side,qty,type,limit,stop,trail,tif,gtd\n"

func Example() {
	s, err := strategy.New("orderfile", []byte("file: orders.csv"))
	if err != nil {
		fmt.Println(err)
		return
	}
	err = strategy.LoadFiles(s, func(string) ([]byte, error) {
		return []byte(header + "2026-01-05T09:31:00-05:00,SPY.ARCA,BYU,10,MKT,,,,,\n"), nil
	})
	fmt.Println(err)
	// Output: orders.csv:2:36: side: got "BYU", want BUY or SELL
}

func load(t testing.TB, rows string) (strategy.Strategy, error) {
	t.Helper()
	s, err := strategy.New("orderfile", []byte("file: o.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return s, strategy.LoadFiles(s, func(string) ([]byte, error) { return []byte(rows), nil })
}

// at is a time on 2026-01-05 in New York, in winter.
func at(clock string) market.Nanos {
	t, err := time.Parse(time.RFC3339, "2026-01-05T"+clock+"-05:00")
	if err != nil {
		panic(err)
	}
	return market.NanosOf(t)
}

func open(t *testing.T, start market.Nanos, rows string) *strategytest.Host {
	t.Helper()
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip(err)
	}
	s, err := load(t, header+rows)
	if err != nil {
		t.Fatal(err)
	}
	h, err := strategytest.Open(t, s, start, market.Instrument{Name: "SPY.ARCA", Session: market.USEquity(newYork)},
		market.Instrument{Name: "BTC.X"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func tickets(h *strategytest.Host) []market.Ticket {
	var list []market.Ticket
	for _, s := range h.Signals() {
		list = append(list, s.Ticket)
	}
	return list
}

func TestEveryColumn(t *testing.T) {
	h := open(t, at("09:30:00"), `2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,10,MKT,,,,,
2026-01-05T09:31:00-05:00,BTC.X,sell,0.001,lmt,99.5,,,gtc,
2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,1,STP,,101,,IOC,
2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,1,STOP_LIMIT,102,101,,FOK,
2026-01-05T09:31:00-05:00,SPY.ARCA,SELL,1,TRAIL,,,0.25,DAY,
2026-01-05T09:31:00-05:00,SPY.ARCA,SELL,1,TRAIL,,90,0.25,,
2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,1,LMT,99,,,GTD,2026-01-09
2026-01-05T09:31:00-05:00,BTC.X,BUY,1,LMT,99,,,GTD,2026-01-09
2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,1,LMT,99,,,GTD,2026-01-10
2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,1,LMT,99,,,GTD,2026-01-05T10:00:00-05:00
`)
	h.Advance(at("09:31:00"))
	day := func(d, hour int) market.Nanos { return market.NanosOf(time.Date(2026, 1, d, hour, 0, 0, 0, time.UTC)) }
	gtd := func(id market.InstrumentID, until market.Nanos) market.Ticket {
		return market.Ticket{Instrument: id, Side: market.Buy, Type: market.Limit, TimeInForce: market.GTD,
			OrderQty: market.Shares(1), Price: market.MustPrice("99"), ExpireTime: until}
	}
	one, px := market.Shares(1), market.MustPrice
	want := []market.Ticket{
		market.BuyMarket(1, market.Shares(10)),
		{Instrument: 2, Side: market.Sell, Type: market.Limit, TimeInForce: market.GTC, OrderQty: market.MustQty("0.001"), Price: px("99.5")},
		{Instrument: 1, Side: market.Buy, Type: market.Stop, TimeInForce: market.IOC, OrderQty: one, StopPx: px("101")},
		{Instrument: 1, Side: market.Buy, Type: market.StopLimit, TimeInForce: market.FOK, OrderQty: one, Price: px("102"), StopPx: px("101")},
		{Instrument: 1, Side: market.Sell, Type: market.TrailingStop, TimeInForce: market.DAY, OrderQty: one, TrailAmt: px("0.25")},
		{Instrument: 1, Side: market.Sell, Type: market.TrailingStop, TimeInForce: market.DAY, OrderQty: one, TrailAmt: px("0.25"), StopPx: px("90")},
		gtd(1, day(9, 21)), // a Friday: the close, 16:00 in New York
		gtd(2, day(10, 0)), // always open: the end of the day
		gtd(1, day(11, 5)), // a Saturday: the end of the day in New York
		gtd(1, day(5, 15)), // a time
	}
	if got := tickets(h); !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// An order that goes out at another event than the first at its time would
// give other fills than those it was written for.
func TestSendsAtItsTime(t *testing.T) {
	rows := `2026-01-05T09:33:00-05:00,SPY.ARCA,BUY,3,MKT,,,,,
2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,1,MKT,,,,,
2026-01-05T14:31:00Z,SPY.ARCA,BUY,2,MKT,,,,,
`
	quantities := func(h *strategytest.Host) string {
		var words []string
		for _, ticket := range tickets(h) {
			words = append(words, ticket.OrderQty.String())
		}
		return strings.Join(words, " ")
	}
	t.Run("bars", func(t *testing.T) {
		h := open(t, at("09:29:00"), rows)
		for i, want := range []string{"", "1 2", "", "3", ""} {
			h.Bar(market.Bar{Instrument: 1, Interval: market.Minute, TsEvent: h.Now() + market.Minute})
			if got := quantities(h); got != want {
				t.Errorf("bar %d: got %q, want %q", i, got, want)
			}
		}
	})
	t.Run("ticks", func(t *testing.T) {
		h := open(t, at("09:29:00"), rows)
		h.Tick(market.Tick{Instrument: 2, TsEvent: at("09:31:00")})
		if got := quantities(h); got != "1 2" {
			t.Errorf("got %q at the first tick of the time", got)
		}
	})
	t.Run("timers alone", func(t *testing.T) {
		h := open(t, at("09:29:00"), rows)
		h.Advance(at("09:31:00") - 1)
		if got := quantities(h); got != "" {
			t.Errorf("got %q before the time", got)
		}
		h.Advance(at("09:31:00"))
		if got := quantities(h); got != "1 2" {
			t.Errorf("got %q at the time without market data", got)
		}
		h.Advance(at("16:00:00"))
		if got := quantities(h); got != "3" {
			t.Errorf("got %q in the end", got)
		}
	})
	t.Run("started late", func(t *testing.T) {
		h := open(t, at("09:31:01"), rows)
		h.Advance(at("16:00:00"))
		if got := quantities(h); got != "3" {
			t.Errorf("got %q, want no order of before the start", got)
		}
		if logs := h.Logs(); len(logs) != 1 || logs[0] != "2 of 3 orders are from before the start and are not sent" {
			t.Errorf("logged %q", logs)
		}
	})
	t.Run("started at the first", func(t *testing.T) {
		h := open(t, at("09:31:00"), rows)
		h.Trade("1")
		if got := quantities(h); got != "1 2" {
			t.Errorf("got %q, want the orders of the time of the start", got)
		}
	})
}

func TestErrorsNameTheCell(t *testing.T) {
	const begin = "2026-01-05T09:31:00-05:00,SPY.ARCA,"
	cases := []struct{ file, want string }{
		{"", "o.csv:1:1: header: want time,instrument,side,qty,type,limit,stop,trail,tif,gtd"},
		{"time,side\n", "o.csv:1:1: header: want time,instrument,side,qty,type,limit,stop,trail,tif,gtd"},
		{header + begin + "BUY,1\n", "o.csv:2: want 10 cells, got 4"},
		{header + "\n" + begin + "BUY,1,MKT,,,,,\n" + begin + "BUY,x,MKT,,,,,\n", `o.csv:4:40: qty: got "x", want a quantity such as 10`},
		{header + begin + "BUY,0,MKT,,,,,\n", `o.csv:2:40: qty: got "0", want more than 0`},
		{header + begin + ",1,MKT,,,,,\n", `o.csv:2:36: side: got "", want BUY or SELL`},
		{header + begin + "BUY,1,MARKET,,,,,\n", `o.csv:2:42: type: got "MARKET", want MKT, LMT, STP, STOP_LIMIT or TRAIL`},
		{header + begin + "BUY,1,LMT,,,,,\n", `o.csv:2:46: limit: got "", want a price such as 99.50 for LMT`},
		{header + begin + "BUY,1,LMT,-1,,,,\n", `o.csv:2:46: limit: got "-1", want more than 0`},
		{header + begin + "BUY,1,MKT,5,,,,\n", `o.csv:2:46: limit: got "5", want it empty: MKT has none`},
		{header + begin + "BUY,1,LMT,5,6,,,\n", `o.csv:2:48: stop: got "6", want it empty: LMT has none`},
		{header + begin + "BUY,1,STP,,,,,\n", `o.csv:2:47: stop: got "", want a price such as 99.50 for STP`},
		{header + begin + "BUY,1,TRAIL,,5,,,\n", `o.csv:2:51: trail: got "", want a price such as 99.50 for TRAIL`},
		{header + begin + "BUY,1,MKT,,,,OPG,\n", `o.csv:2:49: tif: got "OPG", want DAY, GTC, IOC, FOK, GTD or nothing`},
		{header + begin + "BUY,1,MKT,,,,GTX,\n", `o.csv:2:49: tif: got "GTX", want DAY, GTC, IOC, FOK, GTD or nothing`},
		{header + begin + "BUY,1,MKT,,,,DAY,2026-01-09\n", `o.csv:2:53: gtd: got "2026-01-09", want it empty: the order is DAY`},
		{header + begin + "BUY,1,MKT,,,,GTD,\n", `o.csv:2:53: gtd: got "", want a time with an offset such as 2026-01-05T09:31:00-05:00, or a date`},
		{header + begin + "BUY,1,MKT,,,,GTD,9999-01-01\n", `o.csv:2:53: gtd: got "9999-01-01", want a time with an offset such as 2026-01-05T09:31:00-05:00, or a date`},
		{header + begin + "BUY,1,MKT,,,,GTD,2026-01-05T09:31:00-05:00\n", `o.csv:2:53: gtd: got "2026-01-05T09:31:00-05:00", want a time after that of the order`},
		{header + "2026-01-05T09:31:00,SPY.ARCA,BUY,1,MKT,,,,,\n", `o.csv:2:1: time: got "2026-01-05T09:31:00", want a time with an offset such as 2026-01-05T09:31:00-05:00`},
		{header + begin + "BU\"Y,1,MKT,,,,,\n", `o.csv:2:38: bare " in non-quoted-field`},
	}
	for _, c := range cases {
		if _, err := load(t, c.file); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestStartErrors(t *testing.T) {
	cases := []struct{ row, want string }{
		{"QQQ.NASDAQ,BUY,1,MKT,,,,,", `strategy: s: o.csv:2:27: instrument: got "QQQ.NASDAQ", want one of the strategy's, its exchange left out where that is clear: SPY.ARCA, IBM.NYSE`},
		{"SPY.ARCA,BUY,1,LMT,5,,,GTD,2026-01-04", `strategy: s: o.csv:2:54: gtd: got 2026-01-04, want a date whose session ends after the order's time`},
	}
	for _, c := range cases {
		s, err := load(t, header+"2026-01-05T09:31:00-05:00,"+c.row+"\n")
		if err != nil {
			t.Fatal(err)
		}
		_, err = strategytest.Open(t, s, 0, market.Instrument{Name: "SPY.ARCA"}, market.Instrument{Name: "IBM.NYSE"})
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	s, err := strategy.New("orderfile", []byte("file: o.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := strategytest.Open(t, s, 0, market.Instrument{Name: "SPY.ARCA"}); err == nil || !strings.Contains(err.Error(), "file o.csv was not loaded") {
		t.Errorf("started without its file: %v", err)
	}
	if _, err := strategy.New("orderfile", nil); err == nil {
		t.Error("no file name is taken")
	}
	err = strategy.LoadFiles(s, os.ReadFile)
	if err == nil || !strings.Contains(err.Error(), "o.csv") {
		t.Errorf("a file that does not exist: %v", err)
	}
}

// A file with a byte order mark and Windows line ends, as spreadsheets write it.
func TestSpreadsheetFile(t *testing.T) {
	rows := "\ufeff" + header + "2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,10,MKT,,,,,\n"
	if _, err := load(t, strings.ReplaceAll(rows, "\n", "\r\n")); err != nil {
		t.Error(err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(header + "2026-01-05T09:31:00-05:00,SPY.ARCA,BUY,10,LMT,1,,,GTD,2026-01-09\n")
	f.Add(header + "\"a\nb\",,,,,,,,,\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, file string) {
		s, err := load(t, file)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "o.csv:") {
				t.Errorf("error without a place: %v", err)
			}
			return
		}
		h, err := strategytest.Open(t, s, 0, market.Instrument{Name: "SPY.ARCA"})
		if err != nil {
			return
		}
		h.Advance(1 << 62)
		for _, signal := range h.Signals() {
			if signal.Ticket.OrderQty <= 0 || signal.Ticket.Side == 0 || signal.Ticket.Type == 0 {
				t.Errorf("sent %+v", signal.Ticket)
			}
		}
	})
}
