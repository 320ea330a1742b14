package scenario_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"
)

// serve carries out decisions as a server does, without waiting. It returns
// how often the handler was called.
func serve(t *testing.T, e *scenario.Engine) (url string, handled *atomic.Int64) {
	t.Helper()
	handled = new(atomic.Int64)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := scenario.Call{Endpoint: r.Method + " " + r.URL.Path, Target: r.URL.RequestURI()}
		d := e.Request(c, start)
		if d.Cut == scenario.CutRequest {
			panic(http.ErrAbortHandler)
		}
		handled.Add(int64(d.Handle))
		out := e.Answer(c, d, 200, "application/json", []byte(`{"real":true}`))
		if d.Cut == scenario.CutResponse {
			panic(http.ErrAbortHandler)
		}
		write(t, w, out, start.Time().Add(d.Skew))
	}))
	srv.Config.ErrorLog = nil
	t.Cleanup(srv.Close)
	return srv.URL, handled
}

// write sends an answer byte by byte as it is, lies included: net/http would
// check its length.
func write(t *testing.T, w http.ResponseWriter, out scenario.Wire, date time.Time) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		t.Error("no way to the connection")
		return
	}
	conn, buffer, err := hijacker.Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	fmt.Fprintf(buffer, "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
		out.Status, http.StatusText(out.Status), date.UTC().Format(http.TimeFormat), out.Type, out.Length)
	piece := len(out.Body)
	if out.Drip.Bytes > 0 {
		piece = out.Drip.Bytes
	}
	for body := out.Body; len(body) > 0; body = body[min(piece, len(body)):] {
		buffer.Write(body[:min(piece, len(body))])
		buffer.Flush() // Drip.Every goes by here
	}
	buffer.Flush()
}

// What a client sees of each fault, through a real connection.
func TestWhatTheClientSees(t *testing.T) {
	for name, c := range map[string]struct {
		rule, want string
		handled    int64
	}{
		"nothing":      {`{on: sor, drop: true}`, `200 {"real":true}`, 1},
		"cut request":  {`{cut: request}`, `no answer`, 0},
		"cut response": {`{cut: response}`, `no answer`, 1},
		"status":       {`{status: 503}`, `503 {"error":"Service Unavailable","statusCode":503}`, 0},
		"lost 502":     {`{status: 502, type: text/html, body: <h1>, handled: true}`, `502 <h1>`, 1},
		"drip":         {`{drip: {bytes: 2, every: 1ms}}`, `200 {"real":true}`, 1},
		"long":         {`{damage: long-length}`, `200 {"real":true} unexpected EOF`, 1},
		"short":        {`{damage: short-length}`, `200 {"real":t`, 1},
		"blank":        {`{damage: blank}`, `200 `, 1},
		"twice":        {`{deliver: 2}`, `200 {"real":true}`, 2},
		"skew":         {`{skew: -10m}`, `200 {"real":true} 10m0s behind`, 1},
	} {
		url, handled := serve(t, engine(t, 1, "rules:\n  - "+c.rule+"\n"))
		if got := see(url + "/iserver/accounts"); got != c.want || handled.Load() != c.handled {
			t.Errorf("%s: %s, handled %d times; want %s, %d", name, got, handled.Load(), c.want, c.handled)
		}
	}
}

// see is an answer in words.
func see(url string) string {
	r, err := http.Post(url, "application/json", strings.NewReader("{}")) // a POST: net/http sends a GET twice
	if err != nil {
		return "no answer"
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	out := fmt.Sprintf("%d %s", r.StatusCode, body)
	if err != nil {
		out += " " + err.Error()
	}
	if date, err := http.ParseTime(r.Header.Get("Date")); err == nil && !date.Equal(start.Time()) {
		out += " " + start.Time().Sub(date).String() + " behind"
	}
	return out
}
