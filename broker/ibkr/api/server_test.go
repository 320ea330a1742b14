package api

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/broker/ibkr"
)

// asked is one request that a fake got.
type asked struct {
	route string // "GET /iserver/accounts"
	query url.Values
	body  string
}

// fake is IBKR on loopback: real TLS, answers in the shapes that its servers
// were recorded to give.
type fake struct {
	*httptest.Server
	mu     sync.Mutex
	routes map[string]func(asked) (int, string)
	log    []asked
}

// newFake answers what no route is for as IBKR does: 404 in HTML.
func newFake(t testing.TB) *fake {
	f := &fake{routes: map[string]func(asked) (int, string){}}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	f.Config.ErrorLog = log.New(io.Discard, "", 0)
	f.StartTLS()
	t.Cleanup(f.Close)
	f.always("GET /iserver/accounts", 200, `{"accounts":["DU1234567"],"selectedAccount":"DU1234567","isPaper":true}`)
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a := asked{r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1/api"), r.URL.Query(), string(body)}
	f.mu.Lock()
	f.log = append(f.log, a)
	answer := f.routes[a.route]
	f.mu.Unlock()
	if answer == nil {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(404)
		io.WriteString(w, "<html><body><h1>Resource not found</h1></body></html>")
		return
	}
	status, text := answer(a)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

func (f *fake) on(route string, answer func(asked) (int, string)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.routes[route] = answer
}

// always gives one answer.
func (f *fake) always(route string, status int, text string) {
	f.on(route, func(asked) (int, string) { return status, text })
}

// inTurn gives one good answer after the other; the last one repeats.
func (f *fake) inTurn(route string, texts ...string) {
	n := 0
	f.on(route, func(asked) (int, string) {
		f.mu.Lock()
		defer f.mu.Unlock()
		n++
		return 200, texts[min(n, len(texts))-1]
	})
}

// got is the requests of a route.
func (f *fake) got(route string) []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.log), func(a asked) bool { return a.route != route })
}

func (f *fake) api(t testing.TB) *API { return New(clientOf(t, f.URL)) }

// clientOf is a client of a fake, as fast as it can be.
func clientOf(t testing.TB, address string) *ibkr.Client {
	t.Helper()
	c, err := ibkr.NewClient(ibkr.ClientConfig{
		BaseURL: address + "/v1/api",
		Pacing: ibkr.Pacing{
			PerSecond: 100_000, CancelReserve: 1, Burst: 10_000, Snapshot: 100_000,
			Poll: time.Nanosecond, Tickle: time.Nanosecond, Validate: time.Nanosecond, Quiet: time.Millisecond,
		},
		Timeouts: ibkr.Timeouts{Retry: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
