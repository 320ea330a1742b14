package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"gannet/engine"
	"gannet/market"
)

// statusEvery is how often the status line of a terminal is written anew.
const statusEvery = 500 * time.Millisecond

// live shows a running engine to a trader: a line for each order that was
// taken, each fill and each alert, and on a terminal a status line below them
// that updates.
type live struct {
	mu       sync.Mutex
	out, err io.Writer
	table    *market.Instruments
	terminal bool
	status   string // what stands on the terminal's last line
}

// newLive shows on out; logs that are written through it go to err.
func newLive(out, err io.Writer, table *market.Instruments) *live {
	return &live{out: out, err: err, table: table, terminal: isTerminal(out)}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// observe takes what the engine reports.
func (l *live) observe(body market.Body) {
	switch b := body.(type) {
	case *market.Order:
		l.order(b)
	case *market.Fill:
		l.line(b.TsEvent, "fill", fmt.Sprintf("%-4s %s %s @ %s  %s", b.Side, b.Qty, l.table.Name(b.Instrument), b.Price, b.ClientOrderID))
	case *market.Alert:
		l.line(b.TsEvent, "alert", b.Code+": "+b.Text)
	case *market.Reconciled:
		l.reconciled(b)
	}
}

// order writes a line when an order is taken and when it is over.
func (l *live) order(o *market.Order) {
	if o.Status == market.PartiallyFilled || o.Status == market.Submitted && o.Text == "" {
		return
	}
	text := fmt.Sprintf("%-4s %s %s %s", o.Side, o.OrderQty, l.table.Name(o.Instrument), o.Type)
	if o.Price != 0 {
		text += " " + o.Price.String()
	}
	text += fmt.Sprintf("  %s  %s", o.ClientOrderID, o.Status)
	if o.Text != "" {
		text += ": " + o.Text
	}
	l.line(o.TsEvent, "order", text)
}

func (l *live) reconciled(r *market.Reconciled) {
	if r.OK {
		l.line(r.TsEvent, "broker", "orders, trades and positions agree")
	}
	for _, one := range r.Breaks {
		l.line(r.TsEvent, "broker", "differs: "+one)
	}
}

// line writes one line above the status line.
func (l *live) line(at market.Nanos, what, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	fmt.Fprintf(l.out, "%s  %-6s %s\n", at.Time().Format("15:04:05.000"), what, text)
	l.restore()
}

func (l *live) clear() {
	if l.status != "" {
		fmt.Fprint(l.out, "\r\x1b[K")
	}
}

func (l *live) restore() {
	if l.status != "" {
		fmt.Fprint(l.out, l.status)
	}
}

// Write passes log lines on, above the status line.
func (l *live) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	n, err := l.err.Write(p)
	l.restore()
	return n, err
}

// keepStatus writes the status line anew until ctx ends, then removes it.
func (l *live) keepStatus(ctx context.Context, ask func(context.Context) (*engine.Status, bool)) {
	if !l.terminal {
		return
	}
	tick := time.NewTicker(statusEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			l.show("")
			return
		case <-tick.C:
			if s, ok := ask(ctx); ok {
				l.show(statusLine(s))
			}
		}
	}
}

func (l *live) show(status string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	l.status = status
	l.restore()
}

func statusLine(s *engine.Status) string {
	state := s.Broker
	if s.Ready && s.Reconciled {
		state = "trading"
	}
	for _, one := range s.States {
		if one.Strategy == "" && one.Instrument == "" {
			state = one.State
		}
	}
	return fmt.Sprintf("%s %s  %s  ticks %d  working %d  fills %d  equity %s", s.Mode, s.Account, state, s.Ticks, s.Working, s.Fills, s.Equity)
}
