package ibkrsim

import (
	"encoding/json"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Limits of market data.
const (
	maxConids = 100 // of one snapshot
	maxFields = 50
	maxLines  = 100 // instruments that a user watches at once
)

// watch is the stream that a snapshot of an instrument opens, and the fields
// that were asked for so far.
type watch struct {
	fields map[string]bool
	until  market.Nanos // nobody asks any more
}

// count is how many fields were asked for.
func (w *watch) count() int {
	if w == nil {
		return 0
	}
	return len(w.fields)
}

// getSnapshot is GET iserver/marketdata/snapshot. The first request for a
// conid in a session only opens the stream: its row holds no data.
func (s *Server) getSnapshot(r *web.Request) web.Reply {
	conids, tags := splitList(r.Query.Get("conids")), splitList(r.Query.Get("fields"))
	if len(conids) == 0 || len(conids) > maxConids || len(tags) > maxFields {
		return web.FailCode(400, "Bad Request: want 1 to 100 conids and at most 50 fields")
	}
	rows := []any{}
	for _, text := range conids {
		number, _, _ := strings.Cut(strings.TrimSpace(text), "@")
		conid, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return web.FailCode(400, "Bad Request: conid "+text+" is not a number")
		}
		rows = append(rows, s.snapshotRow(s.user(r), conid, tags, r.Now))
	}
	return web.OK(rows)
}

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// snapshotRow is what the user has asked for so far of an instrument. Fields
// that are not known are left out.
func (s *Server) snapshotRow(u *user, conid int64, tags []string, now market.Nanos) map[string]any {
	row := map[string]any{"conid": conid, "conidEx": web.Int(conid)}
	p := s.exchange.ByConid(conid)
	if p == nil {
		return row
	}
	open := s.openWatch(u, conid, tags, now)
	if !open {
		return row
	}
	g, ok := s.sightOf(u, p, now)
	if !ok {
		return row
	}
	row["_updated"], row["server_id"] = web.Millis(g.updated()), serverID
	row["6119"], row["6509"] = serverID, u.availability()
	for tag := range u.session.fields[conid].fields {
		value := string(fields[tag](&g, nil))
		switch {
		case value == "":
			if longTags[tag] {
				s.long(p)
			}
		case whole[tag]:
			row[tag] = json.Number(value)
		case tag == "85" || tag == "88" || tag == "7059":
			row[tag] = grouped(value)
		default:
			row[tag] = value
		}
	}
	return row
}

// openWatch remembers what is asked for. It is false when the stream was not
// open before, or when too many are.
func (s *Server) openWatch(u *user, conid int64, tags []string, now market.Nanos) bool {
	w := u.session.fields[conid]
	open := w != nil && now < w.until
	if !open {
		if !s.hasLine(u, conid, now) {
			return false
		}
		if u.session.fields == nil {
			u.session.fields = map[int64]*watch{}
		}
		w = &watch{fields: map[string]bool{}}
		u.session.fields[conid] = w
	}
	w.until = now + streamSpan
	for _, tag := range tags {
		if fields[tag] != nil {
			w.fields[tag] = true
		}
	}
	return open
}

// hasLine says that a user may watch an instrument: one that is watched
// already, or one more.
func (s *Server) hasLine(u *user, conid int64, now market.Nanos) bool {
	lines := map[int64]bool{}
	for one, w := range u.session.fields {
		if now >= w.until {
			delete(u.session.fields, one)
			continue
		}
		lines[one] = true
	}
	s.stream.each(u.name, func(c *socket) {
		for _, sub := range c.quotes {
			if now < sub.until {
				lines[sub.p.Conid] = true
			}
		}
	})
	return lines[conid] || len(lines) < maxLines
}

// grouped puts commas into the whole part of a size.
func grouped(size string) string {
	wholePart, rest, _ := strings.Cut(size, ".")
	for i := len(wholePart) - 3; i > 0; i -= 3 {
		wholePart = wholePart[:i] + "," + wholePart[i:]
	}
	if rest != "" {
		wholePart += "." + rest
	}
	return wholePart
}

// unsubscribe is POST iserver/marketdata/unsubscribe.
func (s *Server) unsubscribe(r *web.Request) web.Reply {
	var body struct {
		Conid web.Number `json:"conid"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return web.Fail(400, web.BadBody)
	}
	if !s.closeWatch(r, string(body.Conid)) {
		return web.Fail(500, "unknown")
	}
	return web.OK(map[string]bool{"success": true})
}

// unsubscribePath is GET iserver/marketdata/{conid}/unsubscribe, the older way.
func (s *Server) unsubscribePath(r *web.Request) web.Reply {
	if !s.closeWatch(r, r.Vars["conid"]) {
		return web.Fail(404, "unknown")
	}
	return web.OK(map[string]bool{"success": true})
}

// closeWatch ends the stream of a conid; false when there is none.
func (s *Server) closeWatch(r *web.Request, text string) bool {
	conid, err := strconv.ParseInt(text, 10, 64)
	watches := s.user(r).session.fields
	if w := watches[conid]; err != nil || w == nil || r.Now >= w.until {
		return false
	}
	delete(watches, conid)
	return true
}

func (s *Server) unsubscribeAll(r *web.Request) web.Reply {
	s.user(r).session.fields = nil
	return web.OK(map[string]bool{"unsubscribed": true})
}
