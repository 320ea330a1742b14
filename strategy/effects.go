package strategy

import "gannet/market"

// Effects is what strategies asked for during a Step, in order. The caller
// owns it, clears it with Reset and passes it in again, so that a Step
// allocates nothing once it has grown.
type Effects struct {
	Signals []market.Signal // to the desk
	Timers  []market.Timer  // to come back as a *Timer event at their time
	Logs    []LogLine       // for people
}

// LogLine is what a strategy had to say.
type LogLine struct {
	Strategy market.StrategyID
	Text     string
	TsEvent  market.Nanos
}

// Reset empties fx and keeps its memory.
func (fx *Effects) Reset() {
	fx.Signals, fx.Timers, fx.Logs = fx.Signals[:0], fx.Timers[:0], fx.Logs[:0]
}

// Empty says that there is nothing to do.
func (fx *Effects) Empty() bool {
	return len(fx.Signals) == 0 && len(fx.Timers) == 0 && len(fx.Logs) == 0
}
