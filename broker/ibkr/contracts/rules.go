package contracts

import (
	"context"
	"slices"
	"strconv"

	"gannet/broker/ibkr/api"
	"gannet/market"
)

// Info is what a contract is and how it trades.
func (f *Finder) Info(ctx context.Context, conid int64) (api.ContractInfo, error) {
	return f.infos.get(ctx, strconv.FormatInt(conid, 10), func(ctx context.Context) (api.ContractInfo, error) {
		return f.api.Contracts.InfoAndRules(ctx, conid)
	})
}

// Ticks is a contract's price steps.
type Ticks struct{ steps []step }

type step struct{ from, size market.Money }

// Ticks is a contract's price steps.
func (f *Finder) Ticks(ctx context.Context, conid int64) (Ticks, error) {
	info, err := f.Info(ctx, conid)
	if err != nil {
		return Ticks{}, err
	}
	if info.Rules == nil {
		return Ticks{}, notFound("the rules of %d", conid)
	}
	t := TicksOf(info.Rules)
	if len(t.steps) == 0 {
		return t, notFound("the price steps of %d", conid)
	}
	return t, nil
}

// TicksOf are the price steps in a contract's rules: incrementRules, or
// increment, which is that of the present price, where there are none.
func TicksOf(rules *api.ContractRules) Ticks {
	var t Ticks
	for _, r := range rules.IncrementRules {
		from, _ := r.LowerEdge.Decimal()
		if size, ok := r.Increment.Decimal(); ok && size.IsPositive() {
			t.steps = append(t.steps, step{from, size})
		}
	}
	if size, ok := rules.Increment.Decimal(); ok && size.IsPositive() && len(t.steps) == 0 {
		t.steps = []step{{size: size}}
	}
	slices.SortStableFunc(t.steps, func(a, b step) int { return a.from.Cmp(b.from) })
	return t
}

// At is the price step at a price, which may be negative; 0 when none is known.
func (t Ticks) At(price market.Money) market.Money {
	var size market.Money
	for i, s := range t.steps {
		if i == 0 || !price.Abs().LessThan(s.from) {
			size = s.size
		}
	}
	return size
}

// Fits says whether an order can have the price.
func (t Ticks) Fits(price market.Money) bool {
	size := t.At(price)
	return size.IsPositive() && price.Mod(size).IsZero()
}

// Down is the next price at or below price that fits; price itself when no
// step is known.
func (t Ticks) Down(price market.Money) market.Money {
	size := t.At(price)
	if !size.IsPositive() {
		return price
	}
	rest := price.Mod(size)
	if rest.IsNegative() {
		rest = rest.Add(size)
	}
	return price.Sub(rest)
}

// Up is the next price at or above price that fits.
func (t Ticks) Up(price market.Money) market.Money { return t.Down(price.Neg()).Neg() }
