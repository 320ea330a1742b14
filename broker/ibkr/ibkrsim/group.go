package ibkrsim

import (
	"errors"
	"slices"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
)

// placeGroup takes a bracket, a child of an order that is here already, or an
// OCA group. It is not one piece: a child with a bad price fails and its
// parent stays inactive, a contract that is not known refuses all.
func (s *Server) placeGroup(r *web.Request, list []ticket) web.Reply {
	var drafts []*draft
	leg, reason, ordered := s.desk.refuse(list)
	for i := range list {
		d, err := s.check(r, &list[i])
		switch {
		case ordered && i == leg && list[i].ParentID != "":
			return s.placeFailed(r, list, i, wording.Refusal{Status: 200, Text: reason})
		case ordered && i == leg:
			return web.Refuse(reason)
		case badChild(&list[i], err):
			return s.placeFailed(r, list, i, err)
		case err != nil:
			return refusal(err)
		}
		if err := s.admit(d); err != nil {
			return refusal(err)
		}
		drafts = append(drafts, d)
	}
	if err := s.checkFamily(drafts); err != nil {
		return refusal(err)
	}
	u := s.user(r)
	var ids []string
	for _, d := range drafts {
		for _, id := range s.questionsFor(u, d) {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return s.ask(u, ids, drafts[0], func() web.Reply { return s.submitGroup(u, drafts) })
}

// badChild says that a child is refused for its prices only.
func badChild(t *ticket, err error) bool {
	return t.ParentID != "" && errors.Is(err, wording.BadPrices)
}

// placeFailed answers for a bracket with a bad child: the parent is kept, and
// does not work.
func (s *Server) placeFailed(r *web.Request, list []ticket, bad int, err error) web.Reply {
	rows := []ackRow{failed(err)}
	for i := range list {
		if i == bad || list[i].COID == "" || list[i].COID != list[bad].ParentID {
			continue
		}
		d, err := s.check(r, &list[i])
		if err != nil {
			return refusal(err)
		}
		if err := s.admit(d); err != nil {
			return refusal(err)
		}
		d.order.Ticket.Deactivated = true
		if text := s.house.Submit(d.order); text != "" {
			return web.Refuse(text)
		}
		rows = append(rows, ackOf(d.order))
	}
	return web.OK(rows)
}

// checkFamily finds the parents and refuses orders that do not belong together.
func (s *Server) checkFamily(drafts []*draft) error {
	for _, d := range drafts {
		if d.parent == "" {
			continue
		}
		here := slices.ContainsFunc(drafts, func(x *draft) bool { return x.order.COID == d.parent })
		if !here && s.house.Registered(d.order.Account, d.parent) == nil {
			return wording.Refusal{Status: 200, Text: "Parent order " + d.parent + " is not known."}
		}
	}
	loose := 0
	for _, d := range drafts {
		if d.parent == "" && !d.group {
			loose++
		}
	}
	if loose > 1 {
		return wording.Refusal{Status: 400, Text: "orders of one request must be a bracket or have isSingleGroup"}
	}
	return nil
}

// submitGroup submits parents before their children. The answer names the
// children first.
func (s *Server) submitGroup(u *user, drafts []*draft) web.Reply {
	ordered := slices.Clone(drafts)
	slices.SortStableFunc(ordered, func(a, b *draft) int { return rank(a) - rank(b) })
	var first int64
	var rows []ackRow
	for _, d := range ordered {
		o := d.order
		if err := s.admit(d); err != nil {
			return s.undo(rows, err)
		}
		switch {
		case d.parent != "":
			o.Parent = s.house.Registered(o.Account, d.parent).ID
			o.OCA = web.Int(o.Parent)
		case d.group && first == 0:
			o.OCA = "oco-" + web.Int(s.house.NextID())
		case d.group:
			o.OCA = "oco-" + web.Int(first)
		}
		if text := s.house.Submit(o); text != "" {
			return s.undo(rows, wording.Refusal{Status: 200, Text: text})
		}
		if first == 0 {
			first = o.ID
		}
		rows = append([]ackRow{ackOf(o)}, rows...)
		s.taken(u, o)
	}
	return web.OK(rows)
}

// rank puts parents first.
func rank(d *draft) int {
	if d.parent != "" {
		return 1
	}
	return 0
}

// undo answers for a group of which an order was refused at the door: alone
// when nothing of it is in, else beside what is.
func (s *Server) undo(rows []ackRow, err error) web.Reply {
	if len(rows) == 0 {
		return refusal(err)
	}
	return web.OK(append([]ackRow{failed(err)}, rows...))
}

// failed is the row of an order that was refused beside others.
func failed(err error) ackRow {
	return ackRow{OrderID: "-1", OrderStatus: wording.Failed, Text: err.Error(), Warning: wording.RejectedLeg}
}
