package api

import (
	"strings"
	"time"
)

// timeForms are the ways in which IBKR writes a time as text, all but the last
// two without a zone.
var timeForms = []string{
	historyTime,           // 20231211-18:00:49, streams, history, trades
	"060102150405",        // 231211180049, live orders
	"2006-01-02 15:04:05", // 2026-04-02 22:40:19, Portfolio Analyst
	"20060102",            // 20260402, dates
	"2006-01-02",          // 1990-01-15, dates
	time.UnixDate,         // Tue Mar 31 00:00:00 EDT 2026, transactions
	time.RFC3339Nano,      // account management
}

// usZones are the abbreviations that IBKR writes in texts for people.
var usZones = map[string]time.Duration{
	"EST": -5 * time.Hour, "EDT": -4 * time.Hour, "CST": -6 * time.Hour, "CDT": -5 * time.Hour, "UTC": 0, "GMT": 0,
}

// When is the time that a field holds, whatever its form: seconds or
// milliseconds since 1970, a date such as 20260402, one of three UTC texts, or
// a US text with a zone. A text without a zone is taken to be in loc; nil is
// UTC, which is right for all but texts for people. false: no time.
func When(text string, loc *time.Location) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if loc == nil {
		loc = time.UTC
	}
	n := Num{raw: text}
	if digits(text) && (len(text) == 10 || len(text) == 13) {
		if len(text) == 10 {
			return n.Seconds()
		}
		return n.Millis()
	}
	for _, form := range timeForms {
		t, err := time.ParseInLocation(form, text, loc)
		if err != nil {
			continue
		}
		if form == time.UnixDate {
			return inUSZone(t)
		}
		return t.UTC(), true
	}
	return time.Time{}, false
}

// inUSZone puts right the zone of which time.Parse knows the name only.
func inUSZone(t time.Time) (time.Time, bool) {
	name, offset := t.Zone()
	known, ok := usZones[name]
	switch {
	case offset != 0:
		return t.UTC(), true // loc knows the zone
	case !ok:
		return time.Time{}, false
	}
	return t.Add(-known).UTC(), true
}

// When reads t as a time; see the function When.
func (t Text) When(loc *time.Location) (time.Time, bool) { return When(t.String(), loc) }

// When reads n as a time; see the function When.
func (n Num) When() (time.Time, bool) { return When(n.Text(), nil) }

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
