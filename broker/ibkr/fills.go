package ibkr

import (
	"errors"
	"fmt"
	"strings"

	"gannet/market"
)

// errNotOurs says that a row belongs to another account.
var errNotOurs = errors.New("ibkr: row: of another account")

var errNoExecID = errors.New("ibkr: execution: no id")

// fill turns an execution row into a report. Amounts come from size and price
// only; the order is found by its reference, else by its id.
func (b *book) fill(row *TradeRow) (*market.ExecReport, error) {
	if row.Account != "" && string(row.Account) != string(b.account) {
		return nil, errNotOurs
	}
	side := sideOf(row.Side)
	qty, qtyErr := qtyOf(row.Size)
	px, pxErr := priceOf(row.Price)
	switch {
	case row.ExecID == "":
		return nil, errNoExecID
	case side == 0:
		return nil, fmt.Errorf("ibkr: execution %s: side %q, want B or S", row.ExecID, row.Side)
	case qtyErr != nil || !row.Size.Valid || qty < 0:
		return nil, fmt.Errorf("ibkr: execution %s: size %s, want a positive number", row.ExecID, row.Size)
	case pxErr != nil || !row.Price.Valid:
		return nil, fmt.Errorf("ibkr: execution %s: price %s, want a number", row.ExecID, row.Price)
	}
	r := &market.ExecReport{
		ExecType: market.ExecTrade, ExecID: string(row.ExecID), Account: b.account,
		ClientOrderID: market.ClientOrderID(row.OrderRef), Instrument: b.instruments(int64(row.Conid)),
		Side: side, LastQty: qty, LastPx: px, TsEvent: b.now(),
	}
	if row.Commission.Valid {
		r.Commission, r.CommissionKnown = row.Commission.Decimal, true
	}
	if row.TimeMs > 0 && row.TimeMs < maxMillis {
		r.TsEvent = market.Nanos(row.TimeMs) * market.Millisecond
	}
	b.identify(r, row)
	return r, nil
}

// identify completes the order's ids from each other.
func (b *book) identify(r *market.ExecReport, row *TradeRow) {
	if row.OrderID != 0 {
		e := b.entryOf(int64(row.OrderID))
		b.own(e, r.ClientOrderID)
		r.VenueOrderID, r.ClientOrderID = e.venueID(), e.client
	} else if e := b.byClient[r.ClientOrderID]; e != nil && r.ClientOrderID != "" {
		r.VenueOrderID = e.venueID()
	}
}

// onExecution reports an execution of the stream once.
func (b *book) onExecution(row *TradeRow) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.fill(row)
	if errors.Is(err, errNotOurs) {
		return nil
	}
	if err != nil {
		return err
	}
	base, suffix := splitExecID(r.ExecID)
	known := b.execs[base]
	switch {
	case known == nil && r.LastQty > 0:
		b.execs[base] = &execution{suffix: suffix, commission: r.CommissionKnown}
	case known == nil || suffix <= known.suffix:
		return nil
	default:
		known.suffix, known.commission = suffix, r.CommissionKnown
		r.ExecType = market.ExecTradeCorrect
		if r.LastQty == 0 {
			r.ExecType = market.ExecTradeCancel
		}
	}
	b.emit(r)
	return nil
}

// onTrades reads the rows of a trades answer: of each execution its last
// correction. Commissions that are news are reported. One row that cannot be
// read makes the answer unknown, unless it is plainly not ours.
func (b *book) onTrades(rows []TradeRow) ([]market.ExecReport, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]market.ExecReport, 0, len(rows))
	at := make(map[string]int, len(rows))
	for i := range rows {
		r, err := b.fill(&rows[i])
		if errors.Is(err, errNotOurs) || err != nil && rows[i].OrderRef == "" && b.instruments(int64(rows[i].Conid)) == 0 {
			continue
		}
		if err != nil {
			return nil, err
		}
		b.commission(r)
		base, suffix := splitExecID(r.ExecID)
		if j, twice := at[base]; !twice {
			at[base] = len(list)
			list = append(list, *r)
		} else if _, before := splitExecID(list[j].ExecID); suffix > before {
			list[j] = *r
		}
	}
	return list, nil
}

// commission reports the commission of an execution that was reported without.
func (b *book) commission(r *market.ExecReport) {
	base, suffix := splitExecID(r.ExecID)
	known := b.execs[base]
	if !r.CommissionKnown || known == nil || known.commission || suffix != known.suffix {
		return
	}
	known.commission = true
	late := *r
	late.ExecType = market.ExecCommission
	b.emit(&late)
}

// splitExecID takes the correction number off an execution id: the last of
// four groups, such as "01" of "00025b49.6a56b338.01.01".
func splitExecID(id string) (base, suffix string) {
	dot := strings.LastIndexByte(id, '.')
	if strings.Count(id, ".") != 3 {
		return id, ""
	}
	return id[:dot], id[dot+1:]
}
