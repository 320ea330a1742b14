package emacross

import (
	_ "embed"
	"fmt"
	"slices"

	"gannet/market"
	"gannet/strategy"
	"gannet/strategy/indicator"
)

//go:embed sample.yaml
var sample []byte

func init() {
	strategy.Register("emacross", func() strategy.Strategy {
		return &EMACross{Fast: 10, Slow: 20, Short: true}
	})
}

// EMACross is the strategy. Make one with strategy.New.
type EMACross struct {
	Fast  int          `yaml:"fast" help:"closes in the fast average"`
	Slow  int          `yaml:"slow" help:"closes in the slow average"`
	Qty   market.Qty   `yaml:"qty" help:"size of a position"`
	Bar   market.Nanos `yaml:"bar" help:"interval of the bars; empty: those of the data, or its ticks"`
	Price string       `yaml:"price" help:"trade, bid or ask bars; empty: the first kind that comes"`
	Short bool         `yaml:"short" help:"whether it may sell short, or only close what it holds"`

	crosses []cross // index InstrumentID
}

// cross is the state of one instrument.
type cross struct {
	fast, slow indicator.EMA
	barred     bool // a bar was seen: ticks do not count, nor bars of another kind
	source     market.BarSource
	interval   market.Nanos
}

// sources are the values of price, by market.BarSource.
var sources = []string{"trade", "bid", "ask"}

// Validate implements strategy.Validator.
func (s *EMACross) Validate() error {
	switch {
	case s.Fast < 1 || s.Slow <= s.Fast:
		return fmt.Errorf("fast, slow: want 0 < fast < slow, got %d and %d", s.Fast, s.Slow)
	case s.Qty <= 0:
		return fmt.Errorf("qty: want more than 0, got %s", s.Qty)
	case s.Price != "" && !slices.Contains(sources, s.Price):
		return fmt.Errorf("price: want trade, bid, ask or nothing, got %q", s.Price)
	}
	return nil
}

// Sample implements strategy.Sampler.
func (s *EMACross) Sample() []byte { return sample }

// Bars implements strategy.BarSubscriber.
func (s *EMACross) Bars() []market.Nanos { return []market.Nanos{s.Bar} }

// Start implements strategy.Starter.
func (s *EMACross) Start(ctx strategy.Context) error {
	s.crosses = make([]cross, slices.Max(ctx.Instruments())+1)
	for i := range s.crosses {
		s.crosses[i] = s.begin()
	}
	return nil
}

func (s *EMACross) begin() cross {
	return cross{fast: indicator.NewEMA(s.Fast), slow: indicator.NewEMA(s.Slow)}
}

// OnTick implements strategy.Strategy.
func (s *EMACross) OnTick(ctx strategy.Context, t market.Tick) {
	c := &s.crosses[t.Instrument]
	price := t.Last
	if price == 0 {
		price = t.Mid()
	}
	if s.Bar != 0 || c.barred || price <= 0 || t.Last > 0 && !t.IsTrade() {
		return
	}
	c.update(price)
	s.act(ctx, t.Instrument, c)
}

// OnBar implements strategy.BarHandler.
func (s *EMACross) OnBar(ctx strategy.Context, b market.Bar) {
	c := &s.crosses[b.Instrument]
	if !c.barred {
		*c = s.begin()
		c.barred, c.source, c.interval = true, b.Source, b.Interval
		if i := slices.Index(sources, s.Price); i >= 0 {
			c.source = market.BarSource(i)
		}
	}
	if b.Source != c.source || b.Interval != c.interval || b.Close <= 0 {
		return
	}
	c.update(b.Close)
	if b.Open == b.High && b.High == b.Low && b.Low == b.Close {
		return
	}
	s.act(ctx, b.Instrument, c)
}

func (c *cross) update(closing market.Price) {
	c.fast.Update(closing.Float())
	c.slow.Update(closing.Float())
}

// act takes the side that the averages show.
func (s *EMACross) act(ctx strategy.Context, id market.InstrumentID, c *cross) {
	p := ctx.Position(id)
	if !c.slow.Ready() || p.WorkingBuy != 0 || p.WorkingSell != 0 {
		return
	}
	if c.fast.Value() >= c.slow.Value() {
		if p.Qty < 0 {
			ctx.Submit(market.BuyMarket(id, -p.Qty))
		}
		if p.Qty <= 0 {
			ctx.Submit(market.BuyMarket(id, s.Qty))
		}
		return
	}
	if p.Qty > 0 {
		ctx.Submit(market.SellMarket(id, p.Qty))
	}
	if p.Qty >= 0 && s.Short {
		ctx.Submit(market.SellMarket(id, s.Qty))
	}
}
