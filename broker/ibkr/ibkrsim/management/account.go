package management

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Statuses of an account, as IBKR codes them.
const (
	statusOpen      = "O"
	statusWaiting   = "P" // tasks are open
	statusApproval  = "Q"
	statusAbandoned = "A"
	statusClosed    = "C"
	statusDeclined  = "R"
)

var statusTexts = map[string]string{
	statusOpen: "Open", statusWaiting: "Pending", statusApproval: "Pending Approval", statusAbandoned: "Abandoned",
	statusClosed: "Closed", statusDeclined: "Rejected",
}

// account is an account as account management sees it.
type account struct {
	ID          string          `json:"id"`
	User        string          `json:"user,omitempty"` // who applied for it
	External    string          `json:"external,omitempty"`
	Master      string          `json:"master,omitempty"`
	Alias       string          `json:"alias,omitempty"`
	Base        string          `json:"base"`
	Margin      string          `json:"margin,omitempty"`
	Type        string          `json:"type,omitempty"` // of the customer: INDIVIDUAL, ...
	Profile     string          `json:"profile,omitempty"`
	First       string          `json:"first,omitempty"`
	Last        string          `json:"last,omitempty"`
	Email       string          `json:"email,omitempty"`
	Country     string          `json:"country,omitempty"`
	IRA         string          `json:"ira,omitempty"` // its type
	Paper       bool            `json:"paper,omitempty"`
	Status      string          `json:"status"`
	Started     market.Nanos    `json:"started"`
	Opened      market.Nanos    `json:"opened,omitempty"`
	Closed      market.Nanos    `json:"closed,omitempty"`
	Review      market.Nanos    `json:"review"` // when the review ends; 0 for none
	Permissions []string        `json:"permissions,omitempty"`
	Programs    map[string]bool `json:"programs,omitempty"` // SYEP, DRIP, CLP, LEVFX, BROKERAGE
	FeeTemplate string          `json:"fee_template,omitempty"`
	Users       []string        `json:"users,omitempty"`
	Tasks       []task          `json:"tasks,omitempty"`
	Seen        bool            `json:"seen,omitempty"` // its login message is completed
	Request     int64           `json:"request,omitempty"`
	Application json.RawMessage `json:"application,omitempty"`
}

func (a *account) title() string {
	return cmp.Or(strings.TrimSpace(a.First+" "+a.Last), a.Alias, a.ID)
}

// account is an account that the user may see. One that only the ledger has
// has been open from the start.
func (o *Office) account(user, name string) *account {
	a := o.accounts[name]
	if a != nil && (a.User == user || o.cfg.Ledger.May(user, name)) {
		return a
	}
	if a != nil || !o.cfg.Ledger.Has(name) || !o.cfg.Ledger.May(user, name) {
		return nil
	}
	return &account{ID: name, Base: o.cfg.Ledger.Currency(name), Status: statusOpen, Type: "INDIVIDUAL", Margin: "Margin",
		Started: o.cfg.Start, Opened: o.cfg.Start, Paper: strings.HasPrefix(name, "D")}
}

func (o *Office) keepAccount(a *account) {
	o.accounts[a.ID] = a
	o.put(keptAccount, a.ID, a)
}

// all are the accounts that a user may see, by id.
func (o *Office) all(user string) []*account {
	names := map[string]bool{}
	for name := range o.accounts {
		names[name] = true
	}
	for _, name := range o.cfg.Ledger.Accounts() {
		names[name] = true
	}
	var list []*account
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a := o.account(user, name); a != nil {
			list = append(list, a)
		}
	}
	return list
}

// forAccount is a handler for one account that the user may see.
func forAccount(handle func(*Office, *account, *web.Request) web.Reply) func(*Office, *web.Request) web.Reply {
	return func(o *Office, r *web.Request) web.Reply {
		o.Advance(r.Now)
		a := o.account(r.User, r.Vars["accountId"])
		if a == nil {
			return forbidden(r.Vars["accountId"])
		}
		return handle(o, a, r)
	}
}

// at is a point in time as account management writes it; nil for none.
func at(n market.Nanos) any {
	if n == 0 {
		return nil
	}
	return n.Time().Format(time.RFC3339)
}

// set puts a value in when there is one.
func set(out map[string]any, name string, value any) {
	if value != nil && value != "" {
		out[name] = value
	}
}

func (a *account) statusView() map[string]any {
	out := map[string]any{"accountId": a.ID, "status": a.Status, "description": statusTexts[a.Status], "state": statusTexts[a.Status]}
	set(out, "masterAccountId", a.Master)
	set(out, "dateStarted", at(a.Started))
	set(out, "dateOpened", at(a.Opened))
	set(out, "dateClosed", at(a.Closed))
	return out
}

func status(_ *Office, a *account, _ *web.Request) web.Reply { return web.OK(a.statusView()) }

// span is the part of a list that a request asks for: days, offset and limit.
type span struct {
	from, to      time.Time // to is the end of the last day
	offset, limit int
	values        map[string]string
}

const pageLimit = 1000

// span reads a request's filter: parameters of their own, or one parameter
// that holds them as name,value,name,value.
func (o *Office) span(r *web.Request, name string) (s span, wrong []argument) {
	s.values = map[string]string{}
	parts := strings.Split(r.Query.Get(name), ",")
	for i := 0; i+1 < len(parts); i += 2 {
		s.values[parts[i]] = parts[i+1]
	}
	for key := range r.Query {
		s.values[key] = r.Query.Get(key)
	}
	var ok bool
	if s.from, ok = dayOf(s.values["startDate"], o.cfg.Location); !ok {
		wrong = append(wrong, argument{"startDate", invalid})
	}
	if s.to, ok = dayOf(s.values["endDate"], o.cfg.Location); !ok {
		wrong = append(wrong, argument{"endDate", invalid})
	}
	s.to, s.limit = s.to.AddDate(0, 0, 1), pageLimit
	for key, into := range map[string]*int{"offset": &s.offset, "limit": &s.limit} {
		if text := s.values[key]; text != "" {
			n, err := strconv.Atoi(text)
			if *into = n; err != nil || n < 0 || key == "limit" && (n < 1 || n > pageLimit) {
				wrong = append(wrong, argument{key, invalid})
			}
		}
	}
	return s, wrong
}

func (s *span) has(n market.Nanos) bool { return !n.Time().Before(s.from) && n.Time().Before(s.to) }

// page cuts the part out of a list, and is the frame of the answer.
func page[T any](s *span, field string, list []T) web.Reply {
	total := len(list)
	list = list[min(s.offset, total):min(s.offset+s.limit, total)]
	return web.OK(map[string]any{field: append([]T{}, list...), "offset": s.offset, "limit": s.limit, "total": total})
}

// statuses lists the accounts that were begun within a span of days.
func (o *Office) statuses(r *web.Request) web.Reply {
	o.Advance(r.Now)
	s, wrong := o.span(r, "accountStatusRequest")
	if wrong != nil {
		return malformed(wrong...)
	}
	var list []map[string]any
	for _, a := range o.all(r.User) {
		if wanted := s.values["status"]; s.has(a.Started) && (wanted == "" || wanted == a.Status) {
			list = append(list, a.statusView())
		}
	}
	return page(&s, "accounts", list)
}

// details is what is on file of an account.
func details(o *Office, a *account, r *web.Request) web.Reply {
	view := map[string]any{
		"accountId": a.ID, "mainAccount": a.ID, "baseCurrency": a.Base, "clearingStatus": a.Status,
		"clearingStatusDescription": statusTexts[a.Status], "stateCode": a.Status, "accountTitle": a.title(),
		"applicantType": a.Type, "stockYieldProgram": map[string]string{"status": yes(a.Programs["SYEP"])},
		"dividendReinvestment": map[string]bool{"enrolled": a.Programs["DRIP"]}, "capabilities": map[string][]string{"approved": append([]string{}, a.Permissions...)},
	}
	for name, value := range map[string]any{
		"masterAccountId": a.Master, "externalId": a.External, "accountAlias": a.Alias, "margin": a.Margin, "emailAddress": a.Email,
		"propertyProfile": a.Profile, "dateBegun": at(a.Started), "dateOpened": at(a.Opened), "dateApproved": at(a.Opened), "dateClosed": at(a.Closed),
	} {
		set(view, name, value)
	}
	if a.FeeTemplate != "" {
		view["feeTemplate"] = map[string]string{"name": a.FeeTemplate}
	}
	persons := []map[string]any{}
	for i, user := range a.Users {
		person := map[string]any{"entityId": i + 1, "username": user, "userStatus": "A", "associations": []string{"ACCOUNT HOLDER"}}
		set(person, "firstName", a.First)
		set(person, "lastName", a.Last)
		set(person, "email", a.Email)
		set(person, "countryOfLegalResidence", a.Country)
		persons = append(persons, person)
	}
	return web.OK(map[string]any{"account": view, "associatedPersons": persons, "associatedEntities": []any{},
		"tradeBundles": append([]string{}, a.Permissions...), "restrictions": o.restrictionsOf(r.User), "hasError": false})
}

func yes(b bool) string {
	if b {
		return "Enrolled"
	}
	return "Not Enrolled"
}

// processed is an application and what became of it, by the account's id or by
// the client's own.
func (o *Office) processed(r *web.Request) web.Reply {
	o.Advance(r.Now)
	name, external := r.Query.Get("accountId"), r.Query.Get("externalId")
	if name == "" && external == "" {
		return malformed(argument{"accountId", missing}, argument{"externalId", missing})
	}
	for _, a := range o.all(r.User) {
		if a.Application == nil || name != "" && a.ID != name || external != "" && a.External != external {
			continue
		}
		return web.OK(map[string]any{"isProcessed": true, "hasError": false, "name": "response." + id(a.Request) + ".json",
			"data": map[string]any{"request": a.Application, "response": o.requests[a.Request].fileData()}})
	}
	return failure(http.StatusBadRequest, "No application was submitted for account "+cmp.Or(name, external))
}
