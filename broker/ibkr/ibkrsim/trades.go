package ibkrsim

import (
	"encoding/json"
	"slices"
	"strconv"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// execution is one fill as the state file keeps it.
type execution struct {
	ID         string       `json:"id"`
	OrderID    int64        `json:"order"`
	Qty        market.Qty   `json:"qty"`
	Price      market.Price `json:"price"`
	Commission market.Money `json:"commission"`
	Time       market.Nanos `json:"time"`

	order    *order
	position market.Qty // of the account, after it
}

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
	Commission      string      `json:"commission,omitempty"`
	NetAmount       json.Number `json:"net_amount"`
	Account         string      `json:"account"`
	AccountCode     string      `json:"accountCode"`
	CompanyName     string      `json:"company_name"`
	Contract        string      `json:"contract_description_1"`
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

// row is the execution as REST shows it.
func (e *execution) row() tradeRow {
	r := e.frameRow()
	r.Commission, r.Position = web.FloatText(e.Commission.String()), e.position.String()
	r.ClearingID, r.ClearingName, r.OrderID = "IB", "IB", e.OrderID
	return r
}

// frameRow is the execution as str shows it: no commission and no order id.
func (e *execution) frameRow() tradeRow {
	o := e.order
	side, verb := "B", "Bot"
	if o.Ticket.Side == market.Sell {
		side, verb = "S", "Sold"
	}
	p := o.product
	return tradeRow{
		ExecutionID: e.ID, Symbol: p.Symbol, SupportsTaxOpt: "1", Side: side,
		Description: verb + " " + e.Qty.String() + " @ " + web.PriceText(e.Price) + " on " + p.Exchange,
		TradeTime:   e.Time.Time().Format("20060102-15:04:05"), TradeTimeMillis: web.Millis(e.Time),
		Size: web.QtyNum(e.Qty), Price: web.PriceText(e.Price), OrderRef: o.COID, Exchange: p.Exchange,
		NetAmount: web.Num(market.Notional(e.Price, e.Qty, 1)), Account: o.account, AccountCode: o.account,
		CompanyName: p.Company, Contract: p.Symbol, SecType: "STK", ListingExchange: p.Exchange,
		Conid: p.Conid, ConidEx: web.Int(p.Conid), Liquidation: "0", IsEventTrading: "0",
	}
}

// since are the executions of the last days, oldest first. A day is 24 hours.
func (b *book) since(days int) []*execution {
	from := b.now - market.Nanos(days)*market.Day
	i := slices.IndexFunc(b.execs, func(e *execution) bool { return e.Time > from })
	if i < 0 {
		return nil
	}
	return b.execs[i:]
}

// getTrades is GET iserver/account/trades: empty the first time.
func (s *Server) getTrades(r *web.Request) web.Reply {
	rows := []tradeRow{}
	if !s.session.trades {
		s.session.trades = true
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
	for _, e := range slices.Backward(s.book.since(days)) {
		rows = append(rows, e.row())
	}
	return web.OK(rows)
}
