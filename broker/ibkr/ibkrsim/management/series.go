package management

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"gannet/market"
)

// Statuses of what repeats.
const (
	seriesActive    = "ACTIVATED"
	seriesEnded     = "COMPLETED"
	seriesCancelled = "CANCELED"
)

const maxEvents = 100

// series is a deposit or withdrawal that repeats.
type series struct {
	ID        int64        `json:"id"` // ibReferenceId of its instruction
	User      string       `json:"user"`
	Account   string       `json:"account"`
	Name      string       `json:"name"`
	Kind      string       `json:"kind"`
	Method    string       `json:"method"`
	Bank      string       `json:"bank"`
	Amount    market.Money `json:"amount"`
	Currency  string       `json:"currency"`
	Frequency string       `json:"frequency"`
	Start     string       `json:"start"` // 2006-01-02
	End       string       `json:"end,omitempty"`
	Count     int          `json:"count"` // how often it has been
	Next      market.Nanos `json:"next"`  // 0 when it is over
	Status    string       `json:"status"`
	Events    []occurrence `json:"events"` // the last, newest first
}

// occurrence is one time of a series.
type occurrence struct {
	ID     int64  `json:"ibRequestId"`
	Status string `json:"status"`
}

func months(frequency string) int {
	switch frequency {
	case "QUARTERLY":
		return 3
	case "YEARLY":
		return 12
	}
	return 1
}

// monthsAfter is the same day of a later month, or that month's last.
func monthsAfter(t time.Time, n int) time.Time {
	out := t.AddDate(0, n, 0)
	if out.Day() != t.Day() {
		return out.AddDate(0, 0, -out.Day())
	}
	return out
}

// checkSeries says no to days that are past or in the wrong order.
func (o *Office) checkSeries(t *terms, now market.Nanos) *refusal {
	if t.Recurring == nil {
		return nil
	}
	start, _ := dayOf(t.Recurring.Start, o.cfg.Location)
	end, ends := dayOf(t.Recurring.End, o.cfg.Location)
	if start.Before(o.day(now)) || ends && end.Before(start) {
		return &refusal{"ERROR_RECURRING_DATES", "The start date is in the past or after the end date"}
	}
	if o.trim(); len(o.series) >= maxSeries {
		return tooMany
	}
	return nil
}

// trim forgets the oldest series that is over when there are too many.
func (o *Office) trim() {
	if len(o.series) < maxSeries {
		return
	}
	for _, n := range slices.Sorted(maps.Keys(o.series)) {
		if o.series[n].Next == 0 {
			delete(o.series, n)
			o.put(keptSeries, id(n), nil)
			return
		}
	}
}

// begin sets up a series.
func (o *Office) begin(in *instruction, t *terms, now market.Nanos) *refusal {
	s := &series{ID: in.Reference, User: in.User, Account: t.Account, Name: t.Recurring.Name, Kind: in.Kind, Method: t.Method,
		Bank: t.Bank, Amount: t.Amount, Currency: t.Currency, Frequency: t.Recurring.Frequency,
		Start: t.Recurring.Start[:len(time.DateOnly)], Status: seriesActive}
	if len(t.Recurring.End) >= len(time.DateOnly) {
		s.End = t.Recurring.End[:len(time.DateOnly)]
	}
	o.series[s.ID] = s
	o.plan(s, now)
	o.put(keptSeries, id(s.ID), s)
	return nil
}

// plan says when the series is next.
func (o *Office) plan(s *series, now market.Nanos) {
	start, _ := dayOf(s.Start, o.cfg.Location)
	end, ends := dayOf(s.End, o.cfg.Location)
	day := monthsAfter(start, s.Count*months(s.Frequency))
	if ends && day.After(end) || day.Year() > 2200 {
		s.Next, s.Status = 0, seriesEnded
		return
	}
	s.Next = max(now, market.NanosOf(day))
	o.schedule(s.Next, keptSeries, id(s.ID))
}

// occur is one time of a series.
func (o *Office) occur(a appointment) {
	s := o.series[number64(a.key)]
	if s == nil || s.Next != a.at {
		return
	}
	o.nextID++
	event := occurrence{ID: o.nextID, Status: "ACKNOWLEDGED"}
	t := &terms{Account: s.Account, Method: s.Method, Bank: s.Bank, Currency: s.Currency}
	why := o.checkAccounts(s.User, t)
	switch {
	case why != nil:
	case s.Kind == withdrawal:
		if why = o.checkBank(t); why == nil {
			why = o.pay(s.Account, s.Currency, s.Amount)
		}
	default:
		why = o.move(s.Account, s.Currency, s.Amount, "Electronic Fund Transfer")
	}
	if why != nil {
		event.Status = statusRejected
	}
	s.Events = append([]occurrence{event}, s.Events...)
	s.Events = s.Events[:min(len(s.Events), maxEvents)]
	s.Count++
	o.plan(s, a.at)
	o.put(keptSeries, id(s.ID), s)
}

func (o *Office) restoreSeries(key string, value json.RawMessage, gone bool) error {
	n := number64(key)
	o.unschedule(keptSeries, key)
	return restore(o.series, n, value, gone, func(s *series) {
		if len(s.Events) > 0 {
			o.nextID = max(o.nextID, s.Events[0].ID)
		}
		if s.Next != 0 {
			o.schedule(s.Next, keptSeries, key)
		}
	})
}

// view is the series as a query shows it.
func (s *series) view() map[string]any {
	out := map[string]any{
		"requestId": s.ID, "bankInstructionName": s.Bank, "transactionType": s.Kind, "bankInstructionMethod": s.Method,
		"amount": plain(s.Amount), "currency": s.Currency, "frequency": s.Frequency, "startDate": fmt.Sprintf("%s 00:00:00.0", s.Start),
	}
	if s.End != "" {
		out["endDate"] = s.End + " 00:00:00.0"
	}
	return out
}
