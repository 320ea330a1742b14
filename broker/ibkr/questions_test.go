package ibkr

import (
	"fmt"
	"strings"
	"testing"

	"gannet/market"
)

func asked(ids ...string) string {
	return fmt.Sprintf(`[{"id":"r1","message":["The following order exceeds something.\nAre you sure?"],"isSuppressed":false,"messageIds":["%s"]}]`,
		strings.Join(ids, `","`))
}

// Which orders a policy lets pass, and what it says of the others.
func TestQuestionPolicy(t *testing.T) {
	policy := Questions{
		Confirm: []string{"o403"}, Refuse: []string{"o10335"}, Suppress: []string{"o10151"},
		Within: map[string]QuestionLimit{
			"o383": {MaxQty: market.Shares(10)}, "o451": {MaxNotional: market.MustMoney("4572.50")},
			"o163": {MaxPercent: market.MustMoney("2")}, "o382": {MaxQty: market.Shares(100), MaxNotional: market.MustMoney("1000")},
		},
	}
	tests := []struct {
		name    string
		ids     []string
		change  func(o *market.Order)
		yes     bool
		unknown bool
		why     string
	}{
		{name: "confirmed", ids: []string{"o403"}, yes: true},
		{name: "suppressed and asked nevertheless", ids: []string{"o10151"}, yes: true},
		{name: "refused", ids: []string{"o10335"}},
		{name: "in no list", ids: []string{"o999"}, unknown: true},
		{name: "one of two in no list", ids: []string{"o403", "o999"}, unknown: true},
		{name: "in no list, then refused", ids: []string{"o999", "o10335"}, unknown: true},
		{name: "one of two refused", ids: []string{"o403", "o10335"}},
		{name: "without an id", unknown: true},
		{name: "quantity at its limit", ids: []string{"o383"}, yes: true},
		{name: "quantity beyond", ids: []string{"o383"}, change: func(o *market.Order) { o.OrderQty++ }, why: "o383: quantity 10.00000001 is above 10"},
		{name: "notional at its limit", ids: []string{"o451"}, yes: true},
		{name: "notional beyond", ids: []string{"o451"}, change: func(o *market.Order) { o.Price++ }, why: "is above 4572.5"},
		{name: "notional of a sale beyond", ids: []string{"o451"}, change: func(o *market.Order) { o.Side, o.Price = market.Sell, 2*o.Price }, why: "is above 4572.5"},
		{name: "notional of a market order", ids: []string{"o451"}, change: toMarket, why: "o451: notional is not known"},
		{name: "notional of a stop order", ids: []string{"o451"}, change: toStop, why: "notional is not known"},
		{name: "notional of a market order with a price left over", ids: []string{"o451"}, change: func(o *market.Order) { o.Type = market.Market }, why: "notional is not known"},
		{name: "two limits, one beyond", ids: []string{"o382"}, why: "o382: notional 4572.5 is above 1000"},
		{name: "percent within", ids: []string{"o163"}, yes: true},
		{name: "percent at its limit", ids: []string{"o163"}, change: func(o *market.Order) { o.Price = market.MustPrice("459") }, yes: true},
		{name: "percent beyond", ids: []string{"o163"}, change: func(o *market.Order) { o.Price = market.MustPrice("459.01") }, why: "o163: percent through the quote"},
		{name: "percent of a sale", ids: []string{"o163"}, change: func(o *market.Order) { o.Side, o.Price = market.Sell, market.MustPrice("430") }, why: "above 2"},
		{name: "passive sale", ids: []string{"o163"}, change: func(o *market.Order) { o.Side, o.Price = market.Sell, market.MustPrice("900") }, yes: true},
		{name: "percent without a quote", ids: []string{"o163"}, change: func(o *market.Order) { o.Instrument = 2 }, why: "is not known"},
		{name: "both within", ids: []string{"o163", "o451"}, yes: true},
		{name: "confirmed and beyond", ids: []string{"o403", "o451"}, change: toMarket, why: "not known"},
	}
	a := policyAdapter(t, policy)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := buyLimit("x-1")
			if tt.change != nil {
				tt.change(&o)
			}
			q := Question{ID: "r1"}
			for _, id := range tt.ids {
				q.MessageIDs = append(q.MessageIDs, FlexString(id))
			}
			v := a.answerTo(&orderRequest{order: o}, &q)
			if v.yes != tt.yes || v.unknown != tt.unknown || !strings.Contains(v.why, tt.why) || tt.why == "" && v.why != "" {
				t.Errorf("%+v, want yes %v, unknown %v, %q", v, tt.yes, tt.unknown, tt.why)
			}
		})
	}
}

func toMarket(o *market.Order) { o.Type, o.Price = market.Market, 0 }

func toStop(o *market.Order) { o.Type, o.Price, o.StopPx = market.Stop, 0, market.MustPrice("400") }

// policyAdapter has a policy and a quote of 449.90 to 450 for SPY.
func policyAdapter(t *testing.T, policy Questions) *Adapter {
	t.Helper()
	cfg := testConfig(t, newGateway(t))
	cfg.Questions = policy
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.client.Close)
	a.quotes.note(freshQuote(a))
	return a
}

func freshQuote(a *Adapter) *market.Tick {
	return &market.Tick{Instrument: 1, Bid: market.MustPrice("449.9"), Ask: market.MustPrice("450"), TsInit: a.now()}
}

// A quote that is old, delayed or halted judges nothing.
func TestQuestionQuoteUnusable(t *testing.T) {
	a := policyAdapter(t, Questions{Within: map[string]QuestionLimit{"o163": {MaxPercent: market.MustMoney("50")}}})
	for name, change := range map[string]func(k *market.Tick){
		"delayed": func(k *market.Tick) { k.Flags = market.FlagDelayed },
		"halted":  func(k *market.Tick) { k.Flags = market.FlagHalted },
		"old":     func(k *market.Tick) { k.TsInit -= 2 * quoteAge },
		"no ask":  func(k *market.Tick) { k.Ask = 0 },
	} {
		k := freshQuote(a)
		change(k)
		a.quotes.note(k)
		r := orderRequest{order: buyLimit("x-1")}
		if v := a.answerTo(&r, &Question{MessageIDs: []FlexString{"o163"}}); v.yes {
			t.Errorf("%s: an order was confirmed by it", name)
		}
	}
}

// What a user gets: an order within the limit goes out; one beyond is refused
// with the reason and the question's words.
func TestQuestionWithinLimit(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(asked("o451")))
	g.answers(replyRoute, ok(accepted), ok(`{"error":"Order not confirmed "}`))
	r := start(t, g, func(c *Config) {
		c.Questions.Within = map[string]QuestionLimit{"o451": {MaxNotional: market.MustMoney("5000")}}
	}).ready(1)
	r.Submit(buyLimit("x-1"))
	r.report(market.ExecNew, 1)
	big := buyLimit("x-2")
	big.OrderQty = market.Shares(11)
	r.Submit(big)
	e := r.report(market.ExecRejected, 1)
	if !strings.Contains(e.Text, "o451: notional 5029.75 is above 5000") || !strings.Contains(e.Text, "exceeds something") {
		t.Errorf("text %q", e.Text)
	}
	c := g.got(replyRoute)
	if len(c) != 2 || c[0].body != `{"confirmed":true}` || c[1].body != `{"confirmed":false}` {
		t.Errorf("replies %v", c)
	}
	if n := g.count(placeRoute); n != 2 {
		t.Errorf("%d orders went out, want 2", n)
	}
	if len(r.alerts("QUESTION_UNKNOWN")) != 0 {
		t.Error("a question with a limit counts as unknown")
	}
}

// The limit percent works on the quotes of the stream.
func TestQuestionPercentFromStream(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(asked("o163")))
	cfg := testConfig(t, g)
	cfg.Questions.Within = map[string]QuestionLimit{"o163": {MaxPercent: market.MustMoney("2")}}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	a.OnTick(func(*market.Tick) {})
	r := run(t, a).ready(1)
	g.push(`{"server_id":"q6","conid":756733,"6509":"RpB","84":"456.00","86":"457.00","topic":"smd+756733"}`)
	r.settle(g, "quoted")
	g.answers(replyRoute, ok(accepted))
	r.Submit(buyLimit("x-1"))
	r.report(market.ExecNew, 1)
	if c := g.got(replyRoute); len(c) != 1 || c[0].body != `{"confirmed":true}` {
		t.Errorf("replies %v", c)
	}
}

// After a no every further question gets one, too, and the first no is what
// the user is told.
func TestQuestionFirstNoIsTold(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(asked("o999")))
	g.answers(replyRoute, ok(question), ok(`{"error":"Order not confirmed "}`))
	r := start(t, g, confirm("o354")).ready(1)
	r.Submit(buyLimit("x-1"))
	if e := r.report(market.ExecRejected, 1); !strings.Contains(e.Text, "o999") || strings.Contains(e.Text, "o354") {
		t.Errorf("text %q", e.Text)
	}
	for _, c := range g.got(replyRoute) {
		if c.body != `{"confirmed":false}` {
			t.Errorf("reply %s", c.body)
		}
	}
}

// A question that no list has is told to a person with its words.
func TestQuestionUnknownIsTold(t *testing.T) {
	g := newGateway(t)
	g.answers(placeRoute, ok(asked("o999")))
	g.answers(replyRoute, ok(`{"error":"Order not confirmed "}`))
	r := start(t, g, func(c *Config) { c.Questions.Refuse = []string{"o10335"} }).ready(1)
	r.Submit(buyLimit("x-1"))
	r.report(market.ExecRejected, 1)
	if list := r.alerts("QUESTION_UNKNOWN"); len(list) != 1 || !strings.Contains(list[0].Text, "x-1") || !strings.Contains(list[0].Text, "o999 The following order exceeds") {
		t.Fatalf("alerts %v", list)
	}
	g.answers(placeRoute, ok(asked("o10335")))
	r.Submit(buyLimit("x-2"))
	if e := r.report(market.ExecRejected, 2); !strings.Contains(e.Text, "o10335") || len(r.alerts("QUESTION_UNKNOWN")) != 1 {
		t.Errorf("a listed refusal was told: %q %v", e.Text, r.alerts("QUESTION_UNKNOWN"))
	}
}

func TestQuestionsRefused(t *testing.T) {
	for want, q := range map[string]Questions{
		"o403: want it in one list":        {Confirm: []string{"o403"}, Refuse: []string{"o403"}},
		"o451: want it in one list":        {Suppress: []string{"o451"}, Within: map[string]QuestionLimit{"o451": {MaxQty: 1}}},
		"o163: want a limit":               {Within: map[string]QuestionLimit{"o163": {}}},
		"o383: want a limit":               {Within: map[string]QuestionLimit{"o383": {MaxQty: 5, MaxPercent: market.MustMoney("-1")}}},
		"want a message id":                {Confirm: []string{""}},
		"52 suppressed questions: want at": {Suppress: strings.Split(strings.Repeat("o1,", 51)+"o1", ",")},
	} {
		if err := q.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", q, err, want)
		}
	}
	if err := (&Questions{Confirm: []string{"o403"}, Within: map[string]QuestionLimit{"o451": {MaxQty: 1}}}).check(); err != nil {
		t.Error(err)
	}
}
