package workspace

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"gannet/market"
)

// alert is an alert, which IBKR keeps as an order of an account.
type alert struct {
	ID          int64        `json:"id"`
	Account     string       `json:"account"`
	Name        string       `json:"name"`
	Message     *string      `json:"message"`
	Created     market.Nanos `json:"created"`
	TIF         string       `json:"tif"`
	Expires     market.Nanos `json:"expires,omitempty"` // of GTD
	Email       string       `json:"email"`
	Active      bool         `json:"active"`
	Repeatable  bool         `json:"repeatable"`
	OutsideRTH  bool         `json:"outside_rth"`
	SendMessage bool         `json:"send_message"`
	ShowPopup   bool         `json:"show_popup"`
	ITWSOnly    bool         `json:"itws_only"`
	Triggered   bool         `json:"triggered"`
	Held        bool         `json:"held"`           // its conditions held when last looked at
	Tool        int64        `json:"tool,omitempty"` // of the MTA alert only
	Conditions  []condition  `json:"conditions"`

	desk *desk
}

// addAlert takes an alert into the desk, in place of one with its id.
func (d *desk) addAlert(a *alert) error {
	if d.alerts[a.ID] == nil && len(d.alerts) > MaxAlerts || len(a.Conditions) > MaxConditions {
		return errors.New("too many alerts or too many conditions")
	}
	for i := range a.Conditions {
		if err := a.Conditions[i].complete(); err != nil {
			return err
		}
	}
	d.dropAlert(a.ID)
	a.desk = d
	d.alerts[a.ID] = a
	if a.Tool != 0 {
		d.mta = a
	}
	d.w.nextID = max(d.w.nextID, a.ID+1)
	for _, key := range a.watches() {
		list := append(d.w.watched[key], a)
		slices.SortFunc(list, func(a, b *alert) int { return cmp.Compare(a.ID, b.ID) })
		d.w.watched[key] = list
	}
	return nil
}

// dropAlert takes an alert away.
func (d *desk) dropAlert(id int64) {
	a := d.alerts[id]
	if a == nil {
		return
	}
	delete(d.alerts, id)
	if d.mta == a {
		d.mta = nil
	}
	for _, key := range a.watches() {
		list := slices.DeleteFunc(d.w.watched[key], func(b *alert) bool { return a == b })
		if d.w.watched[key] = list; len(list) == 0 {
			delete(d.w.watched, key)
		}
	}
}

// watch names what can set an alert off. Conid 0 is any contract.
type watch struct {
	kind  int
	conid int64
}

func (a *alert) watches() []watch {
	var keys []watch
	for i := range a.Conditions {
		if key := (watch{a.Conditions[i].Type, a.Conditions[i].conid}); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Observation is something that alerts can wait for.
type Observation struct {
	Type    int    // PriceCondition and so on
	Account string // of margin, trades, positions and profit; else empty
	Conid   int64  // of prices, volumes, trades and positions; else 0
	Value   market.Money
}

// Notice is an alert that went off, for a socket's ntf frame.
type Notice struct {
	User    string
	Account string
	AlertID int64
	FYI     string // id of the notification; empty when the user wants none
	Title   string
	Text    string
	Popup   bool
	Email   string // where a message would be sent; empty: nowhere
}

// OnPrice is Observe for a trade's price. It costs little when no alert waits
// for the contract.
func (w *Workspace) OnPrice(conid int64, price market.Price, now market.Nanos) []Notice {
	if len(w.watched[watch{PriceCondition, conid}]) == 0 {
		return nil
	}
	return w.Observe(Observation{Type: PriceCondition, Conid: conid, Value: price.Decimal()}, now)
}

// Waits says that some alert waits for an observation of one of the types, so
// that a caller need not work out what nobody wants to know.
func (w *Workspace) Waits(types ...int) bool {
	for key := range w.watched {
		if slices.Contains(types, key.kind) {
			return true
		}
	}
	return false
}

// OnTime sets off the alerts that wait for a time which has come.
func (w *Workspace) OnTime(now market.Nanos) []Notice {
	return w.Observe(Observation{Type: TimeCondition}, now)
}

// Observe tells alerts what happened and returns those that went off, by id.
func (w *Workspace) Observe(o Observation, now market.Nanos) []Notice {
	waiting := slices.Clone(w.watched[watch{o.Type, 0}])
	if o.Conid != 0 {
		waiting = append(waiting, w.watched[watch{o.Type, o.Conid}]...)
	}
	slices.SortFunc(waiting, func(a, b *alert) int { return cmp.Compare(a.ID, b.ID) })
	var out []Notice
	for _, a := range slices.Compact(waiting) {
		if n, ok := a.observe(o, now); ok {
			out = append(out, n)
		}
	}
	return out
}

// observe is what an observation does to one alert.
func (a *alert) observe(o Observation, now market.Nanos) (Notice, bool) {
	a.expire(now)
	if !a.Active || o.Account != "" && o.Account != a.Account {
		return Notice{}, false
	}
	if open := a.desk.w.cfg.Open; open != nil && o.Conid != 0 && !a.OutsideRTH && !open(o.Conid, now) {
		return Notice{}, false
	}
	for i := range a.Conditions {
		a.Conditions[i].observe(o, now)
	}
	was := a.Held
	a.Held = hold(a.Conditions)
	fire := a.Held && !was
	a.rest()
	switch {
	case fire:
		return a.fire(now), true
	case a.Held != was:
		a.save()
	}
	return Notice{}, false
}

// rest ends what was true for a moment only: a trade.
func (a *alert) rest() {
	for i := range a.Conditions {
		if c := &a.Conditions[i]; c.Type == TradeCondition && c.met {
			c.met = false
			a.Held = a.Held && hold(a.Conditions)
		}
	}
}

// fire sets the alert off.
func (a *alert) fire(now market.Nanos) Notice {
	a.Triggered = true
	a.Active = a.Repeatable
	a.save()
	n := Notice{User: a.desk.user, Account: a.Account, AlertID: a.ID, Title: "Alert: " + a.Name, Text: a.text(), Popup: a.ShowPopup}
	if a.SendMessage && !a.desk.fyi.NoEmail {
		n.Email = a.Email
	}
	n.FYI, _ = a.desk.w.Notify(a.desk.user, userAlert, n.Title, n.Text, now)
	return n
}

// text is the alert's message, and what it waited for when it has none.
func (a *alert) text() string {
	if a.Message != nil && *a.Message != "" {
		return *a.Message
	}
	var parts []string
	for i := range a.Conditions {
		c := &a.Conditions[i]
		if c.Operator == nil {
			parts = append(parts, c.Contract)
			continue
		}
		parts = append(parts, c.Contract+" "+*c.Operator+" "+c.Value)
	}
	return strings.Join(parts, ", ")
}

// expire switches off an alert whose last hour has passed.
func (a *alert) expire(now market.Nanos) {
	if a.Active && a.Expires != 0 && now > a.Expires {
		a.Active = false
		a.save()
	}
}

func (a *alert) save() { a.desk.keep(kindAlert, intText(a.ID), a) }

// expires reads the time until which an alert lives.
func expires(tif, text string, now market.Nanos) (market.Nanos, error) {
	switch tif {
	case "GTC":
		return 0, nil
	case "GTD":
		at, err := time.Parse(clockText, text)
		if err != nil || market.NanosOf(at) <= now {
			return 0, errors.New("expireTime is not a time to come")
		}
		return market.NanosOf(at), nil
	}
	return 0, errors.New("tif is not GTC or GTD")
}
