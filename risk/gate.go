package risk

import "gannet/market"

// check is one rule. It returns the text of a refusal, or "".
type check struct {
	code    Code
	flatten bool // also binds an operator who closes a position
	refuse  func(g *Gate, v *View, l *Limits) string
}

// checks run in this order; the first refusal counts.
var checks = []check{
	{TradingHalted, false, tradingHalted},
	{ReducingOnly, false, reducingOnly},
	{AccountMismatch, true, accountMismatch},
	{PaperLiveMismatch, true, paperLiveMismatch},
	{BrokerNotReady, true, brokerNotReady},
	{NotReconciled, false, notReconciled},
	{InstrumentUnknown, true, instrumentUnknown},
	{UnsupportedOrder, true, unsupportedOrder},
	{QtyInvalid, true, qtyInvalid},
	{PriceInvalid, true, priceInvalid},
	{MarketDataStale, false, marketDataStale},
	{MaxOrderQty, true, maxOrderQty},
	{MaxOrderNotional, false, maxOrderNotional},
	{PriceCollar, false, priceCollar},
	{MaxPosition, false, maxPosition},
	{DuplicateIntent, true, duplicateIntent},
	{RateSubmit, false, rateSubmit},
}

// Gate judges every order before it may leave. An operator who flattens is
// held only by the checks that keep an order from going wrong altogether:
// account, session, instrument, form, size of one order, duplicate.
type Gate struct {
	account      AccountLimits
	limits       Limits
	byInstrument []*Limits // index InstrumentID; nil: limits
}

// Override replaces the limits of one instrument.
type Override struct {
	Instrument market.InstrumentID
	Limits     Limits
}

// NewGate builds a gate. It refuses limits that are not set.
func NewGate(account AccountLimits, limits Limits, overrides ...Override) (*Gate, error) {
	if err := account.Validate(); err != nil {
		return nil, err
	}
	if err := limits.Validate(); err != nil {
		return nil, err
	}
	g := &Gate{account: account, limits: limits}
	for _, o := range overrides {
		if err := o.Limits.Validate(); err != nil {
			return nil, err
		}
		for len(g.byInstrument) <= int(o.Instrument) {
			g.byInstrument = append(g.byInstrument, nil)
		}
		g.byInstrument[o.Instrument] = &o.Limits
	}
	return g, nil
}

// Account returns the limits of the account.
func (g *Gate) Account() AccountLimits { return g.account }

// For returns the limits of an instrument.
func (g *Gate) For(id market.InstrumentID) *Limits {
	if int(id) < len(g.byInstrument) && g.byInstrument[id] != nil {
		return g.byInstrument[id]
	}
	return &g.limits
}

// Check runs the checks in order and returns the first refusal.
func (g *Gate) Check(v *View) Denial {
	l := g.For(v.Order.Instrument)
	for i := range checks {
		c := &checks[i]
		if v.OperatorFlatten && !c.flatten {
			continue
		}
		if text := c.refuse(g, v, l); text != "" {
			return Denial{Code: c.code, Text: text}
		}
	}
	return Denial{}
}

// CheckCancel lets a cancel through unless it would go to the wrong account
// or there is no session to carry it.
func (g *Gate) CheckCancel(v *View) Denial {
	if text := accountMismatch(g, v, nil); text != "" {
		return Denial{Code: AccountMismatch, Text: text}
	}
	if text := brokerNotReady(g, v, nil); text != "" {
		return Denial{Code: BrokerNotReady, Text: text}
	}
	return Denial{}
}
