package venue_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"gannet/broker/venue"
	"gannet/market"
)

var update = flag.Bool("update", false, "rewrite the outcomes in testdata")

// TestScripts plays testdata/*.txt. A block is commands, a line of four
// dashes, and the reports they led to, up to an empty line. Text before the
// first command of a block, behind #, says what a trader should see.
//
//	venue gannet [09:00] [always-open] a new venue, by default at 09:30 and with US hours
//	at 2024-03-04 09:31                time passes; the date may be left out
//	quote SPY 100.00 x 300 / 100.02 x 200 [halted|stale]
//	trade SPY 100.01 x 50 [halted|last-close]
//	bar 09:32 SPY trade 100 101 99 100.5 x 5000 [1h] [filled]
//	match 09:32                        the slice of bars ends
//	submit a BUY 500 SPY LMT 100.02 [DAY|GTC|IOC|FOK|OPG|CLS|GTD date time] [outside]
//	replace a BUY 400 SPY LMT 100.03
//	cancel a
//	open                               the resting orders
//	restart [09:40]                    the resting orders go to a new venue
func TestScripts(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no scripts in testdata")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("outcome differs (-want +got):\n%s", diff)
			}
		})
	}
}

// play runs a script and gives it back with the outcomes that came.
func play(t *testing.T, script string) string {
	s := &scripted{t: t, now: newYork("2024-03-04 09:30:00")}
	var out strings.Builder
	for _, block := range strings.Split(strings.TrimSpace(script), "\n\n") {
		commands, _, _ := strings.Cut(block+"\n", "\n----\n")
		commands = strings.TrimSpace(commands)
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		out.WriteString(commands + "\n")
		if !strings.HasPrefix(lastLine(commands), "#") {
			out.WriteString("----\n" + s.run(commands))
		}
	}
	return out.String()
}

func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }

type scripted struct {
	t    *testing.T
	v    *venue.Venue
	cfg  venue.Config
	tick map[market.InstrumentID]*market.Tick
	now  market.Nanos
	out  strings.Builder
}

func (s *scripted) run(commands string) string {
	s.out.Reset()
	for _, line := range strings.Split(commands, "\n") {
		if f := strings.Fields(line); len(f) > 0 && f[0] != "#" {
			s.command(line, f[0], f[1:])
			s.print()
		}
	}
	return s.out.String()
}

func (s *scripted) command(line, verb string, args []string) {
	defer func() {
		if r := recover(); r != nil {
			s.t.Fatalf("%q: %v", line, r)
		}
	}()
	switch verb {
	case "venue":
		s.open(args)
	case "at":
		s.now = s.at(args...)
		s.v.Advance(s.now)
	case "quote":
		s.quote(args)
	case "trade":
		s.trade(args)
	case "bar":
		s.bar(args)
	case "match":
		s.now = s.at(args...)
		s.v.Match(s.now)
	case "submit":
		s.v.Submit(s.order(args))
	case "replace":
		s.v.Replace(s.order(args))
	case "cancel":
		s.v.Cancel(market.ClientOrderID(args[0]))
	case "open":
		s.printOpen()
	case "restart":
		old := s.v.Open(nil)
		s.v = venue.New(s.cfg)
		for _, o := range old {
			s.v.Restore(o)
		}
		if len(args) > 0 {
			s.now = s.at(args...)
		}
		s.v.Advance(s.now)
	default:
		panic("no such command")
	}
}

func (s *scripted) open(args []string) {
	profile, err := venue.Lookup(args[0])
	if err != nil {
		panic(err)
	}
	session := market.USEquity(nyc)
	for _, w := range args[1:] {
		if w == "always-open" {
			session = market.Session{}
			continue
		}
		s.now = s.at(w)
	}
	s.cfg = venue.Config{Instruments: instruments(session), Profile: profile}
	s.v = venue.New(s.cfg)
	s.tick = map[market.InstrumentID]*market.Tick{}
	s.v.Advance(s.now)
}

func (s *scripted) last(symbol string) *market.Tick {
	id := s.id(symbol)
	if s.tick[id] == nil {
		s.tick[id] = &market.Tick{Instrument: id}
	}
	k := s.tick[id]
	k.Mask, k.Flags, k.TsEvent = 0, 0, s.now
	return k
}

// quote reads SPY 100.00 x 300 / 100.02 x 200; a price or size "-" is not given.
func (s *scripted) quote(f []string) {
	k := s.last(f[0])
	k.Bid, k.BidSize = px(f[1]), qty(f[3])
	k.Ask, k.AskSize = px(f[5]), qty(f[7])
	k.Mask = market.HasBid | market.HasAsk
	if f[3] != "-" {
		k.Mask |= market.HasBidSize | market.HasAskSize
	}
	s.flags(k, f[8:])
	s.v.OnTick(k)
}

func (s *scripted) trade(f []string) {
	k := s.last(f[0])
	k.Last, k.LastSize = px(f[1]), qty(f[3])
	k.Mask = market.HasLast
	if f[3] != "-" {
		k.Mask |= market.HasLastSize
	}
	s.flags(k, f[4:])
	s.v.OnTick(k)
}

func (s *scripted) flags(k *market.Tick, words []string) {
	for _, w := range words {
		flag, ok := map[string]market.TickFlags{
			"halted": market.FlagHalted, "stale": market.FlagStale, "last-close": market.FlagLastClose,
		}[w]
		if !ok {
			panic("unknown word " + w)
		}
		k.Flags |= flag
	}
}

// bar reads 09:32 SPY trade 100 101 99 100.5 x 5000.
func (s *scripted) bar(f []string) {
	b := market.Bar{
		Instrument: s.id(f[1]), TsEvent: s.at(f[0]), Interval: market.Minute,
		Open: px(f[3]), High: px(f[4]), Low: px(f[5]), Close: px(f[6]), Size: qty(f[8]),
	}
	switch f[2] {
	case "bid":
		b.Source = market.BidBar
	case "ask":
		b.Source = market.AskBar
	}
	for _, w := range f[9:] {
		if w == "filled" {
			b.Filled = true
			continue
		}
		d, err := time.ParseDuration(w)
		if err != nil {
			panic(err)
		}
		b.Interval = market.Nanos(d)
	}
	s.v.OnBar(&b)
}

// order reads a BUY 500 SPY LMT 100.02 GTC.
func (s *scripted) order(f []string) *market.Order {
	o := &market.Order{ClientOrderID: market.ClientOrderID(f[0]), Account: "DU1"}
	o.OrderQty, o.Instrument, o.TimeInForce = qty(f[2]), s.id(f[3]), market.DAY
	check(o.Side.UnmarshalText([]byte(f[1])))
	check(o.Type.UnmarshalText([]byte(f[4])))
	rest := f[5:]
	next := func() string { w := rest[0]; rest = rest[1:]; return w }
	switch o.Type {
	case market.Limit:
		o.Price = px(next())
	case market.Stop:
		o.StopPx = px(next())
	case market.StopLimit:
		o.StopPx, o.Price = px(next()), px(next())
	case market.TrailingStop:
		o.TrailAmt = px(next())
	}
	for len(rest) > 0 {
		switch w := next(); w {
		case "outside":
			o.OutsideRTH = true
		case "from":
			o.StopPx = px(next())
		case "GTD":
			o.TimeInForce, o.ExpireTime = market.GTD, s.at(next(), next())
		default:
			check(o.TimeInForce.UnmarshalText([]byte(w)))
		}
	}
	return o
}

func (s *scripted) print() {
	for _, r := range s.v.Reports() {
		fmt.Fprintf(&s.out, "%s %s", clock(r.TsEvent), r.ClientOrderID)
		if r.VenueOrderID != "" {
			fmt.Fprintf(&s.out, " #%s", r.VenueOrderID)
		}
		fmt.Fprintf(&s.out, " %s", r.ExecType)
		if r.ExecType == market.ExecTrade {
			fmt.Fprintf(&s.out, " %s %s %s @ %s cum %s fee %s", r.ExecID, r.Side, r.LastQty, r.LastPx, r.CumQty, r.Commission)
		}
		if r.Ticket != nil {
			fmt.Fprintf(&s.out, " qty %s limit %s stop %s", r.Ticket.OrderQty, r.Ticket.Price, r.Ticket.StopPx)
		}
		if r.Text != "" {
			fmt.Fprintf(&s.out, ": %s", r.Text)
		}
		s.out.WriteString("\n")
	}
}

func (s *scripted) printOpen() {
	for _, o := range s.v.Open(nil) {
		fmt.Fprintf(&s.out, "open %s #%s %s %s %s of %s", o.ClientOrderID, o.VenueOrderID, o.Status, o.Side, o.LeavesQty, o.OrderQty)
		fmt.Fprintf(&s.out, " %s limit %s stop %s avg %s\n", o.Type, o.Price, o.StopPx, o.AvgPx)
	}
}

func (s *scripted) id(symbol string) market.InstrumentID {
	id, ok := s.cfg.Instruments.Lookup(symbol + ".ARCA")
	if !ok {
		return 99
	}
	return id
}

// at reads 09:31, 09:31:05, 2024-03-05T09:31 or the words 2024-03-05 09:31.
func (s *scripted) at(words ...string) market.Nanos {
	text := strings.Replace(strings.Join(words, " "), "T", " ", 1)
	if !strings.Contains(text, "-") {
		text = s.now.Time().In(nyc).Format("2006-01-02 ") + text
	}
	if strings.Count(text, ":") == 1 {
		text += ":00"
	}
	return newYork(text)
}

var nyc = func() *time.Location {
	loc, err := time.LoadLocation("America/New_York")
	check(err)
	return loc
}()

func newYork(text string) market.Nanos {
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, nyc)
	check(err)
	return market.NanosOf(at)
}

func clock(at market.Nanos) string { return at.Time().In(nyc).Format("Mon 15:04:05.999") }

func instruments(session market.Session) *market.Instruments {
	table, err := market.NewInstruments(
		market.Instrument{Name: "SPY.ARCA", TickSize: market.MustPrice("0.01"), LotSize: market.Shares(1), Session: session},
		market.Instrument{Name: "QQQ.ARCA", TickSize: market.MustPrice("0.01"), Session: session},
	)
	check(err)
	return table
}

func px(s string) market.Price {
	if s == "-" {
		return 0
	}
	return market.MustPrice(s)
}

func qty(s string) market.Qty {
	if s == "-" {
		return 0
	}
	return market.MustQty(s)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
