package ibkr

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// troubles collects what a stream complains about.
type troubles struct {
	mu   sync.Mutex
	list []error
}

func (c *troubles) add(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, err)
}

// rows are the complaints about rows.
func (c *troubles) rows() (list []*RowsError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, err := range c.list {
		var e *RowsError
		if errors.As(err, &e) {
			list = append(list, e)
		}
	}
	return list
}

// links are the others.
func (c *troubles) links() (list []error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, err := range c.list {
		var e *RowsError
		if !errors.As(err, &e) {
			list = append(list, err)
		}
	}
	return list
}

// A row that cannot be read is left out, the others of its frame count, and
// whoever reads the topic hears of it: a lost execution is no small matter.
func TestStreamTellsBadRows(t *testing.T) {
	g := newGateway(t)
	s := NewStream(testClient(t, g))
	var heardOf troubles
	s.OnTrouble(heardOf.add)
	up := make(chan bool, 10)
	s.OnUp(func() { up <- true })
	orders, trades, pnl, depth := s.Orders(), s.Trades(1), s.PnL(), s.Depth("DU1", 1, "")
	quotes, ledger, summary := s.Quotes(nil, "265598"), s.Ledger("DU1"), s.Summary("DU1")
	history, err := s.History(8314, HistoryQuery{})
	if err != nil {
		t.Fatal(err)
	}
	hold(t, s)
	<-up
	for _, ask := range []string{"sor+{}", "spl+{}", "sld+DU1+{}"} {
		heard(t, g, ask)
	}
	tests := []struct {
		name, frame string
		read        func()
		topic       string
		rows        int
		first       string
	}{
		{"orders", `{"topic":"sor","args":[{"orderId":1,"status":"Submitted"},{"orderId":"x"},7,{"status":"Filled"},{"orderId":2}]}`,
			func() { next(t, orders); next(t, orders); none(t, orders) }, "sor", 3, `{"orderId":"x"}`},
		{"trades", `{"topic":"str","args":[{"execution_id":"a.1","size":"ten"},{"execution_id":"b.1","size":1}]}`,
			func() { next(t, trades); none(t, trades) }, "str", 1, `{"execution_id":"a.1","size":"ten"}`},
		{"pnl", `{"topic":"spl","args":{"DU1.Core":{"dpl":"much"},"DU2.Core":{"dpl":1}}}`, func() { next(t, pnl) }, "spl", 1, `{"dpl":"much"}`},
		{"pnl list", `{"topic":"spl","args":[1]}`, func() {}, "spl", 1, `[1]`},
		{"depth", `{"topic":"sbd+DU1+1","data":[{"row":300},{"row":0,"price":"1"},{"price":"2"}]}`,
			func() { next(t, depth) }, "sbd+DU1+1", 2, `{"row":300}`},
		{"depth object", `{"topic":"sbd+DU1+1","data":{"row":1}}`, func() {}, "sbd+DU1+1", 1, `{"row":1}`},
		{"quotes", `{"topic":"smd+265598","31":{"a":1},"84":"1.5"}`, func() { next(t, quotes) }, "smd+265598", 1, `{"a":1}`},
		{"long text", `{"topic":"smd+265598","84":"` + strings.Repeat("1", 501) + `"}`, func() {}, "smd+265598", 1, `"` + strings.Repeat("1", 199) + "..."},
		{"ledger", `{"topic":"sld+DU1","result":[{"cashbalance":1},{"key":"LedgerListUSD","cashbalance":1}]}`,
			func() { next(t, ledger) }, "sld+DU1", 1, `{"cashbalance":1}`},
		{"summary", `{"topic":"ssd+DU1","result":[{"key":"A","monetaryValue":[]},{"key":"B","value":"x"}]}`,
			func() { next(t, summary) }, "ssd+DU1", 1, `{"key":"A","monetaryValue":[]}`},
		{"history", `{"topic":"smh+8314","data":[{"t":1775136600000,"c":2},{"t":1775136600000},{"t":"x"}]}`,
			func() { next(t, history) }, "smh", 2, `{"t":1775136600000}`},
		{"session", `{"topic":"sts","args":{"authenticated":"maybe"}}`, func() {}, "sts", 1, `{"authenticated":"maybe"}`},
		{"broken frame", `{"topic":"sor","args":[{"orderId":3}`, func() {}, "", 1, `{"topic":"sor","args":[{"orderId":3}`},
	}
	for i, tt := range tests {
		g.push(tt.frame)
		tt.read()
		eventually(t, tt.name, func() bool { return len(heardOf.rows()) > i })
		e := heardOf.rows()[i]
		if e.Topic != tt.topic || e.Rows != tt.rows || e.First != tt.first || e.Connection != 1 || e.Err == nil || !strings.Contains(e.Error(), tt.first) {
			t.Errorf("%s: %+v", tt.name, e)
		}
	}
	g.push("ech+hb")
	g.read(t, s.Notices(), "end")
	if n := len(heardOf.rows()); n != len(tests) {
		t.Errorf("%d complaints, want %d: %v", n, len(tests), heardOf.rows()[len(tests):])
	}
}

// Keys beyond those that are kept are told, too.
func TestStreamTellsTooManyKeys(t *testing.T) {
	g := newGateway(t)
	s := NewStream(testClient(t, g))
	var heardOf troubles
	s.OnTrouble(heardOf.add)
	pnl := s.PnL()
	hold(t, s)
	heard(t, g, "spl+{}")
	var rows strings.Builder
	for i := range maxKeys + 2 {
		rows.WriteString(`,"DU` + strings.Repeat("x", i) + `":{"dpl":1}`)
	}
	g.push(`{"topic":"spl","args":{` + rows.String()[1:] + `}}`)
	next(t, pnl)
	eventually(t, "a complaint", func() bool { return len(heardOf.rows()) == 1 })
	if e := heardOf.rows()[0]; e.Rows != 2 || !errors.Is(e, errTooMany) {
		t.Errorf("%+v", e)
	}
}

// onTime runs a stream with the timeouts of real life in time that passes as
// fast as nothing happens.
func onTime(t *testing.T, g *gateway, test func(s *Stream, heardOf *troubles)) {
	synctest.Test(t, func(t *testing.T) {
		way := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(g.serve), ErrorLog: quietLog}
		go server.Serve(way)
		c, err := NewClient(ClientConfig{BaseURL: "http://localhost:5000", Account: testAccount})
		if err != nil {
			t.Fatal(err)
		}
		c.http.Transport.(*http.Transport).DialContext = way.dial
		s, heardOf := NewStream(c), new(troubles)
		s.OnTrouble(heardOf.add)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		defer func() {
			stop()
			if err := <-done; err != nil {
				t.Errorf("the stream ended: %v", err)
			}
			c.Close()
			g.drop()
			server.Close()
			synctest.Wait()
		}()
		test(s, heardOf)
	})
}

// Without a brokerage session the stream says so at once on every connection:
// it is asked for less and less often, the user hears why, and when there is a
// session the stream is there, too.
func TestStreamWithoutSession(t *testing.T) {
	for name, why := range map[string]string{"down": `"authenticated":false,"competing":false`, "competing": `"authenticated":false,"competing":true`} {
		g := unserved()
		up := g.greet
		g.greet = []string{`{"topic":"system","success":"user123"}`, `{"topic":"sts","args":{` + why + `,"message":"","fail":"no session today"}}`}
		onTime(t, g, func(s *Stream, heardOf *troubles) {
			time.Sleep(time.Hour)
			synctest.Wait()
			if n := g.streams(); n < 50 || n > 90 {
				t.Errorf("%s: %d connections in an hour, want about one a minute", name, n)
			}
			links := heardOf.links()
			if len(links) != g.streams() || len(links) == 0 {
				t.Fatalf("%s: %d reasons for %d connections", name, len(links), g.streams())
			}
			if err := links[0]; kindOf(err) != KindNoBridge || !strings.Contains(err.Error(), "no session today") {
				t.Errorf("%s: the reason is %v", name, err)
			}
			notices := s.Notices()
			g.locked(func() { g.greet = up })
			time.Sleep(10 * time.Minute)
			var heard NoticeUpdate
			for tries := 0; heard.Text != "hello" && tries < 60; tries++ { // a server that says nothing is left every 30 s
				g.push(`{"topic":"ntf","args":[{"text":"hello"}]}`)
				time.Sleep(time.Second)
				heard, _ = notices.store.take()
			}
			if heard.Text != "hello" {
				t.Errorf("%s: the stream is not there", name)
			}
		})
	}
}

// A server that takes each connection and ends it a moment later is not
// stormed; after one that was held the stream is back soon.
func TestStreamFlaps(t *testing.T) {
	g := unserved()
	g.greet = append(g.greet, `{"topic":"sts","args":{"authenticated":false}}`)
	onTime(t, g, func(s *Stream, heardOf *troubles) {
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := g.streams(); n > 90 {
			t.Errorf("%d connections in an hour", n)
		}
		g.locked(func() { g.greet = g.greet[:len(g.greet)-1] })
		time.Sleep(10 * time.Minute)
		before := g.streams()
		g.drop()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if n := g.streams(); n != before+1 {
			t.Errorf("%d connections three seconds after a loss, want %d", n, before+1)
		}
	})
}
