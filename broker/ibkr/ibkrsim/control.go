package ibkrsim

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/scenario"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// State is the truth: what the account is, and what has been asked of it.
type State struct {
	Account    string           `json:"account"`
	Cash       market.Money     `json:"cash"`
	Fees       market.Money     `json:"fees"` // paid so far; cash is after them
	Positions  []PositionState  `json:"positions"`
	Accounts   []AccountState   `json:"accounts"`   // all; what is above is the first one's
	Orders     []OrderState     `json:"orders"`     // accepted, oldest first
	Executions []ExecutionState `json:"executions"` // oldest first
	Received   map[string]int   `json:"orders_received"`
	Quotes     map[string]Quote `json:"quotes"` // by instrument
	Sessions   []SessionState   `json:"sessions"`
	Pacing     PacingState      `json:"pacing"`
	Rules      []string         `json:"rules"`    // faults at work, by name
	Requests   []RequestState   `json:"requests"` // the latest, oldest first
}

// AccountState is an account's cash by currency and what it holds.
type AccountState struct {
	Account   string                  `json:"account"`
	Cash      map[string]market.Money `json:"cash"`
	Equity    market.Money            `json:"equity"` // in the base currency
	Fees      market.Money            `json:"fees"`
	Positions []PositionState         `json:"positions"`
}

// PositionState is a holding at average cost.
type PositionState struct {
	Instrument  string       `json:"instrument"`
	Conid       int64        `json:"conid"`
	Qty         market.Qty   `json:"qty"`
	Cost        market.Money `json:"cost"`
	RealizedPnL market.Money `json:"realized_pnl"` // without fees
	Fees        market.Money `json:"fees"`
}

// OrderState is an order as it is now.
type OrderState struct {
	OrderID    int64        `json:"order_id"`
	Account    string       `json:"account"`
	COID       string       `json:"coid"`
	Instrument string       `json:"instrument"`
	Side       market.Side  `json:"side"`
	Type       string       `json:"type"`
	TIF        string       `json:"tif"`
	Qty        market.Qty   `json:"qty"`
	Filled     market.Qty   `json:"filled"`
	Price      market.Price `json:"price"`
	StopPx     market.Price `json:"stop_px"`
	Status     string       `json:"status"`
	Reason     string       `json:"reason"`
	Parent     int64        `json:"parent,omitempty"`
	OCA        string       `json:"oca,omitempty"`
}

// ExecutionState is a fill.
type ExecutionState struct {
	ID         string       `json:"id"`
	OrderID    int64        `json:"order_id"`
	Account    string       `json:"account"`
	COID       string       `json:"coid"`
	Instrument string       `json:"instrument"`
	Side       market.Side  `json:"side"`
	Qty        market.Qty   `json:"qty"`
	Price      market.Price `json:"price"`
	Commission market.Money `json:"commission"`
	TsEvent    market.Nanos `json:"ts_event"`
}

// State returns the truth. Received counts the POSTs to place an order that
// arrived, by cOID, whatever became of them.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.house.Account(s.opt.Account)
	st := State{Account: a.ID, Cash: a.Balance(a.Base), Fees: s.house.Fees(a), Received: map[string]int{}, Quotes: map[string]Quote{}}
	for _, p := range s.exchange.Products() {
		t := p.Top
		st.Quotes[p.Name()] = Quote{Bid: t.Bid, Ask: t.Ask, Last: t.Last, BidSize: t.BidSize, AskSize: t.AskSize, LastSize: t.LastSize}
	}
	for _, each := range s.house.Accounts() {
		st.Accounts = append(st.Accounts, s.accountState(each))
	}
	st.Positions = st.Accounts[0].Positions
	for coid, n := range s.house.Posts() {
		st.Received[coid] = n
	}
	for _, o := range s.house.Orders() {
		st.Orders = append(st.Orders, orderState(o))
	}
	for _, e := range s.house.Executions(0, func(string) bool { return true }) {
		one := ExecutionState{ID: e.ID, OrderID: e.OrderID, Account: e.Account, Instrument: e.Product.Name(), Side: e.Side,
			Qty: e.Qty, Price: e.Price, Commission: e.Commission, TsEvent: e.Time}
		if e.Order != nil {
			one.COID = e.Order.COID
		}
		st.Executions = append(st.Executions, one)
	}
	s.addState(&st)
	return st
}

func (s *Server) accountState(a *brokerage.Account) AccountState {
	st := AccountState{Account: a.ID, Cash: map[string]market.Money{}, Equity: s.house.Figures(a).Equity, Fees: s.house.Fees(a)}
	for _, currency := range a.Currencies() {
		st.Cash[currency] = a.Balance(currency)
	}
	for _, h := range a.Holdings() {
		st.Positions = append(st.Positions, PositionState{h.Product.Name(), h.Product.Conid, h.Qty, h.Cost, h.RealizedPnL, h.Position.Fees})
	}
	return st
}

func orderState(o *brokerage.Order) OrderState {
	t := &o.Ticket
	st := OrderState{OrderID: o.ID, Account: o.Account, COID: o.COID, Instrument: o.Product.Name(), Side: t.Side,
		Type: string(t.Type), TIF: string(t.TIF), Qty: t.Qty, Filled: o.Filled, Price: t.Price, StopPx: t.Aux,
		Status: string(o.Status), Reason: o.Reason, Parent: o.Parent, OCA: o.OCA}
	switch t.Type {
	case brokerage.STP:
		st.Price, st.StopPx = 0, t.Price
	case brokerage.Trail, brokerage.TrailLmt:
		st.StopPx = o.Stop
	}
	return st
}

// serveControl is /_sim/: the truth, and what can be made to happen, for
// other processes of this machine.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	verb := strings.TrimPrefix(r.URL.Path, "/_sim/")
	if !isLoopback(r) {
		web.NotFound().Write(w)
		return
	}
	if verb == "state" && r.Method == http.MethodGet {
		web.OK(s.State()).Write(w)
		return
	}
	if !slices.Contains(scenario.Verbs(), verb) || r.Method != http.MethodPost {
		web.NotFound().Write(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = s.control(verb, body)
	}
	if err != nil {
		web.Fail(400, err.Error()).Write(w)
		return
	}
	web.OK(map[string]bool{"done": true}).Write(w)
}

func (s *Server) control(verb string, body []byte) error {
	c, err := scenario.ParseControl(verb, body)
	if err != nil {
		return err
	}
	return s.Do(c)
}
