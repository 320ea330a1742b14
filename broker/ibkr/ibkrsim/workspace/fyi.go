package workspace

import (
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
)

// preferences is what a user wants to hear of, and where.
type preferences struct {
	Off      map[string]bool `json:"off"`      // typecodes
	Accepted map[string]bool `json:"accepted"` // disclaimers
	NoEmail  bool            `json:"no_email"`
	Devices  []device        `json:"devices"`
}

// device is a phone that messages can go to, in the API's short keys.
type device struct {
	Name    string `json:"NM"`
	ID      string `json:"I"`
	UIName  string `json:"UI"`
	Enabled int    `json:"A"`
}

func newPreferences() preferences {
	p := preferences{}
	return p.complete()
}

func (p *preferences) complete() preferences {
	out := *p
	if out.Off == nil {
		out.Off = map[string]bool{}
	}
	if out.Accepted == nil {
		out.Accepted = map[string]bool{}
	}
	if out.Devices == nil {
		out.Devices = []device{}
	}
	return out
}

func (d *desk) savePreferences() { d.keep(kindPreferences, "", d.fyi) }

// done is the answer to a change: V says that it is done, T in how many
// seconds at most.
func done() web.Reply { return web.OK(map[string]int{"V": 1, "T": 10}) }

// unread is GET /fyi/unreadnumber. It is locked for a user without FYI.
func (d *desk) unread(*web.Request) web.Reply {
	if d.login().NoFYI {
		return web.JSON(423, map[string]string{"status": "locked"})
	}
	n := 0
	for _, one := range d.notes {
		n += 1 - one.Read
	}
	return web.OK(map[string]int{"BN": n})
}

// setting is a row of GET /fyi/settings. One without A cannot be switched.
type setting struct {
	FC string `json:"FC"`
	H  int    `json:"H"`
	A  *int   `json:"A,omitempty"`
	FD string `json:"FD"`
	FN string `json:"FN,omitempty"`
}

func (d *desk) settings(*web.Request) web.Reply {
	rows := []setting{}
	for _, s := range subjects {
		row := setting{FC: s.code, H: bit(d.fyi.Accepted[s.code]), FD: s.about, FN: s.name}
		if !s.fixed {
			on := bit(!d.fyi.Off[s.code])
			row.A = &on
		}
		rows = append(rows, row)
	}
	return web.OK(rows)
}

// changeSetting is POST /fyi/settings/{typecode}. A code that does not exist
// is acknowledged as well.
func (d *desk) changeSetting(r *web.Request) web.Reply {
	var in struct {
		Enabled *flag `json:"enabled"`
	}
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	if in.Enabled == nil {
		return badRequest("enabled is required")
	}
	if s := subjectOf(r.Vars["typecode"]); s != nil && !s.fixed {
		d.fyi.Off[s.code] = !bool(*in.Enabled)
		d.savePreferences()
	}
	return done()
}

// disclaimer is GET /fyi/disclaimer/{typecode}; an unknown code has an empty
// one.
func (d *desk) disclaimer(r *web.Request) web.Reply {
	out := map[string]string{"FC": r.Vars["typecode"], "DT": ""}
	if subjectOf(r.Vars["typecode"]) != nil {
		out["DT"] = disclaimerText
	}
	return web.OK(out)
}

// acceptDisclaimer is PUT /fyi/disclaimer/{typecode}.
func (d *desk) acceptDisclaimer(r *web.Request) web.Reply {
	if s := subjectOf(r.Vars["typecode"]); s != nil && !d.fyi.Accepted[s.code] {
		d.fyi.Accepted[s.code] = true
		d.savePreferences()
	}
	return done()
}

// deliveryOptions is GET /fyi/deliveryoptions: M is email, E the devices.
func (d *desk) deliveryOptions(*web.Request) web.Reply {
	return web.OK(map[string]any{"M": bit(!d.fyi.NoEmail), "E": d.fyi.Devices})
}

// emailDelivery is PUT /fyi/deliveryoptions/email?enabled=.
func (d *desk) emailDelivery(r *web.Request) web.Reply {
	switch strings.ToLower(r.Query.Get("enabled")) {
	case "true":
		d.fyi.NoEmail = false
	case "false":
		d.fyi.NoEmail = true
	default:
		return badRequest("enabled is true or false")
	}
	d.savePreferences()
	return done()
}

// addDevice is POST /fyi/deliveryoptions/device: a new device, or the change of
// one.
func (d *desk) addDevice(r *web.Request) web.Reply {
	var in struct {
		Name    string `json:"deviceName"`
		ID      string `json:"deviceId"`
		UIName  string `json:"uiName"`
		Enabled flag   `json:"enabled"`
	}
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	if in.ID == "" || len(in.ID)+len(in.Name)+len(in.UIName) > MaxText {
		return badRequest("deviceId")
	}
	one := device{Name: in.Name, ID: in.ID, UIName: in.UIName, Enabled: bit(bool(in.Enabled))}
	i := d.device(in.ID)
	switch {
	case i >= 0:
		d.fyi.Devices[i] = one
	case len(d.fyi.Devices) >= MaxDevices:
		return badRequest("too many devices")
	default:
		d.fyi.Devices = append(d.fyi.Devices, one)
	}
	d.savePreferences()
	return done()
}

func (d *desk) device(id string) int {
	return slices.IndexFunc(d.fyi.Devices, func(one device) bool { return one.ID == id })
}

// deleteDevice is DELETE /fyi/deliveryoptions/{deviceId}: 200 without a body.
func (d *desk) deleteDevice(r *web.Request) web.Reply {
	i := d.device(r.Vars["deviceId"])
	if i < 0 {
		return web.NotFound()
	}
	d.fyi.Devices = slices.Delete(d.fyi.Devices, i, i+1)
	d.savePreferences()
	return web.Reply{Status: 200}
}
