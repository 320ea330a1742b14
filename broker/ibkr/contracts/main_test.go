package contracts

import (
	"fmt"
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

	"go.uber.org/goleak"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// venue is IBKR on loopback: real TLS, the rules of its servers and answers in
// the shapes that were recorded.
type venue struct {
	*httptest.Server
	mu       sync.Mutex
	searched map[string]bool // in this session
	calls    []string
	held     chan struct{} // requests wait for it; nil: they do not
	arrived  chan struct{} // told of every request that waits
	now      time.Time
}

func newVenue(t *testing.T) *venue {
	t.Helper()
	v := &venue{searched: map[string]bool{}, now: time.Date(2026, 4, 2, 15, 0, 0, 0, time.UTC)}
	v.Server = httptest.NewUnstartedServer(http.HandlerFunc(v.serve))
	v.Config.ErrorLog = log.New(io.Discard, "", 0)
	v.StartTLS()
	t.Cleanup(v.Close)
	return v
}

func (v *venue) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.Path, "/v1/api")
	v.mu.Lock()
	v.calls = append(v.calls, r.Method+" "+path+"?"+r.URL.RawQuery)
	held := v.held
	v.mu.Unlock()
	if held != nil {
		v.arrived <- struct{}{}
		<-held
	}
	status, text := v.answer(r.Method+" "+path, r.URL.Query(), string(body))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

func (v *venue) answer(route string, q url.Values, body string) (int, string) {
	switch route {
	case "GET /trsrv/stocks":
		return 200, stocks[q.Get("symbols")]
	case "GET /trsrv/secdef":
		return 200, definitions(strings.Split(q.Get("conids"), ","))
	case "GET /iserver/secdef/search":
		return v.search(q.Get("symbol"))
	case "GET /iserver/secdef/strikes":
		return v.strikes(q)
	case "GET /iserver/secdef/info":
		return details(q)
	case "GET /trsrv/futures":
		return 200, futures[q.Get("symbols")]
	case "GET /iserver/currency/pairs":
		return 200, pairs
	case "GET /iserver/contract/265598/info-and-rules":
		return 200, infoAndRules
	case "GET /contract/trading-schedule":
		return 200, schedule
	case "POST /iserver/account/DU1234567/orders":
		return 200, routed(body)
	}
	return 404, `{"error":"no such path"}`
}

func (v *venue) search(symbol string) (int, string) {
	text, ok := searches[symbol]
	if !ok {
		return 200, `{"error":"No symbol found"}`
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.searched[symbol] = true
	return 200, text
}

// strikes are empty for an underlying that was not searched for, and for a
// month in any other form than JAN26.
func (v *venue) strikes(q url.Values) (int, string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if q.Get("conid") != "756733" || !v.searched["SPY"] || q.Get("month") != "APR26" {
		return 200, `{"call":[],"put":[]}`
	}
	return 200, `{"call":[650.0,655.5,660.0],"put":[650.0,655.5]}`
}

// newSession is IBKR's nightly reset.
func (v *venue) newSession() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.searched)
}

func (v *venue) pass(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = v.now.Add(d)
}

func (v *venue) count(prefix string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(v.calls), func(c string) bool { return !strings.HasPrefix(c, prefix) }))
}

func (v *venue) client(t *testing.T) *ibkr.Client {
	t.Helper()
	c, err := ibkr.NewClient(ibkr.ClientConfig{
		BaseURL:  v.URL,
		Pacing:   ibkr.Pacing{PerSecond: 100_000, CancelReserve: 1, Burst: 10_000, Snapshot: 1000, Poll: time.Nanosecond},
		Timeouts: ibkr.Timeouts{Retry: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func (v *venue) finder(t *testing.T) *Finder {
	return New(api.New(v.client(t)), Config{Now: func() time.Time {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.now
	}})
}

var stocks = map[string]string{
	"AAPL": `{"AAPL":[{"name":"APPLE INC-CDR","chineseName":"Apple CDR","assetClass":"STK","contracts":[{"conid":532640894,"exchange":"TSE","isUS":false}]},
		{"name":"APPLE INC","chineseName":"Apple Inc","assetClass":"STK","contracts":[{"conid":38708077,"exchange":"MEXI","isUS":false},{"conid":265598,"exchange":"NASDAQ","isUS":true},{"conid":273982664,"exchange":"EBS","isUS":false}]}]}`,
	"TWIN": `{"TWIN":[{"name":"TWIN A","assetClass":"STK","contracts":[{"conid":11,"exchange":"NYSE","isUS":true},{"conid":12,"exchange":"NASDAQ","isUS":true}]}]}`,
	"NONE": `{}`,
}

// defs: conid, symbol, class, exchange, currency, US.
var defs = map[string][]string{
	"532640894": {"AAPL", "STK", "TSE", "CAD", "false"}, "38708077": {"AAPL", "STK", "MEXI", "MXN", "false"},
	"265598": {"AAPL", "STK", "NASDAQ.NMS", "USD", "true"}, "273982664": {"AAPL", "STK", "EBS", "CHF", "false"},
	"11": {"TWIN", "STK", "NYSE", "USD", "true"}, "12": {"TWIN", "STK", "NASDAQ", "USD", "true"},
	"416904": {"SPX", "IND", "CBOE", "USD", "true"}, "999": {"SPX", "STK", "LSE", "GBP", "false"},
	"998": {"SPXEW", "IND", "CBOE", "USD", "true"},
}

func definitions(conids []string) string {
	var rows []string
	for _, c := range conids {
		if d := defs[c]; d != nil {
			rows = append(rows, fmt.Sprintf(`{"conid":%s,"ticker":%q,"assetClass":%q,"listingExchange":%q,"currency":%q,"isUS":%s,"strike":"0"}`, c, d[0], d[1], d[2], d[3], d[4]))
		}
	}
	return `{"secdef":[` + strings.Join(rows, ",") + `]}`
}

var searches = map[string]string{
	"SPY": `[{"conid":"38709152","symbol":"SPY","description":"MEXI","sections":[{"secType":"STK","exchange":"MEXI;"}]},
		{"conid":"756733","symbol":"SPY","description":"ARCA","sections":[{"secType":"STK"},{"secType":"OPT","months":"APR26;MAY26;JUN26","exchange":"SMART;AMEX"}]}]`,
	"SPX": `[{"conid":"999","symbol":"SPX","description":"LSE","sections":[{"secType":"STK"}]},{"conid":"416904","symbol":"SPX","description":"CBOE","sections":[{"secType":"IND"}]},
		{"conid":"998","symbol":"SPXEW","description":"CBOE","sections":[{"secType":"IND"}]}]`,
}

func details(q url.Values) (int, string) {
	if q.Get("month") != "APR26" {
		return 400, `{"error":"Bad Request: invalid month","statusCode":400}`
	}
	side := map[string]string{"C": "1", "P": "2"}[q.Get("right")]
	number := side + strings.ReplaceAll(q.Get("strike"), ".", "")
	row := `{"conid":%s%s,"symbol":"SPY","secType":"OPT","exchange":"SMART","right":%q,"strike":%s,"currency":"USD","maturityDate":"202604%s","multiplier":"100","tradingClass":"SPY"}`
	return 200, "[" + fmt.Sprintf(row, number, "17", q.Get("right"), q.Get("strike"), "17") + "," +
		fmt.Sprintf(row, number, "10", q.Get("right"), q.Get("strike"), "10") + "]"
}

var futures = map[string]string{
	"ES": `{"ES":[{"symbol":"ES","conid":515416632,"underlyingConid":11004968,"expirationDate":20261218,"ltd":20261217,"shortFuturesCutOff":20261217,"longFuturesCutOff":20261217},
		{"symbol":"ES","conid":649180678,"underlyingConid":11004968,"expirationDate":20260618,"ltd":20260618,"shortFuturesCutOff":20260618,"longFuturesCutOff":20260618},
		{"symbol":"ES","conid":1,"underlyingConid":11004968,"expirationDate":20260401,"ltd":20260401}]}`,
	"VIX":  `{"VIX":[{"symbol":"VIX","conid":2,"expirationDate":20260408},{"symbol":"VIX","conid":3,"expirationDate":20260415}]}`,
	"NONE": `{}`,
}

const pairs = `{"USD":[{"symbol":"USD.CHF","conid":12087820,"ccyPair":"CHF"},{"symbol":"EUR.USD","conid":12087792,"ccyPair":"EUR"}]}`

const infoAndRules = `{"symbol":"AAPL","con_id":265598,"currency":"USD","rules":{"increment":0.01,"sizeIncrement":100,
	"incrementRules":[{"lowerEdge":0.0,"increment":0.0001},{"lowerEdge":1.0,"increment":0.01}]}}`

const schedule = `{"exchange_time_zone":"US/Eastern","schedules":{"20260406":{"liquid_hours":[{"opening":1775482200,"closing":1775505600}]},
	"20260402":{"liquid_hours":[{"opening":1775136600,"closing":1775160000}],"extended_hours":[{"cancel_daily_orders":true,"opening":1775116800,"closing":1775174400}]}}}`

// routed tells where an order would go: with a conid to SMART, whatever else
// is said.
func routed(body string) string {
	if strings.Contains(body, `"conid":`) {
		return `{"route":"SMART"}`
	}
	_, exchange, _ := strings.Cut(body, "@")
	exchange, _, _ = strings.Cut(exchange, `"`)
	return fmt.Sprintf(`{"route":%q}`, exchange)
}
