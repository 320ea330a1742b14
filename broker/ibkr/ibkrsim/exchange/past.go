package exchange

import (
	"math/rand/v2"

	"gannet/market"
)

// past invents what was before the market began: for each trading day a price
// at which it opened and one at which it closed, the newest of them the price
// with which the market begins, and between them a path of minutes. A day's
// minutes are made again whenever they are asked for and always are the same.
type past struct {
	windows []window // the newest first
	session [2]market.Session
	levels  [][2]int64 // open and close of each window
	seed    [2]uint64
	tick    market.Price
	yearly  int64 // volatility
	lot     int64
	most    int64 // of a level; 0: none
	made    int   // the day of bars; -1: none
	bars    []Bar
	path    []int64
}

// levelTick is how many steps of a level are one tick.
const levelTick = 256

// newPast is the past of a product with a walk. Its trading days are those of
// like, when that has the same hours.
func newPast(p *Product, born market.Nanos, like *past) *past {
	h := &past{session: [2]market.Session{p.Session, p.Extended}, seed: [2]uint64{^p.seed, uint64(p.Conid)},
		tick: p.Tick, yearly: p.Volatility, lot: p.walk.print, most: p.walk.most * levelTick, made: -1}
	if like != nil && like.session == h.session {
		h.windows = like.windows
	} else {
		h.windows = p.windowsBefore(born)
	}
	h.level(int64(p.Price/p.Tick) * levelTick)
	return h
}

// level goes back from day to day. A hundredth of what is missing to the last
// price comes back each day, so that years do not lead anywhere.
func (h *past) level(last int64) {
	var source rand.PCG
	source.Seed(h.seed[0], h.seed[1])
	h.levels = make([][2]int64, len(h.windows))
	price := last
	for d := range h.windows {
		w := &h.windows[d]
		sd := h.daily(price)
		if d > 0 && h.windows[d-1].open != w.closing {
			price = h.floor(price + normalStep(&source, sd/3))
		}
		h.levels[d][1] = price
		part := 1000 * root(int64((w.closing-w.open)/market.Second)) / max(1, root(int64(w.whole/market.Second)))
		price = h.floor(price + normalStep(&source, sd*part/1000) + (last-price)/100)
		h.levels[d][0] = price
	}
}

// daily is the standard deviation of a day's move: the year's, by the root of
// 252 days.
func (h *past) daily(price int64) int64 { return price / 1000 * h.yearly / 158 }

// floor keeps a price at ten ticks or more, and below the highest.
func (h *past) floor(price int64) int64 {
	if h.most > 0 {
		price = min(price, h.most)
	}
	return max(10*levelTick, price)
}

// normalStep is near enough to normal, and never beyond three deviations.
func normalStep(source *rand.PCG, sd int64) int64 {
	dice := source.Uint64()
	sum := -3 * sd
	for range 3 {
		sum += int64(dice&0xfffff) * (2*sd + 1) >> 20
		dice >>= 20
	}
	return sum
}

// root is the whole square root.
func root(n int64) int64 {
	if n <= 0 {
		return 0
	}
	r := n
	for next := (r + 1) / 2; next < r; next = (r + n/r) / 2 {
		r = next
	}
	return r
}

// minutes are those of a day; valid until the next call.
func (h *past) minutes(d int) []Bar {
	if h.made == d {
		return h.bars
	}
	var source rand.PCG
	source.Seed(h.seed[0]^uint64(h.windows[d].open), h.seed[1])
	h.walk(&source, d)
	w := &h.windows[d]
	h.bars, h.made = h.bars[:0], d
	for i := range len(h.path) - 1 {
		start := w.open + market.Nanos(i)*market.Minute
		h.bars = append(h.bars, h.bar(&source, start, h.path[i], h.path[i+1], w.isRegular(start)))
	}
	return h.bars
}

// walk makes the path of a day, from its first level to its last.
func (h *past) walk(source *rand.PCG, d int) {
	w, from, to := &h.windows[d], h.levels[d][0], h.levels[d][1]
	n := int64((w.closing - w.open) / market.Minute)
	sd := h.daily(to) / max(1, root(int64(w.whole/market.Minute)))
	h.path = append(h.path[:0], 0)
	var at int64
	for range n {
		at += normalStep(source, sd)
		h.path = append(h.path, at)
	}
	for i := range h.path {
		h.path[i] = h.floor(from + h.path[i] + (to-from-at)*int64(i)/max(1, n))
	}
}

// bar is a minute between two levels; off hours little is traded.
func (h *past) bar(source *rand.PCG, start market.Nanos, open, closing int64, regular bool) Bar {
	dice := source.Uint64()
	reach := max((open - closing), closing-open, levelTick)
	top := h.floor(max(open, closing) + int64(dice&0xffff)*reach>>17)
	bottom := h.floor(min(open, closing) - int64(dice>>16&0xffff)*reach>>17)
	size := h.lot * (640 + int64(dice>>32&0xffff)*1280>>16)
	if !regular {
		size = max(h.lot, size/20/h.lot*h.lot)
	}
	return Bar{Start: start, Open: h.price(open), High: h.price(top), Low: h.price(bottom), Close: h.price(closing),
		Volume: market.Shares(size)}
}

func (h *past) price(level int64) market.Price {
	return market.Price((level+levelTick/2)/levelTick) * h.tick
}
