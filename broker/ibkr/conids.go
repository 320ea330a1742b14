package ibkr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"gannet/market"
)

// conids ties instruments to IBKR's contracts. Lookups replace the whole
// table at once, so that readers need no lock.
type conids struct {
	table *market.Instruments
	now   *atomic.Pointer[conidTable]
}

type conidTable struct {
	byConid map[int64]market.InstrumentID
	byID    []int64 // by InstrumentID; 0 is not known
}

func newConids(table *market.Instruments) conids {
	c := conids{table: table, now: new(atomic.Pointer[conidTable])}
	t := &conidTable{byConid: make(map[int64]market.InstrumentID), byID: make([]int64, table.Len()+1)}
	for _, one := range table.All() {
		t.set(one.ID, one.Conid)
	}
	c.now.Store(t)
	return c
}

func (t *conidTable) set(id market.InstrumentID, conid int64) {
	if conid != 0 {
		t.byID[id], t.byConid[conid] = conid, id
	}
}

// instrument is the instrument of a contract, 0 for one that is not ours.
func (c conids) instrument(conid int64) market.InstrumentID { return c.now.Load().byConid[conid] }

// of is the contract of an instrument, 0 when it is not known.
func (c conids) of(id market.InstrumentID) int64 {
	if t := c.now.Load(); int(id) < len(t.byID) {
		return t.byID[id]
	}
	return 0
}

// resolve looks up what has no conid yet.
func (c conids) resolve(ctx context.Context, client *Client) error {
	old := c.now.Load()
	t := &conidTable{byConid: make(map[int64]market.InstrumentID), byID: make([]int64, len(old.byID))}
	for id, conid := range old.byID {
		t.set(market.InstrumentID(id), conid)
	}
	for _, one := range c.table.All() {
		if t.byID[one.ID] != 0 {
			continue
		}
		conid, err := lookup(ctx, client, &one)
		if err != nil {
			return err
		}
		if twin := t.byConid[conid]; twin != 0 {
			return finalf("ibkr: instrument %s: conid %d is that of %s already", one.Name, conid, c.table.Name(twin))
		}
		t.set(one.ID, conid)
	}
	c.now.Store(t)
	return nil
}

// listing is a candidate for an instrument.
type listing struct {
	conid    int64
	exchange string
	isUS     bool
}

// lookup finds the one listing that fits an instrument by exchange or, when
// the exchange is not a listing's (SMART), by country, and checks its
// currency.
func lookup(ctx context.Context, client *Client, one *market.Instrument) (int64, error) {
	if one.SecType != "" && one.SecType != "STK" {
		return 0, finalf("ibkr: instrument %s: a conid is needed for security type %s", one.Name, one.SecType)
	}
	found, err := listings(ctx, client, one.Symbol())
	if err != nil {
		return 0, err
	}
	pick := choose(found, one)
	if len(pick) != 1 {
		return 0, finalf("ibkr: instrument %s: %d listings fit of %s; give its conid", one.Name, len(pick), describe(found))
	}
	if one.Currency == "" {
		return pick[0].conid, nil
	}
	k, err := client.Contract(ctx, pick[0].conid)
	if err != nil {
		return 0, err
	}
	if string(k.Currency) != one.Currency {
		return 0, finalf("ibkr: instrument %s: conid %d trades in %s, want %s", one.Name, pick[0].conid, k.Currency, one.Currency)
	}
	return pick[0].conid, nil
}

// listings asks for a symbol's listings, by stock list and else by search.
func listings(ctx context.Context, client *Client, symbol string) (found []listing, err error) {
	stocks, err := client.Stocks(ctx, symbol)
	if err != nil {
		return nil, err
	}
	for _, stock := range stocks {
		for _, one := range stock.Contracts {
			found = append(found, listing{int64(one.Conid), string(one.Exchange), bool(one.IsUS)})
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	rows, err := client.Search(ctx, symbol, "STK")
	for _, row := range rows {
		if row.Conid != 0 && sameWord(string(row.Symbol), symbol) {
			found = append(found, listing{conid: int64(row.Conid), exchange: string(row.Exchange)})
		}
	}
	return found, err
}

// choose keeps the listings on the instrument's exchange; when there is none,
// those in the United States for an instrument in USD.
func choose(found []listing, one *market.Instrument) []listing {
	keep := func(fits func(l listing) bool) []listing {
		return slices.DeleteFunc(slices.Clone(found), func(l listing) bool { return !fits(l) })
	}
	exchange := one.Exchange()
	exact := keep(func(l listing) bool {
		name, _, _ := strings.Cut(l.exchange, ".")
		return l.exchange == exchange || name == exchange
	})
	if len(exact) > 0 || one.Currency != "" && one.Currency != "USD" {
		return exact
	}
	return keep(func(l listing) bool { return l.isUS })
}

func describe(found []listing) string {
	if len(found) == 0 {
		return "none"
	}
	var parts []string
	for _, l := range found {
		parts = append(parts, fmt.Sprintf("%s (%d)", l.exchange, l.conid))
	}
	return limitText(strings.Join(parts, ", "), maxErrorText)
}
