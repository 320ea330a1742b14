package bus_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gannet/bus"
	"gannet/market"
	"gannet/market/wire/wiretest"
)

// Subjects are what other programs subscribe to: none may change unnoticed.
func TestSubjects(t *testing.T) {
	want := []string{
		"md.tick.SPY.ARCA", "md.bar.1m.AAPL.NASDAQ", "signal.dip-spy", "report", "order.dip-spy",
		"fill.dip-spy", "position.dip-spy", "timer.dip-spy", "command.dip-spy", "broker", "snapshot",
		"reconciled", "adjustment", "sent", "alert",
	}
	for i, ev := range wiretest.Events() {
		got, err := bus.Subject(&ev, wiretest.Instruments())
		if got != want[i] || err != nil {
			t.Errorf("%v: got %q, %v; want %q", ev.Kind(), got, err, want[i])
		}
	}
}

// The page that other programs are written from names the same subjects.
func TestDocsNameEverySubject(t *testing.T) {
	page, err := os.ReadFile("../docs/bus.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range bus.Kinds() {
		row := fmt.Sprintf("| %v | `%s", kind, strings.TrimRight(bus.SubjectAll(kind), ".*>"))
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/bus.md has no row %q", row)
		}
	}
}

func TestSubjectOfTheAccountAndOfOddNames(t *testing.T) {
	for _, c := range []struct {
		body market.Body
		want string
	}{
		{&market.Position{}, "position._account"},
		{&market.Position{Strategy: "_account"}, "position._5Faccount"},
		{&market.Signal{Strategy: "a.>"}, "signal.a_2E_3E"},
		{&market.Signal{Strategy: "*"}, "signal._2A"},
		{&market.Signal{Strategy: "ü"}, "signal._C3_BC"},
		{&market.Tick{Instrument: 3}, "md.tick.BRK_20B.NYSE"},
		{&market.Bar{Instrument: 1}, "md.bar.0ns.SPY.ARCA"},
		{&market.Bar{Instrument: 1, Interval: 90 * market.Second}, "md.bar.90s.SPY.ARCA"},
		{&market.Bar{Instrument: 1, Interval: market.Day}, "md.bar.1d.SPY.ARCA"},
		{&market.Bar{Instrument: 1, Interval: 250 * market.Millisecond}, "md.bar.250ms.SPY.ARCA"},
	} {
		got, err := bus.Subject(&market.Event{Body: c.body}, wiretest.Instruments())
		if got != c.want || err != nil {
			t.Errorf("%+v: got %q, %v; want %q", c.body, got, err, c.want)
		}
	}
}

func TestSubjectErrors(t *testing.T) {
	for _, c := range []struct {
		body market.Body
		want string
	}{
		{nil, "bus: kind 0: want 1 to 15"},
		{&market.Tick{Instrument: 9}, "bus: md.tick: instrument 9 is not in the table"},
		{&market.Bar{}, "bus: md.bar.0ns: instrument 0 is not in the table"},
	} {
		_, err := bus.Subject(&market.Event{Body: c.body}, wiretest.Instruments())
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// A subscription to one kind must not see another: a signal is not a fill.
func TestEveryPatternMatchesItsKindOnly(t *testing.T) {
	for _, ev := range wiretest.Events() {
		subject, err := bus.Subject(&ev, wiretest.Instruments())
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range bus.Kinds() {
			if got := matches(bus.SubjectAll(kind), subject); got != (kind == ev.Kind()) {
				t.Errorf("%s matches %s: %v", bus.SubjectAll(kind), subject, got)
			}
		}
	}
}

// matches is NATS's rule for wildcards.
func matches(pattern, subject string) bool {
	p, s := strings.Split(pattern, "."), strings.Split(subject, ".")
	for i, token := range p {
		if token == ">" {
			return len(s) > i
		}
		if i >= len(s) || token != "*" && token != s[i] {
			return false
		}
	}
	return len(p) == len(s)
}

// Two names never share a subject, and none escapes from its token.
func TestTokenIsSafeAndReversible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		token := bus.Token(name)
		if strings.ContainsAny(token, ".*> \t\r\n") {
			t.Fatalf("%q became %q", name, token)
		}
		var back []byte
		for i := 0; i < len(token); i++ {
			c := token[i]
			if c == '_' {
				if _, err := fmt.Sscanf(token[i+1:i+3], "%02X", &c); err != nil {
					t.Fatal(err)
				}
				i += 2
			}
			back = append(back, c)
		}
		if string(back) != name {
			t.Fatalf("%q became %q, which reads as %q", name, token, back)
		}
	})
}

func TestCheckControl(t *testing.T) {
	for _, good := range []string{"ctl.status", "ctl.orders.cancel-all", "ctl.a_b"} {
		if err := bus.CheckControl(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "ctl", "ctl.", "ctl..a", "ctl.*", "ctl.>", "ctl.a b", "md.tick.SPY.ARCA", "ctl.ü"} {
		if bus.CheckControl(bad) == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

// A subscriber that keeps a clone must not see the publisher's next event in it.
func TestCloneSharesNothing(t *testing.T) {
	for _, ev := range wiretest.Events() {
		copied := bus.Clone(&ev)
		want := bus.Clone(&ev)
		scramble(reflect.ValueOf(ev.Body))
		if diff := cmp.Diff(want, copied); diff != "" {
			t.Errorf("%v: the copy changed with the original:\n%s", ev.Kind(), diff)
		}
		if cmp.Equal(ev, copied) {
			t.Errorf("%v: the original did not change", ev.Kind())
		}
	}
}

// scramble sets everything reachable in place to zero.
func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			scramble(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[market.Money]() {
			v.SetZero()
			return
		}
		for i := range v.NumField() {
			scramble(v.Field(i))
		}
	default:
		v.SetZero()
	}
}

func ExampleSubject() {
	table := wiretest.Instruments()
	for _, body := range []market.Body{
		&market.Tick{Instrument: 1},
		&market.Bar{Instrument: 3, Interval: market.Minute},
		&market.Fill{Strategy: "dip-spy"},
		&market.Position{},
	} {
		subject, _ := bus.Subject(&market.Event{Body: body}, table)
		fmt.Println(subject, bus.SubjectAll(body.EventKind()))
	}
	// Output:
	// md.tick.SPY.ARCA md.tick.>
	// md.bar.1m.BRK_20B.NYSE md.bar.>
	// fill.dip-spy fill.*
	// position._account position.*
}
