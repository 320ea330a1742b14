package ibkrsim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// tradeRow is a row of GET iserver/account/trades. A str frame has the same
// row without what is omitted when empty.
type tradeRow struct {
	ExecutionID     string      `json:"execution_id"`
	Symbol          string      `json:"symbol"`
	SupportsTaxOpt  string      `json:"supports_tax_opt"`
	Side            string      `json:"side"`
	Description     string      `json:"order_description"`
	TradeTime       string      `json:"trade_time"`
	TradeTimeMillis int64       `json:"trade_time_r"`
	Size            json.Number `json:"size"`
	Price           string      `json:"price"`
	OrderRef        string      `json:"order_ref,omitempty"`
	Exchange        string      `json:"exchange"`
	Commission      *string     `json:"commission,omitempty"` // empty while it is not known
	NetAmount       json.Number `json:"net_amount"`
	Account         string      `json:"account"`
	AccountCode     string      `json:"accountCode"`
	CompanyName     string      `json:"company_name"`
	Contract        string      `json:"contract_description_1"`
	Contract2       string      `json:"contract_description_2,omitempty"`
	SecType         string      `json:"sec_type"`
	ListingExchange string      `json:"listing_exchange"`
	Conid           int64       `json:"conid"`
	ConidEx         string      `json:"conidEx"`
	Position        string      `json:"position,omitempty"`
	ClearingID      string      `json:"clearing_id,omitempty"`
	ClearingName    string      `json:"clearing_name,omitempty"`
	Liquidation     string      `json:"liquidation_trade"`
	IsEventTrading  string      `json:"is_event_trading"`
	OrderID         int64       `json:"order_id,omitempty"`
}

// tradeRowOf is the execution as REST shows it.
func tradeRowOf(e *brokerage.Execution, now market.Nanos) tradeRow {
	r := frameRowOf(e)
	known := ""
	if now >= e.CommissionAt {
		known = wording.Commission(e.Commission)
	}
	r.Commission, r.Position = &known, e.Position.String()
	r.ClearingID, r.ClearingName, r.OrderID = "IB", "IB", cmp.Or(e.Stray, e.OrderID)
	return r
}

// frameRowOf is the execution as str shows it: no commission and no order id.
// One that is taken back comes again with quantity 0.
func frameRowOf(e *brokerage.Execution) tradeRow {
	p, coid, c := e.Product, "", contractWords(e.Product)
	side, qty := e.Side, e.Qty
	if e.Busts != "" {
		side, qty = side.Opposite(), 0
	}
	forced := "0"
	if e.Order != nil {
		coid = e.Order.COID
		if e.Order.Source == liquidation {
			forced = "1"
		}
	}
	if e.Stray != 0 {
		coid = ""
	}
	return tradeRow{
		ExecutionID: e.ID, Symbol: p.Symbol, SupportsTaxOpt: "1", Side: wording.Letter(side),
		Description: wording.Trade(&c, side, qty, e.Price, p.Exchange),
		TradeTime:   e.Time.Time().Format("20060102-15:04:05"), TradeTimeMillis: web.Millis(e.Time),
		Size: web.QtyNum(qty), Price: c.Price(e.Price), OrderRef: coid, Exchange: p.Exchange,
		NetAmount: web.Num(market.Notional(e.Price, qty, p.Multiplier)), Account: e.Account, AccountCode: e.Account,
		CompanyName: p.Company, Contract: c.Text(), Contract2: c.Detail(), SecType: p.SecType, ListingExchange: p.Exchange,
		Conid: p.Conid, ConidEx: web.Int(p.Conid), Liquidation: forced, IsEventTrading: "0",
	}
}

// executions are those of the last days that the user may see, oldest first. A
// day is 24 hours. Executions that were taken back are left out.
func (s *Server) executions(u *user, days int) []*brokerage.Execution {
	list := s.house.Executions(s.house.Now()-market.Nanos(days)*market.Day, u.sees)
	gone := map[string]bool{}
	for _, e := range list {
		gone[e.Busts] = true
	}
	return slices.DeleteFunc(list, func(e *brokerage.Execution) bool { return e.Busts != "" || gone[e.ID] })
}

// getTrades is GET iserver/account/trades: empty the first time.
func (s *Server) getTrades(r *web.Request) web.Reply {
	rows, u := []tradeRow{}, s.user(r)
	if !u.session.trades {
		u.session.trades = true
		return web.OK(rows)
	}
	days := 1
	if text := r.Query.Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 7 {
			return web.FailCode(400, "Bad Request: days must be 1 to 7")
		}
		days = n
	}
	for _, e := range slices.Backward(s.executions(u, days)) {
		if r.Now >= e.ListedAt {
			rows = append(rows, tradeRowOf(e, r.Now))
		}
	}
	return web.OK(rows)
}
