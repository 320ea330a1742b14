package dip

import (
	_ "embed"
	"errors"
	"fmt"

	"gannet/market"
	"gannet/strategy"
)

//go:embed sample.yaml
var sample []byte

func init() {
	strategy.Register("dip", func() strategy.Strategy {
		return &Dip{Drop: market.MustMoney("2"), high: make(map[market.InstrumentID]market.Price)}
	})
}

// Dip is the strategy. Make one with strategy.New.
type Dip struct {
	Qty  market.Qty   `yaml:"qty" help:"how much to buy at a dip"`
	Drop market.Money `yaml:"drop" help:"percent that the price must fall from its high"`

	high map[market.InstrumentID]market.Price
	keep int64 // what is left of the high at a dip, of whole
}

// whole is 100 percent in units of a millionth of a percent.
const whole = 100_000_000

// Validate implements strategy.Validator.
func (d *Dip) Validate() error {
	if d.Qty <= 0 {
		return fmt.Errorf("qty: want more than 0, got %s", d.Qty)
	}
	drop := d.Drop.Shift(6)
	if !drop.IsInteger() || drop.Sign() <= 0 || drop.Cmp(market.MustMoney("100").Shift(6)) >= 0 {
		return errors.New("drop: want a percentage over 0 and under 100 with at most 6 decimals, got " + d.Drop.String())
	}
	d.keep = whole - drop.IntPart()
	return nil
}

// Sample implements strategy.Sampler.
func (d *Dip) Sample() []byte { return sample }

// OnTick implements strategy.Strategy.
func (d *Dip) OnTick(ctx strategy.Context, t market.Tick) {
	if t.IsTrade() {
		d.look(ctx, t.Instrument, t.Last)
	}
}

// OnBar implements strategy.BarHandler.
func (d *Dip) OnBar(ctx strategy.Context, b market.Bar) {
	if b.Source == market.TradeBar && !b.Filled {
		d.look(ctx, b.Instrument, b.Close)
	}
}

func (d *Dip) look(ctx strategy.Context, id market.InstrumentID, last market.Price) {
	d.high[id] = max(d.high[id], last)
	if last < d.high[id].Ratio(d.keep, whole) && ctx.Position(id).Idle() {
		ctx.Submit(market.BuyMarket(id, d.Qty))
		d.high[id] = last
	}
}
