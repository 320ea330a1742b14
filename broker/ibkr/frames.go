package ibkr

import (
	"bytes"
	"encoding/json"
	"fmt"
)

var smdMark = []byte(`"topic":"smd+`)

// frame is a frame of the stream other than market data.
type frame struct {
	Topic   FlexString      `json:"topic"`
	Args    json.RawMessage `json:"args"`
	Success json.RawMessage `json:"success"`
	Error   json.RawMessage `json:"error"`
}

// onFrame takes one frame of the stream. Text that is no JSON, frames without
// a topic and topics that are not known are passed over.
func (a *Adapter) onFrame(b []byte) note {
	if bytes.Contains(b, smdMark) {
		a.onMarketData(b)
		return note{}
	}
	var f frame
	if json.Unmarshal(b, &f) != nil {
		return note{}
	}
	switch topic := string(f.Topic); {
	case len(topic) > len(smdTopic) && topic[:len(smdTopic)] == string(smdTopic):
		a.onMarketData(b)
	case topic == "sor":
		eachRow(a, f.Args, a.onOrder)
	case topic == "str":
		eachRow(a, f.Args, a.book.onExecution)
	case topic == "sts":
		return onStatus(f.Args)
	case topic == "system" && len(f.Success) > 0:
		return note{kind: noteSystem}
	case topic == "ntf":
		eachRow(a, f.Args, a.onNotice)
	case topic == "blt":
		eachRow(a, f.Args, a.onBulletin)
	case len(f.Error) > 0:
		a.alert("STREAM_ERROR", "the stream says: "+string(f.Error))
	}
	return note{}
}

func (a *Adapter) onMarketData(b []byte) {
	if t := a.ticks.on(b, a.now()); t != nil && a.onTick != nil {
		a.quotes.note(t)
		a.onTick(t)
	}
}

// eachRow calls fn for each row of args, which may be one object or a list. A
// row that cannot be read is told to a person; the others count.
func eachRow[T any](a *Adapter, args json.RawMessage, fn func(*T) error) {
	rows := []json.RawMessage{args}
	if len(args) > 0 && args[0] == '[' {
		rows = nil
		if json.Unmarshal(args, &rows) != nil {
			return
		}
	}
	for _, raw := range rows {
		var row T
		err := json.Unmarshal(raw, &row)
		if err == nil {
			err = fn(&row)
		}
		if err != nil {
			a.alert("BAD_FRAME", fmt.Sprintf("a row of the stream was passed over: %s: %s", err, limitText(string(raw), 200)))
		}
	}
}

func (a *Adapter) onOrder(row *OrderRow) error {
	a.book.onRow(row)
	return nil
}

// onStatus reads the session's own word.
func onStatus(args json.RawMessage) note {
	var s struct {
		Authenticated *FlexBool  `json:"authenticated"`
		Competing     FlexBool   `json:"competing"`
		Message       FlexString `json:"message"`
		Fail          FlexString `json:"fail"`
	}
	switch {
	case json.Unmarshal(args, &s) != nil:
		return note{}
	case bool(s.Competing), s.Authenticated != nil && !bool(*s.Authenticated):
		return note{noteLost, notUp(&AuthStatus{Competing: s.Competing, Message: s.Message, Fail: s.Fail})}
	case s.Authenticated != nil:
		return note{kind: noteUp}
	}
	return note{}
}

// notice is a message of IBKR to the user. One with a prompt waits for an
// answer, which only a person gives.
type notice struct {
	Text    FlexString `json:"text"`
	OrderID FlexInt    `json:"orderId"`
	Prompt  FlexBool   `json:"prompt"`
	Message FlexString `json:"message"` // of a bulletin
}

func (a *Adapter) onNotice(n *notice) error {
	if n.Prompt {
		a.alert("ORDER_PROMPT", fmt.Sprintf("order %d waits for an answer in IBKR's own platform: %s", n.OrderID, n.Text))
		return nil
	}
	a.alert("IBKR_NOTICE", string(n.Text))
	return nil
}

func (a *Adapter) onBulletin(n *notice) error {
	a.alert("IBKR_BULLETIN", string(n.Message))
	return nil
}
