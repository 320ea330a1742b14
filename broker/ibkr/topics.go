package ibkr

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	maxHistoryStreams = 5
	maxKeys           = 512 // of a topic with rows by key
)

// Quotes subscribes market data of contracts (smd): the fields with the given
// numbers, those of Quote when there are none. A target is a conid, alone or
// with an exchange, such as 265598@NASDAQ. IBKR sends at most two frames a
// second for a contract; it ends the data after 15 minutes, and the Stream asks
// for it again every ten.
func (s *Stream) Quotes(fields []string, targets ...string) *Feed[QuoteUpdate] {
	if len(fields) == 0 {
		fields = quoteFields
	}
	fields = slices.Clone(fields)
	store := &latest[QuoteUpdate]{max: len(targets), copy: func(q QuoteUpdate) QuoteUpdate {
		q.fields = maps.Clone(q.fields)
		return q
	}}
	feed := newFeed[QuoteUpdate](store)
	var list []*topic
	for _, target := range targets {
		list = append(list, &topic{
			name: "smd+" + target, ask: "smd+" + target + "+" + text(map[string]any{"fields": fields}), end: "umd+" + target + "+{}",
			renew: true, reset: store.reset,
			take: func(f *frame, n uint64, bad *misread) {
				news, err := store.update([]byte(target), func(q *QuoteUpdate) (bool, error) {
					q.Target, q.Connection = target, n
					return q.merge(f, fields, bad), nil
				})
				feed.note(f.raw, news, err, bad)
			},
		})
	}
	return subscribe(s, feed, list...)
}

// HistoryQuery is what to ask the history stream for. Empty fields are IBKR's
// defaults.
type HistoryQuery struct {
	Exchange   string `json:"exchange,omitempty"`
	Period     string `json:"period,omitempty"` // 1d
	Bar        string `json:"bar,omitempty"`    // 5min
	OutsideRTH bool   `json:"outsideRth"`
	Source     string `json:"source,omitempty"` // trades, midpoint, bid_ask
	Format     string `json:"format,omitempty"` // %o/%c/%h/%l
}

// History subscribes bars of a contract (smh). IBKR answers once, and allows
// five at a time; a second one for the same contract cannot be told apart and
// is refused. Close it to make room.
func (s *Stream) History(conid int64, query HistoryQuery) (*Feed[HistoryUpdate], error) {
	target := strconv.FormatInt(conid, 10)
	if err := s.reserveHistory(target); err != nil {
		return nil, err
	}
	store := &latest[parcel]{max: 1}
	feed := newFeed[HistoryUpdate](historyStore{store, s})
	var mu sync.Mutex
	serverID := ""
	t := &topic{name: "smh+" + target, ask: "smh+" + target + "+" + text(query), reset: store.reset}
	t.take = func(f *frame, n uint64, bad *misread) {
		if id, err := scalarText(f.serverID); err == nil && id != "" {
			mu.Lock()
			serverID = id
			mu.Unlock()
		}
		news, err := store.update(nil, func(p *parcel) (bool, error) {
			*p = parcel{append([]byte(nil), f.raw...), n}
			return true, nil
		})
		feed.note(f.raw, news, err, bad)
	}
	subscribe(s, feed, t)
	feed.end = func() {
		mu.Lock()
		defer mu.Unlock()
		if serverID != "" {
			t.end = "umh+" + serverID
		}
		s.remove(t)
		if serverID == "" && s.connected() {
			s.endLater(t.name)
		}
	}
	return feed, nil
}

// endLater ends a history stream when its answer tells its number.
func (s *Stream) endLater(name string) {
	t := &topic{name: name}
	t.take = func(f *frame, _ uint64, _ *misread) {
		if id, err := scalarText(f.serverID); err == nil && id != "" {
			t.end = "umh+" + id
			s.remove(t)
		}
	}
	t.reset = func() { s.remove(t) } // it ended with its connection
	s.add(t)
}

// historyStore reads the newest answer when it is asked for.
type historyStore struct {
	*latest[parcel]
	stream *Stream
}

func (h historyStore) take() (HistoryUpdate, bool) {
	for {
		p, ok := h.latest.take()
		if !ok {
			return HistoryUpdate{}, false
		}
		var bad misread
		u, ok := historyOf(p.args, p.connection, &bad)
		h.stream.tell("smh", p.connection, &bad)
		if ok {
			return u, true
		}
	}
}

func (s *Stream) reserveHistory(target string) error {
	open := 0
	for _, t := range s.table.Load().list {
		if !strings.HasPrefix(t.name, "smh+") {
			continue
		}
		if t.name == "smh+"+target {
			return fmt.Errorf("ibkr: history stream of conid %s: is open already", target)
		}
		open++
	}
	if open >= maxHistoryStreams {
		return fmt.Errorf("ibkr: history stream of conid %s: %d are open, IBKR allows no more", target, open)
	}
	return nil
}

// Depth subscribes the book of a contract (sbd) for an account with level 2
// data. exchange is "" for all that have depth. IBKR can only end the books of
// an account together: it is told when the last one is closed.
func (s *Stream) Depth(account string, conid int64, exchange string) *Feed[DepthUpdate] {
	name := "sbd+" + account + "+" + strconv.FormatInt(conid, 10)
	ask := name
	if exchange != "" {
		ask += "+" + exchange
	}
	store := &latest[DepthUpdate]{max: 1, copy: func(d DepthUpdate) DepthUpdate {
		d.Rows = slices.Clone(d.Rows)
		return d
	}}
	feed := newFeed[DepthUpdate](store)
	return subscribe(s, feed, &topic{
		name: name, ask: ask, end: "ubd+" + account, reset: store.reset,
		take: func(f *frame, n uint64, bad *misread) {
			news, err := store.update(nil, func(d *DepthUpdate) (bool, error) {
				d.Account, d.Conid, d.Connection = account, conid, n
				return d.merge(f, bad), nil
			})
			feed.note(f.raw, news, err, bad)
		},
	})
}

// Orders subscribes changes of orders (sor). IBKR sends what changes from then
// on, only the fields that did, and repeats nothing that was lost: ask for live
// orders first and after each connection. Filters are not offered, because
// they silence the topic.
func (s *Stream) Orders() *Feed[OrderUpdate] {
	known := make(map[int64]*OrderRow)
	connection := uint64(0)
	var delta, none OrderRow
	return rowsFeed(s, &topic{name: topicOrders, ask: askOrders, end: "uor+{}"}, func(row []byte, n uint64) (u OrderUpdate, news bool, err error) {
		if n != connection {
			clear(known)
			connection = n
		}
		delta = none
		if err := fill(row, &delta); err != nil {
			return u, false, err
		}
		if delta.OrderID == 0 {
			return u, false, errNoOrder
		}
		id := int64(delta.OrderID)
		if known[id] == nil {
			known[id] = &OrderRow{OrderID: delta.OrderID}
		}
		merge(known[id], &delta)
		return OrderUpdate{OrderRow: *known[id], Delta: slices.Clone(row), Connection: n}, true, nil
	})
}

// Trades subscribes executions (str), those of the last days (1 to 7) first.
// An execution comes once, and again when it is corrected.
func (s *Stream) Trades(days int) *Feed[TradeUpdate] {
	seen := make(map[string]string) // execution -> its last correction
	ask := "str+" + text(map[string]any{"realtimeUpdatesOnly": false, "days": min(max(days, 1), 7)})
	var trade, none TradeRow
	return rowsFeed(s, &topic{name: topicTrades, ask: ask, end: "utr"}, func(row []byte, n uint64) (u TradeUpdate, news bool, err error) {
		trade = none
		if err := fill(row, &trade); err != nil {
			return u, false, err
		}
		if trade.ExecID == "" {
			return u, false, errNoExec
		}
		u.TradeRow = trade
		base, suffix := splitExecID(string(u.ExecID))
		if last, twice := seen[base]; twice && suffix <= last {
			return u, false, nil
		}
		seen[base] = suffix
		u.Raw, u.Connection = slices.Clone(row), n
		return u, true, nil
	})
}

// PnL subscribes profit and loss of all accounts (spl), about once a second.
func (s *Stream) PnL() *Feed[PnLUpdate] {
	store := &latest[PnLUpdate]{max: maxKeys}
	var scratch PnLUpdate
	feed := newFeed[PnLUpdate](store)
	return subscribe(s, feed, &topic{name: "spl", ask: "spl+{}", end: "upl+{}", reset: store.reset, take: func(f *frame, n uint64, bad *misread) {
		all := members(f.args)
		if all.b == nil && len(f.args) > 0 {
			bad.add(f.args, errNotObject)
		}
		for key, row, ok := all.member(); ok; key, row, ok = all.member() {
			news, err := store.update(key, func(p *PnLUpdate) (bool, error) {
				p.Key, p.Connection = string(key), n
				return p.merge(row, &scratch)
			})
			feed.note(row, news, err, bad)
		}
	}})
}

// Summary subscribes values of an account's summary (ssd): the given keys,
// such as NetLiquidation, all when there are none.
func (s *Stream) Summary(account string, keys ...string) *Feed[SummaryUpdate] {
	var scratch SummaryUpdate
	return keyedFeed(s, "ssd+"+account, "usd+"+account+"+{}", keys, []string{"currency", "monetaryValue", "value"},
		func(u *SummaryUpdate, row []byte, n uint64) (bool, error) {
			u.Account, u.Connection = account, n
			return u.merge(row, &scratch)
		})
}

// Ledger subscribes an account's ledger (sld), every ten seconds: the given
// keys, such as LedgerListBASE, all when there are none.
func (s *Stream) Ledger(account string, keys ...string) *Feed[LedgerUpdate] {
	var scratch LedgerUpdate
	return keyedFeed(s, "sld+"+account, "uld+"+account+"+{}", keys, nil,
		func(u *LedgerUpdate, row []byte, n uint64) (bool, error) {
			u.Account, u.Connection = account, n
			return u.merge(row, &scratch)
		})
}

// keyedFeed subscribes a topic whose result has rows with a key.
func keyedFeed[T any](s *Stream, name, end string, keys, fields []string, merge func(*T, []byte, uint64) (bool, error)) *Feed[T] {
	args := map[string]any{}
	if len(keys) > 0 {
		args["keys"] = keys
		if fields != nil {
			args["fields"] = fields
		}
	}
	store := &latest[T]{max: maxKeys}
	feed := newFeed[T](store)
	return subscribe(s, feed, &topic{name: name, ask: name + "+" + text(args), end: end, reset: store.reset, take: func(f *frame, n uint64, bad *misread) {
		list := rows(f.result)
		for row, ok := list.element(); ok; row, ok = list.element() {
			news, err := false, errNoKey
			if key := memberOf(row, "key"); len(key) > 0 {
				news, err = store.update(key, func(v *T) (bool, error) { return merge(v, row, n) })
			}
			feed.note(row, news, err, bad)
		}
	}})
}

// memberOf is the raw value of a key of an object.
func memberOf(b []byte, name string) []byte {
	all := members(b)
	for key, value, ok := all.member(); ok; key, value, ok = all.member() {
		if string(key) == name {
			return value
		}
	}
	return nil
}

// Topics that come without being asked for.

// Status follows the session (sts).
func (s *Stream) Status() *Feed[StatusUpdate] {
	var sum, next StatusUpdate
	return rowsFeed(s, &topic{name: "sts"}, func(row []byte, n uint64) (StatusUpdate, bool, error) {
		if sum.Connection != n {
			sum = StatusUpdate{Connection: n}
		}
		next = sum
		if err := fill(row, &next); err != nil {
			return sum, false, err
		}
		sum = next
		return sum, true, nil
	})
}

// System follows greetings and heartbeats (system).
func (s *Stream) System() *Feed[SystemUpdate] {
	return wholeFeed(s, "system", func(u *SystemUpdate, f *frame, n uint64) error {
		if u.Connection != n {
			*u = SystemUpdate{Connection: n}
		}
		return fill(f.raw, u)
	})
}

// AccountList follows the accounts of the login (act).
func (s *Stream) AccountList() *Feed[AccountsUpdate] {
	return wholeFeed(s, "act", func(u *AccountsUpdate, f *frame, n uint64) error {
		next := AccountsUpdate{Connection: n, Raw: slices.Clone(f.args)}
		if err := fill(f.args, &next.Accounts); err != nil {
			return err
		}
		*u = next
		return nil
	})
}

// Notices follows messages to the user (ntf).
func (s *Stream) Notices() *Feed[NoticeUpdate] {
	var next NoticeUpdate
	return rowsFeed(s, &topic{name: "ntf"}, func(row []byte, n uint64) (NoticeUpdate, bool, error) {
		next = NoticeUpdate{Connection: n}
		err := fill(row, &next)
		return next, err == nil, err
	})
}

// Bulletins follows news of IBKR (blt).
func (s *Stream) Bulletins() *Feed[BulletinUpdate] {
	var next BulletinUpdate
	return rowsFeed(s, &topic{name: "blt"}, func(row []byte, n uint64) (BulletinUpdate, bool, error) {
		next = BulletinUpdate{Connection: n}
		err := fill(row, &next)
		return next, err == nil, err
	})
}

// Tics follows the answers to the stream's keep-alives (tic).
func (s *Stream) Tics() *Feed[TicUpdate] {
	return wholeFeed(s, "tic", func(u *TicUpdate, f *frame, n uint64) error {
		u.Connection = n
		return fill(f.raw, u)
	})
}

// Errors follows what the stream complains about (error, or a frame with an
// "error" and no topic of its own).
func (s *Stream) Errors() *Feed[ErrorUpdate] {
	store := &queued[ErrorUpdate]{decode: errorOf} // which has no faults to tell
	feed := newFeed[ErrorUpdate](store)
	return subscribe(s, feed, &topic{name: topicError, take: func(f *frame, n uint64, _ *misread) {
		store.put(f.raw, n)
		feed.poke()
	}})
}

// rowsFeed keeps all rows of a topic's args.
func rowsFeed[T any](s *Stream, t *topic, decode func(row []byte, n uint64) (T, bool, error)) *Feed[T] {
	store := &queued[T]{decode: decode, tell: func(connection uint64, bad *misread) { s.tell(t.name, connection, bad) }}
	feed := newFeed[T](store)
	t.take = func(f *frame, n uint64, _ *misread) {
		store.put(f.args, n)
		feed.poke()
	}
	return subscribe(s, feed, t)
}

// wholeFeed keeps the newest state of a topic.
func wholeFeed[T any](s *Stream, name string, change func(*T, *frame, uint64) error) *Feed[T] {
	store := &latest[T]{max: 1}
	feed := newFeed[T](store)
	return subscribe(s, feed, &topic{name: name, take: func(f *frame, n uint64, bad *misread) {
		news, err := store.update(nil, func(v *T) (bool, error) {
			err := change(v, f, n)
			return err == nil, err
		})
		feed.note(f.raw, news, err, bad)
	}})
}

func subscribe[T any](s *Stream, feed *Feed[T], list ...*topic) *Feed[T] {
	feed.end = func() { s.remove(list...) }
	s.add(list...)
	return feed
}

// text is JSON that the program itself has made.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("ibkr: arguments of a subscription: " + err.Error()) // cannot be: they are text, numbers and booleans
	}
	return string(b)
}
