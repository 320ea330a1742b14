package exchange

import (
	"cmp"
	"time"

	"gannet/market"
)

// Query says which bars are asked for.
type Query struct {
	From, To market.Nanos // From <= t < To; a To of 0 is no end
	Length   market.Nanos // a minute or more; whole days from a day on. 7 days are weeks from Monday, 28 to 31 months
	Source   Source
	Outside  bool // with what lies outside of regular hours
	Max      int  // the newest so many, 0: 1000
}

// History is the bars of a product in order: those of what was streamed, and
// for a synthetic market invented ones before them, which end at the price
// with which the stream began and are the same whenever they are asked for. A
// span in which nothing happened has no bar. The bar of a day begins when its
// session opens.
func (p *Product) History(q Query) []Bar {
	setDefault(&q.Max, 1000)
	setDefault(&q.To, 1<<63-1)
	q.Length = max(q.Length, market.Minute)
	var list []Bar
	if q.Length >= market.Day {
		list = p.daysOf(&q)
	} else {
		list = p.barsOf(&q)
	}
	return list[max(0, len(list)-max(0, q.Max)):]
}

// Minutes are the minutes of trades of regular hours in [from, to), the newest
// 14400 of them.
func (p *Product) Minutes(from, to market.Nanos) []Bar {
	return p.History(Query{From: from, To: to, Max: keptMinutes})
}

// barsOf are bars shorter than a day.
func (p *Product) barsOf(q *Query) []Bar {
	j := joiner{length: q.Length, session: p.Session}
	if q.Outside {
		j.session = p.Extended
	}
	add := func(b Bar, regular bool) bool {
		if b.Open > 0 && b.Start >= q.From && b.Start < q.To && (regular || q.Outside) {
			j.add(&b)
		}
		return b.Start < q.To
	}
	for d := p.oldest(q); d >= 0; d-- {
		p.ago(d, func(b Bar, regular bool) bool { return add(p.source(b, q.Source), regular) })
	}
	for i := range p.streamed.minutes {
		add(p.streamed.minutes[i].bars[q.Source], p.streamed.minutes[i].regular)
	}
	add(p.streamed.live.bars[q.Source], p.streamed.live.regular)
	return j.bars
}

// oldest is the oldest day of the past that can matter to a query.
func (p *Product) oldest(q *Query) int {
	bars, last := market.Nanos(0), p.ages()-1
	for d := range last + 1 {
		w := &p.before().windows[d]
		if w.closing <= q.From {
			return d - 1
		}
		if w.open >= q.To {
			continue
		}
		span := w.span(q.Outside)
		if bars += (span + q.Length - 1) / q.Length; bars > market.Nanos(q.Max) && p.SecType != Option && q.To >= w.closing {
			return d
		}
	}
	return last
}

// daysOf are bars of days and longer.
func (p *Product) daysOf(q *Query) []Bar {
	session := p.Session
	if q.Outside {
		session = p.Extended
	}
	var all []Bar
	group := 0
	add := func(d *dayBars) {
		s := &d.regular
		if q.Outside {
			s = &d.all
		}
		one := s.bars[q.Source]
		if one.Open == 0 {
			return
		}
		one.Start = openOf(session, s.start)
		if one.Start < q.From || one.Start >= q.To {
			return
		}
		if id := groupOf(session, one.Start, q.Length); len(all) > 0 && id == group {
			all[len(all)-1].merge(&one)
		} else {
			all, group = append(all, one), id
		}
	}
	for _, list := range [][]dayBars{p.pastDays(), p.streamed.days, {p.streamed.now()}} {
		for i := range list {
			add(&list[i])
		}
	}
	return all
}

// pastDays are the days before the one on which the market began. They are
// made once.
func (p *Product) pastDays() []dayBars {
	if p.agoDays == nil && p.ages() > 1 {
		for d := p.ages() - 1; d > 0; d-- {
			p.agoDays = append(p.agoDays, p.gather(d))
		}
	}
	return p.agoDays
}

// openOf is when the session of a moment opened.
func openOf(session market.Session, at market.Nanos) market.Nanos {
	if session.AlwaysOpen() {
		return floorDay(at)
	}
	open, _ := session.Bounds(at)
	return cmp.Or(open, at)
}

// groupOf numbers the span of several days that a day belongs to.
func groupOf(session market.Session, open, length market.Nanos) int {
	date := (open + 12*market.Hour).Time() // an evening belongs to the next date
	if !session.AlwaysOpen() {
		date = date.In(session.Loc)
	}
	year, month, day := date.Date()
	days := int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
	switch n := int(length / market.Day); {
	case n == 7:
		return (days + 3) / 7 // 1970 began on a Thursday
	case n >= 28 && n <= 31:
		return year*12 + int(month)
	default:
		return days / n
	}
}

// Last is the newest bar before a moment, false when there is none.
func (p *Product) Last(q Query) (Bar, bool) {
	q.Max = 1
	list := p.History(q)
	if len(list) == 0 {
		return Bar{}, false
	}
	return list[0], true
}
