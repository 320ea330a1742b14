package scenario

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// Event is something that happens at a time of the scenario.
type Event struct {
	Name string // for the log; empty is Do
	At   Span   // from the scenario's start; zero is at once
	Do   Kind

	Every       time.Duration // again after so long, 10 ms or more; 0 is once
	Times       int           // how often with Every; 0 is without end
	Probability float64       // that it happens each time; 0 is always

	For   Span // until it is over
	Delay Span // before its consequence
	Depth int  // of Ask: 0 to so many questions for each order, at random; 1 to 4
	Args

	Line int // of the file it was read from; 0 for none
}

// Args are what an event is about. Which of them count is up to its kind.
type Args struct {
	User       string   // empty is all
	Account    string   // empty is all, or the only one
	Instrument string   // symbol or name; empty is all
	Order      string   // cOID or order id; empty is the next order, or the newest that works
	Execution  string   // execution id; empty is the newest
	Text       string   // the reason in words
	Messages   []string // ids; of Ask, an empty list asks nothing
	Count      int      // of orders, questions or executions; 0 is one
	Leg        int      // of a group of orders: 0 is the parent
	Code       int      // of a WebSocket's close frame
	On         bool
	By         time.Duration // of a clock: more is ahead
	Percent    market.Money  // of the price: -5 is five percent lower
	Quote      exchange.Quote
	Trade
	Login
}

// Trade is how much of what at which price.
type Trade struct {
	Side  market.Side
	Qty   market.Qty
	Price market.Price // 0 is the market's
}

// Login is what an sts frame says.
type Login struct {
	Authenticated bool
	Competing     bool
}

// maxCalls is the largest Count, Leg and number of Messages of an event.
const maxCalls = 1000

// Check says what is wrong with the event.
func (v *Event) Check() error {
	row, ok := info(v.Do)
	if !ok {
		return unknown("event", string(v.Do), kindNames())
	}
	return errors.Join(v.checkTimes(), v.checkNumbers(), v.At.check(), v.For.check(), v.Delay.check(), v.checkArgs(row))
}

func (v *Event) checkTimes() error {
	switch {
	case v.Every != 0 && (v.Every < 10*time.Millisecond || v.Every > MaxSpan):
		return fmt.Errorf("every %v: want 10ms to %v", v.Every, MaxSpan)
	case v.Times < 0 || v.Times > maxCount || v.Times > 0 && v.Every == 0:
		return fmt.Errorf("times %d: want 0 to %d, with every", v.Times, maxCount)
	case v.Every > 0 && v.For.longest() > v.Every:
		return fmt.Errorf("for %v: want no more than every %v", v.For.longest(), v.Every)
	case !(v.Probability >= 0 && v.Probability <= 1):
		return fmt.Errorf("probability %v: want 0 to 1", v.Probability)
	}
	return nil
}

func (v *Event) checkNumbers() error {
	switch {
	case v.Count < 0 || v.Count > maxCalls || v.Leg < 0 || v.Leg > maxCalls || len(v.Messages) > maxCalls:
		return fmt.Errorf("count %d, leg %d, %d messages: want 0 to %d", v.Count, v.Leg, len(v.Messages), maxCalls)
	case v.By.Abs() > MaxSpan:
		return fmt.Errorf("by %v: want at most %v", v.By, MaxSpan)
	case v.Code != 0 && (v.Code < 1000 || v.Code > 4999):
		return fmt.Errorf("code %d: want 1000 to 4999", v.Code)
	}
	return nil
}

// checkArgs asks for what the kind cannot do without.
func (v *Event) checkArgs(row KindInfo) error {
	has := map[string]bool{"for": !v.For.IsZero(), "delay": !v.Delay.IsZero(), "instrument": v.Instrument != "",
		"side": v.Side != 0, "qty": v.Qty > 0, "percent": !v.Percent.IsZero(), "by": v.By != 0, "count": v.Count > 0, "on": true}
	for _, key := range []string{"instrument", "side", "qty", "percent", "by", "count", "for", "delay"} {
		if _, must := row.allows(key); must && !has[key] {
			return fmt.Errorf("%s: %s is missing", v.Do, key)
		}
	}
	if may, _ := row.allows("for"); !may && has["for"] {
		return fmt.Errorf("%s is not something that lasts: it has no for", v.Do)
	}
	switch {
	case v.Do == Ask && (v.Depth < 0 || v.Depth > maxDepth):
		return fmt.Errorf("depth %d: want 1 to %d", v.Depth, maxDepth)
	case v.Do == Ask && (v.Depth > 0) == (v.Messages != nil):
		return errors.New("ask: want messages, or a depth")
	case v.Do != Ask && v.Depth != 0:
		return fmt.Errorf("%s has no depth", v.Do)
	case v.Qty < 0 || v.Price < 0:
		return errors.New("qty and price must not be negative")
	case v.Do == Gap && !(v.Percent.IntPart() > -100 && v.Percent.IntPart() < 1000):
		return errors.New("percent: want more than -100 and less than 1000")
	}
	return nil
}

// Action is an event that happens, as the hands get it: all chance is decided.
type Action struct {
	Name  string
	Do    Kind
	End   bool          // its span is over; it was begun with the same Args
	For   time.Duration // how long it lasts; 0 is until something else ends it
	Delay time.Duration
	Args
	// Chains are the questions of an Ask: one list of message ids for each of
	// the next orders, asked one after the other. An empty list asks nothing.
	Chains [][]string
}

// maxDepth is the longest chain of questions that is drawn.
const maxDepth = 4

// askable are the message ids that random questions have. IBKR lets clients
// suppress most of them, not p6, p12 and those of its own that are not
// documented, such as the last.
var askable = []string{"o163", "o354", "o382", "o383", "o403", "o451", "o10151", "o10331", "o10335", "p6", "p12", "o99001"}

// action decides what is left to chance.
func (v *Event) action(r *rand.Rand) Action {
	a := Action{Name: v.Name, Do: v.Do, For: v.For.Draw(r), Delay: v.Delay.Draw(r), Args: v.Args}
	if row, ok := info(v.Do); ok {
		if may, _ := row.allows("count"); may {
			a.Count = max(a.Count, 1)
		}
	}
	if v.Do != Ask {
		return a
	}
	for range a.Count {
		a.Chains = append(a.Chains, v.chain(r))
	}
	return a
}

func (v *Event) chain(r *rand.Rand) []string {
	if v.Depth == 0 {
		return v.Messages
	}
	chain := []string{}
	for range r.IntN(v.Depth + 1) {
		chain = append(chain, askable[r.IntN(len(askable))])
	}
	return chain
}
