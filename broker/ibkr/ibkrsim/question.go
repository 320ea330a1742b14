package ibkrsim

import (
	"encoding/json"
	"fmt"
	"slices"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
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

// questionTexts are what the API says for a message id.
var questionTexts = map[string]string{
	"o163": "The following order \"%s\" price exceeds \nthe Percentage constraint of 3%%.\n" +
		"Are you sure you want to submit this order?",
	"o354": "You are submitting an order without market data. We strongly recommend against this as it may " +
		"result in erroneous and unexpected trades.\nAre you sure you want to submit this order?",
	"o383": "The following order \"%s\" size exceeds the Size Limit of 100,000.\n" +
		"Are you sure you want to submit this order?",
	"o10331": "You are about to submit a stop order. Please be aware that the stop may trigger at a price far " +
		"from the one at which it is executed.\nAre you sure you want to submit this order?",
}

// sizeLimit is the size from which o383 is asked.
var sizeLimit = market.Shares(100_000)

// questionsFor are the messages an order raises: those of Ask, or those of
// the rules that the client has not suppressed.
func (s *Server) questionsFor(u *user, d *draft) []string {
	if len(s.asked) > 0 {
		ids := s.asked[0]
		s.asked = s.asked[1:]
		return ids
	}
	return slices.DeleteFunc(s.rules(d), func(id string) bool { return u.session.suppressed[id] })
}

// rules are the precautions an order offends against: no market data, a limit
// more than 3 % through the market, a large size, a trailing stop.
func (s *Server) rules(d *draft) []string {
	var ids []string
	if !d.order.Product.Quoted() {
		ids = append(ids, "o354")
	} else if farThrough(d) {
		ids = append(ids, "o163")
	}
	if d.order.Ticket.Qty > sizeLimit {
		ids = append(ids, "o383")
	}
	if d.order.Ticket.Type == brokerage.Trail || d.order.Ticket.Type == brokerage.TrailLmt {
		ids = append(ids, "o10331")
	}
	return ids
}

// farThrough says that a limit is more than 3 % away from the market.
func farThrough(d *draft) bool {
	if k := d.order.Ticket.Type; k != brokerage.LMT && k != brokerage.StopLimit || d.order.IsCombo() {
		return false
	}
	mid := d.order.Product.Top.Mid()
	return (d.order.Ticket.Price - mid).Abs() > mid.Percent(3)
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
		"id": id, "message": []string{questionText(ids[0], d)}, "isSuppressed": false,
		"messageIds": ids[:1], "messageOptions": []string{"Yes", "No"},
	}})
}

// maxQuestions is how many may wait in a session; one more forgets them all.
const maxQuestions = 1000

func questionText(id string, d *draft) string {
	text, known := questionTexts[id]
	if !known {
		return "Message " + id + ".\nAre you sure you want to submit this order?"
	}
	if id == "o163" || id == "o383" {
		text = fmt.Sprintf(text, describe(d.order, true))
	}
	return text
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
		return web.Fail(400, "reply id not found: '"+id+"'")
	}
	delete(u.session.questions, id)
	switch {
	case q.stale:
		q.submit()
		return web.FailCode(503, "Service Unavailable")
	case !body.Confirmed:
		return web.Refuse("Order not confirmed ")
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
