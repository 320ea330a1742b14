package ibkrsim

import (
	"cmp"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// What 6509 says: real time or delayed by a quarter of an hour.
const (
	liveData    = "RpB"
	delayedData = "DPB"
)

const serverID = "q0"

// delayStep is how often delayed data is looked at.
const delayStep = 5 * market.Second

// sightOf is what a user sees of a product; false when that is nothing.
func (s *Server) sightOf(u *user, p *exchange.Product, now market.Nanos) (sight, bool) {
	g := sight{p: p, now: now, x: s.exchange, of: s.house.Account(u.selected), long: s.stream.long[p.Conid]}
	if g.long != nil && !g.long.known {
		g.long = nil
	}
	if s.trouble.noData[p.Conid] {
		return g, false
	}
	if !u.delayed {
		g.v, g.phase = p.View(), p.PhaseAt(now)
		return g, true
	}
	late, ok := p.Delayed(now)
	g.v, g.phase = late, p.PhaseAt(now-exchange.Delay)
	return g, ok
}

// updated is when the market moved last; before it has, that is now.
func (g *sight) updated() market.Nanos { return cmp.Or(g.v.Top.TsEvent, g.now) }

// feed is what the sockets of a user watch of an instrument. Sockets that
// watch the same share it, so that a change is written down once.
type feed struct {
	key     feedKey
	u       *user
	p       *exchange.Product
	columns []column
	subs    map[*quoteSub]bool
	stale   bool
	looked  market.Nanos
	newest  *reading
	from    *reading // the reading that frame is the difference to
	frame   []byte
}

type feedKey struct{ user, topic, tags string }

// reading is the values of a feed at a moment, in the order of its columns.
// It does not change.
type reading struct {
	values  []string // empty: none
	updated market.Nanos
}

// join adds a subscription to the feed of its fields.
func (s *Server) join(sub *quoteSub) {
	columns := columnsOf(sub.tags)
	tags := make([]string, len(columns))
	for i := range columns {
		tags[i] = columns[i].tag
	}
	key := feedKey{sub.c.user.name, sub.topic, strings.Join(tags, ",")}
	st := &s.stream
	f := st.feeds[key]
	if f == nil {
		f = &feed{key: key, u: sub.c.user, p: sub.p, columns: columns, subs: map[*quoteSub]bool{}, stale: true}
		st.feeds[key] = f
		st.byConid[sub.p.Conid] = append(st.byConid[sub.p.Conid], f)
	}
	if sub.feed == f {
		return
	}
	st.leave(sub)
	sub.feed, sub.last = f, nil
	f.subs[sub] = true
}

// leave takes a subscription from its feed.
func (st *stream) leave(sub *quoteSub) {
	f := sub.feed
	if f == nil {
		return
	}
	sub.feed = nil
	if delete(f.subs, sub); len(f.subs) > 0 {
		return
	}
	delete(st.feeds, f.key)
	var left []*feed
	for _, one := range st.byConid[f.p.Conid] {
		if one != f {
			left = append(left, one)
		}
	}
	if st.byConid[f.p.Conid] = left; left == nil {
		delete(st.byConid, f.p.Conid)
	}
}

// look takes a new reading when the market has moved.
func (f *feed) look(s *Server, now market.Nanos) {
	if !f.stale || f.u.delayed && f.newest != nil && now-f.looked < delayStep {
		return
	}
	f.stale, f.looked = false, now
	g, ok := s.sightOf(f.u, f.p, now)
	if !ok {
		return
	}
	next := &reading{values: make([]string, len(f.columns)), updated: g.updated()}
	changed := f.newest == nil
	var scratch [64]byte
	for i := range f.columns {
		value := f.columns[i].get(&g, scratch[:0])
		if f.newest != nil && f.newest.values[i] == string(value) {
			next.values[i] = f.newest.values[i]
			continue
		}
		next.values[i], changed = string(value), true
		if longTags[f.columns[i].tag] && len(value) == 0 {
			s.long(f.p)
		}
	}
	if changed {
		f.newest, f.frame = next, nil
	}
}

// longTags are the fields that are known only after a while.
var longTags = map[string]bool{"7282": true, "7293": true, "7294": true, "7674": true, "7675": true, "7676": true, "7677": true,
	"7678": true, "7679": true, "7681": true, "7724": true}

// since is the frame of what differs from a reading, of all when it is nil;
// nil when nothing does.
func (f *feed) since(was *reading) []byte {
	if f.newest == nil || was == f.newest {
		return nil
	}
	if f.frame == nil || f.from != was {
		f.from, f.frame = was, f.write(was)
	}
	return f.frame
}

func (f *feed) write(was *reading) []byte {
	b := make([]byte, 0, 256)
	b = append(appendQuoted(append(b, `{"topic":`...), f.key.topic), `,"server_id":"`+serverID+`","conid":`...)
	b = strconv.AppendInt(b, f.p.Conid, 10)
	b = append(strconv.AppendInt(append(b, `,"conidEx":"`...), f.p.Conid, 10), `","_updated":`...)
	b = strconv.AppendInt(b, web.Millis(f.newest.updated), 10)
	b = append(append(b, `,"6119":"`+serverID+`","6509":"`...), f.u.availability()...)
	b = append(b, '"')
	changed := false
	for i, value := range f.newest.values {
		if value == "" || was != nil && was.values[i] == value {
			continue
		}
		changed = true
		b = append(append(append(b, `,"`...), f.columns[i].tag...), `":`...)
		if whole[f.columns[i].tag] {
			b = append(b, value...)
		} else {
			b = appendQuoted(b, value)
		}
	}
	if !changed {
		return nil
	}
	return append(b, '}')
}

// whole are the fields that are numbers and not text.
var whole = map[string]bool{"6008": true, "6457": true}

// availability is what 6509 says to a user.
func (u *user) availability() string {
	if u.delayed {
		return delayedData
	}
	return liveData
}

// appendQuoted writes text as a JSON string.
func appendQuoted(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return append(b, web.Encode(text)...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
