package management_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

const (
	user  = "advisor"
	other = "stranger"
	start = market.Nanos(1_790_000_000) * market.Second // 2026-09-21
)

// ledger is the accounts of a test: cash, positions and all that changed them.
type ledger struct {
	now    market.Nanos
	owner  map[string]string
	cash   map[string]map[string]market.Money
	held   map[string]map[int64]market.Qty
	done   map[string][]management.Activity
	moves  int
	broken bool
}

func newLedger() *ledger {
	l := &ledger{now: start, owner: map[string]string{}, cash: map[string]map[string]market.Money{},
		held: map[string]map[int64]market.Qty{}, done: map[string][]management.Activity{}}
	for _, name := range []string{"DU1000001", "DU1000002"} {
		check(l.Open(name, "USD", user))
		check(l.MoveCash(name, "USD", market.MustMoney("100000"), "first"))
	}
	check(l.Open("DU3000003", "USD", other))
	check(l.MoveAsset("", "DU1000001", 756733, market.Shares(50)))
	l.moves = 0
	return l
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func (l *ledger) Accounts() []string            { return slices.Sorted(maps.Keys(l.owner)) }
func (l *ledger) Has(account string) bool       { return l.owner[account] != "" }
func (l *ledger) May(u, account string) bool    { return l.owner[account] == u }
func (l *ledger) Currency(string) string        { return "USD" }
func (l *ledger) Cash(a, c string) market.Money { return l.cash[a][c] }
func (l *ledger) Equity(a, c string) market.Money {
	return l.cash[a][c].Add(l.held[a][756733].Decimal().Mul(market.MustMoney("655")))
}

func (l *ledger) Balances(account string) map[string]market.Money { return maps.Clone(l.cash[account]) }

func (l *ledger) Positions(account string) []management.Holding {
	var out []management.Holding
	for _, conid := range slices.Sorted(maps.Keys(l.held[account])) {
		if q := l.held[account][conid]; q != 0 {
			out = append(out, management.Holding{Conid: conid, Symbol: "SPY", Class: "STK", Quantity: q, Currency: "USD",
				Price: market.MustPrice("655"), Value: q.Decimal().Mul(market.MustMoney("655"))})
		}
	}
	return out
}

func (l *ledger) Activity(account string, from, to market.Nanos) []management.Activity {
	var out []management.Activity
	for _, a := range l.done[account] {
		if a.At >= from && a.At < to {
			out = append(out, a)
		}
	}
	return out
}

func (l *ledger) MoveCash(account, currency string, amount market.Money, text string) error {
	if l.broken || l.owner[account] == "" {
		return errors.New("no such account")
	}
	l.moves++
	l.cash[account][currency] = l.cash[account][currency].Add(amount)
	l.done[account] = append(l.done[account], management.Activity{At: l.now, Kind: management.Deposit, Text: text, Currency: currency, Amount: amount})
	return nil
}

func (l *ledger) MoveAsset(from, to string, conid int64, qty market.Qty) error {
	for account, q := range map[string]market.Qty{from: -qty, to: qty} {
		if account != "" {
			l.moves++
			l.held[account][conid] += q
			l.done[account] = append(l.done[account], management.Activity{At: l.now, Kind: management.Transfer, Conid: conid, Symbol: "SPY", Class: "STK", Quantity: q, Currency: "USD"})
		}
	}
	return nil
}

func (l *ledger) Security(_, id string) (int64, bool) { return 756733, id == "US78462F1030" }

func (l *ledger) Open(account, _, u string) error {
	if l.broken {
		return errors.New("no more accounts")
	}
	l.owner[account] = u
	l.cash[account], l.held[account] = map[string]market.Money{}, map[int64]market.Qty{}
	return nil
}

// trade is a fill of SPY.
func (l *ledger) trade(account, qty, price, commission string) {
	q, p := market.MustQty(qty), market.MustPrice(price)
	a := management.Activity{At: l.now, Kind: management.Trade, ID: "00025b49.6a56b338.01.01", Conid: 756733, Symbol: "SPY", Class: "STK",
		Quantity: q, Price: p, Currency: "USD", Amount: q.Decimal().Mul(p.Decimal()).Neg(), Commission: market.MustMoney(commission)}
	l.held[account][756733] += q
	l.cash[account]["USD"] = l.cash[account]["USD"].Add(a.Net())
	l.done[account] = append(l.done[account], a)
}

// store is a Store that a new office can be made from, in any order.
type store map[[2]string]json.RawMessage

func (s store) Put(kind, key string, value json.RawMessage) {
	if value == nil {
		delete(s, [2]string{kind, key})
		return
	}
	s[[2]string{kind, key}] = slices.Clone(value)
}

// desk is an office with its surroundings.
type desk struct {
	t      testing.TB
	ledger *ledger
	store  store
	office *management.Office
	user   string
}

func newDesk(t testing.TB) *desk {
	d := &desk{t: t, ledger: newLedger(), store: store{}, user: user}
	d.restart()
	return d
}

func (d *desk) restart() {
	d.t.Helper()
	office, err := management.New(management.Config{Seed: 7, Ledger: d.ledger, Store: d.store, Start: start, Users: []string{"advisor1"},
		Banks: []management.Bank{{Account: "DU1000001", Name: "home", Method: "WIRE", Currency: "USD", Routing: "021000021", Number: "123456789"}}})
	if err != nil {
		d.t.Fatal(err)
	}
	for entry, value := range d.store {
		if !slices.Contains(management.Kinds(), entry[0]) {
			d.t.Fatalf("unknown kind %s", entry[0])
		}
		if err := office.Restore(entry[0], entry[1], value); err != nil {
			d.t.Fatal(err)
		}
	}
	d.office = office
}

// call is a request, validated against IBKR's document when it is there.
func (d *desk) call(method, path, body string) (int, map[string]any) {
	d.t.Helper()
	r := request(method, path, body)
	r.User, r.Now = d.user, d.ledger.now
	route, vars := management.Routes.Find(method, r.Path)
	if route == nil {
		d.t.Fatalf("no route %s %s", method, path)
	}
	r.Vars = vars
	reply := route.Handle(d.office, r)
	text := web.Encode(reply.Body)
	conforms(d.t, method, route.Pattern, reply, text)
	var out map[string]any
	decoder := json.NewDecoder(bytesOf(text))
	decoder.UseNumber()
	if err := decoder.Decode(&out); err != nil {
		d.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
	return reply.Status, out
}

// want is call with a status that must come.
func (d *desk) want(status int, method, path, body string) map[string]any {
	d.t.Helper()
	got, out := d.call(method, path, body)
	if got != status {
		d.t.Fatalf("%s %s: %d, want %d: %v", method, path, got, status, out)
	}
	return out
}

func (d *desk) wait(seconds int64) { d.ledger.now += market.Nanos(seconds) * market.Second }

func (d *desk) cash(account, want string) {
	d.t.Helper()
	if got := d.ledger.Cash(account, "USD"); !got.Equal(market.MustMoney(want)) {
		d.t.Errorf("cash of %s is %s, want %s", account, got, want)
	}
}

// at reads a field by its path.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func text(v any, path ...any) string {
	switch v := at(v, path...).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return map[bool]string{true: "true", false: "false"}[v]
	}
	return ""
}

func instruct(kind, fields string) string {
	return `{"instructionType":"` + kind + `","instruction":{` + fields + `}}`
}
