package ibkrsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// sides are sums by name of what is held and of what is owed, in the base
// currency.
type sides struct {
	Long  map[string]json.Number `json:"long"`
	Short map[string]json.Number `json:"short"`

	long, short map[string]market.Money
}

func newSides() *sides {
	return &sides{Long: map[string]json.Number{}, Short: map[string]json.Number{},
		long: map[string]market.Money{}, short: map[string]market.Money{}}
}

func (s *sides) add(name string, amount market.Money) {
	to, shown := s.long, s.Long
	if amount.IsNegative() {
		to, shown = s.short, s.Short
	}
	if amount.IsZero() {
		return
	}
	to[name] = to[name].Add(amount)
	shown[name] = web.Cents(to[name])
}

// allocation is GET portfolio/{accountId}/allocation: what the account has by
// asset class, by sector and by group, which is the industry. What is no share
// of a company that is known is of the sector and the group Others.
func (s *Server) allocation(r *web.Request) web.Reply {
	return web.OK(s.allocationOf([]*brokerage.Account{s.account(r)}))
}

// allocations is POST portfolio/allocation: of several accounts together. As
// the API does, it fails with 500 when they hold nothing.
func (s *Server) allocations(r *web.Request) web.Reply {
	var body struct {
		AcctIDs []string `json:"acctIds"`
	}
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	var list []*brokerage.Account
	held := false
	for _, id := range body.AcctIDs {
		if !s.user(r).sees(id) {
			return web.Reply{Status: 401}
		}
		a := s.house.Account(id)
		list, held = append(list, a), held || len(open(s.house.Whole(a))) > 0
	}
	switch {
	case len(list) == 0:
		return web.FailCode(400, "Bad Request: acctIds is missing")
	case !held:
		return web.FailCode(500, "Internal Server Error")
	}
	return web.OK(s.allocationOf(list))
}

func (s *Server) allocationOf(list []*brokerage.Account) map[string]*sides {
	classes, sectors, groups := newSides(), newSides(), newSides()
	for _, a := range list {
		whole := s.house.Whole(a)
		for _, h := range open(whole) {
			worth := h.Value().Mul(s.house.Rate(h.Product.Currency, list[0].Base))
			classes.add(h.Product.SecType, worth)
			branch, _ := branchOf(&h.Product.Instrument)
			sectors.add(cmp.Or(branch.sector, "Others"), worth)
			groups.add(cmp.Or(branch.industry, "Others"), worth)
		}
		for _, currency := range whole.Currencies() {
			classes.add("CASH", whole.Balance(currency).Mul(s.house.Rate(currency, list[0].Base)))
		}
	}
	return map[string]*sides{"assetClass": classes, "sector": sectors, "group": groups}
}

// comboPositions is GET portfolio/{accountId}/combo/positions: the combinations
// that orders have opened and that are still held, with their legs.
func (s *Server) comboPositions(r *web.Request) web.Reply {
	a := s.account(r)
	rows, at := []map[string]any{}, map[string]int{}
	net := map[string]market.Qty{}
	for _, o := range s.house.Orders() {
		if o.Account != a.ID || !o.IsCombo() || o.Filled == 0 {
			continue
		}
		name := legsText(o)
		if net[name] += o.Filled * market.Qty(o.Ticket.Side.Sign()); at[name] == 0 {
			rows = append(rows, s.comboRow(a, o, name))
			at[name] = len(rows)
		}
	}
	out := []any{}
	for _, row := range rows {
		if name := row["description"].(string); net[name] != 0 && len(row["positions"].([]any)) == len(row["legs"].([]any)) {
			out = append(out, row)
		}
	}
	return web.OK(out)
}

// legsText names a combination by its legs: 1*756733-1*265598.
func legsText(o *brokerage.Order) string {
	text := ""
	for i, leg := range o.Legs {
		if i > 0 && leg.Ratio > 0 {
			text += "+"
		}
		text += fmt.Sprintf("%d*%d", leg.Ratio, leg.Conid)
	}
	return text
}

func (s *Server) comboRow(a *brokerage.Account, o *brokerage.Order, name string) map[string]any {
	legs, positions := []any{}, []any{}
	for _, leg := range o.Legs {
		legs = append(legs, map[string]any{"conid": web.Int(leg.Conid), "ratio": leg.Ratio})
		for _, h := range open(a) {
			if h.Product.Conid == leg.Conid {
				positions = append(positions, sparse(s.positionRow(a, h)))
			}
		}
	}
	return map[string]any{"name": fmt.Sprintf("CP.CP%08x", crc32.ChecksumIEEE([]byte(name))), "description": name,
		"legs": legs, "positions": positions}
}
