package wire

import (
	"fmt"

	"gannet/market"
)

// bodyOf is the JSON shape of b.
func (l *lookup) bodyOf(b market.Body) body {
	switch b := b.(type) {
	case *market.Tick:
		return l.tick(b)
	case *market.Bar:
		return l.bar(b)
	case *market.Signal:
		return l.signal(b)
	case *market.ExecReport:
		report := l.report(b)
		return &report
	case *market.Order:
		order := l.order(b)
		return &order
	case *market.Fill:
		return l.fillOf(b)
	case *market.Position:
		return l.position(b)
	case *market.Timer:
		return &timerBody{b.Owner, b.Name, b.At}
	case *market.Command:
		return l.command(b)
	case *market.BrokerState:
		return &brokerBody{b.Ready, b.Account, b.Paper, b.Name, b.Reason, b.TsEvent}
	case *market.Snapshot:
		return l.snapshot(b)
	case *market.Reconciled:
		return &reconciledBody{b.OK, b.Breaks, b.TsEvent}
	case *market.Adjustment:
		return l.adjustment(b)
	case *market.Sent:
		return &sentBody{b.ClientOrderID, b.TsEvent}
	case *market.Alert:
		return &alertBody{b.Code, b.Text, b.TsEvent}
	}
	l.fail(fmt.Errorf("%T is not an event's body", b))
	return nil
}

// newBody is an empty shape to read into. kind is a known one.
func newBody(kind market.Kind) body {
	switch kind {
	case market.KindTick:
		return new(tickBody)
	case market.KindBar:
		return new(barBody)
	case market.KindSignal:
		return new(signalBody)
	case market.KindReport:
		return new(reportBody)
	case market.KindOrder:
		return new(orderBody)
	case market.KindFill:
		return new(fillBody)
	case market.KindPosition:
		return new(positionBody)
	case market.KindTimer:
		return new(timerBody)
	case market.KindCommand:
		return new(commandBody)
	case market.KindBroker:
		return new(brokerBody)
	case market.KindSnapshot:
		return new(snapshotBody)
	case market.KindReconciled:
		return new(reconciledBody)
	case market.KindAdjustment:
		return new(adjustmentBody)
	case market.KindSent:
		return new(sentBody)
	}
	return new(alertBody)
}

type timerBody struct {
	Owner market.StrategyID `json:"owner,omitempty"`
	Name  string            `json:"name,omitempty"`
	At    market.Nanos      `json:"at,omitempty"`
}

func (b *timerBody) market(*lookup, *Scratch) market.Body {
	return &market.Timer{Owner: b.Owner, Name: b.Name, At: b.At}
}

type commandBody struct {
	Verb          market.Verb          `json:"verb,omitempty"`
	Strategy      market.StrategyID    `json:"strategy,omitempty"`
	Instrument    string               `json:"instrument,omitempty"`
	ClientOrderID market.ClientOrderID `json:"client_order_id,omitempty"`
	By            string               `json:"by,omitempty"`
	Reason        string               `json:"reason,omitempty"`
	TsEvent       market.Nanos         `json:"ts_event,omitempty"`
}

func (l *lookup) command(c *market.Command) body {
	return &commandBody{c.Verb, c.Strategy, l.name(c.Instrument), c.ClientOrderID, c.By, c.Reason, c.TsEvent}
}

func (b *commandBody) market(l *lookup, _ *Scratch) market.Body {
	return &market.Command{
		Verb: b.Verb, Strategy: b.Strategy, Instrument: l.id(b.Instrument),
		ClientOrderID: b.ClientOrderID, By: b.By, Reason: b.Reason, TsEvent: b.TsEvent,
	}
}

type brokerBody struct {
	Ready   bool             `json:"ready,omitempty"`
	Account market.AccountID `json:"account,omitempty"`
	Paper   bool             `json:"paper,omitempty"`
	Name    string           `json:"name,omitempty"`
	Reason  string           `json:"reason,omitempty"`
	TsEvent market.Nanos     `json:"ts_event,omitempty"`
}

func (b *brokerBody) market(*lookup, *Scratch) market.Body {
	return &market.BrokerState{
		Ready: b.Ready, Account: b.Account, Paper: b.Paper,
		Name: b.Name, Reason: b.Reason, TsEvent: b.TsEvent,
	}
}

type reconciledBody struct {
	OK      bool         `json:"ok,omitempty"`
	Breaks  []string     `json:"breaks,omitempty"`
	TsEvent market.Nanos `json:"ts_event,omitempty"`
}

func (b *reconciledBody) market(*lookup, *Scratch) market.Body {
	return &market.Reconciled{OK: b.OK, Breaks: b.Breaks, TsEvent: b.TsEvent}
}

type adjustmentBody struct {
	Account    market.AccountID `json:"account,omitempty"`
	Instrument string           `json:"instrument,omitempty"`
	Qty        market.Qty       `json:"qty,omitempty"`
	Price      market.Price     `json:"price,omitempty"`
	Reason     string           `json:"reason,omitempty"`
	TsEvent    market.Nanos     `json:"ts_event,omitempty"`
}

func (l *lookup) adjustment(a *market.Adjustment) body {
	return &adjustmentBody{a.Account, l.name(a.Instrument), a.Qty, a.Price, a.Reason, a.TsEvent}
}

func (b *adjustmentBody) market(l *lookup, _ *Scratch) market.Body {
	return &market.Adjustment{
		Account: b.Account, Instrument: l.id(b.Instrument), Qty: b.Qty,
		Price: b.Price, Reason: b.Reason, TsEvent: b.TsEvent,
	}
}

type sentBody struct {
	ClientOrderID market.ClientOrderID `json:"client_order_id,omitempty"`
	TsEvent       market.Nanos         `json:"ts_event,omitempty"`
}

func (b *sentBody) market(*lookup, *Scratch) market.Body {
	return &market.Sent{ClientOrderID: b.ClientOrderID, TsEvent: b.TsEvent}
}

type alertBody struct {
	Code    string       `json:"code,omitempty"`
	Text    string       `json:"text,omitempty"`
	TsEvent market.Nanos `json:"ts_event,omitempty"`
}

func (b *alertBody) market(*lookup, *Scratch) market.Body {
	return &market.Alert{Code: b.Code, Text: b.Text, TsEvent: b.TsEvent}
}
