package ibkr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// Questions is what to answer when IBKR asks back before it takes an order, by
// the message ids of the question, such as o354. All ids of a question have to
// be answered with yes, or it is declined and the order Rejected with its
// words. An id may be in one list only. One that is in none is declined, and
// told in an Alert QUESTION_UNKNOWN, so that a person can decide on it.
type Questions struct {
	Confirm  []string                 // yes
	Refuse   []string                 // no, and no Alert either
	Within   map[string]QuestionLimit // yes to an order within the limit
	Suppress []string                 // IBKR is told not to ask, in each session anew; that is a yes. At most 51.
}

// QuestionLimit is the order that a question is confirmed for. A zero field
// is no limit, and at least one has to be given. What an order's limits cannot
// be judged by (the notional of a market order, the price of one without a
// fresh quote) counts as beyond them.
type QuestionLimit struct {
	MaxQty      market.Qty   // shares or contracts
	MaxNotional market.Money // limit price times quantity times multiplier, in the instrument's currency
	MaxPercent  market.Money // how far the limit price reaches through the other side's quote
}

// given says that the limit limits something.
func (l QuestionLimit) given() bool {
	return l.MaxQty > 0 || l.MaxNotional.IsPositive() || l.MaxPercent.IsPositive()
}

func (p *Questions) check() error {
	if n := len(p.Suppress); n > maxSuppressed {
		return fmt.Errorf("ibkr: %d suppressed questions: want at most %d", n, maxSuppressed)
	}
	limited := make([]string, 0, len(p.Within))
	for id, limit := range p.Within {
		if !limit.given() || limit.MaxQty < 0 || limit.MaxNotional.IsNegative() || limit.MaxPercent.IsNegative() {
			return fmt.Errorf("ibkr: question %s: want a limit of quantity, notional or percent greater than 0", id)
		}
		limited = append(limited, id)
	}
	ids := slices.Concat(p.Confirm, p.Refuse, limited, p.Suppress)
	slices.Sort(ids)
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			return fmt.Errorf("ibkr: question %s: want it in one list, found it in two", ids[i])
		}
	}
	if slices.Contains(ids, "") {
		return errors.New("ibkr: question: want a message id such as o354, got none")
	}
	return nil
}

// verdictOn is an answer to a question. why explains a no beyond the
// question's words.
type verdictOn struct {
	yes     bool
	unknown bool // an id is in no list
	why     string
}

// judge answers a question about an order. measure is asked only when a limit
// has to be judged.
func (p *Questions) judge(q *Question, measure func() orderSize) verdictOn {
	v := verdictOn{yes: len(q.MessageIDs) > 0, unknown: len(q.MessageIDs) == 0}
	for _, one := range q.MessageIDs {
		id := string(one)
		limit, limited := p.Within[id]
		switch {
		case slices.Contains(p.Confirm, id), slices.Contains(p.Suppress, id):
		case limited:
			if why := limit.beyond(measure()); why != "" {
				v.yes, v.why = false, fmt.Sprintf("%s: %s", id, why)
			}
		default:
			v.yes = false
			v.unknown = v.unknown || !slices.Contains(p.Refuse, id)
		}
	}
	return v
}

// orderSize is what limits are judged by. An invalid one is not known.
type orderSize struct {
	qty      market.Qty
	notional decimal.NullDecimal
	reach    decimal.NullDecimal // percent; negative when the price stands off
}

// beyond says how an order exceeds the limit, "" when it does not.
func (l QuestionLimit) beyond(o orderSize) string {
	var parts []string
	if l.MaxQty > 0 && o.qty > l.MaxQty {
		parts = append(parts, fmt.Sprintf("quantity %s is above %s", o.qty, l.MaxQty))
	}
	parts = appendBeyond(parts, "notional", o.notional, l.MaxNotional)
	parts = appendBeyond(parts, "percent through the quote", o.reach, l.MaxPercent)
	return strings.Join(parts, ", ")
}

func appendBeyond(parts []string, what string, v decimal.NullDecimal, limit market.Money) []string {
	switch {
	case !limit.IsPositive():
		return parts
	case !v.Valid:
		return append(parts, what+" is not known")
	case v.Decimal.GreaterThan(limit):
		return append(parts, fmt.Sprintf("%s %s is above %s", what, v.Decimal, limit))
	}
	return parts
}

// sizeOf measures an order as it is asked for.
func (a *Adapter) sizeOf(o *market.Order) orderSize {
	size := orderSize{qty: o.OrderQty}
	if o.Type != market.Limit && o.Type != market.StopLimit || o.Price == 0 {
		return size
	}
	if in := a.cfg.Instruments.Get(o.Instrument); in != nil {
		size.notional = decimal.NewNullDecimal(market.Notional(o.Price, o.OrderQty, in.Multiplier).Abs())
	}
	size.reach = a.quotes.reach(o, a.now())
	return size
}

// quoteAge is the age from which a quote says nothing about a price.
const quoteAge = 5 * market.Second

// quotes keeps the last bid and ask of each instrument. The stream's reader
// writes it, the writer of orders reads it.
type quotes struct {
	mu   sync.Mutex
	list []quote // by InstrumentID
}

type quote struct {
	bid, ask market.Price
	flags    market.TickFlags
	at       market.Nanos
}

func newQuotes(instruments int) *quotes { return &quotes{list: make([]quote, instruments+1)} }

// note keeps a tick's quote.
func (m *quotes) note(t *market.Tick) {
	m.mu.Lock()
	m.list[t.Instrument] = quote{t.Bid, t.Ask, t.Flags, t.TsInit}
	m.mu.Unlock()
}

// reach is how many percent an order's limit price goes through the quote of
// the side that it trades with; invalid without a fresh real-time quote.
func (m *quotes) reach(o *market.Order, now market.Nanos) (percent decimal.NullDecimal) {
	if int(o.Instrument) >= len(m.list) {
		return percent
	}
	m.mu.Lock()
	q := m.list[o.Instrument]
	m.mu.Unlock()
	const unusable = market.FlagDelayed | market.FlagHalted | market.FlagStale
	other, through := q.ask, o.Price-q.ask
	if o.Side == market.Sell {
		other, through = q.bid, q.bid-o.Price
	}
	if other <= 0 || q.flags&unusable != 0 || q.at == 0 || now-q.at > quoteAge {
		return percent
	}
	hundred := decimal.NewFromInt(100)
	return decimal.NewNullDecimal(through.Decimal().Mul(hundred).DivRound(other.Decimal(), 6))
}

// answerTo decides on a question about an order. An unknown one is told to a
// person with its words.
func (a *Adapter) answerTo(r *orderRequest, q *Question) verdictOn {
	v := a.cfg.Questions.judge(q, func() orderSize { return a.sizeOf(&r.order) })
	if v.unknown {
		a.alert("QUESTION_UNKNOWN", fmt.Sprintf("order %s: %s", r.order.ClientOrderID, q.text()))
	}
	return v
}

// joined is a question's words and, if there is one, the reason for the no in
// front of them.
func joined(text, why string) string {
	if why == "" {
		return text
	}
	return limitText(why+"; "+text, maxErrorText)
}

// text is the question as a person should read it.
func (q *Question) text() string {
	var parts []string
	for _, id := range q.MessageIDs {
		parts = append(parts, string(id))
	}
	for _, line := range q.Message {
		parts = append(parts, string(line))
	}
	return limitText("question not confirmed: "+strings.Join(parts, " "), maxErrorText)
}
