package ibkrsim

import (
	"encoding/json"
	"fmt"
	"slices"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// question is an order that waits for an answer.
type question struct {
	message string // id of the message asked
	rest    []string
	draft   *draft
	stale   bool // another question of the same kind has come since
	submit  func() web.Reply
}

// precautions are the limits from which orders are asked about.
func (s *Server) precautions() wording.Precautions { return wording.DefaultPrecautions() }

// questionsFor are the messages an order raises: those of Ask, or those of
// the rules that the client has not suppressed. The prompt p12 is none of
// them: it comes once the order is in.
func (s *Server) questionsFor(u *user, d *draft) []string {
	var ids []string
	if len(s.asked) > 0 {
		ids, s.asked = s.asked[0], s.asked[1:]
	} else {
		ids = slices.DeleteFunc(s.rules(u, d), func(id string) bool { return u.session.suppressed[id] && wording.Suppressible(id) })
	}
	d.prompt = slices.Contains(ids, promptID) && !u.session.suppressed[promptID]
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == promptID })
}

// rules are the precautions an order offends against, in the order in which
// they are asked:
//
//   - o354: no market data, or only delayed one
//   - o163: a limit more than 3 % away from the market
//   - o383: more than 100,000 units
//   - o451: worth more than 1,000,000
//   - o403: a stop, or an order if touched, that the market has reached
//   - o10151: a market order while the market is closed
//   - o10152: a stop order for an option, which may fill far from its stop
//   - o10331: a trailing stop
func (s *Server) rules(u *user, d *draft) []string {
	o, limits := d.order, s.precautions()
	t := &o.Ticket
	trailing := t.Type == brokerage.Trail || t.Type == brokerage.TrailLmt
	var ids []string
	for _, rule := range []struct {
		id string
		is bool
	}{
		{"o354", u.delayed || !quoted(o)},
		{"o163", quoted(o) && farThrough(o, limits)},
		{"o383", t.Qty > limits.Size},
		{"o451", !o.IsCombo() && worthOf(o).GreaterThan(limits.Value)},
		{"o403", !o.IsCombo() && triggers(o)},
		{"o10151", t.Type == brokerage.MKT && t.TIF != brokerage.OPG && !o.Product.Session.IsOpen(s.house.Now())},
		{"o10152", t.Type == brokerage.STP && o.Product.SecType == exchange.Option},
		{"o10331", trailing},
	} {
		if rule.is {
			ids = append(ids, rule.id)
		}
	}
	return ids
}

// quoted says that there is a market in all that the order is for.
func quoted(o *brokerage.Order) bool {
	for i := range o.Legs {
		if !o.Legs[i].Product().Quoted() {
			return false
		}
	}
	return o.Product.Quoted()
}

// farThrough says that a limit is too far away from the market.
func farThrough(o *brokerage.Order, limits wording.Precautions) bool {
	if k := o.Ticket.Type; k != brokerage.LMT && k != brokerage.StopLimit || o.IsCombo() {
		return false
	}
	mid := o.Product.Top.Mid()
	most := mid.Decimal().Mul(limits.Percent).Shift(-2)
	return (o.Ticket.Price - mid).Abs().Decimal().GreaterThan(most)
}

// triggers says that what the order waits for is there already.
func triggers(o *brokerage.Order) bool {
	px, sign := o.Product.Mark(), market.Price(o.Ticket.Side.Sign())
	if px <= 0 {
		return false
	}
	switch o.Ticket.Type {
	case brokerage.STP:
		return px*sign >= o.Ticket.Price*sign
	case brokerage.StopLimit:
		return px*sign >= o.Ticket.Aux*sign
	case brokerage.MIT, brokerage.LIT:
		return px*sign <= o.Ticket.Aux*sign
	}
	return false
}

// ask puts the questions one by one and then submits.
func (s *Server) ask(u *user, ids []string, d *draft, submit func() web.Reply) web.Reply {
	if len(ids) == 0 {
		return submit()
	}
	for _, q := range u.session.questions {
		q.stale = q.stale || q.message == ids[0]
	}
	if u.session.questions == nil || len(u.session.questions) >= maxQuestions {
		u.session.questions = map[string]*question{}
	}
	id := s.newReplyID()
	u.session.questions[id] = &question{message: ids[0], rest: ids[1:], draft: d, submit: submit}
	return web.OK([]any{map[string]any{
		"id": id, "message": []string{s.questionText(ids[0], d)}, "isSuppressed": false,
		"messageIds": ids[:1], "messageOptions": wording.Answers(),
	}})
}

// maxQuestions is how many may wait in a session; one more forgets them all.
const maxQuestions = 1000

func (s *Server) questionText(id string, d *draft) string {
	w := orderWords(d.order)
	return wording.Question(id, &w, worthOf(d.order), s.precautions())
}

// newReplyID is shaped like a UUID.
func (s *Server) newReplyID() string {
	a, b := s.ids.Uint64(), s.ids.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

// postReply is POST iserver/reply/{replyId}. The reply to a question that a
// later one has pushed aside fails, and its order goes live all the same: so
// it was seen on the wire.
func (s *Server) postReply(r *web.Request) web.Reply {
	var body struct {
		Confirmed bool `json:"confirmed"`
	}
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	id := r.Vars["replyId"]
	u := s.user(r)
	q := u.session.questions[id]
	if q == nil {
		return refusal(wording.NoReply(id))
	}
	delete(u.session.questions, id)
	span, stale := s.desk.staleSpan(q.stale)
	switch {
	case stale:
		s.desk.after(r.Now+span, func() { q.submit() })
		return web.FailCode(503, "Service Unavailable")
	case !body.Confirmed:
		return refusal(wording.NotConfirmed)
	}
	return s.ask(u, q.rest, q.draft, q.submit)
}

// suppress is POST iserver/questions/suppress.
func (s *Server) suppress(r *web.Request) web.Reply {
	var body struct {
		MessageIDs []string `json:"messageIds"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return web.Fail(400, web.BadBody)
	}
	if len(body.MessageIDs) == 0 || len(body.MessageIDs) > 51 {
		return web.Fail(500, "messageIds: want 1 to 51")
	}
	suppressed := map[string]bool{}
	for _, id := range body.MessageIDs {
		suppressed[id] = true
	}
	s.user(r).session.suppressed = suppressed
	return web.OK(map[string]string{"status": "submitted"})
}

func (s *Server) suppressReset(r *web.Request) web.Reply {
	s.user(r).session.suppressed = nil
	return web.OK(map[string]string{"status": "submitted"})
}
