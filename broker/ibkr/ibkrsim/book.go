package ibkrsim

import (
	"slices"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// bookRows is how many prices of the book a frame has on each side.
const bookRows = 10

// bookSub is an account's subscription to a book. Only rows that have changed
// are sent.
type bookSub struct {
	topic   string
	p       *exchange.Product
	sent    []bookRow
	sentAt  market.Nanos
	changed bool
}

// bookRow is a price of the book, the highest first, and what is bid or asked
// for there. Focus marks the price of the last trade, which has its size in
// front.
type bookRow struct {
	Row   int    `json:"row"`
	Focus int    `json:"focus"`
	Price string `json:"price"`
	Bid   string `json:"bid,omitempty"`
	Ask   string `json:"ask,omitempty"`
}

// subscribeBook is sbd+account+conid, with an exchange or for all of them. An
// account has one book. Users without data get none, and no word.
func (s *Server) subscribeBook(c *socket, parts []string, _ string, _ market.Nanos) {
	account, target := part(parts, 1), part(parts, 2)
	p := s.exchange.ByConid(conidOf(target))
	if p == nil || !c.user.sees(account) || len(target) > 40 {
		c.fail("sbd: want sbd+<account>+<conid>")
		return
	}
	if c.user.delayed {
		return
	}
	c.books[account] = &bookSub{topic: "sbd+" + account + "+" + target, p: p, changed: true}
	c.poke()
}

// takeBooks queues the rows of a socket's books that have changed and whose
// time has come.
func (s *Server) takeBooks(c *socket, now market.Nanos) {
	for _, b := range c.books {
		if !b.changed || b.sentAt != 0 && now-b.sentAt < market.Nanos(s.opt.Timing.Quotes) {
			continue
		}
		b.changed = false
		rows := b.rows()
		var changed []bookRow
		for i := range max(len(rows), len(b.sent)) {
			if i >= len(rows) {
				changed = append(changed, bookRow{Row: i}) // no more
			} else if i >= len(b.sent) || rows[i] != b.sent[i] {
				changed = append(changed, rows[i])
			}
		}
		if b.sent = rows; len(changed) == 0 || s.trouble.noData[b.p.Conid] {
			continue
		}
		b.sentAt = now
		c.deliver(web.Encode(map[string]any{"topic": b.topic, "data": changed}), s.engine.Frame(b.topic, now), now)
	}
}

func (b *bookSub) rows() []bookRow {
	bids, asks := b.p.Depth(bookRows)
	var rows []bookRow
	last := &b.p.Top
	add := func(level exchange.Level, bid, ask string) {
		row := bookRow{Row: len(rows), Price: string(appendPrice(nil, level.Price, b.p.Tick)), Bid: bid, Ask: ask}
		if level.Price == last.Last {
			row.Focus, row.Price = 1, last.LastSize.String()+" @ "+row.Price
		}
		rows = append(rows, row)
	}
	for _, a := range slices.Backward(asks) {
		add(a, "", a.Size.String())
	}
	if last.Last > last.Bid && last.Last < last.Ask {
		add(exchange.Level{Price: last.Last}, "", "")
	}
	for _, one := range bids {
		add(one, one.Size.String(), "")
	}
	return rows
}
