package workspace

import (
	"errors"
	"html"
	"slices"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// notification is one message, in the API's short keys: R read, D seconds since
// 1970 as text, MS its title, MD its HTML, HT whether there is more to it.
type notification struct {
	Read  int    `json:"R"`
	Date  string `json:"D"`
	Title string `json:"MS"`
	Text  string `json:"MD"`
	ID    string `json:"ID"`
	HT    int    `json:"HT"`
	Code  string `json:"FC"`
}

// Notify leaves a user a notification of a typecode and returns its id; text
// is plain. It is false when the user has switched that kind off or there is
// no room for another user. The oldest goes when there are too many.
func (w *Workspace) Notify(user, code, title, text string, now market.Nanos) (id string, ok bool) {
	d, ok := w.desk(user)
	if !ok || d.fyi.Off[code] {
		return "", false
	}
	d.lastNote++
	n := &notification{Date: web.Int(web.Seconds(now)) + ".0", Title: title, Text: html.EscapeString(text), Code: code,
		ID: now.Time().Format("20060102") + padded(d.lastNote%1e8)}
	d.notes = append(d.notes, n)
	d.keep(kindNotification, n.ID, n)
	for len(d.notes) > MaxNotifications {
		oldest := d.notes[0].ID
		d.notes = d.notes[1:]
		d.keep(kindNotification, oldest, nil)
	}
	return n.ID, true
}

// padded is a number in eight digits.
func padded(n int64) string {
	text := web.Int(n)
	return strings.Repeat("0", max(0, 8-len(text))) + text
}

// addNotification takes a message back from the store.
func (d *desk) addNotification(n *notification) error {
	if len(n.ID) != 16 || !digits(n.ID) {
		return errors.New("not a notification's id")
	}
	number, err := strconv.ParseInt(n.ID[8:], 10, 64)
	if err != nil {
		return err
	}
	d.lastNote = max(d.lastNote, number)
	if i := d.note(n.ID); i >= 0 {
		d.notes[i] = n
		return nil
	}
	if len(d.notes) > MaxNotifications {
		return errors.New("too many notifications")
	}
	d.notes = append(d.notes, n)
	slices.SortFunc(d.notes, func(a, b *notification) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

func (d *desk) dropNotification(id string) {
	d.notes = slices.DeleteFunc(d.notes, func(n *notification) bool { return n.ID == id })
}

func (d *desk) note(id string) int {
	return slices.IndexFunc(d.notes, func(n *notification) bool { return n.ID == id })
}

// maxPage is the most notifications of one answer.
const maxPage = 10

// notifications is GET /fyi/notifications and /fyi/notifications/more: the
// latest first, those after the one that id names. include and exclude are
// typecodes.
func (d *desk) notifications(r *web.Request) web.Reply {
	most := maxPage
	if text := r.Query.Get("max"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return badRequest("max is not a number of notifications")
		}
		most = min(n, maxPage)
	}
	end := len(d.notes)
	if i := d.note(r.Query.Get("id")); i >= 0 {
		end = i
	}
	include, exclude := codes(r.Query.Get("include")), codes(r.Query.Get("exclude"))
	rows := []*notification{}
	for i := end - 1; i >= 0 && len(rows) < most; i-- {
		n := d.notes[i]
		if (len(include) == 0 || slices.Contains(include, n.Code)) && !slices.Contains(exclude, n.Code) {
			rows = append(rows, n)
		}
	}
	return web.OK(rows)
}

// codes reads a list of typecodes.
func codes(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
}

// markRead is PUT /fyi/notifications/{notificationId}. One that does not exist
// is acknowledged as well.
func (d *desk) markRead(r *web.Request) web.Reply {
	id := r.Vars["notificationId"]
	if i := d.note(id); i >= 0 && d.notes[i].Read == 0 {
		d.notes[i].Read = 1
		d.keep(kindNotification, id, d.notes[i])
	}
	return web.OK(map[string]any{"V": 1, "T": 5, "P": map[string]any{"R": 1, "ID": id}})
}
