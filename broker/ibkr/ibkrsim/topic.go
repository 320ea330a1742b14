package ibkrsim

import (
	"encoding/json"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// onMessage is a client's message: a bare word, or <topic>[+target][+{json}].
func (s *Server) onMessage(c *socket, text string) {
	now := s.now()
	switch text {
	case "tic":
		c.heard = now
		c.push(map[string]any{"topic": "tic", "alive": true, "id": c.user.session.id, "lastAccessed": web.Millis(now)})
		return
	case "ech+hb":
		c.heard = now
		c.pushText([]byte("ech+hb"))
		return
	}
	head, args := text, ""
	if i := strings.IndexByte(text, '{'); i >= 0 {
		head, args = text[:i], text[i:]
	}
	parts := strings.Split(strings.TrimSuffix(head, "+"), "+")
	c.heard = now
	if handle, ok := portfolioTopics[parts[0]]; ok {
		handle(s, c, parts, args, now)
		return
	}
	if !c.user.session.ready(now) {
		return // lost without a word, as IBKR loses it
	}
	if handle, ok := brokerageTopics[parts[0]]; ok {
		handle(s, c, parts, args, now)
		return
	}
	c.fail("Topic unknown")
}

// A topicHandler takes a message apart at its plus signs: parts[0] is the topic,
// args begins with a brace or is empty.
type topicHandler func(s *Server, c *socket, parts []string, args string, now market.Nanos)

// portfolioTopics work without a brokerage session, brokerageTopics do not.
var (
	portfolioTopics = map[string]topicHandler{
		"spl": func(s *Server, c *socket, _ []string, _ string, _ market.Nanos) {
			c.pnl = true
			c.push(map[string]any{"topic": "spl", "args": s.pnl(c.user)})
		},
		"upl": func(_ *Server, c *socket, _ []string, _ string, _ market.Nanos) { c.pnl = false },
		"ssd": (*Server).subscribeFigures, "usd": (*Server).unsubscribeFigures,
		"sld": (*Server).subscribeFigures, "uld": (*Server).unsubscribeFigures,
	}
	brokerageTopics = map[string]topicHandler{
		"smd": func(s *Server, c *socket, parts []string, args string, now market.Nanos) {
			s.subscribeQuotes(c, part(parts, 1), args, now)
		},
		"umd": func(s *Server, c *socket, parts []string, _ string, _ market.Nanos) {
			s.stream.endQuotes(c, part(parts, 1))
		},
		"sor": func(s *Server, c *socket, _ []string, args string, _ market.Nanos) { s.subscribeOrders(c, args) },
		"uor": func(_ *Server, c *socket, _ []string, _ string, _ market.Nanos) { c.orders = false },
		"str": func(s *Server, c *socket, _ []string, args string, _ market.Nanos) { s.subscribeTrades(c, args) },
		"utr": func(_ *Server, c *socket, _ []string, _ string, _ market.Nanos) { c.trades = false },
		"sbd": (*Server).subscribeBook,
		"ubd": func(_ *Server, c *socket, parts []string, _ string, _ market.Nanos) { delete(c.books, part(parts, 1)) },
		"smh": (*Server).subscribeChart, "umh": (*Server).unsubscribeChart,
	}
)

// part is a part of a message, "" when it has not so many.
func part(parts []string, n int) string {
	if n >= len(parts) {
		return ""
	}
	return parts[n]
}

// fail answers a message that cannot be taken.
func (c *socket) fail(text string) { c.push(map[string]string{"topic": "error", "error": text}) }

type replayArgs struct {
	Days         int      `json:"days"`
	RealtimeOnly bool     `json:"realtimeUpdatesOnly"`
	Filters      []string `json:"filters"` // statuses, of sor
}

// readReplayArgs reads the arguments of sor and str; what cannot be read counts as {}.
func readReplayArgs(text string) replayArgs {
	var args replayArgs
	if json.Unmarshal([]byte(text), &args) != nil {
		return replayArgs{}
	}
	return args
}

// subscribeOrders streams changes of orders. Asked for days, it first names
// the orders of those days without saying anything about them.
func (s *Server) subscribeOrders(c *socket, text string) {
	args := readReplayArgs(text)
	c.orders, c.filters = true, statusFilters(strings.Join(args.Filters, ","))
	rows := []any{}
	for _, o := range s.house.Orders() {
		if c.user.sees(o.Account) && s.house.Now()-o.Changed < market.Nanos(min(args.Days, 7))*market.Day {
			rows = append(rows, map[string]any{"acct": o.Account, "conidex": conidEx(o), "conid": o.Conid,
				"orderId": o.ID, "isEventTrading": "0"})
		}
	}
	if len(rows) > 0 && !args.RealtimeOnly {
		c.push(map[string]any{"topic": "sor", "args": rows})
	}
}

// subscribeTrades streams executions, after those of the last days (1 unless
// said) in one frame.
func (s *Server) subscribeTrades(c *socket, text string) {
	args := readReplayArgs(text)
	c.trades = true
	rows := []tradeRow{}
	for _, e := range s.executions(c.user, min(max(args.Days, 1), 7)) {
		rows = append(rows, frameRowOf(e))
	}
	if len(rows) > 0 && !args.RealtimeOnly {
		c.push(map[string]any{"topic": "str", "args": rows})
	}
}
