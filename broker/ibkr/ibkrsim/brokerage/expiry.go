package brokerage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// contracts are the derivatives that were ever ordered or held here. All of
// them stay: orders and executions of the state file name them.
type contracts struct {
	known   map[int64]bool
	alive   []*exchange.Product    // not settled, in the order in which they came
	settled map[int64]market.Price // what they were settled at
	last    map[int64]market.Price // known of this and earlier processes
	since   market.Nanos           // of the first Advance
}

// Kinds of Put: the price at which a contract was settled, and the last known
// price of a contract.
const (
	kindSettled = "brokerage.settled"
	kindLast    = "brokerage.last"
)

// ContractExpired is the reason of an order that ends with its contract.
const ContractExpired = "Cancelled by System: contract expired"

// settledText is what a move says that settles a contract in cash.
const settledText = "cash settlement at expiry"

// list keeps a derivative in the state file, so that it is there when the
// exchange lists it no more.
func (h *House) list(p *exchange.Product) {
	if p.Expiry == "" {
		return
	}
	if !h.ends.known[p.Conid] {
		h.ends.known[p.Conid] = true
		h.pending.Listed = append(h.pending.Listed, p.Instrument)
	}
	if !slices.Contains(h.ends.alive, p) {
		h.ends.alive = append(h.ends.alive, p)
	}
}

func (h *House) listOrder(o *Order) {
	for _, p := range o.products() {
		h.list(p)
	}
}

// products are what an order trades.
func (o *Order) products() []*exchange.Product {
	if !o.IsCombo() {
		return []*exchange.Product{o.Product}
	}
	list := make([]*exchange.Product, len(o.Legs))
	for i := range o.Legs {
		list[i] = o.Legs[i].product
	}
	return list
}

// expiredIn is the refusal of an order in a contract that has expired.
func (h *House) expiredIn(o *Order) string {
	for _, p := range o.products() {
		if p.Ended(h.now) {
			return wording.ContractExpired(p.LocalSymbol()).Text
		}
	}
	return ""
}

// endContracts ends what has expired.
func (h *House) endContracts() {
	if h.ends.since == 0 {
		h.ends.since = h.now
	}
	for i := 0; i < len(h.ends.alive); {
		if p := h.ends.alive[i]; p.Ended(h.now) && h.endContract(p) {
			h.ends.alive = slices.Delete(h.ends.alive, i, i+1)
			continue
		}
		i++
	}
}

// endContract cancels the orders in a contract and settles what is held of it.
// It is false while there is no price to settle at.
func (h *House) endContract(p *exchange.Product) bool {
	for _, o := range h.family(func(o *Order) bool { return slices.Contains(o.products(), p) }) {
		if o.due != 0 && !p.Ended(h.ends.since) {
			h.pass(o) // its auction is at the close
		}
		h.Kill(o, ContractExpired)
	}
	if !h.heldByAny(p.Conid) {
		return true
	}
	px, known := h.ends.settled[p.Conid]
	if !known {
		var ok bool
		if px, ok = h.settlement(p); !ok {
			return false
		}
		h.ends.settled[p.Conid] = px
		h.putItem(kindSettled, strconv.FormatInt(p.Conid, 10), px)
	}
	for _, a := range h.accounts {
		if q := a.Held(p.Conid); q != 0 {
			h.moved(&Move{Account: a.ID, Conid: p.Conid, Qty: -q, Price: px, Settles: true, Text: settledText, Time: h.now})
		}
	}
	return true
}

func (h *House) heldByAny(conid int64) bool {
	return slices.ContainsFunc(h.accounts, func(a *Account) bool { return a.Held(conid) != 0 })
}

// settlement is what a contract pays for each unit: a future its last price,
// an option what exercising it brings, an event contract all or nothing, after
// its last price. It is false while the option's underlying has no price.
func (h *House) settlement(p *exchange.Product) (market.Price, bool) {
	switch u := h.exchange.ByConid(p.Underlying); {
	case p.Most > 0:
		return h.eventPays(p), true
	case p.SecType == exchange.Option && u != nil:
		spot, ok := h.lastPrice(u, p)
		return p.Intrinsic(spot), ok
	}
	px, ok := h.lastPrice(p, p)
	if !ok {
		px = p.Price
	}
	return px, true
}

// eventPays follows the contract that the other side pays against, so that one
// of the two pays.
func (h *House) eventPays(p *exchange.Product) market.Price {
	all, lead := p.Most+p.Tick, p
	if other := h.exchange.ByConid(p.Against); other != nil {
		lead = other
	}
	px, ok := h.lastPrice(lead, p)
	if !ok {
		px = lead.Price
	}
	if (2*px >= all) == (lead == p) {
		return all
	}
	return 0
}

// lastPrice is the last price of a product at the end of a contract: the
// market's, and of what ended while the house was closed the one that the
// state file knows.
func (h *House) lastPrice(p, ended *exchange.Product) (market.Price, bool) {
	known := h.ends.last[p.Conid]
	if live := p.Mark(); live > 0 && !ended.Ended(h.ends.since) {
		return live, true
	}
	if known > 0 {
		return known, true
	}
	if p.Ended(h.now) { // what it began with is no price of today
		return 0, false
	}
	return p.Mark(), p.Mark() > 0
}

// lastPrices notes the prices that settle what is held, should it expire while
// the house is closed.
func (h *House) lastPrices() []item {
	var list []item
	seen := map[int64]bool{}
	note := func(p *exchange.Product) {
		if p == nil || seen[p.Conid] {
			return
		}
		seen[p.Conid] = true
		if px := p.Mark(); px > 0 && px != h.ends.last[p.Conid] {
			list = append(list, item{kindLast, strconv.FormatInt(p.Conid, 10), json.RawMessage(strconv.Quote(px.String()))})
		}
	}
	for _, a := range h.accounts {
		for _, held := range a.holdings {
			if p := held.Product; held.Qty != 0 && p.Expiry != "" && !p.Ended(h.now) {
				note(p)
				note(h.exchange.ByConid(p.Underlying))
				note(h.exchange.ByConid(p.Against))
			}
		}
	}
	return list
}

// noteLastPrices is at the end of a day.
func (h *House) noteLastPrices() {
	for _, one := range h.lastPrices() {
		h.Put(one.Kind, one.Key, one.Value)
		if err := h.remember(one); err != nil {
			panic(err)
		}
	}
}

// remember takes a price over that was kept.
func (h *House) remember(one item) error {
	prices := map[string]map[int64]market.Price{kindSettled: h.ends.settled, kindLast: h.ends.last}[one.Kind]
	if prices == nil {
		return nil
	}
	conid, err := strconv.ParseInt(one.Key, 10, 64)
	if err != nil {
		return fmt.Errorf("%s: %w", one.Kind, err)
	}
	var px market.Price
	if err := json.Unmarshal(one.Value, &px); err != nil {
		return fmt.Errorf("%s %s: %w", one.Kind, one.Key, err)
	}
	prices[conid] = px
	return nil
}
