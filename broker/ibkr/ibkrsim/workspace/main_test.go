package workspace_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/workspace"
	"gannet/market"
)

// world is all that a workspace asks of others.
type world struct {
	login  workspace.Login
	days   map[string][]workspace.Day
	trades []workspace.Transaction
	kept   map[string]json.RawMessage // kind, a space, key
}

func (w *world) Put(kind, key string, value json.RawMessage) {
	if w.kept[kind+" "+key] = value; value == nil {
		delete(w.kept, kind+" "+key)
	}
}

func (w *world) Lookup(conid int64) (symbol, name, secType, exchange string, ok bool) {
	switch conid {
	case 756733:
		return "SPY", "SS SPDR S&P 500 ETF TRUST-US", "STK", "ARCA", true
	case 265598:
		return "AAPL", "APPLE INC", "STK", "NASDAQ", true
	}
	return "", "", "", "", false
}

func (w *world) Login(string) workspace.Login { return w.login }

func (w *world) Select(_, account string) bool {
	for _, a := range w.login.Accounts {
		if a.ID == account {
			w.login.Selected = account
			return true
		}
	}
	return false
}

func (w *world) Days(account string) ([]workspace.Day, string, bool) {
	days, ok := w.days[account]
	return days, "USD", ok
}

func (w *world) Transactions(string, int64) []workspace.Transaction { return w.trades }

// desk calls endpoints as one user.
type desk struct {
	t testing.TB
	*world
	*workspace.Workspace
	now market.Nanos
}

func at(text string) market.Nanos {
	when, err := time.Parse(time.DateTime, text)
	if err != nil {
		panic(err)
	}
	return market.NanosOf(when)
}

func money(text string) market.Money { return market.MustMoney(text) }

func newWorld() *world {
	return &world{
		kept: map[string]json.RawMessage{}, days: map[string][]workspace.Day{},
		login: workspace.Login{Email: "trader@example.com", Accounts: []workspace.Account{
			{ID: "U1", NetLiquidation: money("100000.5"), AvailableEquity: money("90000"), Cash: money("50000")},
		}},
	}
}

// start is a live account whose watchlists are warm.
func start(t testing.TB) *desk {
	d := &desk{t: t, world: newWorld(), now: at("2026-04-03 14:30:00")}
	d.restart()
	return d
}

// restart makes the workspace anew from what was kept.
func (d *desk) restart() {
	d.t.Helper()
	d.Workspace = workspace.New(workspace.Config{Store: d.world, Contracts: d.world, Logins: d.world, History: d.world,
		NewYork: newYork(d.t)})
	left := len(d.kept)
	for _, want := range workspace.Kinds() {
		for _, name := range slices.Backward(slices.Sorted(maps.Keys(d.kept))) {
			kind, key, _ := strings.Cut(name, " ")
			if kind != want {
				continue
			}
			left--
			if err := d.Restore(kind, key, d.kept[name]); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	if left != 0 {
		d.t.Fatalf("%d values of a kind that is not listed", left)
	}
	d.must("GET", "/iserver/watchlists", "")
}

func newYork(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zones here")
	}
	return zone
}

// call is one request; ours is its body read back as JSON.
func (d *desk) call(method, target, body string) (reply web.Reply, ours any) {
	d.t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		d.t.Fatal(err)
	}
	route, vars := workspace.Routes.Find(method, u.Path)
	if route == nil {
		d.t.Fatalf("%s %s: no such route", method, target)
	}
	reply = route.Handle(d.Workspace, &web.Request{Method: method, Path: u.Path, Vars: vars, Query: u.Query(),
		Body: []byte(body), Now: d.now, User: "trader"})
	if reply.Body != nil {
		if err := json.Unmarshal(web.Encode(reply.Body), &ours); err != nil {
			d.t.Fatal(err)
		}
	}
	return reply, ours
}

// must is a call that succeeds; its answer is given as JSON text.
func (d *desk) must(method, target, body string) string {
	d.t.Helper()
	reply, _ := d.call(method, target, body)
	if reply.Status != 200 {
		d.t.Fatalf("%s %s %s: %d %s", method, target, body, reply.Status, web.Encode(reply.Body))
	}
	return string(web.Encode(reply.Body))
}

// refused is a call that has the status.
func (d *desk) refused(status int, method, target, body string) {
	d.t.Helper()
	if reply, _ := d.call(method, target, body); reply.Status != status {
		d.t.Errorf("%s %s %s: %d %s, want %d", method, target, body, reply.Status, web.Encode(reply.Body), status)
	}
}

// wants says that a text has all the parts.
func wants(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s\nhas no %s", text, part)
		}
	}
}

func loadRecording(t *testing.T, name string) any {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "../shared/ibkr/recordings", name+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no recordings here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var r struct{ Response struct{ Body any } }
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r.Response.Body
}
