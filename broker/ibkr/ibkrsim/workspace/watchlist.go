package workspace

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// watchlist is a list of contracts, as the store keeps it.
type watchlist struct {
	Name     string       `json:"name"`
	Modified market.Nanos `json:"modified"`
	Rows     []listRow    `json:"rows"`
	id       string
}

// listRow is a contract, or with Head a line between contracts.
type listRow struct {
	Conid int64   `json:"conid,omitempty"`
	Head  *string `json:"head,omitempty"`
}

// addList takes a list into the desk, in place of one with its id.
func (d *desk) addList(id string, l *watchlist) error {
	_, known := d.lists[id]
	if !known && len(d.lists) >= MaxWatchlists || len(l.Rows) > MaxRows || len(l.Name) > MaxName {
		return errors.New("too many watchlists or too large a one")
	}
	l.id = id
	d.lists[id] = l
	return nil
}

// memberRow is a contract of a watchlist. What is nil is not sent: of the first
// read in a session, all but the first three.
type memberRow struct {
	ST          *string `json:"ST,omitempty"`
	C           string  `json:"C"`
	Conid       int64   `json:"conid"`
	Name        string  `json:"name"`
	FullName    *string `json:"fullName,omitempty"`
	AssetClass  *string `json:"assetClass,omitempty"`
	Ticker      *string `json:"ticker,omitempty"`
	ChineseName *string `json:"chineseName,omitempty"`
}

type headRow struct {
	H string `json:"H"`
}

// listBody is a watchlist in full.
type listBody struct {
	ID          string `json:"id"`
	Hash        string `json:"hash"`
	Name        string `json:"name"`
	ReadOnly    bool   `json:"readOnly"`
	Instruments []any  `json:"instruments"`
}

func (l *watchlist) body(instruments []any) listBody {
	return listBody{ID: l.id, Hash: web.Int(web.Millis(l.Modified)), Name: l.Name, Instruments: instruments}
}

// listName is a watchlist in the list of them.
type listName struct {
	IsOpen   bool   `json:"is_open"`
	ReadOnly bool   `json:"read_only"`
	Name     string `json:"name"`
	Modified int64  `json:"modified"`
	ID       string `json:"id"`
	Type     string `json:"type"`
}

// watchlists is GET /iserver/watchlists. It makes the other requests possible.
// The query SC=USER_WATCHLIST changes nothing: IBKR's own lists are not here.
func (d *desk) watchlists(*web.Request) web.Reply {
	d.session.warm = true
	rows := []listName{}
	for _, l := range slices.SortedFunc(maps.Values(d.lists), newest) {
		rows = append(rows, listName{Name: l.Name, Modified: web.Millis(l.Modified), ID: l.id, Type: "watchlist"})
	}
	return web.OK(map[string]any{
		"data":   map[string]any{"scanners_only": false, "show_scanners": false, "bulk_delete": false, "user_lists": rows},
		"action": "content", "MID": d.visit(),
	})
}

// newest orders by the time of the last change, latest first.
func newest(a, b *watchlist) int {
	return cmp.Or(cmp.Compare(b.Modified, a.Modified), strings.Compare(a.id, b.id))
}

// visit counts the session's requests for the answers' MID.
func (d *desk) visit() string {
	d.session.visits++
	return web.Int(d.session.visits)
}

// readWatchlist is GET /iserver/watchlist?id=. The first read of a list in a
// session is sparse.
func (d *desk) readWatchlist(r *web.Request) web.Reply {
	id := r.Query.Get("id")
	l := d.lists[id]
	if l == nil || !d.session.warm {
		return unavailable()
	}
	full := d.session.seen[id]
	d.session.seen[id] = true
	rows := []any{}
	for _, row := range l.Rows {
		rows = append(rows, d.member(row, full))
	}
	return web.OK(l.body(rows))
}

func (d *desk) member(row listRow, full bool) any {
	if row.Head != nil {
		return headRow{*row.Head}
	}
	symbol, name, secType, _, known := d.w.cfg.Contracts.Lookup(row.Conid)
	out := memberRow{C: web.Int(row.Conid), Conid: row.Conid, Name: name}
	if full && known {
		out.ST, out.AssetClass, out.FullName, out.Ticker = &secType, &secType, &symbol, &symbol
		out.ChineseName = new(string) // no translations here
	}
	return out
}

// saveWatchlist is POST /iserver/watchlist. A list with the same id is
// overwritten; contracts that do not exist are taken, too.
func (d *desk) saveWatchlist(r *web.Request) web.Reply {
	var in struct {
		ID   json.RawMessage `json:"id"`
		Name string          `json:"name"`
		Rows []struct {
			C whole   `json:"C"`
			H *string `json:"H"`
		} `json:"rows"`
	}
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	id := unquote(in.ID)
	if !d.session.warm || in.Name == "" || !digits(id) {
		return unavailable()
	}
	l := &watchlist{Name: in.Name, Modified: r.Now, Rows: []listRow{}}
	for _, row := range in.Rows {
		if row.H != nil && len(*row.H) > MaxName {
			return unavailable()
		}
		l.Rows = append(l.Rows, listRow{Conid: int64(row.C), Head: row.H})
	}
	if d.addList(id, l) != nil {
		return unavailable()
	}
	delete(d.session.seen, id)
	d.keep(kindWatchlist, id, l)
	return web.OK(l.body([]any{}))
}

// unquote is a JSON string's text, and a number's.
func unquote(text json.RawMessage) string {
	var s string
	if json.Unmarshal(text, &s) == nil {
		return s
	}
	if _, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return string(text)
	}
	return ""
}

// deleteWatchlist is DELETE /iserver/watchlist?id=. An id that is not there is
// acknowledged as well.
func (d *desk) deleteWatchlist(r *web.Request) web.Reply {
	id := r.Query.Get("id")
	if !d.session.warm {
		return unavailable()
	}
	if d.lists[id] != nil {
		delete(d.lists, id)
		delete(d.session.seen, id)
		d.keep(kindWatchlist, id, nil)
	}
	return web.OK(map[string]any{"data": map[string]string{"deleted": id}, "action": "context", "MID": d.visit()})
}
