package ibkr

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// newStream is the adapter's stream. Orders, executions and messages go
// straight to the book and the mailbox, which keep everything.
func (a *Adapter) newStream() *Stream {
	s := NewStream(a.client)
	s.held = true
	s.OnTrouble(func(err error) { a.alert("BAD_FRAME", err.Error()) }) // of rows only: the keeper tells why a connection is lost
	s.quotes = a.quoteTopics
	s.market = a.onMarketData
	s.add(
		&topic{name: topicOrders, ask: askOrders, end: "uor+{}", take: func(f *frame, _ uint64, bad *misread) { eachRow(f.args, a.onOrder, bad) }},
		&topic{name: topicTrades, ask: `str+{"realtimeUpdatesOnly":false,"days":1}`, end: "utr",
			take: func(f *frame, _ uint64, bad *misread) { eachRow(f.args, a.book.onExecution, bad) }, reset: a.resetTicks},
		&topic{name: "ntf", take: func(f *frame, _ uint64, bad *misread) { eachRow(f.args, a.onNotice, bad) }},
		&topic{name: "blt", take: func(f *frame, _ uint64, bad *misread) { eachRow(f.args, a.onBulletin, bad) }},
		&topic{name: topicError, take: func(f *frame, _ uint64, _ *misread) { a.alert("STREAM_ERROR", "the stream says: "+string(f.fail)) }},
	)
	return s
}

// resetTicks forgets the prices of a lost connection.
func (a *Adapter) resetTicks() { a.ticks.reset(a.conids.now.Load().byConid) }

// quoteTopics are the subscriptions of market data that OnTick needs.
func (a *Adapter) quoteTopics() (list []string) {
	if a.onTick == nil {
		return nil
	}
	fields := `{"fields":["` + strings.Join(quoteFields, `","`) + `"]}`
	for _, conid := range a.conids.now.Load().byID {
		if conid != 0 {
			list = append(list, "smd+"+strconv.FormatInt(conid, 10)+"+"+fields)
		}
	}
	return list
}

func (a *Adapter) onMarketData(b []byte) {
	if t := a.ticks.on(b, a.now()); t != nil && a.onTick != nil {
		a.quotes.note(t)
		a.onTick(t)
	}
}

// eachRow calls fn for each row of args, which may be one object or a list. A
// row that cannot be read is passed over, and the others count.
func eachRow[T any](args []byte, fn func(*T) error, bad *misread) {
	var row, none T // one for all: fn keeps copies
	list := rows(args)
	for raw, ok := list.element(); ok; raw, ok = list.element() {
		row = none
		err := fill(raw, &row)
		if err == nil {
			err = fn(&row)
		}
		if err != nil {
			bad.add(raw, err)
		}
	}
}

func (a *Adapter) onOrder(row *OrderRow) error {
	a.book.onRow(row)
	return nil
}

// onStatus reads the session's own word.
func onStatus(args []byte, bad *misread) note {
	var s struct {
		Authenticated *FlexBool  `json:"authenticated"`
		Competing     FlexBool   `json:"competing"`
		Message       FlexString `json:"message"`
		Fail          FlexString `json:"fail"`
	}
	err := json.Unmarshal(args, &s)
	switch {
	case err != nil:
		bad.add(args, err)
		return note{}
	case bool(s.Competing), s.Authenticated != nil && !bool(*s.Authenticated):
		return note{noteLost, notUp(&AuthStatus{Competing: s.Competing, Message: s.Message, Fail: s.Fail})}
	case s.Authenticated != nil:
		return note{kind: noteUp}
	}
	return note{}
}

func (a *Adapter) onNotice(n *NoticeUpdate) error {
	if n.Prompt {
		a.alert("ORDER_PROMPT", fmt.Sprintf("order %d waits for an answer in IBKR's own platform: %s", n.OrderID, n.Text))
		return nil
	}
	a.alert("IBKR_NOTICE", string(n.Text))
	return nil
}

func (a *Adapter) onBulletin(n *BulletinUpdate) error {
	a.alert("IBKR_BULLETIN", string(n.Message))
	return nil
}
