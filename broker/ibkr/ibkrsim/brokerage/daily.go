package brokerage

import (
	"encoding/json"
	"time"

	"gannet/market"
)

// Day is the end of one of an account's days, in its base currency. The cash
// that an account began with flowed in on its first day.
type Day struct {
	Date   string       `json:"date"`   // YYYYMMDD
	Equity market.Money `json:"equity"` // net liquidation value
	Flow   market.Money `json:"flow"`   // what came in since the day before, less what went out
}

// maxDays is how many days of an account are kept: the last three years.
const maxDays = 800

// Kinds of Put: an account's days, and how far they are counted.
const (
	kindDay  = "brokerage.day"
	kindTurn = "brokerage.today"
)

const dateText = "20060102"

// turn is how far days are counted.
type turn struct {
	Today string       `json:"today"`
	Since market.Nanos `json:"since"` // flows from then on belong to the next day that ends
}

// Days are an account's weekdays that have ended, oldest first. A day that
// ended while the house was closed ends when it opens; days on which it never
// was open are left out. Do not change the list.
func (h *House) Days(account string) []Day { return h.days[account] }

// turnDay ends the day when Config.Zone has another date. While something is
// held that has no price yet, it waits for one.
func (h *House) turnDay() {
	if h.now < h.midnight {
		return
	}
	local := h.now.Time().In(h.cfg.Zone)
	today := local.Format(dateText)
	switch {
	case h.turn.Today == "":
		h.turn = turn{today, h.now}
		h.putItem(kindTurn, "", h.turn)
	case h.turn.Today != today:
		if !h.priced() {
			return
		}
		h.endDay()
		h.turn.Today = today
		h.putItem(kindTurn, "", h.turn)
	}
	y, m, d := local.Date()
	h.midnight = market.NanosOf(time.Date(y, m, d+1, 0, 0, 0, 0, h.cfg.Zone))
}

// priced says that everything that is held has a price.
func (h *House) priced() bool {
	for _, a := range h.accounts {
		for _, held := range a.holdings {
			if held.Qty != 0 && held.Product.Mark() <= 0 {
				return false
			}
		}
	}
	return true
}

// endDay notes what the accounts are worth at the end of a weekday.
func (h *House) endDay() {
	ended, err := time.Parse(dateText, h.turn.Today)
	if err != nil || ended.Weekday() == time.Saturday || ended.Weekday() == time.Sunday {
		return
	}
	for _, a := range h.accounts {
		day := Day{Date: h.turn.Today, Equity: h.Figures(a).Equity, Flow: h.flow(a)}
		if len(h.days[a.ID]) == 0 {
			day.Flow = day.Flow.Add(a.Cash)
		}
		list := append(h.days[a.ID], day)
		h.putItem(kindDay, a.ID+"/"+day.Date, day)
		if len(list) > maxDays {
			h.Put(kindDay, a.ID+"/"+list[0].Date, nil)
			list = list[1:]
		}
		h.days[a.ID] = list
	}
	h.noteLastPrices()
	h.turn.Since = h.now
}

// Today is what an account was worth when its last weekday ended, or what it
// began with, and what came in since, less what went out: in its base currency,
// an advisor's with the accounts under it.
func (h *House) Today(a *Account) (began, flow market.Money) {
	for _, one := range append([]*Account{h.byName[a.ID]}, h.Children(a)...) {
		was, rate := one.Cash, h.Rate(one.Base, a.Base)
		if days := h.days[one.ID]; len(days) > 0 {
			was = days[len(days)-1].Equity
		}
		began, flow = began.Add(was.Mul(rate)), flow.Add(h.flow(one).Mul(rate))
	}
	return began, flow
}

// flow is what came into an account since the last day that was counted.
func (h *House) flow(a *Account) market.Money {
	var sum market.Money
	for i := len(h.moves) - 1; i >= 0 && h.moves[i].Time >= h.turn.Since; i-- {
		m := h.moves[i]
		switch p := h.exchange.ByConid(m.Conid); {
		case m.Account != a.ID || m.Settles:
		case m.Conid == 0:
			sum = sum.Add(m.Amount.Mul(h.Rate(m.Currency, a.Base)))
		case p != nil:
			sum = sum.Add(market.Notional(m.Price, m.Qty, p.Multiplier).Mul(h.Rate(p.Currency, a.Base)))
		}
	}
	return sum
}

// putItem is Put of something that can always be written as JSON.
func (h *House) putItem(kind, key string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	h.Put(kind, key, text)
}

// restoreDays takes the days back that were kept.
func (h *House) restoreDays() error {
	err := h.Items(kindTurn, func(_ string, text json.RawMessage) error { return json.Unmarshal(text, &h.turn) })
	if err != nil {
		return err
	}
	for _, a := range h.accounts {
		h.days[a.ID] = nil
	}
	return h.Items(kindDay, func(key string, text json.RawMessage) error {
		var day Day
		if err := json.Unmarshal(text, &day); err != nil {
			return err
		}
		account := key[:max(0, len(key)-len(day.Date)-1)]
		h.days[account] = append(h.days[account], day)
		return nil
	})
}
