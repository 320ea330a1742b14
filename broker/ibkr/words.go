package ibkr

import (
	"encoding/json"
	"fmt"
	"strings"

	"gannet/market"
)

// sameWord compares a word of IBKR's without regard to case.
func sameWord(a, b string) bool { return strings.EqualFold(a, b) }

// sideOf reads a side in any of the words the endpoints use; 0 for another,
// such as EXER for an exercise.
func sideOf(s FlexString) market.Side {
	switch strings.ToUpper(string(s)) {
	case "BUY", "B", "BOT":
		return market.Buy
	case "SELL", "S", "SLD":
		return market.Sell
	}
	return 0
}

// ordTypeOf reads an order type in any of the words the endpoints use; 0 for
// one that Gannet does not have.
func ordTypeOf(words ...FlexString) market.OrdType {
	for _, word := range words {
		switch strings.NewReplacer(" ", "", "_", "").Replace(strings.ToUpper(string(word))) {
		case "MARKET", "MKT":
			return market.Market
		case "LIMIT", "LMT":
			return market.Limit
		case "STOP", "STP":
			return market.Stop
		case "STOPLIMIT", "STPLMT":
			return market.StopLimit
		case "TRAIL", "TRAILINGSTOP":
			return market.TrailingStop
		}
	}
	return 0
}

// tifOf reads a time in force. A DAY order reads back as CLOSE.
func tifOf(s FlexString) market.TimeInForce {
	switch strings.ToUpper(string(s)) {
	case "DAY", "CLOSE":
		return market.DAY
	case "GTC":
		return market.GTC
	case "IOC":
		return market.IOC
	case "GTD":
		return market.GTD
	case "OPG":
		return market.OPG
	}
	return 0
}

// ticketOf writes an order as IBKR wants it, or says why it cannot be asked
// for there.
func ticketOf(o *market.Order, conid int64) (Ticket, error) {
	t := Ticket{
		Account: string(o.Account), Conid: conid, COID: string(o.ClientOrderID),
		OrderType: o.Type.String(), Side: o.Side.String(), TIF: o.TimeInForce.String(),
		Quantity: json.Number(o.OrderQty.String()), OutsideRTH: o.OutsideRTH,
	}
	if err := checkTicket(o, conid); err != nil {
		return t, err
	}
	switch o.Type {
	case market.Limit:
		t.Price = number(o.Price)
	case market.Stop:
		t.Price = number(o.StopPx)
	case market.StopLimit:
		t.Price, t.AuxPrice = number(o.Price), number(o.StopPx)
	case market.TrailingStop:
		t.Price, t.TrailingAmt, t.TrailingType = number(o.StopPx), number(o.TrailAmt), "amt"
	}
	return t, nil
}

const maxClientOrderID = 64

func checkTicket(o *market.Order, conid int64) error {
	switch {
	case conid == 0:
		return fmt.Errorf("ibkr: order %s: instrument %d has no conid", o.ClientOrderID, o.Instrument)
	case o.ClientOrderID == "" || len(o.ClientOrderID) > maxClientOrderID:
		return fmt.Errorf("ibkr: client order id %q: want 1 to %d characters", o.ClientOrderID, maxClientOrderID)
	case o.OrderQty <= 0:
		return fmt.Errorf("ibkr: order %s: quantity %s, want a positive one", o.ClientOrderID, o.OrderQty)
	case o.Side != market.Buy && o.Side != market.Sell:
		return fmt.Errorf("ibkr: order %s: side %s, want BUY or SELL", o.ClientOrderID, o.Side)
	}
	switch o.TimeInForce {
	case market.DAY, market.GTC, market.IOC, market.OPG:
	default:
		return fmt.Errorf("ibkr: order %s: time in force %s is not offered by this API, want DAY GTC IOC or OPG",
			o.ClientOrderID, o.TimeInForce)
	}
	return checkPrices(o)
}

func checkPrices(o *market.Order) error {
	missing := ""
	switch o.Type {
	case market.Market:
	case market.Limit:
		missing = needs("a limit price", o.Price)
	case market.Stop:
		missing = needs("a stop price", o.StopPx)
	case market.StopLimit:
		missing = needs("a limit price", o.Price) + needs("a stop price", o.StopPx)
	case market.TrailingStop:
		missing = needs("a trailing amount", o.TrailAmt)
	default:
		missing = "an order type of MKT LMT STP STOP_LIMIT TRAIL"
	}
	if missing != "" {
		return fmt.Errorf("ibkr: order %s: needs %s", o.ClientOrderID, missing)
	}
	return nil
}

func needs(what string, p market.Price) string {
	if p == 0 {
		return what
	}
	return ""
}

// priceOf is an exact number as a price; absent is 0.
func priceOf(d FlexDecimal) (market.Price, error) {
	if !d.Valid {
		return 0, nil
	}
	return market.PriceFromDecimal(d.Decimal)
}

// qtyOf is an exact number as a quantity; absent is 0.
func qtyOf(d FlexDecimal) (market.Qty, error) {
	if !d.Valid {
		return 0, nil
	}
	return market.QtyFromDecimal(d.Decimal)
}
