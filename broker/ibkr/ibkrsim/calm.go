package ibkrsim

import "gannet/market"

// calm ends what events have begun without a span of their own, and forgets
// what they are waiting to do to orders and executions to come.
func (h hands) calm(now market.Nanos) {
	hidden := h.trouble.noData
	h.trouble = trouble{noData: map[int64]bool{}}
	for conid := range hidden {
		h.stream.touch(conid)
	}
	for _, u := range h.logins {
		u.stuck, u.gone = false, false
		h.mayLogIn(u)
	}
	for _, p := range h.exchange.Products() {
		if p.Top.Flags&market.FlagHalted != 0 {
			h.moved(p, h.exchange.Halt(p, false, now))
		}
	}
	for _, account := range h.house.Accounts() {
		account.ReadOnly = false
	}
	h.house.MaxWorking = 0
	h.house.StrayTrades(0)
	h.house.DelayTrades(0, 0)
	h.house.DelayCommissions(0, 0)
	h.limits.enforce(h.opt.Pacing)
	h.limits.box(false, h.opt.Now())
	h.asked = nil
	h.desk.disarm()
}

// disarm forgets what scenarios have asked for.
func (d *orderDesk) disarm() {
	d.refusals, d.rejects, d.staleReply = nil, nil, lateReplies{}
	d.swallow, d.fork, d.hidden = 0, 0, 0
	for _, known := range d.cached {
		known.until = 0
	}
}
