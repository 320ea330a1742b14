package workspace

import (
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
)

// advisor lets only advisors pass: allocation and models are theirs.
func advisor(handle func(*desk, *web.Request) web.Reply) func(*desk, *web.Request) web.Reply {
	return func(d *desk, r *web.Request) web.Reply {
		if d.login().Master == "" {
			return web.FailCode(403, "Forbidden: only for financial advisors and brokers")
		}
		return handle(d, r)
	}
}

// searchAccounts is GET /iserver/account/search/{pattern}, for users who have
// to search for accounts. Others get a 503.
func (d *desk) searchAccounts(r *web.Request) web.Reply {
	login := d.login()
	if !login.DynAccount {
		return unavailable()
	}
	pattern := r.Vars["pattern"]
	rows := []map[string]string{}
	for _, a := range login.Accounts {
		if alias := a.alias(); contains(a.ID, pattern) || contains(alias, pattern) {
			rows = append(rows, map[string]string{"accountId": a.ID, "alias": alias, "allocationId": a.ID})
		}
	}
	return web.OK(map[string]any{"matchedAccounts": rows, "pattern": pattern})
}

func (a *Account) alias() string {
	if a.Alias != "" {
		return a.Alias
	}
	return a.ID
}

func contains(text, pattern string) bool {
	return strings.Contains(strings.ToUpper(text), strings.ToUpper(pattern))
}

// selectAccount is POST /iserver/dynaccount. Users who do not have to search
// for accounts get a 401.
func (d *desk) selectAccount(r *web.Request) web.Reply {
	var in struct {
		Account string `json:"acctId"`
	}
	if !d.login().DynAccount {
		return web.FailCode(401, "Unauthorized")
	}
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	if !d.w.cfg.Logins.Select(d.user, in.Account) {
		return broken("account " + in.Account + " is not accessible")
	}
	return web.OK(map[string]any{"set": true, "acctId": in.Account})
}

// subAccounts are the accounts that an advisor can allocate to.
func (l *Login) subAccounts() []Account {
	var out []Account
	for _, a := range l.Accounts {
		if a.ID != l.Master {
			out = append(out, a)
		}
	}
	return out
}

// allocatable is GET /iserver/account/allocation/accounts.
func (d *desk) allocatable(*web.Request) web.Reply {
	type pair struct {
		Value string `json:"value"`
		Key   string `json:"key"`
	}
	login := d.login()
	rows := []map[string]any{}
	for _, a := range login.subAccounts() {
		rows = append(rows, map[string]any{"name": a.ID, "data": []pair{
			{web.DecimalText(a.NetLiquidation.Round(2)), "NetLiquidation"},
			{web.DecimalText(a.AvailableEquity.Round(2)), "AvailableEquity"},
		}})
	}
	return web.OK(map[string]any{"accounts": rows})
}

// allocationPresets is how new groups behave.
type allocationPresets struct {
	CloseGroups   bool   `json:"group_auto_close_positions"`
	Method        string `json:"default_method_for_all"`
	CloseProfiles bool   `json:"profiles_auto_close_positions"`
	StrictCheck   bool   `json:"strict_credit_check"`
	Proportional  bool   `json:"group_proportional_allocation"`
}

func (d *desk) readPresets(*web.Request) web.Reply { return web.OK(d.presets) }

// changePresets is POST /iserver/account/allocation/presets. What is not given
// stays.
func (d *desk) changePresets(r *web.Request) web.Reply {
	p := d.presets
	if reply, ok := decode(r.Body, &p); !ok {
		return reply
	}
	if p.Method != "AvailableEquity" && !isMethod(p.Method) {
		return badRequest("default_method_for_all")
	}
	d.presets = p
	d.keep(kindPresets, "", p)
	return succeeded()
}

func succeeded() web.Reply { return web.OK(map[string]bool{"success": true}) }
