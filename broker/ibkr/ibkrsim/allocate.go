package ibkrsim

import (
	"slices"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/broker/ibkr/ibkrsim/workspace"
)

// takesGroup says that the {accountId} of an endpoint can be the name of an
// advisor's allocation group: orders are placed and cancelled for all of it.
func takesGroup(r *web.Route[*Server]) bool {
	return r.Named(PlaceOrder) || r.Named("DELETE /iserver/account/{accountId}/order/{orderId}")
}

func (s *Server) group(u *user, name string) (workspace.Group, bool) {
	groups := s.workspace.Groups(u.name)
	i := slices.IndexFunc(groups, func(g workspace.Group) bool { return g.Name == name })
	if i < 0 || len(groups[i].Members) == 0 {
		return workspace.Group{}, false
	}
	return groups[i], true
}

func (s *Server) isGroup(u *user, name string) bool {
	_, ok := s.group(u, name)
	return ok
}

// pathAccounts are the account that the path names, or those of the group.
func (s *Server) pathAccounts(r *web.Request) []string {
	name := r.Vars["accountId"]
	g, ok := s.group(s.user(r), name)
	if !ok || s.user(r).sees(name) {
		return []string{name}
	}
	var list []string
	for _, m := range g.Members {
		list = append(list, m.Account)
	}
	return list
}

// placeAllocated is place for an advisor's group: each order becomes one in
// each account, with its part of the quantity as the group's method says. If
// one of them cannot be placed, none is; the answer names them all.
func (s *Server) placeAllocated(r *web.Request, group string, list []ticket) web.Reply {
	u := s.user(r)
	parts, accounts := map[string][]*draft{}, s.pathAccounts(r)
	for i := range list {
		if err := s.allocate(r, group, &list[i], accounts, parts); err != nil {
			return refusal(err)
		}
	}
	var ids []string
	var first *draft
	for _, account := range accounts {
		if err := s.checkFamily(parts[account]); err != nil {
			return refusal(err)
		}
		for _, d := range parts[account] {
			if err := s.admit(d); err != nil {
				return refusal(err)
			}
			first = d
			for _, id := range s.questionsFor(u, d) {
				if !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
	}
	return s.ask(u, ids, first, func() web.Reply { return s.submitParts(u, accounts, parts) })
}

// allocate checks an order and adds its parts to those of the accounts.
func (s *Server) allocate(r *web.Request, group string, t *ticket, accounts []string, parts map[string][]*draft) error {
	if t.AcctID == group {
		t.AcctID = ""
	}
	one := *r
	one.Vars = map[string]string{"accountId": accounts[0]}
	d, err := s.check(&one, t)
	if err != nil {
		return err
	}
	shares, err := s.workspace.Split(s.user(r).name, group, d.order.Ticket.Qty, s.lotOf(d))
	if err != nil {
		return wording.Refusal{Status: 200, Text: err.Error()}
	}
	for _, share := range shares {
		if share.Qty == 0 {
			continue
		}
		part, order := *d, *d.order
		order.Account, order.Ticket.Qty = share.Account, share.Qty
		part.order = &order
		parts[share.Account] = append(parts[share.Account], &part)
	}
	return nil
}

// submitParts submits what became of an allocated order, account by account.
func (s *Server) submitParts(u *user, accounts []string, parts map[string][]*draft) web.Reply {
	for _, account := range accounts { // questions take time
		for _, d := range parts[account] {
			if err := s.admit(d); err != nil {
				return refusal(err)
			}
		}
	}
	rows := []ackRow{}
	for _, account := range accounts {
		if len(parts[account]) == 0 {
			continue
		}
		out := s.submitGroup(u, parts[account])
		acks, taken := out.Body.([]ackRow)
		switch {
		case taken:
			rows = append(rows, acks...)
		case len(rows) == 0:
			return out
		default: // the exchange refused it, and has taken others
			rows = append(rows, failed(wording.Refusal{Status: 200, Text: errorText(out)}))
		}
	}
	return web.OK(rows)
}

// errorText is the text of a refusal.
func errorText(out web.Reply) string {
	body, _ := out.Body.(map[string]string)
	return body["error"]
}
