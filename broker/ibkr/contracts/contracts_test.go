package contracts

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

// A search gives foreign listings first: the one that is meant is chosen by
// what it is and never by its place.
func TestFindNotTheForeignListing(t *testing.T) {
	f := newVenue(t).finder(t)
	for q, want := range map[Query]int64{
		{Symbol: "AAPL"}:                                      265598,
		{Symbol: "AAPL", Exchange: "EBS"}:                     273982664,
		{Symbol: "AAPL", Currency: "CAD"}:                     532640894,
		{Symbol: "AAPL", Currency: "usd"}:                     265598,
		{Symbol: "AAPL", Exchange: "NASDAQ"}:                  265598,
		{Symbol: "SPX", SecType: "IND"}:                       416904,
		{Symbol: "TWIN", Exchange: "NMS"}:                     12,
		{Symbol: "AAPL", Country: InUS}:                       265598,
		{Symbol: "AAPL", Currency: "CHF", Country: OutsideUS}: 273982664,
	} {
		if c, err := f.Find(t.Context(), q); err != nil || c.Conid != want {
			t.Errorf("%s: %+v, %v, want %d", q, c, err, want)
		}
	}
}

// What does not fit in every respect is not found, and two that fit are not one.
func TestFindChecksWhatItFound(t *testing.T) {
	f := newVenue(t).finder(t)
	for _, q := range []Query{
		{Symbol: "NONE"}, {Symbol: "AAPL", Currency: "JPY"}, {Symbol: "AAPL", Exchange: "NASDAQ", Currency: "CAD"},
		{Symbol: "AAPL", Exchange: "MEXI", Country: InUS}, {Symbol: "SPX", SecType: "IND", Exchange: "LSE"}, {Symbol: "ZZZ", SecType: "IND"},
	} {
		if c, err := f.Find(t.Context(), q); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %+v, %v", q, c, err)
		}
	}
	var several *AmbiguousError
	if _, err := f.Find(t.Context(), Query{Symbol: "TWIN"}); !errors.As(err, &several) || len(several.Candidates) != 2 || !strings.Contains(err.Error(), "NYSE") {
		t.Errorf("TWIN: %v", err)
	}
	if _, err := f.Find(t.Context(), Query{Symbol: "AAPL", Country: OutsideUS}); !errors.As(err, &several) {
		t.Errorf("AAPL outside the US: %v", err)
	}
}

var spy = Underlying{Conid: 756733, Symbol: "SPY", SecType: "STK"}

// Strikes are empty before a search in the session, and for any other form of
// a month than JAN26.
func TestStrikesNeedASearchFirst(t *testing.T) {
	v := newVenue(t)
	f := v.finder(t)
	for _, month := range []Month{"APR26", "202604", "2026-04", "apr26"} {
		s, err := f.Strikes(t.Context(), spy, ChainQuery{Month: month})
		if err != nil || len(s.Call) != 3 || len(s.Put) != 2 || s.Call[1].String() != "655.5" {
			t.Errorf("%s: %+v, %v", month, s, err)
		}
	}
	if n := v.count("GET /iserver/secdef/strikes"); n != 1 {
		t.Errorf("asked %d times for one month", n)
	}
	v.newSession() // our memory of the search is older than the session
	if _, err := f.Strikes(t.Context(), spy, ChainQuery{Month: "APR26", Exchange: "AMEX"}); err != nil {
		t.Errorf("after a new session: %v", err)
	}
	if _, err := f.Strikes(t.Context(), spy, ChainQuery{Month: "JAN30"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a month without options: %v", err)
	}
	if _, err := f.Strikes(t.Context(), spy, ChainQuery{Month: "13/26"}); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("no month: %v", err)
	}
}

func TestChain(t *testing.T) {
	v := newVenue(t)
	f := v.finder(t)
	months, err := f.Months(t.Context(), spy, "")
	if err != nil || !slices.Equal(months, []Month{"APR26", "MAY26", "JUN26"}) {
		t.Fatalf("months %v, %v", months, err)
	}
	list, err := f.Chain(t.Context(), spy, ChainQuery{Month: "202604", Min: decimal.NewFromInt(651)})
	if err != nil || len(list) != 6 {
		t.Fatalf("%+v, %v", list, err)
	}
	first := list[0]
	if first.Expiry != "20260410" || first.Strike.String() != "655.5" || first.Right != "C" || first.Multiplier.String() != "100" || first.Conid != 1655510 {
		t.Errorf("first %+v", first)
	}
	if list[1].Right != "P" || list[2].Strike.String() != "660" || list[3].Expiry != "20260417" {
		t.Errorf("order %+v", list)
	}
	puts, err := f.Chain(t.Context(), spy, ChainQuery{Month: "APR26", Right: "P", Max: decimal.NewFromInt(650), Class: "SPY"})
	if err != nil || len(puts) != 2 || puts[0].Right != "P" {
		t.Errorf("puts %+v, %v", puts, err)
	}
	if none, err := f.Chain(t.Context(), spy, ChainQuery{Month: "APR26", Right: "P", Class: "SPYW"}); err != nil || len(none) != 0 {
		t.Errorf("another class: %+v, %v", none, err)
	}
	if _, err := f.Months(t.Context(), spy, "WAR"); !errors.Is(err, ErrNotFound) {
		t.Errorf("warrants: %v", err)
	}
}

// IBKR gives futures in no order.
func TestFutures(t *testing.T) {
	f := newVenue(t).finder(t)
	list, err := f.Futures(t.Context(), "ES", "CME")
	if err != nil || len(list) != 3 || list[0].Expiry != "20260401" || list[2].Expiry != "20261218" {
		t.Fatalf("%+v, %v", list, err)
	}
	for expiry, want := range map[string]int64{"DEC26": 515416632, "202612": 515416632, "20260618": 649180678} {
		if x, err := f.Future(t.Context(), "ES", "CME", expiry); err != nil || x.Conid != want {
			t.Errorf("%s: %+v, %v", expiry, x, err)
		}
	}
	if x, err := f.Front(t.Context(), "ES", "CME"); err != nil || x.Conid != 649180678 {
		t.Errorf("front %+v, %v", x, err)
	}
	var several *AmbiguousError
	if _, err := f.Future(t.Context(), "VIX", "CFE", "APR26"); !errors.As(err, &several) {
		t.Errorf("two in a month: %v", err)
	}
	if x, err := f.Future(t.Context(), "VIX", "CFE", "20260415"); err != nil || x.Conid != 3 {
		t.Errorf("one day: %+v, %v", x, err)
	}
	for _, ask := range []func() error{
		func() error { _, err := f.Future(t.Context(), "ES", "CME", "JAN27"); return err },
		func() error { _, err := f.Futures(t.Context(), "NONE", ""); return err },
	} {
		if err := ask(); !errors.Is(err, ErrNotFound) {
			t.Errorf("%v", err)
		}
	}
}

// An order with a conid and a conidex goes to SMART, whatever the conidex says.
func TestConidAndConidexNeverTogether(t *testing.T) {
	v := newVenue(t)
	for exchange, want := range map[string]string{"": "SMART", "smart": "SMART", "nasdaq": "NASDAQ"} {
		body, err := api.Encode(At(265598, exchange))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := v.client(t).Call(t.Context(), ibkr.Call{
			Method: http.MethodPost, Path: "/iserver/account/{a}/orders", Params: map[string]string{"a": "DU1234567"}, Body: body, Urgency: ibkr.Write,
		})
		if err != nil || string(resp.Body) != `{"route":"`+want+`"}` {
			t.Errorf("%s: %s went to %s, %v", exchange, body, resp.Body, err)
		}
	}
}

func TestCombo(t *testing.T) {
	legs := []Leg{{Conid: 756733, Ratio: 1}, {Conid: 320227571, Ratio: -1}}
	for _, tt := range []struct{ currency, exchange, want string }{
		{"USD", "", "28812380;;;756733/1,320227571/-1"}, {"usd", "cboe", "28812380@CBOE;;;756733/1,320227571/-1"},
		{"JPY", "OSE.JPN", "61227069@OSE.JPN;;;756733/1,320227571/-1"}, {"CHF", "EBS", "61227087@EBS;;;756733/1,320227571/-1"},
		{"EUR", "EUREX", ""}, {"GBP", "", ""}, {"XXX", "X", ""},
	} {
		got, err := Combo(tt.currency, tt.exchange, legs...)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %q, %v", tt.currency, got, err)
		}
		if err != nil {
			continue
		}
		spread, exchange, back, err := ParseCombo(got)
		if want, _ := SpreadConid(strings.ToUpper(tt.currency)); err != nil || spread != want || !strings.EqualFold(exchange, tt.exchange) || !slices.Equal(back, legs) {
			t.Errorf("%s read as %d %s %v, %v", got, spread, exchange, back, err)
		}
	}
	for _, bad := range [][2]int64{{1, 1}, {1, -1}, {1, 0}, {-1, 1}} {
		if text, err := Combo("USD", "", Leg{Conid: 1, Ratio: 1}, Leg{Conid: bad[0], Ratio: bad[1]}); err == nil {
			t.Errorf("%v gave %s", bad, text)
		}
		if text, err := Combo("USD", "", Leg{Conid: bad[0], Ratio: bad[1]}); err == nil {
			t.Errorf("one leg gave %s", text)
		}
	}
	for _, bad := range []string{"", "28812380", "x;;;1/1,2/1", "1;;;1/1", "1;;;1/1,2", "1;;;1/1,x/1", "1;;;,"} {
		if _, _, _, err := ParseCombo(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// There is one contract for both ways of a pair.
func TestPair(t *testing.T) {
	f := newVenue(t).finder(t)
	for _, tt := range []struct {
		base, quote string
		want        Pair
	}{
		{"usd", "chf", Pair{Conid: 12087820, Base: "USD", Quote: "CHF"}},
		{"USD", "EUR", Pair{Conid: 12087792, Base: "EUR", Quote: "USD", Inverted: true}},
	} {
		got, err := f.Pair(t.Context(), tt.base, tt.quote)
		if err != nil || got != tt.want || got.Ref().ConidEx.String() == "" || got.Ref().Conid.Text() != "" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if _, err := f.Pair(t.Context(), "USD", "XXX"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestTicks(t *testing.T) {
	f := newVenue(t).finder(t)
	ticks, err := f.Ticks(t.Context(), 265598)
	if err != nil {
		t.Fatal(err)
	}
	money := decimal.RequireFromString
	for _, tt := range []struct {
		price, step, down, up string
		fits                  bool
	}{
		{"189.60", "0.01", "189.6", "189.6", true}, {"189.605", "0.01", "189.6", "189.61", false},
		{"0.12345", "0.0001", "0.1234", "0.1235", false}, {"1", "0.01", "1", "1", true}, {"0.9999", "0.0001", "0.9999", "0.9999", true},
		{"-2.555", "0.01", "-2.56", "-2.55", false}, {"0", "0.0001", "0", "0", true},
	} {
		p := money(tt.price)
		if ticks.At(p).String() != tt.step || ticks.Down(p).String() != tt.down || ticks.Up(p).String() != tt.up || ticks.Fits(p) != tt.fits {
			t.Errorf("%s: step %s, down %s, up %s, fits %v", p, ticks.At(p), ticks.Down(p), ticks.Up(p), ticks.Fits(p))
		}
	}
	var rules api.ContractRules
	if err := api.Decode([]byte(`{"increment":"0.25"}`), &rules); err != nil || !TicksOf(&rules).At(money("5")).Equal(money("0.25")) {
		t.Error("increment alone")
	}
	if (Ticks{}).Fits(money("1")) || !(Ticks{}).Down(money("1.5")).Equal(money("1.5")) {
		t.Error("no steps known")
	}
	if _, err := f.Ticks(t.Context(), 1); err == nil {
		t.Error("an unknown contract has steps")
	}
}

func TestHours(t *testing.T) {
	f := newVenue(t).finder(t)
	list, err := f.Hours(t.Context(), 756733, "")
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	if s := list[0]; s.Liquid || !s.CancelDayOrders || s.Date != "20260402" || s.Open.Format(time.RFC3339) != "2026-04-02T08:00:00Z" {
		t.Errorf("extended %+v", s)
	}
	open := list[1]
	if !open.Liquid || !open.Contains(open.Open) || open.Contains(open.Close) || open.Contains(open.Open.Add(-1)) {
		t.Errorf("liquid %+v", open)
	}
}

const venueSchedule = `{"id":"p102082","tradeVenueId":"v13133","timezone":"America/New_York","schedules":[
	{"tradingScheduleDate":"20000103","sessions":[{"openingTime":"0930","closingTime":"1600","prop":"LIQUID"}],"tradingtimes":[{"openingTime":"0400","closingTime":"2000","cancelDayOrders":"Y"}]},
	{"tradingScheduleDate":"20000107","sessions":[{"openingTime":"1800","closingTime":"1700"}]},
	{"tradingScheduleDate":"20260406","sessions":[{"openingTime":"0930","closingTime":"1300"}]},
	{"tradingScheduleDate":"20260413","sessions":[]}]}`

// A weekday's hours stand on a day of the first week of 2000; a date's own win.
func TestVenueHours(t *testing.T) {
	var v api.VenueSchedule
	if err := api.Decode([]byte(venueSchedule), &v); err != nil {
		t.Fatal(err)
	}
	for date, want := range map[string]string{
		"2026-03-30": "08:00-00:00 13:30-20:00", "2026-01-05": "09:00-01:00 14:30-21:00", "2026-04-06": "13:30-17:00",
		"2026-04-13": "", "2026-04-04": "", "2026-04-03": "22:00-21:00",
	} {
		day, _ := time.Parse("2006-01-02", date)
		list, err := VenueHours(v, day)
		var got []string
		for _, s := range list {
			got = append(got, s.Open.Format("15:04-")+s.Close.Format("15:04"))
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v, %v, want %s", date, got, err, want)
		}
	}
	for _, bad := range []string{`{"timezone":"Nowhere"}`, `{}`, `{"timezone":"UTC","schedules":[{"tradingScheduleDate":"20000103","sessions":[{"openingTime":"9:30","closingTime":"1600"}]}]}`} {
		var v api.VenueSchedule
		if err := api.Decode([]byte(bad), &v); err != nil {
			t.Fatal(err)
		}
		if _, err := VenueHours(v, time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// Answers are remembered until they are too old, or forgotten.
func TestRemembered(t *testing.T) {
	v := newVenue(t)
	f := v.finder(t)
	ask := func(want int) {
		t.Helper()
		if _, err := f.Ticks(t.Context(), 265598); err != nil {
			t.Fatal(err)
		}
		if n := v.count("GET /iserver/contract/265598/info-and-rules"); n != want {
			t.Errorf("asked %d times, want %d", n, want)
		}
	}
	ask(1)
	v.pass(12*time.Hour - 1)
	ask(1)
	v.pass(1)
	ask(2)
	f.Forget()
	ask(3)
	if _, err := f.Ticks(t.Context(), 1); err == nil {
		t.Error("no error")
	}
	if _, err := f.Ticks(t.Context(), 1); err == nil || v.count("GET /iserver/contract/1/") != 2 {
		t.Error("an error was remembered")
	}
}

// Many who ask the same at the same time are one request, and one who gives
// up does not take the answer from the others.
func TestAskedOnce(t *testing.T) {
	v := newVenue(t)
	f := v.finder(t)
	held := make(chan struct{})
	v.held, v.arrived = held, make(chan struct{}, 20)
	first, giveUp := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := f.Ticks(first, 265598); !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
	})
	<-v.arrived
	for range 10 {
		all.Go(func() {
			if _, err := f.Ticks(t.Context(), 265598); err != nil {
				t.Error(err)
			}
		})
	}
	giveUp()
	close(held)
	all.Wait()
	if n := v.count("GET /iserver/contract/"); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// What is remembered is bounded.
func TestCacheIsBounded(t *testing.T) {
	c := newCache[int](Config{Now: time.Now}, time.Hour)
	for i := range 3 * maxKept {
		key := time.Duration(i).String()
		if _, err := c.get(t.Context(), key, func(context.Context) (int, error) { return i, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.kept) > maxKept {
		t.Errorf("%d answers kept", len(c.kept))
	}
}

// A combo that can be read is written the same.
func FuzzParseCombo(f *testing.F) {
	f.Add("28812380;;;756733/1,320227571/-1")
	f.Add("61227069@OSE.JPN;;;1/2,2/-3")
	f.Fuzz(func(t *testing.T, text string) {
		spread, exchange, legs, err := ParseCombo(text)
		if usd, _ := SpreadConid("USD"); err != nil || spread != usd {
			return
		}
		back, err := Combo("USD", exchange, legs...)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if _, _, again, err := ParseCombo(back); err != nil || !slices.Equal(again, legs) {
			t.Errorf("%q written as %q", text, back)
		}
	})
}
