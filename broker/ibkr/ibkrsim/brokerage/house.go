package brokerage

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/venue"
	"gannet/market"
)

// Config says what a house is made of.
type Config struct {
	Exchange    *exchange.Exchange
	Accounts    []AccountConfig
	Profile     string // fill model of broker/venue, default "gannet"
	Seed        uint64 // of ids
	StatePath   string // empty: nothing is kept
	CancelDelay market.Nanos
	Keep        int            // finished orders, and executions, that stay in memory; default 50,000
	Zone        *time.Location // whose date ends a day; default UTC
}

// House is the broker. It is not safe for concurrent use.
type House struct {
	// MaxWorking is how many orders may work per contract, side and account; 0
	// is no limit.
	MaxWorking int

	cfg      Config
	exchange *exchange.Exchange
	venue    *venue.Venue
	log      *stateLog // nil: nothing is kept
	head     header
	now      market.Nanos
	next     market.Nanos // nothing happens by itself before it; 0: never
	accounts []*Account
	byName   map[string]*Account
	pairs    map[string]*exchange.Product // EUR.USD
	orders   []*Order                     // in acceptance order
	byID     map[int64]*Order
	byCOID   map[string]*Order // account and cOID: the latest
	open     []*Order          // that may be working
	held     [][]*Order        // by instrument id: what looks at each tick
	execs    []*Execution
	moves    []*Move
	posts    map[string]int // order requests that arrived, by cOID
	items    map[itemKey][]byte
	days     map[string][]Day // by account
	turn     turn
	ends     contracts
	midnight market.Nanos // before it turnDay has nothing to do
	nextExec uint32
	lateFee  delay
	lateList delay
	stray    int      // executions
	depth    int      // of reports that are being booked
	later    []func() // what fills and ends lead to, once all reports are booked
	pending  record
	changes  Changes
}

// Changes are what clients are to hear, in order.
type Changes struct {
	Orders []Order // as they were after each change
	Execs  []*Execution
}

// Open reads the state file, or begins one. The error names the account, the
// profile or the file that is at fault.
func Open(cfg Config) (*House, error) {
	h := &House{cfg: cfg, exchange: cfg.Exchange, byName: map[string]*Account{}, pairs: map[string]*exchange.Product{},
		byID: map[int64]*Order{}, byCOID: map[string]*Order{}, posts: map[string]int{}, items: map[itemKey][]byte{}, days: map[string][]Day{},
		ends: contracts{known: map[int64]bool{}, settled: map[int64]market.Price{}, last: map[int64]market.Price{}}}
	h.cfg.Keep, h.cfg.Zone = cmp.Or(cfg.Keep, 50_000), cmp.Or(cfg.Zone, time.UTC)
	for _, one := range cfg.Accounts {
		if err := one.complete(); err != nil {
			return nil, err
		}
		if err := h.addAccount(one); err != nil {
			return nil, err
		}
	}
	ids := rand.New(rand.NewPCG(cfg.Seed, uint64(len(h.accounts[0].ID))))
	h.head = header{Version: stateVersion, Accounts: h.configs(), NextOrder: 100_000_000 + ids.Int64N(1_800_000_000),
		ExecBase: ids.Uint32() >> 8}
	if err := h.buildVenue(); err != nil {
		return nil, err
	}
	if cfg.StatePath == "" {
		return h, nil
	}
	log, records, err := openLog(cfg.StatePath)
	if err != nil {
		return nil, err
	}
	h.log = log
	if err := h.restore(records); err != nil {
		return nil, fmt.Errorf("brokerage: state %s: %w", cfg.StatePath, errors.Join(err, log.close()))
	}
	return h, nil
}

func (h *House) addAccount(c AccountConfig) error {
	if h.byName[c.ID] != nil {
		return fmt.Errorf("brokerage: account %s: given twice", c.ID)
	}
	a := newAccount(c)
	h.accounts = append(h.accounts, a)
	h.byName[c.ID] = a
	return nil
}

func (h *House) configs() []AccountConfig {
	list := make([]AccountConfig, len(h.accounts))
	for i, a := range h.accounts {
		list[i] = a.AccountConfig
	}
	return list
}

// buildVenue makes the venue. Lots are checked here, so that fractions may
// reach it where they are allowed.
func (h *House) buildVenue() error {
	profile, err := venue.Lookup(cmp.Or(h.cfg.Profile, "gannet"))
	if err != nil {
		return fmt.Errorf("brokerage: %w", err)
	}
	list := slices.Clone(h.exchange.Table().All())
	for i := range list {
		list[i].LotSize = 0
	}
	table, err := market.NewInstruments(list...)
	if err != nil {
		return fmt.Errorf("brokerage: %w", err)
	}
	for _, p := range h.exchange.Products() {
		if p.SecType == exchange.Forex {
			h.pairs[p.Symbol+"."+p.Currency] = p
		}
	}
	h.held = make([][]*Order, table.Len()+1)
	h.venue = venue.New(venue.Config{Instruments: table, Profile: profile, ExecID: func(uint64) string { return h.execID() }})
	return nil
}

// execID makes an id like 00025b49.6a56b338.01.01: a number that never comes
// twice in a state file, and the second in which it was made.
func (h *House) execID() string {
	h.nextExec++
	return fmt.Sprintf("%08x.%08x.01.01", h.head.ExecBase+h.nextExec, uint32(h.now/market.Second))
}

// Close closes the state file. The last prices of derivatives that are held are
// kept in it.
func (h *House) Close() error {
	if h.log == nil {
		return nil
	}
	last := record{Items: h.lastPrices()}
	if last.empty() || h.log.full {
		return h.log.close()
	}
	return errors.Join(h.log.append(&last), h.log.close())
}

// Commit writes what has changed and returns what to tell of it. After an
// error the house must not be used any more.
func (h *House) Commit() (Changes, error) {
	if h.log != nil && !h.pending.empty() {
		if err := h.log.append(&h.pending); err != nil {
			return Changes{}, err
		}
	}
	out := h.changes
	h.pending, h.changes = record{}, Changes{}
	h.prune()
	return out, nil
}

// Now is the house's time.
func (h *House) Now() market.Nanos { return h.now }

// Exchange is what is traded here.
func (h *House) Exchange() *exchange.Exchange { return h.exchange }

// Accounts are all accounts in the order they were given.
func (h *House) Accounts() []*Account { return h.accounts }

// Account is an account, nil for one that is not here.
func (h *House) Account(id string) *Account { return h.byName[id] }

// Orders are the orders that are kept, in acceptance order. Do not change the
// list.
func (h *House) Orders() []*Order { return h.orders }

// Order is the order of an id, nil for one that is not known.
func (h *House) Order(id int64) *Order { return h.byID[id] }

// Posts are how many requests to place an order arrived, by cOID.
func (h *House) Posts() map[string]int { return h.posts }

// Posted counts a request to place an order.
func (h *House) Posted(coid string) {
	h.posts[coid]++
	h.pending.Posts = append(h.pending.Posts, coid)
}

// Registered is the order that took a cOID in the last 24 hours; nil when it
// is free.
func (h *House) Registered(account, coid string) *Order {
	o := h.byCOID[account+" "+coid]
	if coid == "" || o == nil || h.now-o.Created >= market.Day {
		return nil
	}
	return o
}

// add takes an accepted order in.
func (h *House) add(o *Order) {
	h.orders, h.open = append(h.orders, o), append(h.open, o)
	h.byID[o.ID] = o
	h.byCOID[o.Account+" "+o.COID] = o
}

// set moves an order to a status and notes the change.
func (h *House) set(o *Order, status Status) {
	o.Status, o.Changed = status, h.now
	h.note(o)
}

func (h *House) note(o *Order) {
	if !slices.Contains(h.pending.Orders, o) {
		h.pending.Orders = append(h.pending.Orders, o)
	}
	h.changes.Orders = append(h.changes.Orders, *o)
}

// prune forgets the oldest finished orders and executions when there are a
// quarter more than are kept.
func (h *House) prune() {
	most := h.cfg.Keep + h.cfg.Keep/4
	if len(h.execs) > most {
		h.execs = slices.Clone(h.execs[len(h.execs)-h.cfg.Keep:])
	}
	if len(h.moves) > most {
		h.moves = slices.Clone(h.moves[len(h.moves)-h.cfg.Keep:])
	}
	if len(h.orders) <= most {
		return
	}
	drop := len(h.orders) - h.cfg.Keep
	h.orders = slices.DeleteFunc(slices.Clone(h.orders), func(o *Order) bool {
		if drop == 0 || o.Working() {
			return false
		}
		drop--
		h.forget(o)
		return true
	})
}

func (h *House) forget(o *Order) {
	delete(h.byID, o.ID)
	delete(h.posts, o.COID)
	if key := o.Account + " " + o.COID; h.byCOID[key] == o {
		delete(h.byCOID, key)
	}
	h.venue.Forget(o.venueID())
}
