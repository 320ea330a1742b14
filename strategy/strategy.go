package strategy

import "gannet/market"

// Strategy decides what to trade. OnTick is called for each tick of its
// instruments; the tick is a copy.
type Strategy interface {
	OnTick(ctx Context, t market.Tick)
}

// BarHandler gets the bars of the strategy's instruments.
type BarHandler interface {
	OnBar(ctx Context, b market.Bar)
}

// BarSubscriber tells which bar intervals a BarHandler wants. No interval, or
// one of 0, means whatever bars there are.
type BarSubscriber interface {
	Bars() []market.Nanos
}

// OrderHandler hears of every change of the strategy's orders. o is the order
// after the change; Denied and Rejected carry the reason in o.Text.
type OrderHandler interface {
	OnOrder(ctx Context, o market.Order)
}

// FillHandler hears of every fill of the strategy's orders.
type FillHandler interface {
	OnFill(ctx Context, f market.Fill)
}

// TimerHandler is called when a time set with Context.SetTimer has come.
type TimerHandler interface {
	OnTimer(ctx Context, t market.Timer)
}

// Starter is called once, before the first tick, bar or timer. What the desk
// recovered of an earlier run, orders and fills, may come before it. An error
// keeps the run from starting.
type Starter interface {
	Start(ctx Context) error
}

// Stopper is called once after the last event.
type Stopper interface {
	Stop(ctx Context)
}

// Validator checks the parameters after they were decoded.
type Validator interface {
	Validate() error
}

// Sampler gives commented sample parameters in YAML, which must be valid.
type Sampler interface {
	Sample() []byte
}

// FileReader is a strategy that needs files: it names them and takes their
// contents, because a strategy itself does no I/O.
type FileReader interface {
	Files() []string
	Load(name string, data []byte) error
}

// LoadFiles gives s the files that it names, and does nothing when s is no
// FileReader. Call it after New and before the run.
func LoadFiles(s Strategy, read func(name string) ([]byte, error)) error {
	reader, ok := s.(FileReader)
	if !ok {
		return nil
	}
	for _, name := range reader.Files() {
		data, err := read(name)
		if err != nil {
			return err
		}
		if err := reader.Load(name, data); err != nil {
			return err
		}
	}
	return nil
}
