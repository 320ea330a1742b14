package exchange

import (
	"errors"
	"fmt"
	"time"

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
	Manual bool // prices move by Set only

	// Start is when the market begins. A synthetic one has a past before it.
	// 0 is the time of the first Turn or Set.
	Start market.Nanos

	// NewYork is that place. With it, instruments without a Session have the
	// hours and holidays of their kind; nil leaves them always open.
	NewYork *time.Location

	// Slots is how many turns an instrument of a synthetic market waits for
	// its next move, 1 to 1200, default 5: four moves a second at twenty
	// turns. What is priced by another instrument moves a quarter as often.
	Slots int

	Log zerolog.Logger
}

// Exchange is all that is traded, and its prices. It is not safe for
// concurrent use.
type Exchange struct {
	products []*Product // by market.InstrumentID - 1
	byConid  map[int64]*Product
	names    map[string]*Product
	table    *market.Instruments
	replay   *replay // nil: no recorded market
	chains   []*chain
	slots    int
	turn     int
	now      market.Nanos // of the last turn
	begun    bool
	log      zerolog.Logger
}

// New makes the exchange of cfg. The error names the instrument that cannot be
// served.
func New(cfg Config) (*Exchange, error) {
	if cfg.Market != nil && cfg.Manual {
		return nil, errors.New("exchange: a market and manual prices exclude each other")
	}
	if cfg.Slots < 0 || cfg.Slots > 1200 {
		return nil, fmt.Errorf("exchange: slots %d: want 1 to 1200", cfg.Slots)
	}
	setDefault(&cfg.Slots, 5)
	x := &Exchange{byConid: map[int64]*Product{}, names: map[string]*Product{}, slots: cfg.Slots, now: cfg.Start, log: cfg.Log}
	if err := x.list(&cfg); err != nil {
		return nil, err
	}
	if cfg.Market == nil && !cfg.Manual {
		x.synthesize(cfg.Seed)
	}
	if cfg.Start != 0 {
		x.begin(cfg.Start)
	}
	if cfg.Market != nil {
		setDefault(&cfg.Speed, 1)
		x.replay = newReplay(cfg.Market, cfg.Speed, cfg.Start, cfg.Log)
	}
	return x, nil
}

// list makes the products.
func (x *Exchange) list(cfg *Config) error {
	var rows []market.Instrument
	kept := min(keptMinutes, max(leastMinutes, allMinutes/max(1, len(cfg.Instruments))))
	for i, one := range cfg.Instruments {
		if cfg.NewYork != nil {
			one.keepHours(cfg.NewYork)
		}
		if err := one.complete(); err != nil {
			return err
		}
		if x.byConid[one.Conid] != nil {
			return fmt.Errorf("exchange: instrument %s: conid %d: %s has it", one.Name(), one.Conid, x.byConid[one.Conid].Name())
		}
		p := newProduct(one, market.InstrumentID(i+1), cfg.Seed)
		p.ends, p.streamed.kept = expiryTime(&one, cfg.NewYork), kept
		x.products = append(x.products, p)
		x.byConid[one.Conid] = p
		for _, name := range []string{one.Symbol, one.Name(), one.LocalSymbol()} {
			if x.names[name] == nil {
				x.names[name] = p
			}
		}
		rows = append(rows, market.Instrument{Name: one.Name(), Conid: one.Conid, SecType: one.SecType, Currency: one.Currency,
			TickSize: one.Tick, LotSize: one.Lot, Multiplier: one.Multiplier, Session: one.Session})
	}
	table, err := market.NewInstruments(rows...)
	if err != nil {
		return fmt.Errorf("exchange: %w", err)
	}
	x.table = table
	return nil
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

// Find looks up an instrument's name ("SPY.ARCA"), a local symbol ("ESZ6",
// "EUR.USD"), or the first instrument of a symbol ("SPY"). It is nil for one
// that is not there.
func (x *Exchange) Find(name string) *Product { return x.names[name] }

// begin is the first moment of the market: what came before is known from here.
// What has expired by then has no past.
func (x *Exchange) begin(now market.Nanos) {
	if x.begun {
		return
	}
	x.begun = true
	var ago *past // the last one made: most products share their hours
	for _, p := range x.products {
		if p.walk != nil && !p.Ended(now) {
			ago = newPast(p, now, ago)
			p.past = ago
		}
	}
	for _, p := range x.products {
		p.begin()
	}
	for _, p := range x.products { // after the others: a day of the past is made once for a chain
		p.prior = p.closeOf(1)
	}
}

// Turn takes the steps of a synthetic market, or what is due of a recorded
// one, and gives each to moved. A tick is valid until the product moves again.
// Call it twenty times a second.
func (x *Exchange) Turn(now market.Nanos, moved func(*Product, *market.Tick)) {
	x.begin(now)
	x.turn, x.now = x.turn+1, now
	if x.replay != nil {
		x.playDue(now, moved)
		return
	}
	for i := x.turn % x.slots; i < len(x.products); i += x.slots {
		if p := x.products[i]; p.walk != nil && !p.halted {
			x.step(p, now, moved)
		}
	}
	for i, c := range x.chains {
		if (x.turn+i)%(4*x.slots) == 0 {
			x.follow(c, now, moved)
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

// quote moves one product; a quote that makes no sense is skipped, and one of
// what has expired.
func (x *Exchange) quote(p *Product, q Quote, now market.Nanos, moved func(*Product, *market.Tick)) {
	if p.Ended(now) {
		return
	}
	q, mask, err := p.complete(q)
	if err != nil {
		x.log.Debug().Err(err).Msg("exchange: quote skipped")
		return
	}
	moved(p, p.move(q, mask, now))
}

// Set moves the market of a name that Find knows. In a synthetic market the
// walk goes on from there, and what is priced by that instrument follows; what
// is itself priced by another returns to it. The error names what is wrong
// with the quote, or an instrument that is not served or has expired.
func (x *Exchange) Set(name string, q Quote, now market.Nanos) (*Product, *market.Tick, error) {
	p := x.Find(name)
	if p == nil {
		return nil, nil, fmt.Errorf("exchange: instrument %q: not among those served", name)
	}
	x.begin(now)
	if x.now = now; p.Ended(now) {
		return nil, nil, fmt.Errorf("exchange: %s: it has expired", p.Name())
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
