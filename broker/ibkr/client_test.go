package ibkr

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gannet/broker"
)

// The requests that are not part of trading.
func TestOtherRequests(t *testing.T) {
	g := newGateway(t)
	ctx := context.Background()
	c := testClient(t, g)
	g.answers("GET /sso/validate", ok(`{"USER_NAME":"user123","RESULT":true,"EXPIRES":"585695","LOGIN_TYPE":2}`))
	if l, err := c.Validate(ctx); err != nil || !bool(l.Valid) || l.LoginType != 2 || l.ExpiresMs != 585695 {
		t.Errorf("login %+v, %v", l, err)
	}
	g.answers("GET /iserver/account/DU1234567/summary", ok(`{"netLiquidationValue":1005254.0,"totalCashValue":971870.0}`))
	if s, err := c.AccountSummary(ctx); err != nil || s.NetLiquidation.String() != "1005254" || s.BuyingPower.Valid {
		t.Errorf("summary %+v, %v", s, err)
	}
	g.answers("POST /logout", ok(`{"status":true}`))
	if err := c.Logout(ctx); err != nil {
		t.Error(err)
	}
	const unsubscribe = "POST /iserver/marketdata/unsubscribe"
	g.answers(unsubscribe, ok(`{"success":true}`), reply{500, "", `{"error":"unknown"}`, false}, reply{503, "", `{"error":"x"}`, false})
	for i, bad := range []bool{false, false, true} {
		if err := c.Unsubscribe(ctx, 265598); (err != nil) != bad {
			t.Errorf("unsubscribe %d: %v", i, err)
		}
	}
	if calls := g.got(unsubscribe); len(calls) != 3 || calls[0].body != `{"conid":265598}` {
		t.Errorf("unsubscribe calls %v", calls)
	}
}

// The read of a passing fault says so; that of a refusal does not.
func TestErrorTemporary(t *testing.T) {
	for kind, want := range map[Kind]bool{
		KindTemporary: true, KindPaced: true, KindNoBridge: true, KindUnprimed: true,
		KindRefused: false, KindUnauthorized: false, KindNotFound: false, KindMalformed: false, KindUntrusted: false,
	} {
		if got := errors.Is(&Error{Kind: kind}, broker.ErrTemporary); got != want {
			t.Errorf("%s is temporary: %v, want %v", kind, got, want)
		}
	}
}

// token is another way of authentication, as a direct connection needs.
type token struct{}

func (token) Credentials(context.Context, *Link, Service, Credentials) (Credentials, error) {
	return token{}, nil
}

func (token) Sign(r *http.Request, _ time.Time) error {
	r.Header.Set("Authorization", "Bearer t")
	return nil
}

func (token) Upgrade(u *url.URL, h http.Header, session string) error {
	u.RawQuery = "bearer_token=t"
	h.Set("Cookie", "api="+session+"-signed")
	return nil
}

// Another authentication needs no other code.
func TestAuthJoins(t *testing.T) {
	g := newGateway(t)
	start(t, g, func(c *Config) { c.Auth = token{} }).ready(1)
	if c := g.got("POST /tickle")[0]; c.header.Get("Authorization") != "Bearer t" {
		t.Error("the request was not signed")
	}
	if !strings.HasSuffix(g.cookie, "-signed") {
		t.Errorf("cookie %q", g.cookie)
	}
}

// canned answers every request with one body, and notes how long each had.
type canned struct {
	body string
	had  []time.Duration
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	until, _ := r.Context().Deadline()
	c.had = append(c.had, time.Until(until))
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(c.body)), Request: r,
	}, nil
}

// A statement takes IBKR longer to make than anything else, and is larger.
func TestSlowAnswers(t *testing.T) {
	c, err := NewClient(ClientConfig{BaseURL: "https://127.0.0.1", Timeouts: Timeouts{Read: time.Minute, Report: time.Hour}, Pacing: Pacing{PerSecond: 1e4}})
	if err != nil {
		t.Fatal(err)
	}
	way := &canned{body: `"` + strings.Repeat("x", maxBody) + `"`}
	c.http.Transport = way
	for _, slow := range []bool{false, true} {
		_, err := c.Call(t.Context(), Call{Method: http.MethodPost, Path: "/x", Slow: slow})
		if (err == nil) != slow {
			t.Errorf("slow %v: a large answer gave %v", slow, err)
		}
	}
	if len(way.had) != 2 || way.had[0] > time.Minute || way.had[1] <= time.Minute || way.had[1] > time.Hour {
		t.Errorf("the answers had %v", way.had)
	}
}
