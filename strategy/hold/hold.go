package hold

import (
	_ "embed"
	"errors"

	"gannet/market"
	"gannet/strategy"
)

//go:embed sample.yaml
var sample []byte

func init() {
	strategy.Register("hold", func() strategy.Strategy {
		return &Hold{Weight: market.MustMoney("1"), asked: make(map[market.InstrumentID]market.Nanos)}
	})
}

// Hold is the strategy. Make one with strategy.New.
type Hold struct {
	Weight market.Money `yaml:"weight" help:"part of the account's equity for each instrument; negative is short"`

	asked map[market.InstrumentID]market.Nanos
}

// Validate implements strategy.Validator.
func (s *Hold) Validate() error {
	if s.Weight.IsZero() {
		return errors.New("weight: want other than 0")
	}
	return nil
}

// Sample implements strategy.Sampler.
func (s *Hold) Sample() []byte { return sample }

// OnTick implements strategy.Strategy.
func (s *Hold) OnTick(ctx strategy.Context, t market.Tick) { s.buy(ctx, t.Instrument) }

// OnBar implements strategy.BarHandler.
func (s *Hold) OnBar(ctx strategy.Context, b market.Bar) { s.buy(ctx, b.Instrument) }

func (s *Hold) buy(ctx strategy.Context, id market.InstrumentID) {
	last, again := s.asked[id]
	if !ctx.Position(id).Idle() || again && ctx.Now() < last+market.Minute {
		return
	}
	s.asked[id] = ctx.Now()
	ctx.TargetWeight(id, s.Weight)
}
