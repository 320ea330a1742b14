package ibkrsim

import (
	"encoding/json"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// onMessage is a client's message: a bare word, or <topic>[+target][+{json}].
func (s *Server) onMessage(c *socket, text string) {
	now := s.now()
	switch text {
	case "tic":
		c.push(map[string]any{"topic": "tic", "alive": true, "id": c.user.session.id, "lastAccessed": web.Millis(now)})
		return
	case "ech+hb":
		c.pushText([]byte("ech+hb"))
		return
	}
	head, args := text, ""
	if i := strings.IndexByte(text, '{'); i >= 0 {
		head, args = text[:i], text[i:]
	}
	parts := strings.Split(strings.TrimSuffix(head, "+"), "+")
	if !c.user.session.ready(now) {
		return // lost without a word, as IBKR loses it
	}
	s.onTopic(c, parts, args, now)
}

func (s *Server) onTopic(c *socket, parts []string, args string, now market.Nanos) {
	target := ""
	if len(parts) > 1 {
		target = parts[1]
	}
	switch parts[0] {
	case "smd":
		s.subscribeQuotes(c, target, args, now)
	case "umd":
		delete(c.quotes, conidOf(target))
	case "sor":
		s.subscribeOrders(c, args)
	case "uor":
		c.orders = false
	case "str":
		s.subscribeTrades(c, args)
	case "utr":
		c.trades = false
	case "spl":
		c.pnl = true
		c.push(map[string]any{"topic": "spl", "args": s.pnl(c.user)})
	case "upl":
		c.pnl = false
	default:
		c.push(map[string]string{"topic": "error", "error": "Topic unknown"})
	}
}

// conidOf reads 265598 or 265598@NASDAQ; 0 is neither.
func conidOf(target string) int64 {
	text, _, _ := strings.Cut(target, "@")
	conid, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return conid
}

// subscribeQuotes adds fields to a conid's stream and renews it for 15 minutes.
func (s *Server) subscribeQuotes(c *socket, target, args string, now market.Nanos) {
	var body struct {
		Fields []string `json:"fields"`
	}
	conid := conidOf(target)
	if s.exchange.ByConid(conid) == nil || json.Unmarshal([]byte(args), &body) != nil {
		c.push(map[string]string{"topic": "error", "error": "smd: want smd+<conid>+{\"fields\":[\"31\"]}"})
		return
	}
	sub := c.quotes[conid]
	if sub == nil {
		sub = &quoteSub{topic: "smd+" + target, fields: map[string]bool{}, sent: map[string]string{}}
		c.quotes[conid] = sub
	}
	for _, tag := range body.Fields {
		sub.fields[tag] = true
	}
	sub.until, sub.dirty = now+streamSpan, true
	c.poke()
}

type replayArgs struct {
	Days         int  `json:"days"`
	RealtimeOnly bool `json:"realtimeUpdatesOnly"`
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
	c.orders = true
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
