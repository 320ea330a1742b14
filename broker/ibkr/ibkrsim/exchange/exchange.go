package exchange

import (
	"errors"
	"fmt"
	"slices"

	"github.com/rs/zerolog"

	"gannet/market"
)

// Config says what is traded and where its prices come from.
type Config struct {
	Instruments []Instrument
	Seed        uint64

	// Market gives recorded data to replay, at Speed times real time (0 is 1)
	// and shifted to Start. Its instrument ids number Instruments from 1. With
	// neither Market nor Manual, prices are a seeded random walk.
	Market Market
	Speed  float64
	Start  market.Nanos
	Manual bool // prices move by Set only

	Log zerolog.Logger
}

// Exchange is all that is traded, and its prices. It is not safe for
// concurrent use.
type Exchange struct {
	products []*Product // by market.InstrumentID - 1
	byConid  map[int64]*Product
	table    *market.Instruments
	replay   *replay // nil: no recorded market
	turn     int
	log      zerolog.Logger
}

// New makes the exchange of cfg. The error names the instrument that cannot be
// served.
func New(cfg Config) (*Exchange, error) {
	if cfg.Market != nil && cfg.Manual {
		return nil, errors.New("exchange: a market and manual prices exclude each other")
	}
	x := &Exchange{byConid: map[int64]*Product{}, log: cfg.Log}
	var list []market.Instrument
	for i, one := range cfg.Instruments {
		if err := one.complete(); err != nil {
			return nil, err
		}
		p := newProduct(one, market.InstrumentID(i+1), cfg.Seed, cfg.Market == nil && !cfg.Manual)
		x.products = append(x.products, p)
		x.byConid[one.Conid] = p
		list = append(list, market.Instrument{Name: one.Name(), Conid: one.Conid, SecType: one.SecType, Currency: one.Currency,
			TickSize: one.Tick, LotSize: one.Lot, Multiplier: one.Multiplier, Session: one.Session})
	}
	x.pair()
	table, err := market.NewInstruments(list...)
	if err != nil {
		return nil, fmt.Errorf("exchange: %w", err)
	}
	x.table = table
	if cfg.Market != nil {
		setDefault(&cfg.Speed, 1)
		x.replay = newReplay(cfg.Market, cfg.Speed, cfg.Start, cfg.Log)
	}
	return x, nil
}

// pair gives one of two contracts that pay against each other the market of
// both.
func (x *Exchange) pair() {
	for _, p := range x.products {
		if other := x.byConid[p.Against]; other != nil && p.walk != nil && other.walk != nil && other.Against == 0 {
			p.other, other.walk = other, nil
		}
	}
}

// Table is the instruments for a venue, numbered as the products are.
func (x *Exchange) Table() *market.Instruments { return x.table }

// Products are all products in the order of their ids. Do not change the list.
func (x *Exchange) Products() []*Product { return x.products }

// Product is the product of an id, nil for one that is not there.
func (x *Exchange) Product(id market.InstrumentID) *Product {
	if id == 0 || int(id) > len(x.products) {
		return nil
	}
	return x.products[id-1]
}

// ByConid is the product of a contract id, nil for one that is not there.
func (x *Exchange) ByConid(conid int64) *Product { return x.byConid[conid] }

// Find looks up a symbol ("SPY") or an instrument's name ("SPY.ARCA").
func (x *Exchange) Find(name string) *Product {
	i := slices.IndexFunc(x.products, func(p *Product) bool { return p.Symbol == name || p.Name() == name })
	if i < 0 {
		return nil
	}
	return x.products[i]
}

// Each instrument of a synthetic market moves every slots turns.
const slots = 5

// Turn takes the steps of a synthetic market, or what is due of a recorded
// one, and gives each to moved. A tick is valid until the next one. Call it
// twenty times a second.
func (x *Exchange) Turn(now market.Nanos, moved func(*Product, *market.Tick)) {
	x.turn++
	if x.replay != nil {
		x.playDue(now, moved)
		return
	}
	for i, p := range x.products {
		if p.walk == nil || p.halted || i%slots != x.turn%slots {
			continue
		}
		q := p.walk.next(p.Tick)
		x.quote(p, q, now, moved)
		if p.other != nil && !p.other.halted {
			x.quote(p.other, p.reversed(q), now, moved)
		}
	}
}

// playDue replays at most a thousand values, so that a fast replay leaves
// room for requests.
func (x *Exchange) playDue(now market.Nanos, moved func(*Product, *market.Tick)) {
	for range 1000 {
		body := x.replay.due(now)
		if body == nil {
			return
		}
		id, quotes := quotesOf(body)
		for _, q := range quotes {
			if p := x.Product(id); p != nil {
				x.quote(p, q, now, moved)
			}
		}
		x.replay.advance()
	}
}

// quote moves one product; a quote that makes no sense is skipped.
func (x *Exchange) quote(p *Product, q Quote, now market.Nanos, moved func(*Product, *market.Tick)) {
	q, mask, err := p.complete(q)
	if err != nil {
		x.log.Debug().Err(err).Msg("exchange: quote skipped")
		return
	}
	moved(p, p.move(q, mask, now))
}

// Set moves the market of a symbol ("SPY") or an instrument ("SPY.ARCA"). In a
// synthetic market the walk goes on from there. The error names what is wrong
// with the quote, or an instrument that is not served.
func (x *Exchange) Set(name string, q Quote, now market.Nanos) (*Product, *market.Tick, error) {
	p := x.Find(name)
	if p == nil {
		return nil, nil, fmt.Errorf("exchange: instrument %q: not among those served", name)
	}
	q, mask, err := p.complete(q)
	if err != nil {
		return nil, nil, err
	}
	tick := p.move(q, mask, now)
	if p.walk != nil {
		p.walk.jump(p.Top.Mid(), p.Tick)
	}
	return p, tick, nil
}

// Halt halts a product, or lets it trade again, and returns the tick that says
// so. Prices set or replayed in between still move it.
func (x *Exchange) Halt(p *Product, halted bool, now market.Nanos) *market.Tick {
	p.Top.Flags &^= market.FlagHalted
	if p.halted = halted; halted {
		p.Top.Flags |= market.FlagHalted
	}
	t := p.Top
	t.TsEvent, t.TsInit, t.Mask = now, now, market.HasFlags
	return &t
}
