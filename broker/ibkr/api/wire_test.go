package api_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
	"gannet/market"
)

// onWire is the API on a real client and a server that answers as script says:
// by "METHOD path", in turn; the last answer repeats.
func onWire(t *testing.T, script map[string][]wireAnswer) (*api.API, map[string]int) {
	t.Helper()
	count := map[string]int{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1/api")
		list := script[route]
		count[route]++
		if len(list) == 0 {
			list = []wireAnswer{{404, "text/html", "<html><body><h1>Resource not found</h1></body></html>"}}
		}
		one := list[min(count[route], len(list))-1]
		w.Header().Set("Content-Type", one.kind)
		w.WriteHeader(one.status)
		io.WriteString(w, one.body)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	instruments, err := market.NewInstruments()
	if err != nil {
		t.Fatal(err)
	}
	a, err := ibkr.New(ibkr.Config{
		BaseURL: server.URL, Pin: ibkr.PinOf(server.Certificate()), Account: account, Paper: true, Instruments: instruments,
		Pacing:   ibkr.Pacing{PerSecond: 5000, Burst: 100, Poll: time.Millisecond},
		Timeouts: ibkr.Timeouts{Retry: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	return api.New(a.Client()), count
}

type wireAnswer struct {
	status int
	kind   string
	body   string
}

const jsonKind = "application/json; charset=utf-8"

// Answers that are no JSON where IBKR means them so, and errors as they come.
func TestOnTheWire(t *testing.T) {
	cold := wireAnswer{503, jsonKind, `{"error":"Service Unavailable","statusCode":503}`}
	a, count := onWire(t, map[string][]wireAnswer{
		"DELETE /fyi/deliveryoptions/d1":             {{200, jsonKind, ""}},
		"POST /iserver/notification":                 {{200, "text/plain", "Success"}},
		"POST /iserver/account/DU1234567/orders":     {{200, jsonKind, `{"error":"We cannot accept an order at the limit price you selected."}`}},
		"POST /iserver/reply/r1":                     {{503, jsonKind, `{"error":"Service Unavailable","statusCode":503}`}},
		"GET /iserver/watchlist":                     {cold, cold, cold, {200, jsonKind, `{"id":"1","name":"x","instruments":[{"C":"756733","conid":756733}]}`}},
		"GET /iserver/watchlists":                    {{200, jsonKind, `{"data":{"user_lists":[]}}`}},
		"POST /iserver/account/DU1234567/alert":      {{403, jsonKind, `{"error":"not allowed"}`}},
		"GET /iserver/account/alert/0":               {{200, jsonKind, `{"error":"alert not found"}`}},
		"GET /fyi/unreadnumber":                      {{423, jsonKind, ""}},
		"DELETE /iserver/account/DU1234567/order/-1": {{200, jsonKind, `{"msg":"Request was submitted","order_id":"-1","conid":-1,"account":null}`}},
	})
	ctx := t.Context()
	if err := a.FYI.RemoveDevice(ctx, "d1"); err != nil {
		t.Error(err)
	}
	if err := a.FYI.RemoveDevice(ctx, "d2"); kind(err) != ibkr.KindNotFound {
		t.Error(err)
	}
	if text, err := a.Orders.Notify(ctx, api.PromptAnswer{}); err != nil || text.String() != "Success" {
		t.Error(text, err)
	}
	if _, err := a.Orders.Place(ctx, account, ticket(nil)); kind(err) != ibkr.KindRefused {
		t.Error(err)
	}
	if _, err := a.Orders.Reply(ctx, "r1", true); kind(err) != ibkr.KindTemporary || count["POST /iserver/reply/r1"] != 1 {
		t.Error(err, "a reply is sent once, and its 503 is no refusal")
	}
	if w, err := a.Watchlists.Get(ctx, "1"); err != nil || len(w.Instruments) != 1 || count["GET /iserver/watchlists"] != 1 {
		t.Error(w, err)
	}
	if _, err := a.Alerts.Create(ctx, account, alert()); err == nil || !strings.Contains(err.Error(), "no paper account") {
		t.Error(err)
	}
	if _, err := a.Alerts.Details(ctx, 0); kind(err) != ibkr.KindRefused {
		t.Error(err)
	}
	if _, err := a.FYI.Unread(ctx); err == nil {
		t.Error("a user without FYI has unread notifications")
	}
	if answer, err := a.Orders.Cancel(ctx, account, -1, api.Canceling{}); err != nil || !answer.Immediate() {
		t.Error(answer, err)
	}
}

func kind(err error) ibkr.Kind {
	var e *ibkr.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}
