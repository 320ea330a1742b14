package oms_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
	"gannet/oms"
)

// history is a random life of a desk, and what must be true of it.
type history struct {
	t      *rapid.T
	fresh  func() *oms.Desk
	desk   *oms.Desk
	now    market.Nanos
	events []market.Event
	ids    []market.ClientOrderID
	execs  []market.ExecReport
	fx     oms.Effects
	orders int
	sent   map[market.ClientOrderID]int
	cash   market.Money
	held   [3]market.Qty
}

func (h *history) step(body market.Body) {
	h.now += market.Nanos(rapid.Int64Range(0, int64(3*market.Second)).Draw(h.t, "pause"))
	ev := market.Event{TsEvent: h.now, TsInit: h.now, Body: body}
	h.events = append(h.events, ev)
	h.fx.Reset()
	h.desk.Step(&ev, &h.fx)
	for _, r := range h.fx.Requests {
		if r.Kind == oms.RequestSubmit {
			h.sent[r.Order.ClientOrderID]++
		}
	}
	for i := range h.fx.Events {
		if f, ok := h.fx.Events[i].Body.(*market.Fill); ok {
			h.held[f.Instrument] += f.SignedQty()
			h.cash = h.cash.Sub(market.Notional(f.Price, f.SignedQty(), 1)).Sub(f.Commission)
		}
	}
	h.check()
}

// check holds what must be true after every event.
func (h *history) check() {
	for id := market.InstrumentID(1); id <= 2; id++ {
		if got := h.desk.AccountPosition(id).Qty; got != h.held[id] {
			h.t.Fatalf("position of %d is %s, fills sum to %s", id, got, h.held[id])
		}
	}
	if cash, _ := h.desk.Cash(); !cash.Equal(h.cash) {
		h.t.Fatalf("cash is %s, fills say %s", cash, h.cash)
	}
	working := map[market.InstrumentID][2]market.Qty{}
	for _, o := range h.desk.Orders(nil) {
		if o.Working() {
			w := working[o.Instrument]
			w[o.Side-1] += o.OrderQty - o.CumQty
			working[o.Instrument] = w
		} else if o.LeavesQty != 0 {
			h.t.Fatalf("order %s is %s and leaves %s", o.ClientOrderID, o.Status, o.LeavesQty)
		}
	}
	for id := market.InstrumentID(1); id <= 2; id++ {
		p := h.desk.AccountPosition(id)
		if p.WorkingBuy != working[id][0] || p.WorkingSell != working[id][1] {
			h.t.Fatalf("reserved %s/%s in %d, open orders leave %v", p.WorkingBuy, p.WorkingSell, id, working[id])
		}
		if p.Qty+p.WorkingBuy > market.Shares(250) || p.Qty-p.WorkingSell < -market.Shares(250) {
			h.t.Fatalf("position of %d could leave its limit: %s +%s -%s", id, p.Qty, p.WorkingBuy, p.WorkingSell)
		}
	}
	for id, n := range h.sent {
		if n > 1 {
			h.t.Fatalf("order %s was sent %d times", id, n)
		}
	}
}

func (h *history) pick() market.ClientOrderID {
	if len(h.ids) == 0 {
		return "nobody"
	}
	return rapid.SampledFrom(h.ids).Draw(h.t, "order")
}

func (h *history) submit() {
	h.orders++
	id := market.ClientOrderID(fmt.Sprintf("o%d", h.orders))
	if rapid.IntRange(0, 9).Draw(h.t, "again") == 0 {
		id = h.pick()
	}
	h.ids = append(h.ids, id)
	instrument := market.InstrumentID(rapid.IntRange(1, 2).Draw(h.t, "instrument"))
	q := market.Shares(rapid.Int64Range(1, 100).Draw(h.t, "qty"))
	ticket := market.BuyMarket(instrument, q)
	if rapid.Bool().Draw(h.t, "sell") {
		ticket = market.SellMarket(instrument, q)
	}
	h.tick()
	h.step(&market.Signal{Kind: market.SignalOrder, ID: id, Strategy: "s", Ticket: ticket})
	if o, ok := h.desk.Order(id); ok && o.Status == market.PendingSubmit && rapid.IntRange(0, 9).Draw(h.t, "send") > 0 {
		h.step(&market.Sent{ClientOrderID: id})
	}
}

func (h *history) tick() {
	for id := market.InstrumentID(1); id <= 2; id++ {
		h.step(&market.Tick{Instrument: id, TsInit: h.now + 9*market.Second, Bid: market.MustPrice("100"), Ask: market.MustPrice("100.02")})
	}
}

// status reports anything but a fill, legal or not.
func (h *history) status() {
	h.step(&market.ExecReport{
		ExecType:      rapid.SampledFrom([]market.ExecType{market.ExecNew, market.ExecCanceled, market.ExecRejected, market.ExecExpired, market.ExecUnknown, market.ExecPendingCancel, market.ExecCancelRejected, market.ExecReplaced}).Draw(h.t, "type"),
		ClientOrderID: h.pick(),
	})
}

// trade fills part of a working order, or repeats an execution.
func (h *history) trade() {
	if len(h.execs) > 0 && rapid.IntRange(0, 2).Draw(h.t, "repeat") == 0 {
		r := rapid.SampledFrom(h.execs).Draw(h.t, "execution")
		h.step(&r)
		return
	}
	o, ok := h.desk.Order(h.pick())
	if !ok || !o.Working() || o.OrderQty == o.CumQty {
		return
	}
	r := market.ExecReport{
		ExecType: market.ExecTrade, ClientOrderID: o.ClientOrderID, Instrument: o.Instrument, Side: o.Side,
		ExecID:  fmt.Sprintf("0001.0002.%04d.01", len(h.execs)),
		LastQty: market.Shares(rapid.Int64Range(1, int64((o.OrderQty-o.CumQty)/market.QtyScale)).Draw(h.t, "fill")),
		LastPx:  market.Price(rapid.Int64Range(99_000_000_000, 101_000_000_000).Draw(h.t, "px")), CommissionKnown: true, Commission: market.MustMoney("1.05"),
	}
	h.execs = append(h.execs, r)
	h.step(&r)
}

// wish asks for a cancel or a target.
func (h *history) wish() {
	h.orders++
	id := market.ClientOrderID(fmt.Sprintf("w%d", h.orders))
	if rapid.Bool().Draw(h.t, "cancel") {
		h.step(&market.Signal{Kind: market.SignalCancel, ID: id, Strategy: "s", OrigClientOrderID: h.pick()})
		return
	}
	h.ids = append(h.ids, id)
	h.tick()
	h.step(&market.Signal{Kind: market.SignalTarget, ID: id, Strategy: "s", Ticket: market.Ticket{Instrument: 1},
		TargetQty: market.Shares(rapid.Int64Range(-100, 100).Draw(h.t, "target"))})
}

// snapshot answers with what the desk has, parts left out at random.
func (h *history) snapshot() {
	s := &market.Snapshot{TsEvent: h.now, Account: account, Trades: market.Known(h.execs), Orders: market.Known[market.Order](nil)}
	for _, o := range h.desk.Orders(nil) {
		if o.Status != market.Denied && rapid.IntRange(0, 4).Draw(h.t, "listed") > 0 {
			s.Orders.List = append(s.Orders.List, o)
		}
	}
	var holdings []market.Holding
	for id := market.InstrumentID(1); id <= 2; id++ {
		holdings = append(holdings, market.Holding{Instrument: id, Qty: h.held[id]})
	}
	s.Positions = market.Known(holdings)
	if rapid.IntRange(0, 4).Draw(h.t, "fails") == 0 {
		s.Orders = market.Unavailable[market.Order]("test")
	}
	agrees, before := h.desk.Agrees(s), h.desk.Hash()
	news := h.desk.News(s)
	whole := h.replay()
	h.step(&news)
	last := h.events[len(h.events)-1]
	last.Body = s
	whole.Step(&last, &oms.Effects{})
	if whole.Hash() != h.desk.Hash() {
		h.t.Fatalf("stepping the news ends at %x, the whole snapshot at %x", h.desk.Hash(), whole.Hash())
	}
	if agrees && (h.desk.Hash() != before || !h.fx.Empty()) {
		h.t.Fatalf("Agrees said yes, and Step did %+v", h.fx)
	}
}

// replay is another desk that took the same events.
func (h *history) replay() *oms.Desk {
	again := h.fresh()
	var fx oms.Effects
	for i := range h.events {
		fx.Reset()
		again.Step(&h.events[i], &fx)
	}
	return again
}

func (h *history) start() {
	h.step(&market.Command{Verb: market.VerbStart})
	h.step(&market.BrokerState{Ready: true, Account: account, Paper: true, Name: "Brokerage"})
}

// TestAnyHistory: whatever comes in, books balance, reservations match, limits
// hold, no order is sent twice, and a replay of the same events ends the same.
func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fresh := func() *oms.Desk {
			return oms.NewDesk(oms.Config{Instruments: newTable(t), Gate: newGate(t), Cash: market.MustMoney("100000")})
		}
		h := &history{t: rt, fresh: fresh, desk: fresh(), now: market.Day, cash: market.MustMoney("100000"), sent: map[market.ClientOrderID]int{}}
		h.start()
		h.step(&market.Snapshot{Account: account, TsEvent: h.now, Orders: market.Known[market.Order](nil), Trades: market.Known[market.ExecReport](nil), Positions: market.Known[market.Holding](nil)})
		rt.Repeat(map[string]func(*rapid.T){
			"submit": func(*rapid.T) { h.submit() }, "status": func(*rapid.T) { h.status() }, "trade": func(*rapid.T) { h.trade() },
			"wish": func(*rapid.T) { h.wish() }, "snapshot": func(*rapid.T) { h.snapshot() }, "start": func(*rapid.T) { h.start() },
		})
		if again := h.replay(); again.Hash() != h.desk.Hash() {
			rt.Fatalf("replay ends at %x, not %x", again.Hash(), h.desk.Hash())
		}
	})
}
