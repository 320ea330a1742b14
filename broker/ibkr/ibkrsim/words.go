package ibkrsim

import (
	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/wording"
)

// contractWords is a product as texts name it.
func contractWords(p *exchange.Product) wording.Contract {
	return wording.Contract{SecType: p.SecType, Symbol: p.Symbol, Currency: p.Currency, Listing: p.Exchange,
		Expiry: p.Expiry, Strike: p.Strike, Right: p.Right, Tick: p.Tick}
}

// orNil is a text, null when it is empty.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// orderWords is an order as texts tell of it.
func orderWords(o *brokerage.Order) wording.Order {
	w := wording.Order{Contract: contractWords(o.Product), Side: o.Ticket.Side, Qty: o.Ticket.Qty, Filled: o.Filled,
		Type: string(o.Ticket.Type), TIF: string(o.Ticket.TIF), Price: o.Ticket.Price, AuxPrice: o.Ticket.Aux,
		Status: string(o.Status), Reason: o.Reason, Cash: o.Ticket.Cash}
	if w.Cash.IsPositive() {
		w.CashDone = o.Paid
	}
	if o.IsCombo() {
		w.Contract.SecType, w.Contract.Legs = exchange.Combo, legWords(o)
	}
	switch o.Ticket.Type {
	case brokerage.Trail:
		w.Price = o.Stop
	case brokerage.TrailLmt:
		w.Price, w.AuxPrice = 0, o.Stop
		if o.Stop > 0 {
			w.Price = o.Stop + o.Ticket.Price - o.Ticket.Aux
		}
	}
	return w
}

func legWords(o *brokerage.Order) []wording.Leg {
	var list []wording.Leg
	for i := range o.Legs {
		leg := &o.Legs[i]
		list = append(list, wording.Leg{Ratio: leg.Ratio, Contract: contractWords(leg.Product())})
	}
	return list
}
