package management

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// application is what the office reads of an application; all of it is kept.
type application struct {
	Customer struct {
		Type    string `json:"type"`
		Prefix  string `json:"prefix"`
		Email   string `json:"email"`
		Country string `json:"legalResidenceCountry"`
		Paper   bool   `json:"paperAccount"`
		Holder  struct {
			Details []struct {
				Name struct {
					First string `json:"first"`
					Last  string `json:"last"`
				} `json:"name"`
			} `json:"accountHolderDetails"`
		} `json:"accountHolder"`
	} `json:"customer"`
	Accounts []struct {
		External    string       `json:"externalId"`
		Base        string       `json:"baseCurrency"`
		Margin      string       `json:"margin"`
		Alias       string       `json:"alias"`
		Profile     string       `json:"propertyProfile"`
		IsIRA       bool         `json:"ira"`
		IRA         string       `json:"iraType"`
		Permissions []permission `json:"tradingPermissions"`
	} `json:"accounts"`
	Users []struct {
		Prefix string `json:"prefix"`
	} `json:"users"`
	Documents []document `json:"documents"`
	Master    string     `json:"masterAccountId"`
	Paper     bool       `json:"paperAccount"`
}

type permission struct {
	Product    string `json:"product"`
	AssetClass string `json:"assetClass"`
}

func (p permission) name() string {
	if p.Product != "" {
		return p.Product
	}
	return p.AssetClass
}

type document struct {
	Form int `json:"formNumber"`
}

func formsOf(list []document) []int {
	var out []int
	for _, d := range list {
		out = append(out, d.Form)
	}
	return out
}

var customerTypes = []string{"INDIVIDUAL", "JOINT", "TRUST", "UGMA", "UTMA", "ORG", "IRA"}

var currencies = []string{"USD", "EUR", "GBP", "CAD", "JPY", "HKD", "AUD", "CHF", "MXN", "SEK", "NZD", "HUF", "CZK", "CNH"}

const maxPerApplication = 20

func (a *application) check(o *Office) []argument {
	var wrong []argument
	if !slices.Contains(customerTypes, a.Customer.Type) {
		wrong = append(wrong, argument{"customer.type", invalid})
	}
	if len(a.Accounts) == 0 || len(a.Accounts) > maxPerApplication || len(o.accounts)+len(a.Accounts) > maxAccounts {
		wrong = append(wrong, argument{"accounts", invalid})
	}
	seen := map[string]bool{}
	for i := range a.Accounts {
		one := &a.Accounts[i]
		if !slices.Contains(currencies, one.Base) {
			wrong = append(wrong, argument{"baseCurrency", invalid})
		}
		if one.External != "" && (seen[one.External] || o.external(one.External)) {
			wrong = append(wrong, argument{"externalId", "is used already"})
		}
		seen[one.External] = true
	}
	return wrong
}

func (o *Office) external(external string) bool {
	for _, a := range o.accounts {
		if a.External == external {
			return true
		}
	}
	return false
}

// apply takes an application for accounts.
func (o *Office) apply(r *web.Request) web.Reply {
	o.Advance(r.Now)
	var body struct {
		Application json.RawMessage `json:"application"`
	}
	if json.Unmarshal(r.Body, &body) != nil || len(body.Application) == 0 {
		return malformed(argument{"application", missing})
	}
	var a application
	kept, ok := strip(body.Application)
	if json.Unmarshal(body.Application, &a) != nil || !ok {
		return malformed(argument{"application", invalid})
	}
	if wrong := a.check(o); wrong != nil {
		return malformed(wrong...)
	}
	req := o.newRequest(r, "CREATE_ACCOUNT")
	var opened []map[string]any
	user := o.username(a.prefix())
	for i := range a.Accounts {
		one := o.applied(&a, i, user, r, req.ID, kept)
		opened = append(opened, map[string]any{"value": one.ID, "externalId": one.External, "status": one.Status})
		req.Account = opened[0]["value"].(string)
	}
	req.Status, req.Due = requestDone, r.Now
	req.Data = web.Encode(map[string]any{"application": map[string]any{
		"status": "Success", "accounts": opened, "users": []map[string]any{{"value": user, "prefix": a.prefix()}},
	}})
	o.keepRequest(req)
	return web.OK(req.view())
}

func (a *application) prefix() string {
	prefix := a.Customer.Prefix
	if prefix == "" && len(a.Users) > 0 {
		prefix = a.Users[0].Prefix
	}
	prefix = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(prefix))
	if prefix == "" || prefix[0] < 'a' {
		prefix = "user" + prefix
	}
	return prefix[:min(len(prefix), 8)]
}

// applied is a new account of an application.
func (o *Office) applied(a *application, i int, user string, r *web.Request, req int64, kept json.RawMessage) *account {
	in := &a.Accounts[i]
	one := &account{User: r.User, External: in.External, Master: a.Master, Alias: in.Alias, Base: in.Base, Margin: in.Margin,
		Type: a.Customer.Type, Profile: in.Profile, Email: a.Customer.Email, Country: a.Customer.Country,
		Paper: a.Paper || a.Customer.Paper, Status: statusWaiting, Started: r.Now, Users: []string{user}, Request: req, Application: kept}
	if d := a.Customer.Holder.Details; len(d) > 0 {
		one.First, one.Last = d[0].Name.First, d[0].Name.Last
	}
	if in.IsIRA || in.IRA != "" {
		one.IRA = in.IRA
		if one.IRA == "" {
			one.IRA = "RO"
		}
	}
	for _, p := range in.Permissions {
		one.Permissions = append(one.Permissions, p.name())
	}
	prefix := "U"
	if one.Paper {
		prefix = "DU" // a paper account needs no documents
	} else {
		for _, n := range tasksFor(one.Country) {
			one.Tasks = append(one.Tasks, task{Form: n})
		}
	}
	one.ID = o.newAccountID(prefix)
	o.submit(one, append(formsOf(a.Documents), o.documents[o.dayKey(r.User, r.Now)]...), r.Now)
	o.keepAccount(one)
	return one
}

func (o *Office) newAccountID(prefix string) string {
	for {
		name := fmt.Sprintf("%s%d", prefix, 10_000_000+o.random.Int64N(80_000_000))
		if o.accounts[name] == nil && !o.cfg.Ledger.Has(name) {
			return name
		}
	}
}

// username is a new username that begins with the prefix.
func (o *Office) username(prefix string) string {
	for {
		if name := fmt.Sprintf("%s%d", prefix, 1000+o.random.Int64N(1_000_000)); !o.taken(name) {
			return name
		}
	}
}

func (o *Office) taken(name string) bool {
	for _, a := range o.accounts {
		if slices.Contains(a.Users, name) {
			return true
		}
	}
	return slices.Contains(o.cfg.Users, name)
}

// strip takes passwords and the contents of documents out of an application;
// ok is false when what is left is too long to keep.
func strip(raw json.RawMessage) (out json.RawMessage, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v map[string]any
	if decoder.Decode(&v) != nil || v == nil {
		return nil, false
	}
	stripValue(v)
	out = web.Encode(v)
	return out, len(out) <= maxApplication
}

func stripValue(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "encryptedPassword")
		delete(v, "payload")
		for _, inner := range v {
			stripValue(inner)
		}
	case []any:
		for _, inner := range v {
			stripValue(inner)
		}
	}
}

func (o *Office) dayKey(user string, now market.Nanos) string {
	return o.day(now).Format("20060102") + "/" + user
}

// agreements takes documents that are good for all applications of the day.
func (o *Office) agreements(r *web.Request) web.Reply {
	o.Advance(r.Now)
	var body struct {
		Process struct {
			Documents []document `json:"documents"`
		} `json:"processDocuments"`
	}
	if json.Unmarshal(r.Body, &body) != nil || len(body.Process.Documents) == 0 {
		return malformed(argument{"processDocuments", invalid})
	}
	for _, n := range formsOf(body.Process.Documents) {
		if f := formOf(n); f == nil || f.kind == "TAX" {
			return malformed(argument{"formNumber", invalid})
		}
	}
	key := o.dayKey(r.User, r.Now)
	if o.documents[key] == nil && len(o.documents) >= maxRequests {
		return malformed(argument{"processDocuments", "Too many documents"})
	}
	list := append(slices.Clone(o.documents[key]), formsOf(body.Process.Documents)...)
	slices.Sort(list)
	o.documents[key] = slices.Compact(list)
	o.put(keptDocuments, key, o.documents[key])
	req := o.newRequest(r, "PROCESS_DOCUMENTS")
	req.Status, req.Due, req.Data = requestDone, r.Now, web.Encode(map[string]any{"status": "Success", "formNumbers": o.documents[key]})
	o.keepRequest(req)
	return web.OK(req.view())
}
