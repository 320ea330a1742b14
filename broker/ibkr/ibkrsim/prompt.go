package ibkrsim

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/wording"
	"gannet/market"
)

// promptID is the message of the price management prompt.
const promptID = "p12"

// maxPrompts is how many prompts wait; one more forgets the oldest, whose order
// stays as it is.
const maxPrompts = 1000

// promptBody is a prompt, as the answer to an order and as the args of an ntf
// frame.
type promptBody struct {
	OrderID     int64    `json:"orderId"`
	ReqID       string   `json:"reqId"`
	Dismissable []string `json:"dismissable"`
	Text        string   `json:"text"`
	Options     []string `json:"options"`
	Type        string   `json:"type"`
	MessageID   string   `json:"messageId"`
	Prompt      bool     `json:"prompt"`
}

// prompt asks a user about an order and tells the user's sockets.
func (s *Server) prompt(u *user, o *brokerage.Order, activate bool) promptBody {
	d, w := &s.desk, orderWords(o)
	d.requests++
	one := &prompt{request: web.Int(22_169 + d.requests), user: u, order: o, activate: activate}
	if len(d.prompts) >= maxPrompts {
		d.prompts = d.prompts[1:]
	}
	d.prompts = append(d.prompts, one)
	body := promptBody{OrderID: o.ID, ReqID: one.request, Dismissable: []string{}, Options: wording.PromptAnswers(), Type: "M",
		Text: wording.Question(promptID, &w, market.Money{}, s.precautions()), MessageID: promptID, Prompt: true}
	d.tell(u, []promptBody{body})
	return body
}

// Prompt has the system ask about a working order whether it may manage its
// price: an ntf frame with the prompt p12 to all users who see the account,
// and the id of the request. A client answers it with POST
// /iserver/notification; after "Do not use" the order is rejected. The error
// names an order that does not work.
func (s *Server) Prompt(orderID int64) (request string, err error) {
	s.locked(func(market.Nanos) {
		o := s.house.Order(orderID)
		if o == nil || !o.Working() {
			err = fmt.Errorf("ibkrsim: order %d: want one that works", orderID)
			return
		}
		for _, u := range s.logins {
			if u.sees(o.Account) {
				request = s.prompt(u, o, false).ReqID
			}
		}
	})
	return request, err
}

// notice is a text of an ntf frame.
type notice struct {
	ID    string  `json:"id"`
	Text  string  `json:"text"`
	Title *string `json:"title"`
	URL   *string `json:"url"`
}

// announce tells a user when a GTC order that was taken will end.
func (s *Server) announce(u *user, o *brokerage.Order) {
	if o.Ticket.TIF != brokerage.GTC || !o.Working() {
		return
	}
	w := orderWords(o)
	s.desk.notices++
	at := brokerage.EndOfNextQuarter(o.Created).Time().UTC().Format("20060102") + " 22:00:00 MET"
	s.desk.tell(u, []notice{{ID: web.Int(s.desk.notices), Text: w.AutoCancel(at)}})
}

// notification is POST iserver/notification: the answer to a prompt.
func (s *Server) notification(r *web.Request) web.Reply {
	var body struct {
		OrderID int64  `json:"orderId"`
		ReqID   string `json:"reqId"`
		Text    string `json:"text"`
	}
	if out, ok := web.Decode(r.Body, &body); !ok {
		return out
	}
	one := s.desk.find(body.OrderID, body.ReqID)
	u := s.user(r)
	if one == nil || one.user != u {
		return web.FailCode(400, "Bad Request: no prompt "+body.ReqID+" of order "+web.Int(body.OrderID))
	}
	answers := wording.PromptAnswers()
	switch body.Text {
	case answers[1]:
		u.session.suppress(promptID)
		s.useAlgo(one)
	case answers[0]:
		s.useAlgo(one)
	case answers[2]:
		if one.order.Working() {
			s.house.Reject(one.order, wording.BadLimit.Text)
		}
	default:
		return web.FailCode(400, "Bad Request: "+body.Text+" is not among the options")
	}
	s.desk.drop(one)
	return web.OK(wording.CancelQueued)
}

// useAlgo lets an order that waits for its prompt go.
func (s *Server) useAlgo(one *prompt) {
	if !one.activate || !one.order.Working() {
		return
	}
	t := one.order.Ticket
	t.Deactivated = false
	if text := s.house.Replace(one.order, t); text != "" {
		s.house.Reject(one.order, text)
	}
}

// suppress adds a message to those that are not asked.
func (s *session) suppress(id string) {
	suppressed := map[string]bool{id: true}
	for one := range s.suppressed {
		suppressed[one] = true
	}
	s.suppressed = suppressed
}
