package ibkr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Every update of a Feed says by Connection which connection of the Stream it
// came over, counted from 1. When that grows, frames may have been lost in
// between: orders are never sent again, so ask for live orders and trades.

// QuoteUpdate is market data of a contract (smd): all that was said of it
// since the connection was made.
type QuoteUpdate struct {
	Target     string // 265598, or 265598@NASDAQ
	UpdatedMs  int64  // when it changed; 0 when not said
	Connection uint64 `json:"-"`
	fields     map[string]string
}

// Text is a field by its number, such as "31"; "" when it was not said.
func (q *QuoteUpdate) Text(field string) string { return q.fields[field] }

// Fields are the numbers of the fields that were said, sorted.
func (q *QuoteUpdate) Fields() []string { return slices.Sorted(maps.Keys(q.fields)) }

// Number is a field as a number. It is not Valid when it was not said or is
// no number.
func (q *QuoteUpdate) Number(field string) FlexDecimal {
	text := q.fields[field]
	if text == "" {
		return FlexDecimal{}
	}
	d, mark, err := parseNumber(text)
	return FlexDecimal{Decimal: d, Valid: err == nil, Mark: mark}
}

// Quote is the top of the book, for the fields that were asked for.
func (q *QuoteUpdate) Quote() Quote {
	conid, _, _ := strings.Cut(q.Target, "@")
	id, _ := strconv.ParseInt(conid, 10, 64) // it was made from a number
	return Quote{
		Conid: FlexInt(id), UpdatedMs: FlexInt(q.UpdatedMs),
		Last: q.Number(fieldLast), Bid: q.Number(fieldBid), Ask: q.Number(fieldAsk),
		LastSize: q.Number(fieldLastSize), BidSize: q.Number(fieldBidSize), AskSize: q.Number(fieldAskSize),
		Availability: FlexString(q.fields[fieldAvail]),
	}
}

// merge lays a frame over what is known of the wanted fields, and says whether
// anything is news.
func (q *QuoteUpdate) merge(f *frame, fields []string, bad *misread) (news bool) {
	all := members(f.raw)
	for key, value, ok := all.member(); ok; key, value, ok = all.member() {
		if string(key) == "_updated" {
			if text, err := scalarText(value); err == nil {
				if ms, ok := parseFixed([]byte(text), 0); ok {
					q.UpdatedMs = ms
				}
			}
			continue
		}
		at := slices.IndexFunc(fields, func(field string) bool { return field == string(key) })
		if at < 0 {
			continue
		}
		text, err := scalarText(value)
		if err == nil && len(text) > maxErrorText {
			err = errLongText
		}
		if err != nil {
			bad.add(value, fmt.Errorf("field %s: %w", fields[at], err))
		}
		if err != nil || text == "" {
			continue
		}
		if q.fields == nil {
			q.fields = make(map[string]string, len(fields))
		}
		q.fields[fields[at]] = text
		news = true
	}
	return news
}

// HistoryUpdate is an answer of the history stream (smh).
type HistoryUpdate struct {
	ServerID   string
	Symbol     string
	TimePeriod string
	BarLength  int64  // seconds
	Connection uint64 `json:"-"`
	Bars       []HistoryBar
}

// HistoryBar is one bar. The unit of Volume differs from answer to answer
// (volumeFactor); compare it only within one.
type HistoryBar struct {
	TimeMs FlexInt     `json:"t"` // its beginning, UTC
	Open   FlexDecimal `json:"o"`
	High   FlexDecimal `json:"h"`
	Low    FlexDecimal `json:"l"`
	Close  FlexDecimal `json:"c"`
	Volume FlexDecimal `json:"v"`
}

// maxBars is how many bars one answer has at most.
const maxBars = 1000

// historyOf reads a frame. Bars that cannot be read are left out.
func historyOf(raw []byte, connection uint64, bad *misread) (HistoryUpdate, bool) {
	var head struct {
		ServerID   FlexString `json:"serverId"`
		Symbol     FlexString `json:"symbol"`
		TimePeriod FlexString `json:"timePeriod"`
		BarLength  FlexInt    `json:"barLength"`
	}
	f, _ := parseFrame(raw) // it was one when it came
	if err := fill(raw, &head); err != nil {
		bad.add(raw, err)
		return HistoryUpdate{}, false
	}
	h := HistoryUpdate{
		ServerID: string(head.ServerID), Symbol: string(head.Symbol), TimePeriod: string(head.TimePeriod),
		BarLength: int64(head.BarLength), Connection: connection,
	}
	list := elements(f.data)
	if list.b == nil && len(f.data) > 0 {
		bad.add(f.data, errNoList)
	}
	var bar, none HistoryBar
	for row, ok := list.element(); ok && len(h.Bars) < maxBars; row, ok = list.element() {
		bar = none
		err := fill(row, &bar)
		if err == nil && (bar.TimeMs <= 0 || !bar.Close.Valid) {
			err = errNoBar
		}
		if err != nil {
			bad.add(row, err)
			continue
		}
		h.Bars = append(h.Bars, bar)
	}
	return h, true
}

// DepthUpdate is the book of a contract (sbd), by rows from 0.
type DepthUpdate struct {
	Account    string `json:"-"`
	Conid      int64
	Connection uint64     `json:"-"`
	Rows       []DepthRow // sorted
}

// DepthRow is one price of the book. Bid and Ask are sizes; one that is not
// Valid is not there.
type DepthRow struct {
	Row       int
	Price     FlexDecimal
	Bid, Ask  FlexDecimal
	LastSize  FlexDecimal // of the last trade, where it was at this price
	LastTrade bool        // the price of the last trade
}

// maxDepth is the highest row, less one.
const maxDepth = 256

// depthDelta is a row as it comes; nil is not said.
type depthDelta struct {
	Row   *FlexInt     `json:"row"`
	Focus *FlexInt     `json:"focus"`
	Price *FlexString  `json:"price"` // 189.55, or 100 @ 189.55
	Bid   *FlexDecimal `json:"bid"`
	Ask   *FlexDecimal `json:"ask"`
}

func (d *DepthUpdate) merge(f *frame, bad *misread) (news bool) {
	list := elements(f.data)
	if list.b == nil && len(f.data) > 0 {
		bad.add(f.data, errNoList)
	}
	var row, none depthDelta
	for raw, ok := list.element(); ok; raw, ok = list.element() {
		row = none
		err := fill(raw, &row)
		if err == nil && (row.Row == nil || *row.Row < 0 || *row.Row >= maxDepth) {
			err = errNoRow
		}
		if err != nil {
			bad.add(raw, err)
			continue
		}
		at := d.row(int(*row.Row))
		if row.Price != nil {
			at.reprice(string(*row.Price))
		}
		if row.Focus != nil {
			at.LastTrade = *row.Focus != 0
		}
		if row.Bid != nil {
			at.Bid = *row.Bid
		}
		if row.Ask != nil {
			at.Ask = *row.Ask
		}
		news = true
	}
	return news
}

// row finds or makes a row.
func (d *DepthUpdate) row(n int) *DepthRow {
	at, known := slices.BinarySearchFunc(d.Rows, n, func(r DepthRow, n int) int { return r.Row - n })
	if !known {
		d.Rows = slices.Insert(d.Rows, at, DepthRow{Row: n})
	}
	return &d.Rows[at]
}

// reprice takes the text of a price. Sizes belong to a price: at another one
// they are no longer known.
func (r *DepthRow) reprice(text string) {
	size, price, with := strings.Cut(text, "@")
	if !with {
		size, price = "", text
	}
	before := r.Price
	r.Price, r.LastSize = flexOf(price), flexOf(size)
	if !before.Valid || !r.Price.Valid || !before.Decimal.Equal(r.Price.Decimal) {
		r.Bid, r.Ask = FlexDecimal{}, FlexDecimal{}
	}
}

func flexOf(text string) FlexDecimal {
	if text = strings.TrimSpace(text); text == "" {
		return FlexDecimal{}
	}
	d, mark, err := parseNumber(text)
	return FlexDecimal{Decimal: d, Valid: err == nil, Mark: mark}
}

// OrderUpdate is a row of the order stream (sor) laid over what this
// connection said of the order before.
type OrderUpdate struct {
	OrderRow
	Delta      json.RawMessage // the row as it came, with all fields
	Connection uint64          `json:"-"`
}

// TradeUpdate is an execution (str). Each comes once per connection and
// correction: IBKR's replays are left out.
type TradeUpdate struct {
	TradeRow
	Raw        json.RawMessage // the row as it came, with all fields
	Connection uint64          `json:"-"`
}

// PnLUpdate is the profit and loss of an account or a model of it (spl), such
// as DU1234567.Core.
type PnLUpdate struct {
	Key                    string      `json:"-"`
	Daily                  FlexDecimal `json:"dpl"`
	NetLiquidation         FlexDecimal `json:"nl"`
	Unrealized             FlexDecimal `json:"upl"`
	ExcessLiquidity        FlexDecimal `json:"el"` // rounded
	ExcessLiquidityExactly FlexDecimal `json:"uel"`
	MarketValue            FlexDecimal `json:"mv"`
	Connection             uint64      `json:"-"`
}

func (p *PnLUpdate) merge(raw []byte, row *PnLUpdate) (bool, error) {
	*row = PnLUpdate{}
	if err := fill(raw, row); err != nil {
		return false, err
	}
	return mergeNumbers([][2]*FlexDecimal{
		{&p.Daily, &row.Daily}, {&p.NetLiquidation, &row.NetLiquidation}, {&p.Unrealized, &row.Unrealized},
		{&p.ExcessLiquidity, &row.ExcessLiquidity}, {&p.ExcessLiquidityExactly, &row.ExcessLiquidityExactly},
		{&p.MarketValue, &row.MarketValue},
	}), nil
}

// SummaryUpdate is one value of an account's summary (ssd), by its key: an
// amount in a currency, or a text.
type SummaryUpdate struct {
	Account    string      `json:"-"`
	Key        FlexString  `json:"key"` // NetLiquidation, AccruedCash-S, Cushion
	Currency   FlexString  `json:"currency"`
	Amount     FlexDecimal `json:"monetaryValue"`
	Value      FlexString  `json:"value"`
	Timestamp  FlexInt     `json:"timestamp"` // seconds
	Connection uint64      `json:"-"`
}

func (s *SummaryUpdate) merge(raw []byte, row *SummaryUpdate) (bool, error) {
	*row = SummaryUpdate{}
	if err := fill(raw, row); err != nil {
		return false, err
	}
	mergeText(&s.Key, row.Key)
	mergeText(&s.Currency, row.Currency)
	mergeText(&s.Value, row.Value)
	if row.Timestamp != 0 {
		s.Timestamp = row.Timestamp
	}
	return mergeNumbers([][2]*FlexDecimal{{&s.Amount, &row.Amount}}) || row.Value != "", nil
}

// LedgerUpdate is the ledger of an account in one currency (sld).
type LedgerUpdate struct {
	Account        string      `json:"-"`
	Key            FlexString  `json:"key"`       // LedgerListUSD, LedgerListBASE
	Currency       FlexString  `json:"secondKey"` // USD, BASE
	Cash           FlexDecimal `json:"cashbalance"`
	SettledCash    FlexDecimal `json:"settledCash"`
	NetLiquidation FlexDecimal `json:"netLiquidationValue"`
	StockValue     FlexDecimal `json:"stockMarketValue"`
	RealizedPnL    FlexDecimal `json:"realizedPnl"`
	UnrealizedPnL  FlexDecimal `json:"unrealizedPnl"`
	ExchangeRate   FlexDecimal `json:"exchangeRate"`
	Interest       FlexDecimal `json:"interest"`
	Dividends      FlexDecimal `json:"dividends"`
	Timestamp      FlexInt     `json:"timestamp"` // seconds
	Connection     uint64      `json:"-"`
}

// merge lays a row over what is known. A currency that did not change comes
// as a key and a timestamp.
func (l *LedgerUpdate) merge(raw []byte, row *LedgerUpdate) (bool, error) {
	*row = LedgerUpdate{}
	if err := fill(raw, row); err != nil {
		return false, err
	}
	mergeText(&l.Key, row.Key)
	mergeText(&l.Currency, row.Currency)
	if row.Timestamp != 0 {
		l.Timestamp = row.Timestamp
	}
	return mergeNumbers([][2]*FlexDecimal{
		{&l.Cash, &row.Cash}, {&l.SettledCash, &row.SettledCash}, {&l.NetLiquidation, &row.NetLiquidation},
		{&l.StockValue, &row.StockValue}, {&l.RealizedPnL, &row.RealizedPnL}, {&l.UnrealizedPnL, &row.UnrealizedPnL},
		{&l.ExchangeRate, &row.ExchangeRate}, {&l.Interest, &row.Interest}, {&l.Dividends, &row.Dividends},
	}), nil
}

// mergeNumbers takes over the numbers that were said, and says whether any was.
func mergeNumbers(pairs [][2]*FlexDecimal) (news bool) {
	for _, p := range pairs {
		if p[1].Valid {
			*p[0], news = *p[1], true
		}
	}
	return news
}

// StatusUpdate is what the stream says of the session (sts); the pieces in
// which it comes are put together. nil is not said.
type StatusUpdate struct {
	Authenticated *FlexBool  `json:"authenticated"`
	Competing     *FlexBool  `json:"competing"`
	Message       FlexString `json:"message"`
	Fail          FlexString `json:"fail"`
	ServerName    FlexString `json:"serverName"`
	ServerVersion FlexString `json:"serverVersion"`
	UserName      FlexString `json:"username"`
	Connection    uint64     `json:"-"`
}

// SystemUpdate is the greeting of a connection, and its heartbeat after that.
type SystemUpdate struct {
	User        FlexString `json:"success"` // of the greeting
	IsPaper     *FlexBool  `json:"isPaper"` // of the greeting; nil: not said
	HeartbeatMs FlexInt    `json:"hb"`      // when the server sent the last heartbeat
	Connection  uint64     `json:"-"`
}

// AccountsUpdate is the accounts of the login (act).
type AccountsUpdate struct {
	Accounts
	Connection uint64          `json:"-"`
	Raw        json.RawMessage // with all fields
}

// NoticeUpdate is a message to the user (ntf). One with Prompt waits for an
// answer that this API cannot give.
type NoticeUpdate struct {
	ID         FlexString   `json:"id"`
	Title      FlexString   `json:"title"`
	Text       FlexString   `json:"text"`
	URL        FlexString   `json:"url"`
	OrderID    FlexInt      `json:"orderId"`
	MessageID  FlexString   `json:"messageId"`
	Options    []FlexString `json:"options"`
	Prompt     FlexBool     `json:"prompt"`
	Connection uint64       `json:"-"`
}

// BulletinUpdate is news of IBKR about an exchange or a system (blt).
type BulletinUpdate struct {
	ID         FlexString      `json:"id"`
	Message    FlexString      `json:"message"`
	Exchanges  json.RawMessage `json:"exchanges"`
	Connection uint64          `json:"-"`
}

// TicUpdate is the answer to the stream's keep-alive. Not every server gives one.
type TicUpdate struct {
	LastAccessedMs FlexInt `json:"lastAccessed"`
	Connection     uint64  `json:"-"`
}

// ErrorUpdate is an error that the stream tells, such as an unknown topic.
type ErrorUpdate struct {
	Text       string
	Raw        json.RawMessage
	Connection uint64 `json:"-"`
}

// errorOf reads a frame that is an error.
func errorOf(raw []byte, connection uint64) (ErrorUpdate, bool, error) {
	f, _ := parseFrame(raw) // it was one when it came
	u := ErrorUpdate{Text: string(f.fail), Raw: bytes.Clone(raw), Connection: connection}
	if text, err := scalarText(f.fail); err == nil {
		u.Text = text
	}
	return u, true, nil
}
