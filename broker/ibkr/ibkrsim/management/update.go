package management

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// change is one thing that PATCH /accounts asks for. Each kind uses some of
// the fields.
type change struct {
	Kind        string       `json:"kind"`
	Account     string       `json:"accountId"`
	External    string       `json:"newExternalId,omitempty"`
	Alias       string       `json:"accountAlias,omitempty"`
	Profile     string       `json:"propertyProfile,omitempty"`
	Margin      string       `json:"newMargin,omitempty"`
	Template    string       `json:"templateName,omitempty"`
	Prefix      string       `json:"prefix,omitempty"`
	User        string       `json:"userName,omitempty"`
	Permissions []permission `json:"tradingPermissions,omitempty"`
	Documents   []document   `json:"documents,omitempty"`
	Messages    []int64      `json:"loginMessageIds,omitempty"`
	Email       struct {
		Email string `json:"email"`
	} `json:"updateEmail"`
}

// update does a change; the text says why it cannot be done.
type update func(o *Office, a *account, c *change, now market.Nanos) (problem string)

func updates() map[string]update {
	return map[string]update{
		"updateExternalId":          changeExternal,
		"updateAccountAlias":        func(_ *Office, a *account, c *change, _ market.Nanos) string { a.Alias = c.Alias; return "" },
		"updatePropertyProfile":     func(_ *Office, a *account, c *change, _ market.Nanos) string { a.Profile = c.Profile; return "" },
		"changeMarginType":          changeMargin,
		"applyFeeTemplate":          func(_ *Office, a *account, c *change, _ market.Nanos) string { a.FeeTemplate = c.Template; return "" },
		"updateCredentials":         changeEmail,
		"addNewUser":                addUser,
		"createUser":                addUser,
		"addTradingPermissions":     addPermissions,
		"removeTradingPermissions":  removePermissions,
		"documentSubmission":        func(o *Office, a *account, c *change, now market.Nanos) string { return o.sent(a, c, now) },
		"completeLoginMessage":      completeMessage,
		"abandonAccount":            abandon,
		"resetAbandonedAccount":     resetAbandoned,
		"accountClose":              closeAccount,
		"reopenAccount":             reopen,
		"enrollInSyep":              program("SYEP", true),
		"leaveSyep":                 program("SYEP", false),
		"enrollInDrip":              program("DRIP", true),
		"leaveDrip":                 program("DRIP", false),
		"addCLPCapability":          program("CLP", true),
		"addLevFxCapability":        program("LEVFX", true),
		"enableAccountInBrokerage":  program("BROKERAGE", true),
		"disableAccountInBrokerage": program("BROKERAGE", false),
	}
}

func changeExternal(o *Office, a *account, c *change, _ market.Nanos) string {
	if c.External == "" || c.External != a.External && o.external(c.External) {
		return "The external id is missing or used already"
	}
	a.External = c.External
	return ""
}

func changeMargin(_ *Office, a *account, c *change, _ market.Nanos) string {
	if !slices.Contains([]string{"Cash", "Margin", "RegT", "PortfolioMargin"}, c.Margin) {
		return "Margin type is invalid"
	}
	a.Margin = c.Margin
	return ""
}

func changeEmail(_ *Office, a *account, c *change, _ market.Nanos) string {
	if !strings.Contains(c.Email.Email, "@") {
		return "Only the email can be updated, and it is not valid"
	}
	a.Email = c.Email.Email
	return ""
}

const maxUsers = 50

func addUser(o *Office, a *account, c *change, _ market.Nanos) string {
	switch {
	case len(a.Users) >= maxUsers:
		return "Too many users"
	case c.User == "":
		named := application{}
		named.Customer.Prefix = c.Prefix
		c.User = o.username(named.prefix())
	case !validUser(c.User) || o.taken(c.User):
		return "Username is not valid or not available"
	}
	a.Users = append(a.Users, c.User)
	return ""
}

func addPermissions(_ *Office, a *account, c *change, _ market.Nanos) string {
	for _, p := range c.Permissions {
		if name := p.name(); len(name) <= 32 && len(a.Permissions) < maxUsers && !slices.Contains(a.Permissions, name) {
			a.Permissions = append(a.Permissions, name)
		}
	}
	return ""
}

func removePermissions(_ *Office, a *account, c *change, _ market.Nanos) string {
	a.Permissions = slices.DeleteFunc(slices.Clone(a.Permissions), func(name string) bool {
		return slices.ContainsFunc(c.Permissions, func(p permission) bool { return p.name() == name })
	})
	return ""
}

func (o *Office) sent(a *account, c *change, now market.Nanos) string {
	o.submit(a, formsOf(c.Documents), now)
	return ""
}

func completeMessage(_ *Office, a *account, c *change, _ market.Nanos) string {
	if !slices.Contains(c.Messages, a.Request) {
		return "No such login message"
	}
	a.Seen = true
	return ""
}

func abandon(_ *Office, a *account, _ *change, _ market.Nanos) string {
	if a.Status != statusWaiting && a.Status != statusApproval {
		return "Only an application can be abandoned"
	}
	a.Status, a.Review = statusAbandoned, 0
	return ""
}

func resetAbandoned(o *Office, a *account, _ *change, now market.Nanos) string {
	if a.Status != statusAbandoned {
		return "Account is not abandoned"
	}
	a.Status = statusWaiting
	o.submit(a, nil, now)
	return ""
}

// closeAccount closes an account that holds nothing.
func closeAccount(o *Office, a *account, _ *change, now market.Nanos) string {
	if a.Status != statusOpen {
		return "Account is not open"
	}
	if len(o.cfg.Ledger.Positions(a.ID)) > 0 || !o.cfg.Ledger.Cash(a.ID, a.Base).IsZero() {
		return "Account has positions or cash"
	}
	a.Status, a.Closed = statusClosed, now
	return ""
}

func reopen(_ *Office, a *account, _ *change, _ market.Nanos) string {
	if a.Status != statusClosed {
		return "Account is not closed"
	}
	a.Status, a.Closed = statusOpen, 0
	return ""
}

func program(name string, in bool) update {
	return func(_ *Office, a *account, _ *change, _ market.Nanos) string {
		a.Programs = maps.Clone(a.Programs)
		if a.Programs == nil {
			a.Programs = map[string]bool{}
		}
		a.Programs[name] = in
		return ""
	}
}

const (
	maxChanges = 20
	maxChanged = 64 << 10 // bytes of what is kept
)

// patch takes changes of accounts, which are made a little later.
func (o *Office) patch(r *web.Request) web.Reply {
	o.Advance(r.Now)
	var body struct {
		Requests map[string]json.RawMessage `json:"accountManagementRequests"`
	}
	if json.Unmarshal(r.Body, &body) != nil || len(body.Requests) == 0 || len(body.Requests) > maxChanges {
		return malformed(argument{"accountManagementRequests", invalid})
	}
	known, req := updates(), o.newRequest(r, "")
	for _, kind := range slices.Sorted(maps.Keys(body.Requests)) {
		if known[kind] == nil {
			return absent("The request " + kind)
		}
		var c change
		if json.Unmarshal(body.Requests[kind], &c) != nil || c.Account == "" {
			return malformed(argument{kind + ".accountId", invalid})
		}
		if o.account(r.User, c.Account) == nil {
			return forbidden(c.Account)
		}
		c.Kind = kind
		req.Changes = append(req.Changes, c)
	}
	if len(web.Encode(req.Changes)) > maxChanged {
		return malformed(argument{"accountManagementRequests", "is too long"})
	}
	req.Type, req.Account = req.Changes[0].Kind, req.Changes[0].Account
	req.Due = r.Now + market.Nanos(o.cfg.Update)
	o.keepRequest(req)
	o.schedule(req.Due, keptRequest, id(req.ID))
	return web.JSON(http.StatusAccepted, map[string]any{"requestId": req.ID, "executedAt": at(r.Now)})
}

// perform makes the changes of a request.
func (o *Office) perform(appointed appointment) {
	req := o.requests[number64(appointed.key)]
	if req == nil || req.Status != requestWaits || req.Due != appointed.at {
		return
	}
	known := updates()
	req.Status = requestDone
	for i := range req.Changes {
		c := &req.Changes[i]
		a := o.account(req.User, c.Account)
		if a == nil || known[c.Kind] == nil {
			req.Status, req.Message = requestFailed, "Permission denied for account "+c.Account
			break
		}
		if why := known[c.Kind](o, a, c, appointed.at); why != "" {
			req.Status, req.Message = requestFailed, why
			break
		}
		o.keepAccount(a)
	}
	req.Data = web.Encode(map[string]any{"status": req.Status})
	o.keepRequest(req)
}
