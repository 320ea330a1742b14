package management

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// reportRequest is the body of the three requests for reports.
type reportRequest struct {
	Account  string   `json:"accountId"`
	Accounts []string `json:"accountIds"`
	Layout   string   `json:"multiAccountFormat"`
	Start    string   `json:"startDate"`
	End      string   `json:"endDate"`
	Mime     string   `json:"mimeType"`
	Gzip     bool     `json:"gzip"`
	Year     int      `json:"year"`
	Type     string   `json:"type"`
	Format   string   `json:"format"`
}

const maxReported = 100

// readReport reads a request, and whether the user may have it.
func (o *Office) readReport(r *web.Request) (in reportRequest, refused *web.Reply) {
	o.Advance(r.Now)
	no := func(reply web.Reply) (reportRequest, *web.Reply) { return in, &reply }
	if json.Unmarshal(r.Body, &in) != nil {
		return no(malformed(argument{"payload", notInput}))
	}
	if in.Account == "" {
		return no(malformed(argument{"accountId", missing}))
	}
	if !slices.Contains(in.Accounts, in.Account) {
		in.Accounts = append([]string{in.Account}, in.Accounts...)
	}
	if len(in.Accounts) > maxReported {
		return no(malformed(argument{"accountIds", invalid}))
	}
	for _, name := range in.Accounts {
		if reply := o.mayReport(r.User, name); reply != nil {
			return in, reply
		}
	}
	return in, nil
}

// mayReport is the refusal of a report of an account that is not the user's.
func (o *Office) mayReport(user, account string) *web.Reply {
	if o.cfg.Ledger.Has(account) && o.cfg.Ledger.May(user, account) {
		return nil
	}
	p := problem{Type: simple, Title: "Unauthorized", Status: http.StatusPaymentRequired,
		Detail: "The request cannot be fulfilled for the account " + account}
	reply := p.reply()
	return &reply
}

// rangeOf is the time of a report, cut off now.
func (o *Office) rangeOf(in *reportRequest, now market.Nanos) (from, to market.Nanos, wrong []argument) {
	start, _, ok := period(in.Start, o.cfg.Location)
	if !ok {
		wrong = append(wrong, argument{"startDate", invalid})
	}
	last, end, ok := period(in.End, o.cfg.Location)
	if !ok || last.Before(start) || market.NanosOf(last) > now {
		wrong = append(wrong, argument{"endDate", invalid})
	}
	if wrong != nil {
		return 0, 0, wrong
	}
	return market.NanosOf(start), min(market.NanosOf(end), now+1), nil
}

var mimeTypes = []string{"text/html", "text/csv", "application/pdf"}

// deliver sends a report: as JSON that holds it in base64, or as it is to a
// caller that takes nothing but PDF.
func deliver(r *web.Request, tables []table, mime string, zip bool) web.Reply {
	if mime == "" {
		mime = mimeTypes[0]
	}
	if !slices.Contains(mimeTypes, mime) {
		return malformed(argument{"mimeType", invalid})
	}
	if r.Header.Get("Accept") == "application/pdf" {
		return web.Reply{Status: http.StatusOK, Raw: render(tables, "application/pdf"), ContentType: "application/pdf"}
	}
	text := render(tables, mime)
	if zip {
		text = zipped(text)
	}
	return web.OK(map[string]any{"data": map[string]any{
		"dataType": "byte[]", "encoding": "base64", "value": base64.StdEncoding.EncodeToString(text),
		"mimeType": mime, "gzip": zip, "accept": mime,
	}})
}

func zipped(text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	// A bytes.Buffer takes everything.
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

// statement is the activity statement of days, months or years.
func (o *Office) statement(r *web.Request) web.Reply {
	in, refused := o.readReport(r)
	if refused != nil {
		return *refused
	}
	from, to, wrong := o.rangeOf(&in, r.Now)
	if wrong != nil {
		return malformed(wrong...)
	}
	var tables []table
	switch in.Layout {
	case "consolidate", "customConsolidate":
		tables = o.statementOf(in.Accounts, from, to, r.Now)
	case "", "concatenate":
		for _, account := range in.Accounts {
			tables = append(tables, o.statementOf([]string{account}, from, to, r.Now)...)
		}
	default:
		return malformed(argument{"multiAccountFormat", invalid})
	}
	return deliver(r, tables, in.Mime, in.Gzip)
}

// confirmations are the trades of some days.
func (o *Office) confirmations(r *web.Request) web.Reply {
	in, refused := o.readReport(r)
	if refused != nil {
		return *refused
	}
	from, to, wrong := o.rangeOf(&in, r.Now)
	if wrong != nil {
		return malformed(wrong...)
	}
	tables := []table{o.head("Trade Confirmation", from, to, r.Now)}
	for _, account := range in.Accounts {
		tables = append(tables, o.about(account), o.trades(o.cfg.Ledger.Activity(account, from, to)))
	}
	return deliver(r, tables, in.Mime, in.Gzip)
}

// taxDocument is a tax form of a year.
func (o *Office) taxDocument(r *web.Request) web.Reply {
	in, refused := o.readReport(r)
	if refused != nil {
		return *refused
	}
	mime, known := map[string]string{"PDF": "application/pdf", "HTML": "text/html", "CSV": "text/csv"}[strings.ToUpper(in.Format)]
	var wrong []argument
	if !known {
		wrong = append(wrong, argument{"format", invalid})
	}
	if in.Type != "ALL" && !slices.Contains(taxForms, in.Type) {
		wrong = append(wrong, argument{"type", invalid})
	}
	from, to, ok := o.taxYear(in.Year, r.Now)
	if !ok {
		wrong = append(wrong, argument{"year", invalid})
	}
	if wrong != nil {
		return malformed(wrong...)
	}
	tables := []table{o.head("Tax Forms", from, to, r.Now), o.about(in.Account)}
	sold := gains(o.history(in.Account, r.Now), from, to)
	for _, name := range taxForms {
		if in.Type == "ALL" || in.Type == name {
			tables = append(tables, o.taxForm(name, in.Year, sold))
		}
	}
	return deliver(r, tables, mime, in.Gzip)
}

func (o *Office) taxYear(year int, now market.Nanos) (from, to market.Nanos, ok bool) {
	start, end, ok := period(strconv.Itoa(year), o.cfg.Location)
	if !ok || market.NanosOf(start) > now {
		return 0, 0, false
	}
	return market.NanosOf(start), min(market.NanosOf(end), now+1), true
}

// offer tells what reports there are of one account.
func (o *Office) offer(r *web.Request, value func(account string) (any, *argument)) web.Reply {
	o.Advance(r.Now)
	account := r.Query.Get("accountId")
	if account == "" {
		return malformed(argument{"accountId", missing})
	}
	if reply := o.mayReport(r.User, account); reply != nil {
		return *reply
	}
	v, wrong := value(account)
	if wrong != nil {
		return malformed(*wrong)
	}
	return web.OK(map[string]any{"data": map[string]any{"dataType": "String", "value": v}})
}

func (o *Office) availableStatements(r *web.Request) web.Reply {
	return o.offer(r, func(account string) (any, *argument) {
		first, today := o.begun(account, r.Now), o.day(r.Now)
		monthly, annual := []string{}, []string{}
		for m := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, o.cfg.Location); !m.After(today); m = m.AddDate(0, 1, 0) {
			monthly = append(monthly, m.Format("200601"))
		}
		for y := first.Year(); y <= today.Year(); y++ {
			annual = append(annual, strconv.Itoa(y))
		}
		daily := map[string]string{"startDate": first.Format("20060102"), "endDate": today.Format("20060102")}
		return map[string]any{"daily": daily, "monthly": monthly, "annual": annual}, nil
	})
}

func (o *Office) availableConfirmations(r *web.Request) web.Reply {
	return o.offer(r, func(account string) (any, *argument) {
		days := o.days(account, r.Now, func(a *Activity) bool { return a.Kind == Trade })
		slices.Sort(days)
		return days, nil
	})
}

func (o *Office) availableTaxDocuments(r *web.Request) web.Reply {
	return o.offer(r, func(account string) (any, *argument) {
		year, err := strconv.Atoi(r.Query.Get("year"))
		from, to, ok := o.taxYear(year, r.Now)
		if err != nil || !ok {
			return nil, &argument{"year", invalid}
		}
		list := []map[string]any{}
		if len(gains(o.history(account, r.Now), from, to)) > 0 {
			for _, name := range taxForms {
				list = append(list, map[string]any{"isForm": true, "taxFormName": name, "formats": []string{"PDF", "HTML", "CSV"}})
			}
		}
		return map[string]any{"forms": list}, nil
	})
}
