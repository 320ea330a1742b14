package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gannet/engine"
	"gannet/market"
)

// TestLiveLines: a trader reads one line when an order is taken, when it is
// over, and for each fill, alert and difference; nothing in between.
func TestLiveLines(t *testing.T) {
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	l := newLive(&out, &out, table)
	at := market.NanosOf(time.Date(2026, 1, 5, 14, 30, 0, 123e6, time.UTC))
	order := market.Order{Ticket: market.BuyLimit(1, market.Shares(10), market.MustPrice("100.5")), ClientOrderID: "dip-1", Status: market.PendingSubmit, TsEvent: at}
	accepted, partly, done := order, order, order
	accepted.Status, partly.Status, done.Status = market.Submitted, market.PartiallyFilled, market.Filled
	denied := order
	denied.Status, denied.Text = market.Denied, "MAX_ORDER_QTY: quantity 10 over the limit of 5"
	for _, body := range []market.Body{
		&market.Reconciled{OK: true, TsEvent: at}, &order, &accepted, &partly,
		&market.Fill{Side: market.Buy, Qty: market.Shares(10), Price: market.MustPrice("100.49"), Instrument: 1, ClientOrderID: "dip-1", TsEvent: at},
		&done, &denied, &market.Alert{Code: "OVERFILL", Text: "order dip-1", TsEvent: at},
		&market.Reconciled{Breaks: []string{"SPY.ARCA: 1 held here, 2 at the broker"}, TsEvent: at},
	} {
		l.observe(body)
	}
	want := `14:30:00.123  broker orders, trades and positions agree
14:30:00.123  order  BUY  10 SPY.ARCA LMT 100.5  dip-1  PendingSubmit
14:30:00.123  fill   BUY  10 SPY.ARCA @ 100.49  dip-1
14:30:00.123  order  BUY  10 SPY.ARCA LMT 100.5  dip-1  Filled
14:30:00.123  order  BUY  10 SPY.ARCA LMT 100.5  dip-1  Denied: MAX_ORDER_QTY: quantity 10 over the limit of 5
14:30:00.123  alert  OVERFILL: order dip-1
14:30:00.123  broker differs: SPY.ARCA: 1 held here, 2 at the broker
`
	if got := out.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestStatusLine: on a terminal the status stays the last line, whatever is
// written above it.
func TestStatusLine(t *testing.T) {
	var out bytes.Buffer
	l := newLive(&out, &out, nil)
	l.show(statusLine(&engine.Status{Mode: "sim", Account: "DU1", Ready: true, Reconciled: true, Equity: "1000"}))
	if _, err := l.Write([]byte("a log line\n")); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.HasSuffix(got, "a log line\nsim DU1  trading  ticks 0  working 0  fills 0  equity 1000") {
		t.Errorf("got %q", got)
	}
	l.show("")
	if got := out.String(); !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("the status line was left behind: %q", got)
	}
}

func TestStatusLineNamesTheState(t *testing.T) {
	for _, tt := range []struct {
		status engine.Status
		want   string
	}{
		{engine.Status{Broker: "Competing"}, "Competing"},
		{engine.Status{Broker: "Brokerage", Ready: true}, "Brokerage"},
		{engine.Status{Broker: "Brokerage", Ready: true, Reconciled: true}, "trading"},
		{engine.Status{Ready: true, Reconciled: true, States: []engine.StateView{{State: "Halted"}}}, "Halted"},
		{engine.Status{Ready: true, Reconciled: true, States: []engine.StateView{{State: "Halted", Instrument: "SPY.ARCA"}}}, "trading"},
	} {
		if got := statusLine(&tt.status); !strings.Contains(got, "  "+tt.want+"  ") {
			t.Errorf("%+v reads %q, want %s in it", tt.status, got, tt.want)
		}
	}
}
