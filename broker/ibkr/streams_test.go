package ibkr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gannet/market"
)

// startStream runs a stream of its own on g.
func startStream(t *testing.T, g *gateway, change ...func(*Timeouts)) *Stream {
	t.Helper()
	c := testClient(t, g)
	for _, fn := range change {
		fn(&c.times) // before anything reads them
	}
	return hold(t, NewStream(c))
}

// hold runs a stream until the test ends.
func hold(t *testing.T, s *Stream) *Stream {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the stream ended: %v", err)
		}
	})
	return s
}

// next reads a feed with patience.
func next[T any](t *testing.T, f *Feed[T]) T {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	v, err := f.Next(ctx)
	if err != nil {
		t.Fatalf("no %T: %v", v, err)
	}
	return v
}

// none makes sure that a feed has nothing to read now.
func none[T any](t *testing.T, f *Feed[T]) {
	t.Helper()
	if v, ok := f.store.take(); ok {
		t.Errorf("unexpected %+v", v)
	}
}

// heard waits until the client has sent a text.
func heard(t *testing.T, g *gateway, text string) {
	t.Helper()
	eventually(t, text, func() bool { return slices.Contains(g.texts(), text) })
}

// read makes sure that all frames pushed before were taken: the stream is in order.
func (g *gateway) read(t *testing.T, notices *Feed[NoticeUpdate], mark string) {
	t.Helper()
	g.push(`{"topic":"ntf","args":[{"text":"` + mark + `"}]}`)
	for next(t, notices).Text != FlexString(mark) {
	}
}

// Every topic is asked for in the words that IBKR documents, and ended in them.
func TestStreamWords(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	history, err := s.History(265598, HistoryQuery{Period: "1d", Bar: "5min", Source: "trades", Format: "%o/%c/%h/%l"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		ask, end string
		close    func()
	}{
		{`smd+265598+{"fields":["31","84"]}`, "umd+265598+{}", s.Quotes([]string{"31", "84"}, "265598").Close},
		{`smd+8314@NYSE+{"fields":["31"]}`, "umd+8314@NYSE+{}", s.Quotes([]string{"31"}, "8314@NYSE").Close},
		{`smh+265598+{"period":"1d","bar":"5min","outsideRth":false,"source":"trades","format":"%o/%c/%h/%l"}`, "umh+77", history.Close},
		{"sbd+DU1+265598+NASDAQ", "ubd+DU1", s.Depth("DU1", 265598, "NASDAQ").Close},
		{"sor+{}", "uor+{}", s.Orders().Close},
		{`str+{"days":1,"realtimeUpdatesOnly":false}`, "utr", s.Trades(1).Close},
		{"spl+{}", "upl+{}", s.PnL().Close},
		{`ssd+DU1+{"fields":["currency","monetaryValue","value"],"keys":["AccruedCash-S"]}`, "usd+DU1+{}", s.Summary("DU1", "AccruedCash-S").Close},
		{`sld+DU1+{"keys":["LedgerListBASE"]}`, "uld+DU1+{}", s.Ledger("DU1", "LedgerListBASE").Close},
	}
	for _, tt := range tests {
		heard(t, g, tt.ask)
	}
	g.push(`{"topic":"smh+265598","serverId":"77","data":[{"o":1,"c":2,"h":3,"l":1,"v":5,"t":1775136600000}]}`)
	if h := next(t, history); h.ServerID != "77" || len(h.Bars) != 1 || h.Bars[0].Close.String() != "2" {
		t.Errorf("history %+v", h)
	}
	for _, tt := range tests {
		tt.close()
		heard(t, g, tt.end)
	}
}

// Two readers of a topic: it ends on the wire with the last one.
func TestStreamSharedTopics(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	one, two := s.Orders(), s.Orders()
	books := []*Feed[DepthUpdate]{s.Depth("DU1", 1, ""), s.Depth("DU1", 2, "")}
	heard(t, g, "sbd+DU1+2")
	one.Close()
	one.Close()
	books[0].Close()
	g.push(sor(fullRow))
	if u := next(t, two); u.Status != "Submitted" {
		t.Errorf("row %+v", u)
	}
	if _, err := one.Next(context.Background()); !errors.Is(err, ErrFeedClosed) {
		t.Errorf("a closed feed gives %v", err)
	}
	mark := s.PnL()
	heard(t, g, "spl+{}")
	if texts := g.texts(); slices.Contains(texts, "uor+{}") || slices.Contains(texts, "ubd+DU1") {
		t.Errorf("ended while it was read: %v", texts)
	}
	mark.Close()
	two.Close()
	books[1].Close()
	heard(t, g, "uor+{}")
	heard(t, g, "ubd+DU1")
}

// What the adapter needs is not ended by another reader.
func TestStreamOfAdapter(t *testing.T) {
	g := newGateway(t)
	a, err := New(testConfig(t, g))
	if err != nil {
		t.Fatal(err)
	}
	ticks := make(chan market.Tick, 10)
	a.OnTick(func(tick *market.Tick) { ticks <- *tick })
	if err := a.Stream().Run(context.Background()); err == nil {
		t.Error("the adapter's stream was run a second time")
	}
	r := run(t, a).ready(1)
	quotes, orders := r.Stream().Quotes([]string{"31", "7295"}, "265598"), r.Stream().Orders()
	heard(t, g, `smd+265598+{"fields":["31","7295"]}`)
	g.push(`{"topic":"smd+265598","31":"189.60","7295":"188"}`)
	g.push(sor(fullRow))
	if q := next(t, quotes); q.Text("7295") != "188" || q.Quote().Last.String() != "189.6" {
		t.Errorf("quote %+v", q)
	}
	if tick := <-ticks; tick.Last != market.MustPrice("189.60") {
		t.Errorf("tick %+v", tick)
	}
	next(t, orders)
	r.report(market.ExecNew, 1)
	quotes.Close()
	orders.Close()
	r.Stream().PnL()
	heard(t, g, "spl+{}")
	for _, text := range g.texts() {
		if strings.HasPrefix(text, "u") {
			t.Errorf("the adapter's topic was ended: %s", text)
		}
	}
}

// All is subscribed again on a new connection, also without a person, with the
// session id of a fresh tickle, and what was seen before is not carried over.
func TestStreamResubscribes(t *testing.T) {
	g := newGateway(t)
	g.answers("POST /tickle", ok(`{"session":"first"}`), ok(`{"session":"second"}`))
	s := startStream(t, g)
	quotes, orders, pnl := s.Quotes(nil, "265598"), s.Orders(), s.PnL()
	eventually(t, "three subscriptions", func() bool { return len(g.texts()) == 3 })
	g.push(fullFrame)
	g.push(sor(fullRow))
	if q := next(t, quotes); q.Quote().BidSize.String() != "1200" || q.Connection != 1 {
		t.Errorf("quote %+v", q)
	}
	next(t, orders)
	g.push(`{"topic":"spl","args":{"DU1.Core":{"dpl":1}}}`)
	eventually(t, "the frame", func() bool { return len(g.texts()) == 3 && s.Connection() == 1 })
	g.drop()
	eventually(t, "six subscriptions", func() bool { return len(g.texts()) == 6 })
	if texts := g.texts(); !slices.Equal(texts[:3], texts[3:]) {
		t.Errorf("subscribed %q, then %q", texts[:3], texts[3:])
	}
	g.mu.Lock()
	cookie := g.cookie
	g.mu.Unlock()
	if cookie != "api=second" {
		t.Errorf("cookie %q of a second connection", cookie)
	}
	g.push(`{"topic":"smd+265598","84":"5"}`)
	g.push(sor(`{"orderId":88,"status":"Filled"}`))
	if q := next(t, quotes); q.Connection != 2 || q.Quote().Last.Valid || q.Quote().Bid.String() != "5" {
		t.Errorf("quote of a new connection: %+v", q)
	}
	if o := next(t, orders); o.Connection != 2 || o.OrderRef != "" {
		t.Errorf("row of a new connection: %+v", o)
	}
	pnl.Close()
}

// turning is a login that becomes another when the test says so.
type turning struct{ n atomic.Int64 }

type turn struct {
	Gateway
	n int64
}

func (a *turning) Credentials(context.Context, *Link, Service, Credentials) (Credentials, error) {
	return turn{n: a.n.Load()}, nil
}

// A new login wants a new stream, with all that is subscribed; the first login
// is none that was missed.
func TestStreamNewLogin(t *testing.T) {
	g := newGateway(t)
	c, auth := testClient(t, g), new(turning)
	c.auth = auth
	c.times.Tickle = 5 * time.Millisecond
	s := hold(t, NewStream(c))
	s.Orders()
	heard(t, g, askOrders)
	tickles := g.count("POST /tickle")
	eventually(t, "tickles with the same login", func() bool { return g.count("POST /tickle") > tickles+3 })
	if n := s.Connection(); n != 1 {
		t.Fatalf("connection %d with one login", n)
	}
	auth.n.Store(1)
	eventually(t, "subscribed again", func() bool { return slices.Equal(g.texts(), []string{askOrders, askOrders}) })
	if n := s.Connection(); n != 2 {
		t.Errorf("connection %d after a new login", n)
	}
}

// What is subscribed before there is a connection is asked for with it, and
// what was closed before is not.
func TestStreamSubscribeEarly(t *testing.T) {
	g := newGateway(t)
	s := NewStream(testClient(t, g))
	s.PnL()
	s.Orders().Close()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	heard(t, g, "spl+{}")
	if texts := g.texts(); len(texts) != 1 {
		t.Errorf("sent %v", texts)
	}
	stop()
	<-done
}

// A reader that does not keep up gets the newest market data of each contract,
// and every row of orders and executions.
func TestStreamSlowReader(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	notices := s.Notices()
	quotes, orders, trades := s.Quotes(nil, "1", "2"), s.Orders(), s.Trades(1)
	heard(t, g, `str+{"days":1,"realtimeUpdatesOnly":false}`)
	const n = 300
	for i := range n {
		g.push(fmt.Sprintf(`{"topic":"smd+%d","31":"%d","84":"%d"}`, i%2+1, i+1, i))
		g.push(sor(fmt.Sprintf(`{"orderId":%d,"filledQuantity":%d}`, i%3+1, i)))
		g.push(str(fmt.Sprintf(`{"execution_id":"%08d.1.1.01","size":1}`, i)))
	}
	g.push(`{"topic":"smd+1","6509":"DPB"}`)
	g.read(t, notices, "end")
	for range 2 {
		q := next(t, quotes)
		last := map[string]string{"1": "299", "2": "300"}[q.Target]
		if q.Text("31") != last || (q.Target == "1") != (q.Text("6509") == "DPB") {
			t.Errorf("newest quote %+v", q)
		}
	}
	none(t, quotes)
	for i := range n {
		if o := next(t, orders); o.Filled.String() != fmt.Sprint(i) || int(o.OrderID) != i%3+1 {
			t.Fatalf("row %d is %+v", i, o)
		}
		if x := next(t, trades); string(x.ExecID) != fmt.Sprintf("%08d.1.1.01", i) {
			t.Fatalf("execution %d is %s", i, x.ExecID)
		}
	}
	none(t, orders)
	none(t, trades)
}

// Deltas of orders are laid over what came before; an absent field did not change.
func TestStreamOrdersMerged(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	orders := s.Orders()
	heard(t, g, "sor+{}")
	g.push(sor(fullRow, `{"acct":"DU1234567","orderId":88,"status":"Filled","filledQuantity":10.0,"price":""}`, `{"orderId":89,"status":"Submitted"}`, `7`))
	if o := next(t, orders); o.Filled.String() != "4" {
		t.Errorf("first row %+v", o)
	}
	o := next(t, orders)
	if o.Status != "Filled" || o.Filled.String() != "10" || o.OrderRef != "x-1" || o.Price.String() != "457.25" || o.Side != "BUY" {
		t.Errorf("merged row %+v", o)
	}
	if !json.Valid(o.Delta) || strings.Contains(string(o.Delta), "order_ref") {
		t.Errorf("delta %s", o.Delta)
	}
	if o := next(t, orders); o.OrderID != 89 || o.OrderRef != "" {
		t.Errorf("another order %+v", o)
	}
}

// Executions are replayed at every subscription: each comes once, and again
// when it is corrected.
func TestStreamTradesOnce(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	trades, notices := s.Trades(1), s.Notices()
	heard(t, g, `str+{"days":1,"realtimeUpdatesOnly":false}`)
	one := fmt.Sprintf(streamTrade, "01", "S", "5.0")
	g.push(str(one, one))
	g.drop()
	eventually(t, "another subscription", func() bool { return len(g.texts()) == 2 })
	g.push(str(one, fmt.Sprintf(streamTrade, "02", "S", "4.0")))
	g.push(`{"topic":"str","args":` + one + `}`)
	g.read(t, notices, "end")
	for _, want := range []string{"5", "4"} {
		if x := next(t, trades); x.Size.String() != want || x.OrderRef != "x-1" {
			t.Errorf("execution %+v, want a size of %s", x, want)
		}
	}
	none(t, trades)
}

// Rows of account values are sparse, too.
func TestStreamAccountValues(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	notices, pnl, summary, ledger := s.Notices(), s.PnL(), s.Summary("DU1"), s.Ledger("DU1")
	heard(t, g, "sld+DU1+{}")
	g.push(`{"topic":"spl","args":{"DU1.Core":{"rowType":1,"dpl":-58.28,"nl":1020000.0,"upl":4600.0,"el":1010000.0,"uel":1005353.88,"mv":37910.0}}}`)
	g.push(`{"topic":"spl","args":{"DU1.Core":{"dpl":"","upl":4601},"DU2.Core":{"dpl":1}}}`)
	g.push(`{"topic":"ssd+DU1","result":[{"key":"NetLiquidation","currency":"USD","monetaryValue":1017353.16,"severity":0,"timestamp":1783031080},{"key":"Cushion","value":"1","severity":0,"timestamp":1783031080}]}`)
	g.push(`{"topic":"ssd+DU1","result":[{"key":"NetLiquidation","monetaryValue":2.02E8,"timestamp":1783031081}]}`)
	g.push(`{"topic":"sld+DU1","result":[{"acctCode":"DU1","cashbalance":976920.88,"key":"LedgerListBASE","secondKey":"BASE","exchangeRate":1.0,"unrealizedPnl":4598.91}]}`)
	g.push(`{"topic":"sld+DU1","result":[{"key":"LedgerListBASE","timestamp":1783031090}]}`)
	g.push(`{"result":"unsubscribed from summary"}`)
	g.push(`{"topic":"ssd+DU2","result":[{"key":"NetLiquidation","monetaryValue":1}]}`)
	g.read(t, notices, "end")
	if p := next(t, pnl); p.Key != "DU1.Core" || p.Daily.String() != "-58.28" || p.Unrealized.String() != "4601" || p.ExcessLiquidityExactly.String() != "1005353.88" {
		t.Errorf("PnL %+v", p)
	}
	if p := next(t, pnl); p.Key != "DU2.Core" || p.NetLiquidation.Valid {
		t.Errorf("PnL %+v", p)
	}
	if v := next(t, summary); v.Key != "NetLiquidation" || v.Currency != "USD" || v.Amount.String() != "202000000" || v.Account != "DU1" {
		t.Errorf("summary %+v", v)
	}
	if v := next(t, summary); v.Key != "Cushion" || v.Value != "1" || v.Amount.Valid {
		t.Errorf("summary %+v", v)
	}
	if l := next(t, ledger); l.Currency != "BASE" || l.Cash.String() != "976920.88" || l.UnrealizedPnL.String() != "4598.91" {
		t.Errorf("ledger %+v", l)
	}
	none(t, pnl)
	none(t, summary)
	none(t, ledger)
}

// The book is put together from the rows that change. A size belongs to its
// price: at another price it is not known any more.
func TestStreamDepth(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	book, other, notices := s.Depth("DU1", 265598, "NASDAQ"), s.Depth("DU1", 8314, ""), s.Notices()
	heard(t, g, "sbd+DU1+8314")
	g.push(`{"topic":"sbd+DU1+265598","data":[{"row":2,"focus":0,"price":"189.55","bid":"500"},{"row":0,"focus":0,"price":"189.60","ask":"1,300"},{"row":1,"focus":1,"price":"100 @ 189.56"},{"row":3,"focus":0,"price":"189.54","bid":"700"}]}`)
	g.push(`{"topic":"sbd+DU1+265598+NASDAQ","data":[{"row":2,"bid":"400"},{"row":3,"price":"189.53"},{"row":-1,"price":"1"},{"row":999,"price":"1"},{"price":"1"},5]}`)
	g.read(t, notices, "end")
	d := next(t, book)
	var got []string
	for _, r := range d.Rows {
		got = append(got, fmt.Sprintf("%d %s %v/%s %v/%s %s %v", r.Row, r.Price, r.Bid.Valid, r.Bid, r.Ask.Valid, r.Ask, r.LastSize, r.LastTrade))
	}
	want := []string{"0 189.6 false/0 true/1300 0 false", "1 189.56 false/0 false/0 100 true", "2 189.55 true/400 false/0 0 false", "3 189.53 false/0 false/0 0 false"}
	if !slices.Equal(got, want) || d.Conid != 265598 || d.Account != "DU1" {
		t.Errorf("book %q, want %q", got, want)
	}
	none(t, other)
}

// A history stream that is closed before its answer is ended when that comes,
// because it holds one of the five places until then.
func TestStreamHistoryClosedEarly(t *testing.T) {
	g := newGateway(t)
	s := startStream(t, g)
	h, err := s.History(265598, HistoryQuery{Period: "1d"})
	if err != nil {
		t.Fatal(err)
	}
	heard(t, g, `smh+265598+{"period":"1d","outsideRth":false}`)
	h.Close()
	if _, err := s.History(265598, HistoryQuery{}); err == nil {
		t.Error("the contract is free before its stream has ended")
	}
	g.push(`{"topic":"smh+265598","serverId":"88","data":[]}`)
	heard(t, g, "umh+88")
	eventually(t, "room for another", func() bool {
		_, err := s.History(265598, HistoryQuery{})
		return err == nil
	})
}

// IBKR answers five requests for history at a time, and one for a contract.
func TestStreamHistoryLimit(t *testing.T) {
	s := NewStream(testClient(t, newGateway(t)))
	var first *Feed[HistoryUpdate]
	for conid := range int64(5) {
		f, err := s.History(conid+1, HistoryQuery{})
		if err != nil {
			t.Fatal(err)
		}
		first = f
	}
	if _, err := s.History(6, HistoryQuery{}); err == nil || !strings.Contains(err.Error(), "5 are open") {
		t.Errorf("a sixth: %v", err)
	}
	first.Close()
	if _, err := s.History(1, HistoryQuery{}); err == nil || !strings.Contains(err.Error(), "conid 1") {
		t.Errorf("a second one of a contract: %v", err)
	}
	if _, err := s.History(6, HistoryQuery{}); err != nil {
		t.Errorf("after a close: %v", err)
	}
}
