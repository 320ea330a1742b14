package workspace

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// maxAsked is the most accounts of one request.
const maxAsked = 50

// analystQuery is a request to the portfolio analyst.
type analystQuery struct {
	Accounts []string `json:"acctIds"`
	Period   string   `json:"period"`
	Conids   []whole  `json:"conids"`
	Currency string   `json:"currency"`
	Days     whole    `json:"days"`
}

// ask reads a request.
func ask(r *web.Request) (q analystQuery, refusal web.Reply, ok bool) {
	if refusal, ok = decode(r.Body, &q); !ok {
		return q, refusal, false
	}
	if one := r.Query.Get("param"); one != "" {
		q.Accounts = []string{one}
	}
	if len(q.Accounts) == 0 || len(q.Accounts) > maxAsked {
		return q, badRequest("acctIds"), false
	}
	slices.Sort(q.Accounts)
	q.Accounts = slices.Compact(q.Accounts)
	return q, web.Reply{}, true
}

// id is under which the figures go.
func (q *analystQuery) id() string {
	if len(q.Accounts) > 1 {
		return consolidated
	}
	return q.Accounts[0]
}

// inaccessible is the answer for an account that is not the user's.
func (q *analystQuery) inaccessible() web.Reply {
	return broken("accounts " + strings.Join(q.Accounts, ",") + " are not accessible")
}

// history is the days of accounts, added up. They need one currency.
func (d *desk) history(accounts []string) (days []Day, currency string, ok bool) {
	login := d.login()
	var all [][]Day
	for _, account := range accounts {
		if d.w.cfg.History == nil || login.account(account) == nil {
			return nil, "", false
		}
		one, its, known := d.w.cfg.History.Days(account)
		if !known || checkDays(one) != nil || currency != "" && its != currency {
			return nil, "", false
		}
		all, currency = append(all, one), its
	}
	return merge(all), currency, true
}

// startNAV is what a period is measured from.
type startNAV struct {
	Date string      `json:"date"`
	Val  json.Number `json:"val"`
}

func (s *span) startNAV() startNAV { return startNAV{s.before.Date, web.Num(s.before.NAV)} }

// consolidated is the id of several accounts' figures.
const consolidated = "consolidated"

// performance is POST /pa/performance: cps cumulative returns by day, tpps
// returns by month, nav net asset values.
func (d *desk) performance(r *web.Request) web.Reply {
	q, refusal, ok := ask(r)
	if !ok {
		return refusal
	}
	if !slices.Contains(periods, q.Period) {
		return badRequest("period")
	}
	days, currency, ok := d.history(q.Accounts)
	if !ok {
		return q.inaccessible()
	}
	s, err := cut(days, q.Period)
	if err != nil {
		return broken(err.Error())
	}
	row := func(key string, values any) map[string]any {
		return map[string]any{"id": q.id(), "idType": "acctid", "start": s.start, "end": s.end, "baseCurrency": currency, key: values}
	}
	series := func(freq string, dates []string, one map[string]any) map[string]any {
		return map[string]any{"freq": freq, "dates": dates, "data": []any{one}}
	}
	names, monthly := s.months()
	nav := row("navs", s.navs())
	nav["startNAV"] = s.startNAV()
	return web.OK(map[string]any{"currencyType": "base", "pm": "TWR", "nd": s.count(), "id": "getPerformanceData",
		"included": q.Accounts, "cps": series("D", s.dates(), row("returns", s.returns())),
		"tpps": series("M", names, row("returns", monthly)), "nav": series("D", s.dates(), nav)})
}

// shownPeriods are those of POST /pa/allperiods.
var shownPeriods = []string{"1D", "7D", "MTD", "1M", "YTD", "1Y"}

// allPeriods is POST /pa/allperiods. What is of an account is under its id.
func (d *desk) allPeriods(r *web.Request) web.Reply {
	q, refusal, ok := ask(r)
	if !ok {
		return refusal
	}
	days, currency, ok := d.history(q.Accounts)
	if !ok {
		return q.inaccessible()
	}
	year, err := cut(days, "1Y")
	if err != nil {
		return broken(err.Error())
	}
	body := map[string]any{"baseCurrency": currency, "start": year.start, "end": year.end, "periods": shownPeriods,
		"lastSuccessfulUpdate": r.Now.Time().In(d.w.cfg.NewYork).Format(time.DateTime)}
	for _, period := range shownPeriods {
		s, err := cut(days, period)
		if err != nil {
			return broken(err.Error())
		}
		body[period] = map[string]any{"freq": "D", "startNAV": s.startNAV(), "dates": s.dates(), "nav": s.navs(), "cps": s.returns()}
	}
	return web.OK(map[string]any{"pm": "TWR", "nd": year.count(), "id": "getPerformanceAllPeriods", "currencyType": "base",
		"view": q.Accounts, "included": q.Accounts, q.id(): body})
}

// analystSummary is POST /pa/summary, which IBKR names but does not describe.
func (d *desk) analystSummary(*web.Request) web.Reply {
	return web.FailCode(501, "not simulated: the API does not say what it answers")
}

// Transaction is a purchase, a sale or a payment.
type Transaction struct {
	Date     string // YYYYMMDD
	Currency string
	FxRate   market.Money // to base currency; 0 is 1
	Price    market.Price
	Qty      market.Qty   // negative for a sale
	Amount   market.Money // of cash: negative for a purchase
	Type     string       // Buy, Sell, Dividend Payment ...
	Desc     string       // the contract's name
	Realized market.Money // profit, of a sale
}

// transactionRow is a row of POST /pa/transactions.
type transactionRow struct {
	Cur     string      `json:"cur"`
	Date    string      `json:"date"`
	RawDate string      `json:"rawDate"`
	FxRate  json.Number `json:"fxRate"`
	Price   json.Number `json:"pr"`
	Qty     json.Number `json:"qty"`
	Account string      `json:"acctid"`
	Amount  json.Number `json:"amt"`
	Conid   int64       `json:"conid"`
	Type    string      `json:"type"`
	Desc    string      `json:"desc"`
}

// profitRow is a day's realized profit: side G is a gain, L a loss.
type profitRow struct {
	Date    string      `json:"date"`
	Cur     string      `json:"cur"`
	FxRate  json.Number `json:"fxRate"`
	Side    string      `json:"side"`
	Account string      `json:"acctid"`
	Amount  string      `json:"amt"`
	Conid   string      `json:"conid"`
}

// transactions is POST /pa/transactions. Of several conids the first counts.
func (d *desk) transactions(r *web.Request) web.Reply {
	q, refusal, ok := ask(r)
	if !ok {
		return refusal
	}
	if q.Days == 0 {
		q.Days = 90
	}
	if len(q.Conids) == 0 || q.Days < 0 || q.Days > 36500 || len(q.Currency) > MaxName {
		return badRequest("conids, days or currency")
	}
	_, currency, ok := d.history(q.Accounts)
	if !ok {
		return q.inaccessible()
	}
	to := r.Now.Time().In(d.w.cfg.NewYork)
	to = time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, time.UTC)
	from := to.AddDate(0, 0, -int(q.Days))
	rows, profits, sum := []transactionRow{}, []profitRow{}, market.Money{}
	for _, account := range q.Accounts {
		for _, t := range d.w.cfg.History.Transactions(account, int64(q.Conids[0])) {
			if t.Date < from.Format(dateText) || t.Date > to.Format(dateText) {
				continue
			}
			rows = append(rows, d.transaction(&t, account, int64(q.Conids[0])))
			if !t.Realized.IsZero() {
				profits = append(profits, t.profit(account, int64(q.Conids[0])))
				sum = sum.Add(t.Realized)
			}
		}
	}
	if q.Currency == "" {
		q.Currency = currency
	}
	return web.OK(map[string]any{"nd": int64(q.Days) + 1, "id": "getTransactions", "currency": q.Currency,
		"from": from.UnixMilli(), "to": to.UnixMilli(), "transactions": rows,
		"rpnl": map[string]any{"data": profits, "amt": web.FloatText(sum.String())}})
}

func (t *Transaction) rate() market.Money {
	if t.FxRate.IsZero() {
		return market.MustMoney("1")
	}
	return t.FxRate
}

func (d *desk) transaction(t *Transaction, account string, conid int64) transactionRow {
	row := transactionRow{Cur: t.Currency, RawDate: t.Date, FxRate: web.Num(t.rate()), Price: web.PriceNum(t.Price),
		Qty: web.QtyNum(t.Qty), Account: account, Amount: web.Num(t.Amount), Conid: conid, Type: t.Type, Desc: t.Desc}
	if at, err := time.ParseInLocation(dateText, t.Date, d.w.cfg.NewYork); err == nil {
		row.Date = at.Format("Mon Jan 02 15:04:05 MST 2006")
	}
	return row
}

func (t *Transaction) profit(account string, conid int64) profitRow {
	side := "G"
	if t.Realized.IsNegative() {
		side = "L"
	}
	return profitRow{Date: t.Date, Cur: t.Currency, FxRate: web.Num(t.rate()), Side: side, Account: account,
		Amount: web.FloatText(t.Realized.Abs().String()), Conid: web.Int(conid)}
}
