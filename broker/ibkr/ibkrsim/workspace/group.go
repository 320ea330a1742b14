package workspace

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Methods of dividing an order among a group's accounts.
const (
	ByAvailableEquity = "A"
	ByEqualParts      = "E"
	ByNetLiquidation  = "N"
	ByCash            = "C"
	ByPercent         = "P"
	ByRatio           = "R"
	ByShares          = "S"
)

func isMethod(m string) bool {
	return slices.Contains([]string{
		ByAvailableEquity, ByEqualParts, ByNetLiquidation, ByCash, ByPercent, ByRatio, ByShares,
	}, m)
}

// byAmount says that the members of a group have amounts of their own.
func byAmount(m string) bool {
	return slices.Contains([]string{ByCash, ByPercent, ByRatio, ByShares}, m)
}

// Group is accounts that an advisor trades for together: an order's account
// can be a group's name.
type Group struct {
	Name    string   `json:"name"`
	Method  string   `json:"default_method"`
	Members []Member `json:"accounts"`
}

// Member is an account of a group. Amount is for the methods C, P, R and S.
type Member struct {
	Account string       `json:"name"`
	Amount  market.Money `json:"amount"`
}

// Groups are the user's groups by name.
func (w *Workspace) Groups(user string) []Group {
	var out []Group
	if d := w.desks[user]; d != nil {
		for _, g := range d.groups {
			out = append(out, Group{g.Name, g.Method, slices.Clone(g.Members)})
		}
	}
	return out
}

// Share is an account's part of an order.
type Share struct {
	Account string
	Qty     market.Qty
}

// Split divides a quantity among the accounts of a group in whole lots, so
// that the parts add up to it; a lot of 0 is the smallest quantity. An unknown
// group, or one whose accounts have nothing to go by, is an error.
func (w *Workspace) Split(user, group string, qty, lot market.Qty) ([]Share, error) {
	d := w.desks[user]
	if d == nil || d.group(group) < 0 {
		return nil, fmt.Errorf("workspace: group %q: not there", group)
	}
	g := d.groups[d.group(group)]
	login := d.login()
	weights := make([]market.Money, len(g.Members))
	for i, m := range g.Members {
		weights[i] = g.weight(&m, login.account(m.Account))
	}
	parts, err := divide(qty, max(lot, 1), weights)
	if err != nil {
		return nil, fmt.Errorf("workspace: group %q: %w", group, err)
	}
	out := make([]Share, len(parts))
	for i := range parts {
		out[i] = Share{g.Members[i].Account, parts[i]}
	}
	return out, nil
}

// weight is what a member counts for.
func (g *Group) weight(m *Member, a *Account) market.Money {
	switch {
	case a == nil:
		return market.Money{}
	case g.Method == ByEqualParts:
		return market.MustMoney("1")
	case g.Method == ByNetLiquidation:
		return a.NetLiquidation
	case g.Method == ByAvailableEquity:
		return a.AvailableEquity
	}
	return m.Amount
}

// divide splits a quantity by weights into lots: each gets its whole lots, and
// the lots that are left go to the largest remainders.
func divide(qty, lot market.Qty, weights []market.Money) ([]market.Qty, error) {
	var sum market.Money
	for i, w := range weights {
		if w.IsNegative() {
			weights[i] = market.Money{}
		}
		sum = sum.Add(weights[i])
	}
	if qty <= 0 || qty%lot != 0 {
		return nil, errors.New("the quantity is not a number of lots")
	}
	if sum.Sign() <= 0 {
		return nil, errors.New("no account has anything to go by")
	}
	lots := market.MustMoney(web.Int(int64(qty / lot)))
	out := make([]market.Qty, len(weights))
	rest := make([]market.Money, len(weights))
	left := int64(qty / lot)
	for i, w := range weights {
		whole, remainder := lots.Mul(w).QuoRem(sum, 0)
		out[i] = market.Qty(whole.IntPart()) * lot
		rest[i] = remainder
		left -= whole.IntPart()
	}
	for ; left > 0; left-- {
		most := 0
		for i := range rest {
			if rest[i].GreaterThan(rest[most]) {
				most = i
			}
		}
		out[most] += lot
		rest[most] = market.MustMoney("-1")
	}
	return out, nil
}

func (d *desk) group(name string) int {
	return slices.IndexFunc(d.groups, func(g *Group) bool { return g.Name == name })
}

// addGroup takes a group into the desk, in place of one with its name.
func (d *desk) addGroup(g *Group) error {
	if len(g.Members) > MaxTargets || slices.ContainsFunc(g.Members, func(m Member) bool { return !moderate(m.Amount) }) {
		return errors.New("too large a group or amount")
	}
	if i := d.group(g.Name); i >= 0 {
		d.groups[i] = g
		return nil
	}
	if len(d.groups) >= MaxGroups {
		return errors.New("too many groups")
	}
	d.groups = append(d.groups, g)
	d.sortGroups()
	return nil
}

func (d *desk) sortGroups() {
	slices.SortFunc(d.groups, func(a, b *Group) int { return strings.Compare(a.Name, b.Name) })
}

// moderate says that an amount has not so many digits that it is no amount.
func moderate(m market.Money) bool {
	return m.Exponent() >= -40 && m.Exponent() <= 0 && m.Coefficient().BitLen() <= 256
}

func (d *desk) dropGroup(name string) {
	d.groups = slices.DeleteFunc(d.groups, func(g *Group) bool { return g.Name == name })
}

// groupBody is a group in a request. A member's amount may be left out.
type groupBody struct {
	Name     string `json:"name"`
	Previous string `json:"prev_name"`
	Method   string `json:"default_method"`
	Members  []struct {
		Name   string `json:"name"`
		Amount amount `json:"amount"`
	} `json:"accounts"`
}

// check says what is wrong with a group.
func (d *desk) check(g *Group) error {
	switch {
	case g.Name == "" || len(g.Name) > MaxName:
		return errors.New("name")
	case !isMethod(g.Method):
		return errors.New("default_method")
	case len(g.Members) == 0 || len(g.Members) > MaxTargets:
		return errors.New("accounts")
	}
	login := d.login()
	var sum market.Money
	seen := map[string]bool{login.Master: true}
	for _, m := range g.Members {
		if seen[m.Account] || login.account(m.Account) == nil {
			return errors.New("account " + m.Account)
		}
		if byAmount(g.Method) && m.Amount.Sign() <= 0 {
			return errors.New("amount of " + m.Account)
		}
		seen[m.Account] = true
		sum = sum.Add(m.Amount)
	}
	if g.Method == ByPercent && !sum.Equal(market.MustMoney("100")) {
		return errors.New("the percentages do not add up to 100")
	}
	return nil
}

func (in *groupBody) group() *Group {
	g := &Group{Name: in.Name, Method: in.Method, Members: []Member{}}
	for _, m := range in.Members {
		g.Members = append(g.Members, Member{m.Name, m.Amount.Money})
	}
	return g
}

// createGroup is POST /iserver/account/allocation/group.
func (d *desk) createGroup(r *web.Request) web.Reply {
	var in groupBody
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	g := in.group()
	if err := d.check(g); err != nil {
		return badRequest(err.Error())
	}
	if d.group(g.Name) >= 0 {
		return broken("group " + g.Name + " is there already")
	}
	if err := d.addGroup(g); err != nil {
		return broken(err.Error())
	}
	d.keep(kindGroup, g.Name, g)
	return succeeded()
}

// changeGroup is PUT /iserver/account/allocation/group. What is left out stays;
// prev_name is the name of a group that gets a new one.
func (d *desk) changeGroup(r *web.Request) web.Reply {
	var in groupBody
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	was := in.Previous
	if was == "" {
		was = in.Name
	}
	i := d.group(was)
	if i < 0 {
		return broken("group " + was + " is not there")
	}
	g := in.group()
	if len(in.Members) == 0 {
		g.Members = d.groups[i].Members
	}
	if g.Method == "" {
		g.Method = d.groups[i].Method
	}
	if err := d.check(g); err != nil {
		return badRequest(err.Error())
	}
	if other := d.group(g.Name); other >= 0 && other != i {
		return broken("group " + g.Name + " is there already")
	}
	if g.Name != was {
		d.keep(kindGroup, was, nil)
	}
	d.groups[i] = g
	d.sortGroups()
	d.keep(kindGroup, g.Name, g)
	return succeeded()
}

// listGroups is GET /iserver/account/allocation/group.
func (d *desk) listGroups(*web.Request) web.Reply {
	rows := []map[string]any{}
	for _, g := range d.groups {
		rows = append(rows, map[string]any{"allocation_method": g.Method, "size": len(g.Members), "name": g.Name})
	}
	return web.OK(map[string]any{"data": rows})
}

// named reads the name in a body and finds the group.
func (d *desk) named(r *web.Request) (*Group, web.Reply) {
	var in struct {
		Name string `json:"name"`
	}
	if reply, ok := decode(r.Body, &in); !ok {
		return nil, reply
	}
	if i := d.group(in.Name); i >= 0 {
		return d.groups[i], web.Reply{}
	}
	return nil, broken("group " + in.Name + " is not there")
}

// readGroup is POST /iserver/account/allocation/group/single.
func (d *desk) readGroup(r *web.Request) web.Reply {
	g, refusal := d.named(r)
	if g == nil {
		return refusal
	}
	rows := []map[string]any{}
	for _, m := range g.Members {
		row := map[string]any{"name": m.Account}
		if byAmount(g.Method) {
			row["amount"] = web.Num(m.Amount)
		}
		rows = append(rows, row)
	}
	return web.OK(map[string]any{"name": g.Name, "accounts": rows, "default_method": g.Method})
}

// deleteGroup is POST /iserver/account/allocation/group/delete.
func (d *desk) deleteGroup(r *web.Request) web.Reply {
	g, refusal := d.named(r)
	if g == nil {
		return refusal
	}
	d.dropGroup(g.Name)
	d.keep(kindGroup, g.Name, nil)
	return succeeded()
}
