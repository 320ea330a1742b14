package brokertest

import "gannet/market"

// The market of the tests.
const (
	bid = 100 * market.PriceScale
	ask = bid + market.PriceScale/50
	low = 90 * market.PriceScale
)

var ten = market.Shares(10)

func (s *session) order(id market.ClientOrderID, t market.Ticket) market.Order {
	return market.Order{Ticket: t, ClientOrderID: id, Account: s.Account, Status: market.PendingSubmit, LeavesQty: t.OrderQty}
}

func (s *session) marketBuy(id market.ClientOrderID) market.Order {
	return s.order(id, market.BuyMarket(s.Instrument, ten))
}

func (s *session) limitBuy(id market.ClientOrderID, px market.Price) market.Order {
	return s.order(id, market.BuyLimit(s.Instrument, ten, px))
}

func marketOrderFills(s *session) {
	s.Broker.Submit(s.marketBuy("suite-1"))
	accepted := s.report("suite-1", market.ExecNew)
	if accepted.VenueOrderID == "" || accepted.Account != s.Account {
		s.t.Errorf("New report %+v: want the venue's order id and the account", accepted)
	}
	s.wait("the whole quantity", func() bool { return s.filled("suite-1") == ten })
	for _, r := range s.reports("suite-1", market.ExecTrade) {
		if r.ExecID == "" || r.LastPx < bid || r.Side != market.Buy || r.Instrument != s.Instrument || r.TsEvent == 0 {
			s.t.Errorf("fill %+v", r)
		}
	}
	if n := len(s.reports("suite-1", market.ExecNew)); n != 1 {
		s.t.Errorf("%d New reports, want 1", n)
	}
}

func limitRestsAndCancels(s *session) {
	o := s.limitBuy("suite-1", low)
	s.Broker.Submit(o)
	o.VenueOrderID = s.report("suite-1", market.ExecNew).VenueOrderID
	got := orderIn(s.snapshot(), "suite-1")
	if got == nil || got.Status != market.Submitted || got.LeavesQty != ten || got.Price != o.Price {
		s.t.Fatalf("resting order in the snapshot: %+v", got)
	}
	s.Broker.Cancel(o)
	s.report("suite-1", market.ExecCanceled)
	if s.filled("suite-1") != 0 {
		s.t.Error("an order below the market was filled")
	}
	s.wait("Canceled in the snapshot", func() bool {
		got := orderIn(s.snapshot(), "suite-1")
		return got == nil || got.Status == market.Canceled
	})
}

func limitFillsLater(s *session) {
	o := s.limitBuy("suite-1", bid-market.PriceScale)
	s.Broker.Submit(o)
	s.report("suite-1", market.ExecNew)
	s.Quote(bid-2*market.PriceScale, ask-2*market.PriceScale)
	s.wait("the whole quantity", func() bool { return s.filled("suite-1") == ten })
	for _, r := range s.reports("suite-1", market.ExecTrade) {
		if r.LastPx > o.Price {
			s.t.Errorf("bought at %s with a limit of %s", r.LastPx, o.Price)
		}
	}
}

func replaceChangesPrice(s *session) {
	o := s.limitBuy("suite-1", low)
	s.Broker.Submit(o)
	o.VenueOrderID = s.report("suite-1", market.ExecNew).VenueOrderID
	o.Price = low + market.PriceScale
	s.Broker.Replace(o)
	r := s.report("suite-1", market.ExecReplaced)
	if r.Ticket == nil || r.Ticket.Price != o.Price || r.Ticket.OrderQty != ten {
		s.t.Errorf("Replaced report %+v with ticket %+v", r, r.Ticket)
	}
	s.wait("the new price in the snapshot", func() bool {
		got := orderIn(s.snapshot(), "suite-1")
		return got != nil && got.Price == o.Price
	})
}

func refusalsAreReports(s *session) {
	none := s.marketBuy("suite-none")
	none.OrderQty = 0
	stranger := s.marketBuy("suite-stranger")
	stranger.Instrument = 1 << 20
	priceless := s.limitBuy("suite-priceless", 0)
	for _, o := range []market.Order{none, stranger, priceless} {
		s.Broker.Submit(o)
		if r := s.report(o.ClientOrderID); r.ExecType != market.ExecRejected || r.Text == "" {
			s.t.Errorf("%s: first report %s %q, want Rejected with a text", o.ClientOrderID, r.ExecType, r.Text)
		}
	}
	snap := s.snapshot()
	for _, o := range snap.Orders.List {
		if o.Working() {
			s.t.Errorf("works after all: %+v", o)
		}
	}
}

func cancelOfUnknownOrder(s *session) {
	s.Broker.Cancel(s.limitBuy("suite-never", low))
	if r := s.report("suite-never"); r.ExecType != market.ExecCancelRejected || r.Text == "" {
		s.t.Errorf("report %s %q, want CancelRejected with a text", r.ExecType, r.Text)
	}
}

func duplicateIDExecutesOnce(s *session) {
	o := s.marketBuy("suite-1")
	s.Broker.Submit(o)
	s.wait("the whole quantity", func() bool { return s.filled("suite-1") == ten })
	s.Broker.Submit(o)
	s.Broker.Submit(s.marketBuy("suite-2"))
	s.wait("a later order", func() bool { return s.filled("suite-2") == ten })
	snap := s.snapshot()
	if got := tradedIn(snap, "suite-1"); got != ten || s.filled("suite-1") != ten {
		s.t.Errorf("traded %s, reported %s: want %s once", got, s.filled("suite-1"), ten)
	}
	if got := heldIn(snap, s.Instrument); got != 2*ten {
		s.t.Errorf("holds %s, want %s", got, 2*ten)
	}
}

func snapshotAgrees(s *session) {
	before := s.snapshot()
	if len(before.Orders.List) != 0 || heldIn(before, s.Instrument) != 0 {
		s.t.Fatalf("a fresh account has orders or holdings: %+v", before)
	}
	s.Broker.Submit(s.marketBuy("suite-1"))
	s.wait("the whole quantity", func() bool { return s.filled("suite-1") == ten })
	sell := s.order("suite-2", market.SellMarket(s.Instrument, ten/2))
	s.Broker.Submit(sell)
	s.wait("the sell", func() bool { return s.filled("suite-2") == ten/2 })
	var after market.Snapshot
	s.wait("both orders Filled in the snapshot", func() bool {
		after = s.snapshot()
		buy, sell := orderIn(after, "suite-1"), orderIn(after, "suite-2")
		return buy != nil && sell != nil && buy.Status == market.Filled && sell.Status == market.Filled
	})
	if after.Account != s.Account || after.TsEvent == 0 {
		s.t.Errorf("snapshot of account %q at %s", after.Account, after.TsEvent)
	}
	if o := orderIn(after, "suite-1"); o.CumQty != ten || o.LeavesQty != 0 || o.AvgPx < bid {
		s.t.Errorf("filled order %+v", o)
	}
	if got := heldIn(after, s.Instrument); got != ten/2 {
		s.t.Errorf("holds %s, want %s", got, ten/2)
	}
	if tradedIn(after, "suite-1") != ten || tradedIn(after, "suite-2") != ten/2 {
		s.t.Errorf("trades %+v", after.Trades.List)
	}
	if paid := before.Cash.List[0].Sub(after.Cash.List[0]); !paid.IsPositive() {
		s.t.Errorf("cash fell by %s, want a positive amount", paid)
	}
}

func nothingLostOverReconnect(s *session) {
	if s.Drop == nil {
		s.t.Skip("this harness cannot cut the link")
	}
	o := s.limitBuy("suite-1", bid-market.PriceScale)
	s.Broker.Submit(o)
	s.report("suite-1", market.ExecNew)
	s.Drop()
	s.Quote(bid-2*market.PriceScale, ask-2*market.PriceScale)
	s.ready(2)
	s.wait("the fill that happened without a link", func() bool {
		return s.filled("suite-1") == ten || tradedIn(s.snapshot(), "suite-1") == ten
	})
	s.Broker.Submit(s.marketBuy("suite-2"))
	s.wait("an order after the reconnect", func() bool { return s.filled("suite-2") == ten })
	if got := heldIn(s.snapshot(), s.Instrument); got != 2*ten {
		s.t.Errorf("holds %s, want %s", got, 2*ten)
	}
}
