package bus

import (
	"fmt"
	"strconv"
	"strings"

	"gannet/market"
)

// account is the token for what belongs to no strategy. No escaped name can
// be equal to it.
const account = "_account"

// roots are the subjects by kind, without what follows.
var roots = [market.NumKinds]string{
	market.KindTick:       "md.tick",
	market.KindBar:        "md.bar",
	market.KindSignal:     "signal",
	market.KindReport:     "report",
	market.KindOrder:      "order",
	market.KindFill:       "fill",
	market.KindPosition:   "position",
	market.KindTimer:      "timer",
	market.KindCommand:    "command",
	market.KindBroker:     "broker",
	market.KindSnapshot:   "snapshot",
	market.KindReconciled: "reconciled",
	market.KindAdjustment: "adjustment",
	market.KindSent:       "sent",
	market.KindAlert:      "alert",
}

// Kinds lists every kind of event.
func Kinds() []market.Kind {
	list := make([]market.Kind, 0, len(roots)-1)
	for k := range roots[1:] {
		list = append(list, market.Kind(k+1))
	}
	return list
}

// CheckKinds refuses a number that is no kind of event.
func CheckKinds(kinds ...market.Kind) error {
	for _, k := range kinds {
		if k == 0 || k >= market.NumKinds {
			return fmt.Errorf("bus: kind %d: want 1 to %d", uint8(k), market.NumKinds-1)
		}
	}
	return nil
}

// Subject is the topic of an event: see the package comment for the table.
// It is an error for an event without a body, and for a tick or bar of an
// instrument that is not in the table.
func Subject(ev *market.Event, instruments *market.Instruments) (string, error) {
	kind := ev.Kind()
	if err := CheckKinds(kind); err != nil {
		return "", err
	}
	switch body := ev.Body.(type) {
	case *market.Tick:
		return instrumentSubject(roots[kind], body.Instrument, instruments)
	case *market.Bar:
		return instrumentSubject(roots[kind]+"."+intervalToken(body.Interval), body.Instrument, instruments)
	}
	if strategy, ok := strategyOf(ev.Body); ok {
		return StrategySubject(kind, strategy), nil
	}
	return roots[kind], nil
}

// StrategySubject is the subject of one strategy's events of a kind that has
// a strategy: "signal.dip". An empty strategy is the account.
func StrategySubject(kind market.Kind, strategy market.StrategyID) string {
	if strategy == "" {
		return roots[kind] + "." + account
	}
	return roots[kind] + "." + Token(string(strategy))
}

// SubjectAll is the pattern that matches every event of the kind and nothing
// else.
func SubjectAll(kind market.Kind) string {
	switch kind {
	case market.KindTick, market.KindBar:
		return roots[kind] + ".>"
	case market.KindSignal, market.KindOrder, market.KindFill, market.KindPosition,
		market.KindTimer, market.KindCommand:
		return roots[kind] + ".*"
	}
	return roots[kind]
}

// strategyOf is the strategy of a kind of event that has one.
func strategyOf(body market.Body) (market.StrategyID, bool) {
	switch b := body.(type) {
	case *market.Signal:
		return b.Strategy, true
	case *market.Order:
		return b.Strategy, true
	case *market.Fill:
		return b.Strategy, true
	case *market.Position:
		return b.Strategy, true
	case *market.Timer:
		return b.Owner, true
	case *market.Command:
		return b.Strategy, true
	}
	return "", false
}

func instrumentSubject(root string, id market.InstrumentID, instruments *market.Instruments) (string, error) {
	instrument := instruments.Get(id)
	if instrument == nil {
		return "", fmt.Errorf("bus: %s: instrument %d is not in the table", root, id)
	}
	return root + "." + Token(instrument.Symbol()) + "." + Token(instrument.Exchange()), nil
}

// Token makes one token of a subject out of any text: letters, digits and '-'
// stay, every other byte becomes _XX in upper-case hex. Different texts give
// different tokens, and none can hold a separator or wildcard.
func Token(s string) string {
	plain := func(c byte) bool {
		return c == '-' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
	}
	var b strings.Builder
	for i := range len(s) {
		if plain(s[i]) {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "_%02X", s[i])
		}
	}
	return b.String()
}

// intervalToken is a whole number of the largest unit that fits: 1m, 90s, 1d.
func intervalToken(n market.Nanos) string {
	for _, unit := range []struct {
		name string
		span market.Nanos
	}{{"d", market.Day}, {"h", market.Hour}, {"m", market.Minute}, {"s", market.Second}, {"ms", market.Millisecond}} {
		if n != 0 && n%unit.span == 0 {
			return strconv.FormatInt(int64(n/unit.span), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(n), 10) + "ns"
}

// CheckControl refuses a subject that is not "ctl." and at least one more
// token of letters, digits, '-' and '_'.
func CheckControl(subject string) error {
	rest, ok := strings.CutPrefix(subject, "ctl.")
	for token := range strings.SplitSeq(rest, ".") {
		ok = ok && token != "" && Token(token) == strings.ReplaceAll(token, "_", "_5F")
	}
	if !ok {
		return fmt.Errorf("bus: control subject %q: want ctl. and a name, such as ctl.status", subject)
	}
	return nil
}
