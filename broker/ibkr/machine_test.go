package ibkr

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var updatePages = flag.Bool("update", false, "rewrite docs/ibkr-session.md")

// sessionPage is the documentation that is printed from the table.
const sessionPage = "../../docs/ibkr-session.md"

const sessionHead = `# Where a session with IBKR stands

This page is printed from the table in ` + "`broker/ibkr/machine.go`" + ` by a test; do not edit it.

Rows are where the session stands, columns what was learned of it. A star means:
Maintenance instead, inside the configured windows in which IBKR is expected to
be away (the nightly reset, the weekend). Orders are sent only in Brokerage, and
only once the stream is subscribed.

| sign | comes from |
|---|---|
| up | status, tickle or ` + "`sts`" + `: authenticated, established (or not said), not competing; the account is the configured one |
| streaming | all topics are subscribed on an authenticated stream: Ready |
| down | ` + "`authenticated:false`" + ` in a status, a tickle, the answer of ssodh/init (also with 200) or an ` + "`sts`" + ` frame |
| competing | ` + "`competing:true`" + ` in one of them. ` + "`collission`" + ` in a tickle is looked into by asking for the status. ` + "`hmds`" + ` is ignored |
| no bridge | 400 ` + "`no bridge`" + ` or ` + "`Init session first`" + `, a tickle with ` + "`no session`" + ` |
| no login | 401, 410; a 401 without a body on portfolio paths only where a tickle is refused, too |
| wrong clock | the Date of IBKR's answers is more than 10 s off this machine's clock |
| trouble | 500, 502, 503, 504, no answer, an empty or unreadable one. In Brokerage only when no tickle was good for a tickle and a half |
| stream lost | the stream was closed, or said nothing for 30 s, or did not open, or there was a new login, which wants a new one |
| paced | two answers 429 within a minute |
| spent | the attempts of this hour to open the session are used up |
| refused | 500 ` + "`failed to generate sso dh token`" + `: the user may not trade |
| wrong | account or kind of account, certificate, credentials, an instrument that cannot be found |
| stopped | the program ends |

`

func TestSessionPage(t *testing.T) {
	want := sessionHead + sessionTable()
	if *updatePages {
		if err := os.WriteFile(sessionPage, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(sessionPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/ibkr-session.md is not what the table says; run go test ./broker/ibkr -update\n%s", diff)
	}
}

// Whatever is learned in whatever order: what needs a person stays Failed, only
// a good status makes a session, and Maintenance is a name for being away and
// never for a session or a fault.
func TestSessionMoves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at, up := placeDisconnected, false
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			s := sign(rapid.IntRange(0, int(numSigns)-1).Draw(t, "sign"))
			expected := rapid.Bool().Draw(t, "expected")
			before := at
			at = at.after(s, expected)
			up = before != placeFailed && (s == signUp || up && s == signStreaming)
			switch {
			case before == placeFailed && at != placeFailed:
				t.Fatalf("%s leads from Failed to %s", s, at)
			case (at == placeBrokerage) != up:
				t.Fatalf("%s leads from %s to %s", s, before, at)
			case at == placeMaintenance && !expected && before != placeMaintenance:
				t.Fatalf("%s leads from %s to Maintenance, outside of it", s, before)
			case (s == signRefused || s == signWrong) && at != placeFailed:
				t.Fatalf("%s leads from %s to %s", s, before, at)
			}
		}
	})
}

// A login that cannot work ends the run, at night too; a wrong clock is a fault
// that a person corrects, whenever it is seen, and not being away.
func TestLoginSigns(t *testing.T) {
	for _, tt := range []struct {
		err   error
		place place
		night place
	}{
		{&Error{Kind: KindCredentials}, placeFailed, placeFailed},
		{&Error{Kind: KindUntrusted}, placeFailed, placeFailed},
		{&Error{Kind: KindClock}, placeReadOnly, placeReadOnly},
		{&Error{Kind: KindUnauthorized}, placeDisconnected, placeMaintenance},
		{errRelogged, placeDisconnected, placeMaintenance},
	} {
		s := signOf(fmt.Errorf("x: %w", tt.err))
		for _, from := range []place{placeDisconnected, placeReadOnly, placeBrokerage} {
			if day, night := from.after(s, false), from.after(s, true); day != tt.place || night != tt.night {
				t.Errorf("%v from %s: %s, at night %s; want %s, %s", tt.err, from, day, night, tt.place, tt.night)
			}
		}
	}
}

func TestWeekendWindow(t *testing.T) {
	w := Weekend{Loc: time.UTC, From: WeekTime{time.Friday, 23 * time.Hour}, To: WeekTime{time.Sunday, 17 * time.Hour}}
	turned := Weekend{Loc: time.UTC, From: w.To, To: w.From}
	for text, in := range map[string]bool{
		"2026-01-09T22:59:59Z": false, "2026-01-09T23:00:00Z": true, "2026-01-10T12:00:00Z": true,
		"2026-01-11T16:59:59Z": true, "2026-01-11T17:00:00Z": false, "2026-01-07T12:00:00Z": false,
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if w.contains(at) != in || turned.contains(at) == in {
			t.Errorf("%s: in the weekend %v, in the week %v", text, w.contains(at), turned.contains(at))
		}
	}
	if (Weekend{}).contains(time.Now()) {
		t.Error("the zero weekend is now")
	}
}

func TestKeepHours(t *testing.T) {
	var cfg Config
	cfg.KeepHours(time.UTC)
	for text, away := range map[string]bool{
		"2026-01-06T23:50:00Z": true, "2026-01-07T01:29:00Z": true, "2026-01-07T10:00:00Z": false, "2026-01-10T12:00:00Z": true, "2026-01-11T18:00:00Z": false,
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Maintenance.contains(at) || cfg.Session.Weekend.contains(at); got != away {
			t.Errorf("%s: away %v, want %v", text, got, away)
		}
	}
}

func TestOpeningWarning(t *testing.T) {
	o := Opening{Loc: time.UTC, At: 9*time.Hour + 30*time.Minute, Before: 30 * time.Minute}
	for text, want := range map[string]string{
		"2026-01-09T08:00:00Z": "2026-01-09T09:00:00Z 2026-01-09", // Friday
		"2026-01-09T09:10:00Z": "2026-01-09T09:10:00Z 2026-01-09",
		"2026-01-09T09:30:00Z": "2026-01-12T09:00:00Z 2026-01-12",
		"2026-01-10T12:00:00Z": "2026-01-12T09:00:00Z 2026-01-12",
	} {
		now, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		at, day, ok := o.warning(now)
		if got := at.Format(time.RFC3339) + " " + day; !ok || got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if _, _, ok := (Opening{}).warning(time.Now()); ok {
		t.Error("a warning without a market")
	}
}
