package api

import (
	"strings"
	"testing"

	"gannet/broker/ibkr"
)

var unavailable = answerForTest{err: &ibkr.Error{Kind: ibkr.KindTemporary, Status: 503, Text: "Service Unavailable"}}

// In a new session watchlists answer 503 until the lists were asked for.
func TestQuirk61WatchlistsWarmUp(t *testing.T) {
	list := answerForTest{body: `{"data":{"user_lists":[]}}`}
	for name, call := range map[string]func(a *API) error{
		"get":    func(a *API) error { _, err := a.Watchlists.Get(t.Context(), "1"); return err },
		"delete": func(a *API) error { _, err := a.Watchlists.Delete(t.Context(), "1"); return err },
		"create": func(a *API) error { _, err := a.Watchlists.Create(t.Context(), "1", "x", nil); return err },
	} {
		s, a := script(unavailable, list, answerForTest{body: `{}`})
		if err := call(a); err != nil || len(s.calls) != 3 || s.calls[1].Path != "/iserver/watchlists" || s.calls[0].Path != s.calls[2].Path {
			t.Errorf("%s: %v after %v", name, err, s.calls)
		}
		s, a = script(unavailable, list, unavailable)
		if err := call(a); statusOf(err) != 503 || len(s.calls) != 3 {
			t.Errorf("%s: an unknown list: %v after %d calls, want its 503 after 3", name, err, len(s.calls))
		}
		s, a = script(answerForTest{err: &ibkr.Error{Kind: ibkr.KindRefused, Status: 400}})
		if err := call(a); statusOf(err) != 400 || len(s.calls) != 1 {
			t.Errorf("%s: another error was tried again: %v", name, err)
		}
	}
}

// A watchlist id that is no number, and a missing name, would be a 503 that
// looks like a cold session.
func TestWatchlistNames(t *testing.T) {
	s, a := script(answerForTest{})
	for _, tt := range [][2]string{{"", "x"}, {"a1", "x"}, {"1", ""}} {
		if _, err := a.Watchlists.Create(t.Context(), tt[0], tt[1], nil); err == nil {
			t.Errorf("id %q name %q was sent", tt[0], tt[1])
		}
	}
	if len(s.calls) != 0 {
		t.Errorf("calls %v", s.calls)
	}
}

// Paper accounts may not create alerts; the error says so.
func TestQuirk62AlertsNotOnPaper(t *testing.T) {
	s, a := script(answerForTest{err: &ibkr.Error{Kind: ibkr.KindRefused, Status: 403, Text: "Forbidden"}})
	_, err := a.Alerts.Create(t.Context(), "DU1", AlertTicket{})
	if err == nil || !strings.Contains(err.Error(), "no paper account") || statusOf(err) != 403 || len(s.calls) != 1 {
		t.Errorf("error %v after %d calls", err, len(s.calls))
	}
}

// The answer of a deleted device has no body; an unknown device is an error.
func TestRemoveDevice(t *testing.T) {
	_, a := script(answerForTest{err: &ibkr.Error{Kind: ibkr.KindMalformed, Status: 200}})
	if err := a.FYI.RemoveDevice(t.Context(), "d"); err != nil {
		t.Error(err)
	}
	_, a = script(answerForTest{err: &ibkr.Error{Kind: ibkr.KindNotFound, Status: 404}})
	if err := a.FYI.RemoveDevice(t.Context(), "d"); statusOf(err) != 404 {
		t.Error(err)
	}
}

// The MTA alert is one object on some servers and a list on others.
func TestMTAShapes(t *testing.T) {
	const one = `{"order_id":167426254,"alert_name":"MTA (AutoAlert)","conditions":[{"condition_type":5}]}`
	for _, body := range []string{one, "[" + one + "]"} {
		_, a := script(answerForTest{body: body})
		m, err := a.Alerts.MTA(t.Context())
		if err != nil || len(m.List) != 1 || m.List[0].Name.String() != "MTA (AutoAlert)" || len(m.List[0].Conditions) != 1 {
			t.Errorf("%s: %+v, %v", body, m, err)
		}
		if back, err := Encode(m); err != nil || canonicalText(t, string(back)) != canonicalText(t, body) {
			t.Errorf("%s written as %s, %v", body, back, err)
		}
	}
}

// fuzzAnswers are the answer types of the groups on trading.
func FuzzTradingAnswers(f *testing.F) {
	for path := range tradingRecordings {
		f.Add(path, []byte(`{"orders":[{"orderId":1,"price":"","parentId":2}],"snapshot":true}`))
	}
	f.Add("Orders/POST-reply-submitted.json", []byte(`[{"id":"u","message":["?"],"messageIds":["o354"]},{"order_id":-1}]`))
	f.Add("Alerts/GET-mta-alert.json", []byte(`[{"conditions":[null,{}]},null]`))
	f.Add("EventContracts/GET-category-tree.json", []byte(`{"categories":{"g1":{"markets":{"conid":"1"}},"g2":{"markets":[{}]}}}`))
	f.Fuzz(func(t *testing.T, path string, data []byte) {
		newValue, ok := tradingRecordings[path]
		if !ok {
			return
		}
		v := newValue()
		if Decode(data, v) != nil {
			return
		}
		if a, ok := v.(*OrderAnswer); ok {
			a.Taken(len(a.Rows))
			a.Parent("x")
			a.Question()
		}
		if l, ok := v.(*LiveOrders); ok {
			l.Group("x")
		}
		back, err := Encode(v)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if again := newValue(); Decode(back, again) != nil {
			t.Errorf("%s was written as %s, which cannot be read", data, back)
		}
	})
}
