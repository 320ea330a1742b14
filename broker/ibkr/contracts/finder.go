package contracts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

// Config is how a Finder works. A zero field takes its default.
type Config struct {
	Now       func() time.Time // default time.Now
	Keep      time.Duration    // how long answers are remembered; default 12 h
	KeepHours time.Duration    // trading hours; default 1 h
	Parallel  int              // requests of one chain at the same time; default 4
}

// Finder finds contracts. It is safe for concurrent use.
type Finder struct {
	api      *api.API
	now      func() time.Time
	parallel int

	stocks   *cache[[]api.Stock]
	defs     *cache[[]api.SecDef]
	searches *cache[[]api.SearchRow]
	strikes  *cache[Strikes]
	details  *cache[[]api.ContractDetail]
	futures  *cache[[]Future]
	pairs    *cache[[]api.CurrencyPair]
	infos    *cache[api.ContractInfo]
	hours    *cache[[]Session]
}

// New builds a Finder.
func New(a *api.API, cfg Config) *Finder {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	keep := cmp.Or(cfg.Keep, 12*time.Hour)
	return &Finder{
		api: a, now: cfg.Now, parallel: cmp.Or(cfg.Parallel, 4),
		stocks:   newCache[[]api.Stock](cfg, keep),
		defs:     newCache[[]api.SecDef](cfg, keep),
		searches: newCache[[]api.SearchRow](cfg, keep),
		strikes:  newCache[Strikes](cfg, keep),
		details:  newCache[[]api.ContractDetail](cfg, keep),
		futures:  newCache[[]Future](cfg, keep),
		pairs:    newCache[[]api.CurrencyPair](cfg, keep),
		infos:    newCache[api.ContractInfo](cfg, keep),
		hours:    newCache[[]Session](cfg, cmp.Or(cfg.KeepHours, time.Hour)),
	}
}

// Forget drops every answer that is remembered. Do it when a new brokerage
// session begins: IBKR forgets then what was searched for, too.
func (f *Finder) Forget() {
	for _, c := range []interface{ forget() }{
		f.stocks, f.defs, f.searches, f.strikes, f.details, f.futures, f.pairs, f.infos, f.hours,
	} {
		c.forget()
	}
}

// ErrNotFound says that there is no such contract.
var ErrNotFound = errors.New("contracts: not found")

func notFound(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotFound, fmt.Sprintf(format, args...))
}

// AmbiguousError says that more than one contract is what was asked for.
type AmbiguousError struct {
	Symbol     string
	Candidates []Contract
}

func (e *AmbiguousError) Error() string {
	list := make([]string, len(e.Candidates))
	for i, c := range e.Candidates {
		list[i] = fmt.Sprintf("%d (%s, %s, %s)", c.Conid, c.Exchange, c.Currency, c.Name)
	}
	return fmt.Sprintf("contracts: %s is %d contracts: say the exchange or the currency: %s",
		e.Symbol, len(list), strings.Join(list, "; "))
}

// Query says which contract is meant. What is left empty does not matter.
type Query struct {
	Symbol   string // as IBKR writes it: "BRK B"
	SecType  string // STK (also ETFs) or IND; "": STK
	Exchange string // where it is listed: NASDAQ, ARCA, EBS
	Currency string // USD
	Country  Country
}

// Country narrows a query to or away from the United States.
type Country uint8

// Countries. AnyCountry prefers the US listing when neither an exchange nor a
// currency is asked for.
const (
	AnyCountry Country = iota
	InUS
	OutsideUS
)

// Contract is one that was found.
type Contract struct {
	Conid    int64
	Symbol   string
	SecType  string
	Name     string
	Exchange string // where it is listed
	Currency string
	IsUS     bool
}

// Underlying is what options of the contract are asked for by.
func (c Contract) Underlying() Underlying {
	return Underlying{Conid: c.Conid, Symbol: c.Symbol, SecType: c.SecType}
}

// Find finds the one contract that a query means. IBKR gives listings in no
// useful order, so the first is never taken for its place alone.
func (f *Finder) Find(ctx context.Context, q Query) (Contract, error) {
	list, err := f.Candidates(ctx, q)
	if err != nil {
		return Contract{}, err
	}
	if len(list) > 1 && q.Country == AnyCountry && q.Exchange == "" && q.Currency == "" {
		if us := slices.DeleteFunc(slices.Clone(list), func(c Contract) bool { return !c.IsUS }); len(us) > 0 {
			list = us
		}
	}
	switch len(list) {
	case 0:
		return Contract{}, notFound("%s", q)
	case 1:
		return list[0], nil
	}
	return Contract{}, &AmbiguousError{Symbol: q.Symbol, Candidates: list}
}

func (q Query) String() string {
	text := strings.TrimSpace(cmp.Or(q.SecType, "STK") + " " + q.Symbol)
	if q.Exchange != "" {
		text += " at " + q.Exchange
	}
	if q.Currency != "" {
		text += " in " + q.Currency
	}
	return text + [...]string{"", " in the US", " outside the US"}[q.Country]
}

// Candidates lists every contract that a query fits.
func (f *Finder) Candidates(ctx context.Context, q Query) ([]Contract, error) {
	conids, err := f.listings(ctx, q)
	if err != nil || len(conids) == 0 {
		return nil, err
	}
	defs, err := f.definitions(ctx, conids)
	if err != nil {
		return nil, err
	}
	var list []Contract
	for i := range defs {
		if c := contractOf(&defs[i]); q.fits(c) {
			list = append(list, c)
		}
	}
	return list, nil
}

// fits says whether c is what was asked for in every respect.
func (q Query) fits(c Contract) bool {
	return c.Conid > 0 && strings.EqualFold(c.Symbol, q.Symbol) && strings.EqualFold(c.SecType, cmp.Or(q.SecType, "STK")) &&
		(q.Exchange == "" || sameExchange(c.Exchange, q.Exchange)) &&
		(q.Currency == "" || strings.EqualFold(c.Currency, q.Currency)) &&
		(q.Country == AnyCountry || c.IsUS == (q.Country == InUS))
}

// sameExchange takes the tiers of an exchange and NASDAQ's short name for it:
// NASDAQ.NMS, NMS.
func sameExchange(a, b string) bool {
	plain := func(s string) string {
		s, _, _ = strings.Cut(strings.ToUpper(s), ".")
		if s == "NMS" {
			return "NASDAQ"
		}
		return s
	}
	return plain(a) == plain(b)
}

func contractOf(d *api.SecDef) Contract {
	conid, _ := d.Conid.Int()
	return Contract{
		Conid: conid, Symbol: d.Ticker.String(), SecType: d.AssetClass.String(), Name: d.Name.String(),
		Exchange: d.ListingExchange.String(), Currency: d.Currency.String(), IsUS: d.IsUS.True(),
	}
}

// listings are the contracts of a symbol, whatever their exchange.
func (f *Finder) listings(ctx context.Context, q Query) ([]int64, error) {
	if cmp.Or(strings.ToUpper(q.SecType), "STK") != "STK" {
		return f.searched(ctx, q)
	}
	stocks, err := f.stocks.get(ctx, q.Symbol, func(ctx context.Context) ([]api.Stock, error) {
		all, err := f.api.Contracts.Stocks(ctx, q.Symbol)
		return all[q.Symbol], err
	})
	var conids []int64
	for _, s := range stocks {
		for _, l := range s.Contracts {
			if conid, ok := l.Conid.Int(); ok {
				conids = append(conids, conid)
			}
		}
	}
	return conids, err
}

// searched are the contracts of a symbol that a search finds.
func (f *Finder) searched(ctx context.Context, q Query) ([]int64, error) {
	rows, err := f.search(ctx, Underlying{Symbol: q.Symbol, SecType: q.SecType})
	var conids []int64
	for i := range rows {
		if conid, ok := rows[i].Conid.Int(); ok && conid > 0 {
			conids = append(conids, conid)
		}
	}
	return conids, err
}

// search looks for a symbol, which also opens its options in the session.
func (f *Finder) search(ctx context.Context, u Underlying) ([]api.SearchRow, error) {
	return f.searches.get(ctx, u.key(), func(ctx context.Context) ([]api.SearchRow, error) {
		rows, err := f.api.Contracts.Search(ctx, api.SearchRequest{Symbol: api.TextOf(u.Symbol), SecType: u.secType()})
		if refused(err) {
			return nil, nil // a symbol that nobody has
		}
		return rows, err
	})
}

// refused says that IBKR gave a good answer with an error in words.
func refused(err error) bool {
	var e *ibkr.Error
	return errors.As(err, &e) && e.Kind == ibkr.KindRefused && e.Status == http.StatusOK
}

// maxDefinitions is how many contracts one request can ask for.
const maxDefinitions = 200

// definitions are those of the conids that exist, in their order.
func (f *Finder) definitions(ctx context.Context, conids []int64) ([]api.SecDef, error) {
	return f.defs.get(ctx, fmt.Sprint(conids), func(ctx context.Context) ([]api.SecDef, error) {
		var all []api.SecDef
		for part := range slices.Chunk(conids, maxDefinitions) {
			answer, err := f.api.Contracts.SecDef(ctx, part...)
			if err != nil {
				return nil, err
			}
			all = append(all, answer.SecDef...)
		}
		return all, nil
	})
}
