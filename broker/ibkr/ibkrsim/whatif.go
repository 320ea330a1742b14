package ibkrsim

import (
	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// whatifRow is the answer of POST iserver/account/{accountId}/orders/whatif:
// an order preview in formatted text.
type whatifRow struct {
	Amount      whatifAmount     `json:"amount"`
	Equity      wording.Preview  `json:"equity"`
	Initial     wording.Preview  `json:"initial"`
	Maintenance wording.Preview  `json:"maintenance"`
	Position    *wording.Preview `json:"position"` // null for combinations
	Warn        *string          `json:"warn"`
	Error       *string          `json:"error"`
}

type whatifAmount struct {
	Amount     string `json:"amount"`
	Commission string `json:"commission"`
	Total      string `json:"total"`
}

// whatif is POST iserver/account/{accountId}/orders/whatif. Of a bracket it is
// about the parent: its children do not work yet. Of a group of which one
// fills it is about the order that ties up most. What the account cannot pay
// for is an error in the preview; what is no order at all is refused.
func (s *Server) whatif(r *web.Request) web.Reply {
	list, out, ok := s.readOrders(r)
	if !ok {
		return out
	}
	var drafts []*draft
	for i := range list {
		if list[i].Conid == "0" {
			return web.FailCode(400, "Bad Request: conid 0 is not known")
		}
		d, err := s.check(r, &list[i])
		if err != nil {
			return refusal(err)
		}
		drafts = append(drafts, d)
	}
	if len(drafts) > 1 {
		if err := s.checkFamily(drafts); err != nil {
			return refusal(err)
		}
	}
	return web.OK(s.preview(r, drafts))
}

// preview chooses the order that counts.
func (s *Server) preview(r *web.Request, drafts []*draft) whatifRow {
	chosen, most := drafts[0], decimal.New(-1, 0)
	for _, d := range drafts {
		if d.parent != "" && len(drafts) > 1 {
			continue
		}
		out, _ := s.house.Impact(d.order)
		if margin := out.After.Initial.Sub(out.Before.Initial); margin.GreaterThan(most) {
			chosen, most = d, margin
		}
	}
	return s.whatifOf(r, chosen)
}

func (s *Server) whatifOf(r *web.Request, d *draft) whatifRow {
	o, a := d.order, s.account(r)
	w, p := orderWords(o), o.Product
	out, _ := s.house.Impact(o) // zero when there is no price list: Afford says so
	cost := out.Cost.Mul(s.house.Rate(a.Base, p.Currency))
	row := whatifRow{
		Amount: whatifAmount{Amount: wording.PreviewAmount(&w.Contract, out.Value.Abs(), o.Ticket.Qty),
			Commission: wording.PreviewCommission(out.Cost, a.Base), Total: wording.PreviewTotal(out.Value.Abs().Add(cost), p.Currency)},
		Equity:      wording.PreviewOf(out.Before.NetLiquidation, out.After.NetLiquidation.Sub(out.Before.NetLiquidation)),
		Initial:     wording.PreviewOf(out.Before.Initial, out.After.Initial.Sub(out.Before.Initial)),
		Maintenance: wording.PreviewOf(out.Before.Maintenance, out.After.Maintenance.Sub(out.Before.Maintenance)),
		Warn:        s.whatifWarning(r, d),
	}
	if !o.IsCombo() {
		signed := o.Ticket.Qty * market.Qty(o.Ticket.Side.Sign())
		held := a.Held(p.Conid).Decimal()
		row.Position = &wording.Preview{Current: held.String(), Change: signed.Decimal().String(), After: held.Add(signed.Decimal()).String()}
	}
	if text := s.house.Afford(o); text != "" {
		row.Error = &text
	}
	return row
}

// noData is the warning of a preview for a contract whose market data the
// session has not asked for.
const noData = "You are trying to submit an order without having market data for this instrument. " +
	"IB strongly recommends against this kind of blind trading which may result in erroneous or unexpected trades."

// whatifWarning is what the preview warns of: no market data, or the first
// question that the order would be met with.
func (s *Server) whatifWarning(r *web.Request, d *draft) *string {
	u := s.user(r)
	text := ""
	if !d.order.IsCombo() && u.session.fields[d.order.Conid].count() == 0 && !u.session.suppressed["o354"] {
		text = wording.PreviewWarning(21, noData)
	}
	for _, id := range s.rules(u, d) {
		if u.session.suppressed[id] && wording.Suppressible(id) {
			continue
		}
		if id != "o354" || text == "" {
			text = s.questionText(id, d)
		}
		break
	}
	if text == "" {
		return nil
	}
	return &text
}

// worthOf is what an order trades for in its currency.
func worthOf(o *brokerage.Order) market.Money {
	px := o.Ticket.Price
	if px <= 0 || o.Ticket.Type == brokerage.Trail {
		px = max(o.Ticket.Aux, o.Product.Mark())
	}
	return market.Notional(px, o.Ticket.Qty, o.Product.Multiplier).Abs()
}
