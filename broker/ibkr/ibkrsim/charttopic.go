package ibkrsim

import (
	"encoding/json"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// subscribeChart is smh: one answer, the history, under an id that umh takes.
// A user may have as many open as there may be requests for history at once.
func (s *Server) subscribeChart(c *socket, parts []string, args string, now market.Nanos) {
	var body struct {
		Period  string          `json:"period"`
		Bar     string          `json:"bar"`
		Source  string          `json:"source"`
		Format  string          `json:"format"`
		Outside json.RawMessage `json:"outsideRth"`
	}
	target := part(parts, 1)
	p := s.exchange.ByConid(conidOf(target))
	if p == nil || args != "" && json.Unmarshal([]byte(args), &body) != nil {
		c.fail(`smh: want smh+<conid>+{"period":"1d","bar":"5min"}`)
		return
	}
	open := 0
	s.stream.each(c.user.name, func(one *socket) { open += len(one.charts) })
	if open >= maxHistory {
		c.fail("smh: no more than 5 requests may be open")
		return
	}
	out, err := s.chart(c.user, p, chartAsk{Period: body.Period, Bar: body.Bar, Source: body.Source, Outside: yes(string(body.Outside))}, now)
	if err != nil {
		c.push(map[string]string{"topic": "smh+" + target, "error": err.Error()})
		return
	}
	out.Topic = "smh+" + target
	for i := range out.Data {
		out.Data[i].only(body.Format)
	}
	c.charts[out.ServerID] = true
	c.deliver(web.Encode(out), s.engine.Frame(out.Topic, now), now)
}

// only leaves in a bar what the format names: %o/%c/%h/%l/%v. An empty one
// names all.
func (b *barRow) only(format string) {
	if format == "" {
		return
	}
	for sign, value := range map[string]*json.Number{"%o": &b.Open, "%c": &b.Close, "%h": &b.High, "%l": &b.Low, "%v": &b.Volume} {
		if !strings.Contains(format, sign) {
			*value = ""
		}
	}
}

// unsubscribeChart is umh.
func (s *Server) unsubscribeChart(c *socket, parts []string, _ string, _ market.Nanos) {
	id := part(parts, 1)
	if !c.charts[id] {
		c.fail("umh: " + id + " is not open")
		return
	}
	delete(c.charts, id)
	c.push(map[string]string{"message": "Unsubscribed " + id})
}
