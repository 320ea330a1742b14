package natsbus_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"gannet/bus"
	"gannet/bus/natsbus"
	"gannet/market"
	"gannet/market/wire/wiretest"
)

// Who may publish what: the difference between a strategy and a thief.
func TestPublishPermissions(t *testing.T) {
	s := startServer(t, "dip", "my_strategy")
	engine := connect(t, s, natsbus.EngineUser, natsbus.Options{})
	seen := collect(t, engine)
	signal := func(id market.StrategyID) market.Body {
		return &market.Signal{Kind: market.SignalOrder, Strategy: id}
	}
	for _, c := range []struct {
		user    string
		body    market.Body
		allowed bool
	}{
		{natsbus.EngineUser, &market.Tick{Instrument: 1}, true},
		{natsbus.EngineUser, &market.Fill{Strategy: "dip"}, true},
		{natsbus.OperatorUser, &market.Tick{Instrument: 1}, false},
		{natsbus.OperatorUser, &market.Order{Strategy: "dip"}, false},
		{natsbus.OperatorUser, &market.Fill{Strategy: "dip"}, false},
		{natsbus.OperatorUser, signal("dip"), false},
		{natsbus.OperatorUser, &market.Command{Verb: market.VerbHalt}, false},
		{natsbus.ObserverUser, &market.Alert{}, false},
		{natsbus.ObserverUser, signal("dip"), false},
		{natsbus.StrategyUser("dip"), signal("dip"), true},
		{natsbus.StrategyUser("dip"), signal("dip2"), false},
		{natsbus.StrategyUser("dip"), signal("my_strategy"), false},
		{natsbus.StrategyUser("dip"), &market.Fill{Strategy: "dip"}, false},
		{natsbus.StrategyUser("dip"), &market.Tick{Instrument: 1}, false},
		{natsbus.StrategyUser("my_strategy"), signal("my_strategy"), true},
	} {
		b := dial(t, s, c.user)
		publish(t, b, 1, c.body)
		err := b.Flush(t.Context())
		if c.allowed && err != nil || !c.allowed && !errors.Is(err, bus.ErrForbidden) {
			t.Errorf("%s publishes %v %+v: got %v, want allowed %v", c.user, c.body.EventKind(), c.body, err, c.allowed)
		}
		if err := b.Flush(t.Context()); err != nil {
			t.Errorf("%s: a refusal is told twice: %v", c.user, err)
		}
		if c.allowed {
			if got := take(t, seen); got.Kind() != c.body.EventKind() {
				t.Errorf("%s: the engine got %v, want %v", c.user, got.Kind(), c.body.EventKind())
			}
		}
	}
	publish(t, engine, 99, &market.Alert{})
	if got := take(t, seen); got.Seq != 99 {
		t.Errorf("a forbidden event arrived: %v %+v", got.Kind(), got.Body)
	}
}

func TestControlPermissions(t *testing.T) {
	s := startServer(t, "dip")
	engine := connect(t, s, natsbus.EngineUser, natsbus.Options{})
	asked := make(chan bool, 10)
	if _, err := engine.Serve("ctl.halt", func([]byte) []byte { asked <- true; return []byte("{}") }); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user    string
		allowed bool
	}{
		{natsbus.EngineUser, true}, {natsbus.OperatorUser, true},
		{natsbus.ObserverUser, false}, {natsbus.StrategyUser("dip"), false},
	} {
		b := dial(t, s, c.user)
		patience := patience
		if !c.allowed {
			patience = 50 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, err := b.Request(ctx, "ctl.halt", nil)
		cancel()
		if c.allowed && err != nil || !c.allowed && !errors.Is(err, bus.ErrForbidden) {
			t.Errorf("%s: got %v, want allowed %v", c.user, err, c.allowed)
		}
		if c.allowed {
			take(t, asked)
		} else if _, err := b.Serve("ctl.halt", func([]byte) []byte { return nil }); !errors.Is(err, bus.ErrForbidden) {
			t.Errorf("%s: may listen to commands: %v", c.user, err)
		}
	}
	if len(asked) != 0 {
		t.Error("a command of one who may not command was carried out")
	}
}

// Who has no command sees all the same.
func TestObserverAndStrategySeeEvents(t *testing.T) {
	s := startServer(t, "dip")
	engine := connect(t, s, natsbus.EngineUser, natsbus.Options{})
	for _, user := range []string{natsbus.OperatorUser, natsbus.ObserverUser, natsbus.StrategyUser("dip")} {
		in := collect(t, dial(t, s, user))
		for _, ev := range wiretest.Events() {
			publish(t, engine, ev.Seq, ev.Body)
			if got := take(t, in).Seq; got != ev.Seq {
				t.Errorf("%s: got event %d, want %d", user, got, ev.Seq)
			}
		}
	}
}

func TestWrongSeedIsRefused(t *testing.T) {
	s := startServer(t)
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	b, err := natsbus.Connect(natsbus.Options{URL: s.URL(), Seed: string(stranger), Instruments: wiretest.Instruments()})
	if err == nil {
		_ = b.Close()
		t.Fatal("a stranger is connected")
	}
	if !strings.Contains(err.Error(), s.URL()) || strings.Contains(err.Error(), string(stranger)) {
		t.Errorf("got %v, want an error with the URL and without the seed", err)
	}
}

// Keys of yesterday's run open nothing today.
func TestKeysAreNewForEveryServer(t *testing.T) {
	a, b := startServer(t), startServer(t)
	if a.Operator().Seed == b.Operator().Seed {
		t.Error("two servers have one operator key")
	}
	for _, user := range []string{natsbus.EngineUser, natsbus.ObserverUser} {
		c, err := a.Credential(user)
		if err != nil || c.Seed == a.Operator().Seed {
			t.Errorf("%s: %v, or the operator's key", user, err)
		}
	}
}

func TestCredentialFile(t *testing.T) {
	s := startServer(t)
	path := filepath.Join(t.TempDir(), "operator.nkey")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := natsbus.WriteCredential(path, s.Operator()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); len(left) != 1 || err != nil {
		t.Errorf("%v, %v; want nothing but the file", left, err)
	}
	if got, err := natsbus.ReadCredential(path); got != s.Operator() || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	b, err := natsbus.Connect(natsbus.Options{NkeyFile: path, Instruments: wiretest.Instruments()})
	if err != nil {
		t.Fatal(err)
	}
	flush(t, b)
	_ = b.Close()
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	_, err = natsbus.Connect(natsbus.Options{NkeyFile: path, Instruments: wiretest.Instruments()})
	if err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
		t.Errorf("got %v, want a refusal of a file that others can read", err)
	}
}

func TestCredentialFileErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	for _, text := range []string{"", "nats://127.0.0.1:1\n", "SAAB\n", strings.Repeat("#", 10_000)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := natsbus.ReadCredential(path); err == nil {
			t.Errorf("%.20q is read as %v", text, c)
		}
	}
	if _, err := natsbus.ReadCredential(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want ErrNotExist", err)
	}
	if _, err := natsbus.ReadCredential(dir); err == nil {
		t.Error("a directory is read as a credential")
	}
	if err := natsbus.WriteCredential(filepath.Join(dir, "none", "x"), natsbus.Credential{Seed: "SU"}); err == nil {
		t.Error("a credential is written where there is no directory")
	}
	if err := natsbus.WriteCredential(path, natsbus.Credential{URL: "nats://a\nSUEVIL", Seed: "SUA"}); err == nil {
		t.Error("a URL with a line break is written")
	}
}

// Logs and error texts never hold the seed.
func TestCredentialPrintsWithoutItsSeed(t *testing.T) {
	c := natsbus.Credential{URL: "nats://127.0.0.1:4222", Seed: "SUSECRET"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, c); strings.Contains(text, "SECRET") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}
