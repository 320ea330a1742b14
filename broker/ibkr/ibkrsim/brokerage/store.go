package brokerage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gannet/market"
)

// itemKey names something that other parts of the simulator keep here.
type itemKey struct{ kind, key string }

// item is such a thing in the state file; null takes it away.
type item struct {
	Kind  string          `json:"kind"`
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// Put keeps a JSON value under a kind and a key, in the state file, too; nil
// takes it away.
func (h *House) Put(kind, key string, value json.RawMessage) {
	h.keep(item{kind, key, value})
	h.pending.Items = append(h.pending.Items, item{kind, key, value})
}

func (h *House) keep(one item) {
	if len(one.Value) == 0 || string(one.Value) == "null" {
		delete(h.items, itemKey{one.Kind, one.Key})
		return
	}
	h.items[itemKey{one.Kind, one.Key}] = one.Value
}

// Items calls each for what is kept of a kind, in the order of the keys, until
// it returns an error.
func (h *House) Items(kind string, each func(key string, value json.RawMessage) error) error {
	var keys []itemKey
	for k := range h.items {
		if k.kind == kind {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b itemKey) int { return strings.Compare(a.key, b.key) })
	for _, k := range keys {
		if err := each(k.key, h.items[k]); err != nil {
			return fmt.Errorf("brokerage: %s %s: %w", kind, k.key, err)
		}
	}
	return nil
}

// Move is money or a holding that came or went without a trade: a deposit, a
// transfer, the end of a contract.
type Move struct {
	Account  string       `json:"account"`
	Currency string       `json:"currency,omitempty"`
	Amount   market.Money `json:"amount,omitzero"` // positive came in
	Conid    int64        `json:"conid,omitempty"`
	Qty      market.Qty   `json:"qty,omitzero"`
	Price    market.Price `json:"price,omitzero"`    // at which a holding was taken over
	Settles  bool         `json:"settles,omitempty"` // a contract that has expired, for Amount at Price
	Text     string       `json:"text"`
	Time     market.Nanos `json:"time"`
	Realized market.Money `json:"-"` // profit of what was settled, in Currency
}

// MoveCash books a deposit or, with a negative amount, a withdrawal. The error
// says what is not there.
func (h *House) MoveCash(account, currency string, amount market.Money, text string) error {
	a := h.byName[account]
	switch {
	case a == nil:
		return fmt.Errorf("brokerage: account %s: not known", account)
	case a.cash[currency].Add(amount).IsNegative() && amount.IsNegative():
		return fmt.Errorf("brokerage: account %s: %s %s: less than the %s asked for", account, a.cash[currency], currency, amount.Neg())
	}
	h.moved(&Move{Account: account, Currency: currency, Amount: amount, Text: text, Time: h.now})
	return nil
}

// MoveAsset moves a holding between accounts of this house at the market's
// price; an empty account is outside of it. The error says what is not there.
func (h *House) MoveAsset(from, to string, conid int64, qty market.Qty) error {
	p := h.exchange.ByConid(conid)
	switch {
	case p == nil:
		return fmt.Errorf("brokerage: conid %d: not traded here", conid)
	case from != "" && h.byName[from] == nil, to != "" && h.byName[to] == nil:
		return fmt.Errorf("brokerage: accounts %s and %s: want accounts of this house", from, to)
	case qty <= 0 || from != "" && h.byName[from].Held(conid) < qty:
		return fmt.Errorf("brokerage: account %s: does not hold %s of conid %d", from, qty, conid)
	}
	if from != "" {
		h.moved(&Move{Account: from, Conid: conid, Qty: -qty, Price: p.Mark(), Text: "transfer to " + to, Time: h.now})
	}
	if to != "" {
		h.moved(&Move{Account: to, Conid: conid, Qty: qty, Price: p.Mark(), Text: "transfer from " + from, Time: h.now})
	}
	return nil
}

// Adjust changes a holding without an execution, at a price: an assignment, a
// split, a transfer from elsewhere. The error says what is not known.
func (h *House) Adjust(account string, conid int64, qty market.Qty, px market.Price) error {
	if h.byName[account] == nil || h.exchange.ByConid(conid) == nil {
		return fmt.Errorf("brokerage: account %s, conid %d: not known", account, conid)
	}
	h.moved(&Move{Account: account, Conid: conid, Qty: qty, Price: px, Text: "adjustment", Time: h.now})
	return nil
}

func (h *House) moved(m *Move) {
	h.applyMove(m)
	h.pending.Moves = append(h.pending.Moves, m)
}

// applyMove books a move. A holding that moves takes its value along, so that
// it is no profit and no loss; one that expires is settled in cash, as if it
// were closed at that price.
func (h *House) applyMove(m *Move) {
	a := h.byName[m.Account]
	h.moves = append(h.moves, m)
	if m.Conid == 0 {
		a.move(m.Currency, m.Amount)
		return
	}
	p := h.exchange.ByConid(m.Conid)
	switch {
	case p == nil:
		return
	case m.Settles:
		cash, made := a.cash[p.Currency], a.realized(p.Conid)
		a.trade(p, m.Qty, m.Price, m.Time)
		m.Currency, m.Amount = p.Currency, a.cash[p.Currency].Sub(cash)
		m.Realized = a.realized(p.Conid).Sub(made)
		return
	}
	h.list(p)
	h.ends.last[p.Conid] = m.Price
	a.holding(p).Apply(m.Qty, m.Price, p.Multiplier)
}

// Moves are the moves of an account in time order.
func (h *House) Moves(account string) []*Move {
	var list []*Move
	for _, m := range h.moves {
		if m.Account == account {
			list = append(list, m)
		}
	}
	return list
}
