package ibkrsim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// streamSpan is how long a stream of quotes lasts without being asked for
// again.
const streamSpan = 15 * market.Minute

// maxTargets is how many streams of quotes a socket has at most: an instrument
// has one of each exchange.
const maxTargets = 1000

// quoteSub is a subscription to an instrument. Updates that come too fast, or
// that the reader is too slow for, run together; only what differs from the
// last frame is sent.
type quoteSub struct {
	c      *socket
	topic  string
	p      *exchange.Product
	tags   []string // sorted
	feed   *feed
	last   *reading // what was sent last
	sentAt market.Nanos
	until  market.Nanos
	queued bool // in the socket's list of what has changed
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
	p := s.exchange.ByConid(conidOf(target))
	if p == nil || json.Unmarshal([]byte(args), &body) != nil || len(target) > 40 {
		c.fail("smd: want smd+<conid>+{\"fields\":[\"31\"]}")
		return
	}
	if !s.hasLine(c.user, p.Conid, now) {
		return // one line too many: nothing comes
	}
	sub := c.quotes[target]
	if sub == nil && len(c.quotes) >= maxTargets {
		return
	}
	if sub == nil || now > sub.until {
		s.stream.endQuotes(c, target)
		sub = &quoteSub{c: c, topic: "smd+" + target, p: p}
		c.quotes[target] = sub
	}
	for _, tag := range body.Fields {
		if at, found := slices.BinarySearch(sub.tags, tag); !found && fields[tag] != nil {
			sub.tags = slices.Insert(sub.tags, at, tag)
		}
	}
	sub.until, sub.sentAt = now+streamSpan, 0
	s.join(sub)
	sub.feed.stale = true
	sub.mark()
}

// endQuotes ends a socket's stream of a target.
func (st *stream) endQuotes(c *socket, target string) {
	if sub := c.quotes[target]; sub != nil {
		st.leave(sub)
		delete(c.quotes, target)
	}
}

// mark notes that there may be something to send.
func (sub *quoteSub) mark() {
	if !sub.queued {
		sub.queued = true
		sub.c.changed = append(sub.c.changed, sub)
	}
	sub.c.poke()
}

// takeQuotes queues the quotes of a socket that have changed and whose time has
// come.
func (s *Server) takeQuotes(c *socket, now market.Nanos) {
	wait := c.changed[:0]
	for _, sub := range c.changed {
		if sub.feed != nil && now-sub.sentAt < market.Nanos(s.opt.Timing.Quotes) {
			wait = append(wait, sub)
			continue
		}
		if sub.queued = false; sub.feed == nil {
			continue
		}
		if now > sub.until {
			s.stream.endQuotes(c, strings.TrimPrefix(sub.topic, "smd+"))
			continue
		}
		f := sub.feed
		f.look(s, now)
		if frame := f.since(sub.last); frame != nil {
			sub.sentAt = now
			c.deliver(frame, s.engine.Frame(sub.topic, now), now)
		}
		sub.last = f.newest
	}
	clear(c.changed[len(wait):])
	c.changed = wait
}
