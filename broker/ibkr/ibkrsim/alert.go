package ibkrsim

import (
	"cmp"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// watchTick tells alerts of a trade's price and of the day's volume.
func (s *Server) watchTick(p *exchange.Product, t *market.Tick) {
	if !t.IsTrade() {
		return
	}
	s.notices = append(s.notices, s.workspace.OnPrice(p.Conid, t.Last, t.TsEvent)...)
	if s.workspace.Waits(workspace.VolumeCondition) {
		s.observe(workspace.Observation{Type: workspace.VolumeCondition, Conid: p.Conid, Value: p.Volume.Decimal()}, t.TsEvent)
	}
}

func (s *Server) observe(o workspace.Observation, now market.Nanos) {
	s.notices = append(s.notices, s.workspace.Observe(o, now)...)
}

// watchTrades tells alerts of executions.
func (s *Server) watchTrades(execs []*brokerage.Execution) {
	for _, e := range execs {
		if e.Busts == "" {
			s.observe(workspace.Observation{Type: workspace.TradeCondition, Account: e.Account, Conid: e.Conid, Value: e.Qty.Decimal()}, e.Time)
		}
	}
}

// watchAlerts tells alerts of the time and, once a second, of the accounts.
func (s *Server) watchAlerts(now market.Nanos) {
	s.notices = append(s.notices, s.workspace.OnTime(now)...)
	if now-s.observed < market.Second {
		return
	}
	s.observed = now
	if s.workspace.Waits(workspace.MarginCondition, workspace.MTADailyProfitCondition, workspace.MTAPositionCondition) {
		for _, a := range s.house.Accounts() {
			s.watchAccount(a, now)
		}
	}
	if p := s.exchange.Find(marketSymbol); p != nil && s.workspace.Waits(workspace.MTAMarketCondition) {
		s.observe(workspace.Observation{Type: workspace.MTAMarketCondition, Value: changeOf(p)}, now)
	}
}

// marketSymbol is what the mobile trading assistant takes for the market.
const marketSymbol = "SPY"

func (s *Server) watchAccount(a *brokerage.Account, now market.Nanos) {
	f := s.house.Figures(a)
	if f.Equity.IsPositive() {
		s.observe(workspace.Observation{Type: workspace.MarginCondition, Account: a.ID,
			Value: f.Excess.Shift(2).DivRound(f.Equity, 4)}, now)
	}
	s.observe(workspace.Observation{Type: workspace.MTADailyProfitCondition, Account: a.ID, Value: s.dayGain(a)}, now)
	for _, h := range open(a) {
		s.observe(workspace.Observation{Type: workspace.MTAPositionCondition, Account: a.ID, Conid: h.Product.Conid,
			Value: changeOf(h.Product)}, now)
	}
}

// changeOf is a product's change of the day in percent.
func changeOf(p *exchange.Product) market.Money {
	mark, prior := p.Mark(), p.Prior()
	if mark <= 0 || prior <= 0 {
		return decimal.Zero
	}
	return (mark - prior).Decimal().Shift(2).DivRound(prior.Decimal(), 4)
}

// publishNotices sends alerts that went off to the sockets of their users.
func (s *Server) publishNotices() {
	for _, n := range s.notices {
		u := s.users[n.User]
		if u == nil {
			continue
		}
		id := cmp.Or(n.FYI, web.Int(n.AlertID))
		s.stream.tell(u, map[string]any{"topic": "ntf", "args": []any{
			map[string]any{"id": id, "text": n.Text, "title": n.Title, "url": nil}}})
	}
	s.notices = nil
}
