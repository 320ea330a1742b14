package wording

import (
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Contract is what an order trades, as far as texts name it.
type Contract struct {
	SecType  string       // STK, OPT, FUT, CASH or BAG
	Symbol   string       // of a derivative that of its underlying; of a pair its first currency
	Currency string       // ISO 4217; of a pair its second currency
	Listing  string       // listing exchange: NASDAQ
	Expiry   string       // YYYYMMDD, of futures and options
	Strike   market.Price // of options
	Right    string       // C or P, of options
	Tick     market.Price // smallest price step: how many decimals prices have; 0 is two
	Legs     []Leg        // of a combination
}

// Leg is one part of a combination.
type Leg struct {
	Ratio    int64 // below 0 is sold when the combination is bought
	Contract Contract
}

// Text is the contract in words, as contract_description_1 and description1
// have it: SPY, ES Dec18'26, SPY Dec18'26 655 Call, AUD.CAD. A combination is
// its legs: +1 SPY -1 QQQ.
func (c *Contract) Text() string {
	switch c.SecType {
	case exchange.Future:
		return c.Symbol + " " + day(c.Expiry)
	case exchange.Option:
		return c.Symbol + " " + c.series()
	case exchange.Forex:
		return c.Symbol + "." + c.Currency
	case exchange.Combo:
		return c.legs()
	}
	return c.Symbol
}

// Detail is the description2 of a derivative: what Text has behind the symbol,
// and the exchange. Others have none.
func (c *Contract) Detail() string {
	switch c.SecType {
	case exchange.Future:
		return day(c.Expiry) + " @" + c.Listing
	case exchange.Option:
		return c.series() + " @" + c.Listing
	}
	return ""
}

// series is an option without its underlying: Dec18'26 655 Call.
func (c *Contract) series() string {
	right := "Call"
	if c.Right == "P" {
		right = "Put"
	}
	return day(c.Expiry) + " " + c.Strike.String() + " " + right
}

func (c *Contract) legs() string {
	var b strings.Builder
	for i := range c.Legs {
		leg := &c.Legs[i]
		if i > 0 {
			b.WriteByte(' ')
		}
		if leg.Ratio > 0 {
			b.WriteByte('+')
		}
		b.WriteString(web.Int(leg.Ratio) + " " + leg.Contract.Text())
	}
	return b.String()
}

// day writes YYYYMMDD as Dec18'26; other text stays as it is.
func day(date string) string {
	at, err := time.Parse("20060102", date)
	if err != nil {
		return date
	}
	return at.Format("Jan02'06")
}

// ListingText is a listing exchange as live orders and questions name it:
// NASDAQ is NASDAQ.NMS.
func ListingText(listing string) string {
	if listing == "NASDAQ" {
		return "NASDAQ.NMS"
	}
	return listing
}

// Price writes a price of the contract with the decimals of its tick, at
// least two: 457.00, 0.90000. Decimals that a price has beyond them stay.
func (c *Contract) Price(p market.Price) string {
	d, places := p.Decimal(), c.decimals()
	if d.Equal(d.Truncate(places)) {
		return d.StringFixed(places)
	}
	return p.String()
}

func (c *Contract) decimals() int32 {
	n := int32(2)
	for step := market.Price(market.PriceScale / 100); c.Tick > 0 && c.Tick%step != 0 && n < 9; step /= 10 {
		n++
	}
	return n
}
