package venue

import (
	"fmt"
	"strings"

	"gannet/market"
)

// Profile is a named set of rules: when and at what price an order fills,
// when it expires, what it costs and how a target weight becomes a size.
// Profiles are read only; Lookup gives them.
type Profile struct {
	name        string
	ticks       ruleSet // for an instrument that has had a tick
	bars        ruleSet // for an instrument that has had bars only
	flatTicks   bool    // a tick counts as flat bars, one for each price it carries
	expireFirst bool    // at the end of a slice of bars, expiry comes before fills
	auctions    bool    // OPG and CLS are taken, for market orders
	needPrice   bool    // a market order is refused before the first price
	roundPrices bool    // off-tick order prices are rounded; else refused
	expiry      func(in *market.Instrument, t *market.Ticket, now market.Nanos) market.Nanos
	fee         feePlan
	sizing      sizing
}

// ruleSet holds the fill rule of each order type, by market.OrdType.
type ruleSet [market.TrailingStop + 1]rule

// rule says what of an order trades on the book as it stands, and moves the
// order's own state (triggered, trailed). The venue asks again after a fill.
type rule func(b *book, o *order) take

// profiles in the order of Names; the first is the default.
var profiles = []*Profile{&gannet, &leanEquity}

// Lookup returns the profile of that name. The error names the known ones.
func Lookup(name string) (*Profile, error) {
	for _, p := range profiles {
		if p.name == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("venue: fill profile %q: want one of %s", name, strings.Join(Names(), " "))
}

// Names are the names of all profiles, the default first.
func Names() []string {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.name
	}
	return names
}

// Name is what Lookup finds the profile by.
func (p *Profile) Name() string { return p.name }

// Fee is what an order costs that traded q (without sign) for value, both in
// total over all its fills, in the instrument's currency, exact.
func (p *Profile) Fee(q market.Qty, value market.Money) market.Money { return p.fee.of(q, value) }

// SizeForWeight is the signed quantity to trade so that the holding becomes
// in.Weight of the account's equity, by the profile's rule; 0 is nothing to
// do. See the package comment for each profile's rule.
func (p *Profile) SizeForWeight(in SizeInput) market.Qty { return p.sizing.delta(in, p.fee) }
