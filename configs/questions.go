package configs

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

var questionID = regexp.MustCompile(`^[op][0-9]{1,8}$`)

// maxSuppressed is how many questions IBKR leaves unasked.
const maxSuppressed = 51

// ownLimits are the questions that repeat a limit of our own: price (o163),
// tick (o382), size (o383) and value (o451). An order that raises one has
// passed a gate that should have held it; only a limit of its own lets it pass.
var ownLimits = []string{"o163", "o382", "o383", "o451"}

func (v *validator) questions() {
	q := &v.c.Broker.IBKR.Questions
	seen := map[string]bool{}
	for _, list := range []struct {
		key string
		ids []string
		yes bool
	}{{"confirm", q.Confirm, true}, {"refuse", q.Refuse, false}, {"suppress", q.Suppress, true}} {
		for i, id := range list.ids {
			v.question(id, seen, list.yes, list.key, strconv.Itoa(i))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(q.Within)) {
		v.question(id, seen, false, "within", id)
		v.questionLimit(q.Within[id], id)
	}
	if n := len(q.Suppress); n > maxSuppressed {
		v.fail(fmt.Sprintf("must be at most %d ids, got %d", maxSuppressed, n), "broker", "ibkr", "questions", "suppress")
	}
}

// question judges one id; yes says that it would be confirmed whatever the order.
func (v *validator) question(id string, seen map[string]bool, yes bool, keys ...string) {
	keys = append([]string{"broker", "ibkr", "questions"}, keys...)
	switch {
	case !questionID.MatchString(id):
		v.fail(fmt.Sprintf("want a message id such as o403, got %q", id), keys...)
	case seen[id]:
		v.fail(id+" is listed twice", keys...)
	case yes && slices.Contains(ownLimits, id):
		v.fail(id+" warns of a price, tick, size or value limit; it is never confirmed but within a limit of its own", keys...)
	case yes && id == "o354" && v.c.Mode == "live":
		v.fail("o354 warns of an order without market data; it is never confirmed in mode live", keys...)
	}
	seen[id] = true
}

func (v *validator) questionLimit(l QuestionLimit, id string) {
	at := func(keys ...string) []string {
		return append([]string{"broker", "ibkr", "questions", "within", id}, keys...)
	}
	if l == (QuestionLimit{}) {
		v.fail("must give max_qty, max_notional or max_percent", at()...)
	}
	if id == "o354" && v.c.Mode == "live" {
		v.fail("o354 warns of an order without market data; it is never confirmed in mode live", at()...)
	}
	for _, one := range []struct {
		key string
		d   Decimal
	}{{"max_qty", l.MaxQty}, {"max_notional", l.MaxNotional}, {"max_percent", l.MaxPercent}} {
		if one.d != "" && !one.d.Positive() {
			v.fail(fmt.Sprintf("must be greater than 0, got %q%s", one.d, noUnlimited), at(one.key)...)
		}
	}
}
