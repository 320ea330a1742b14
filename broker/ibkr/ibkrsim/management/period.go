package management

import (
	"maps"
	"slices"
	"time"

	"gannet/market"
)

// period is the time of a text as reports have it: a day 20260131, a month
// 202601 or a year 2026. The end is the beginning of the next.
func period(text string, where *time.Location) (from, to time.Time, ok bool) {
	layouts := map[int]string{4: "2006", 6: "200601", 8: "20060102", 10: time.DateOnly}
	layout, known := layouts[len(text)]
	if !known {
		return from, to, false
	}
	from, err := time.ParseInLocation(layout, text, where)
	if err != nil || from.Year() < 1900 || from.Year() > 2200 {
		return from, to, false
	}
	switch len(text) {
	case 4:
		return from, from.AddDate(1, 0, 0), true
	case 6:
		return from, from.AddDate(0, 1, 0), true
	}
	return from, from.AddDate(0, 0, 1), true
}

// history is an account's activity from its beginning to now.
func (o *Office) history(account string, now market.Nanos) []Activity {
	return o.cfg.Ledger.Activity(account, 0, now+1)
}

// begun is the first day that an account has a statement of.
func (o *Office) begun(account string, now market.Nanos) time.Time {
	first := o.cfg.Start
	if a := o.accounts[account]; a != nil && a.Opened != 0 {
		first = a.Opened
	}
	if list := o.history(account, now); len(list) > 0 && (first <= 0 || list[0].At < first) {
		first = list[0].At
	}
	if first <= 0 {
		first = now
	}
	return o.day(min(first, now))
}

// days are the days of activity that fits, as reports write them, in order.
func (o *Office) days(account string, now market.Nanos, fits func(*Activity) bool) []string {
	seen := map[string]bool{}
	list := o.history(account, now)
	for i := range list {
		if fits(&list[i]) {
			seen[o.day(list[i].At).Format("20060102")] = true
		}
	}
	return slices.AppendSeq([]string{}, maps.Keys(seen))
}
