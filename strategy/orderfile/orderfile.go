package orderfile

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"gannet/market"
	"gannet/strategy"
)

//go:embed sample.yaml
var sample []byte

func init() { strategy.Register("orderfile", func() strategy.Strategy { return new(OrderFile) }) }

// OrderFile is the strategy. Make one with strategy.New and give it its file
// with strategy.LoadFiles.
type OrderFile struct {
	File string `yaml:"file" help:"CSV file of orders: time,instrument,side,qty,type,limit,stop,trail,tif,gtd"`

	rows   []row // not sent yet, by time
	loaded bool
}

// Validate implements strategy.Validator.
func (s *OrderFile) Validate() error {
	if s.File == "" {
		return errors.New("file: want the name of a CSV file of orders")
	}
	return nil
}

// Sample implements strategy.Sampler.
func (s *OrderFile) Sample() []byte { return sample }

// Files implements strategy.FileReader.
func (s *OrderFile) Files() []string { return []string{s.File} }

// Load implements strategy.FileReader.
func (s *OrderFile) Load(name string, data []byte) (err error) {
	s.rows, err = parse(name, data)
	s.loaded = err == nil
	return err
}

// Start implements strategy.Starter.
func (s *OrderFile) Start(ctx strategy.Context) error {
	if !s.loaded {
		return fmt.Errorf("file %s was not loaded", s.File)
	}
	for i := range s.rows {
		if err := s.rows[i].bind(ctx); err != nil {
			return err
		}
	}
	late := 0
	for late < len(s.rows) && s.rows[late].time < ctx.Now() {
		late++
	}
	if late > 0 {
		ctx.Log(fmt.Sprintf("%d of %d orders are from before the start and are not sent", late, len(s.rows)))
	}
	s.rows = s.rows[late:]
	s.wake(ctx)
	return nil
}

// bind finds the row's instrument among those that the strategy was given, and
// with it the time that a date stands for.
func (r *row) bind(ctx strategy.Context) error {
	var names []string
	var found []market.InstrumentID
	for _, id := range ctx.Instruments() {
		one := ctx.Instrument(id)
		names = append(names, one.Name)
		if one.Name == r.name || one.Symbol() == r.name {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return r.at.errorf("instrument", "got %q, want one of the strategy's, its exchange left out where that is clear: %s",
			r.name, strings.Join(names, ", "))
	}
	r.ticket.Instrument = found[0]
	if r.day.IsZero() {
		return nil
	}
	r.ticket.ExpireTime = endOf(r.day, ctx.Instrument(r.ticket.Instrument).Session)
	if r.ticket.ExpireTime <= r.time {
		return r.at.errorf("gtd", "got %s, want a date whose session ends after the order's time", r.day.Format(time.DateOnly))
	}
	return nil
}

// OnTick implements strategy.Strategy.
func (s *OrderFile) OnTick(ctx strategy.Context, _ market.Tick) { s.send(ctx) }

// OnBar implements strategy.BarHandler.
func (s *OrderFile) OnBar(ctx strategy.Context, _ market.Bar) { s.send(ctx) }

// OnTimer implements strategy.TimerHandler.
func (s *OrderFile) OnTimer(ctx strategy.Context, _ market.Timer) { s.send(ctx) }

// send submits the rows whose time has come.
func (s *OrderFile) send(ctx strategy.Context) {
	if len(s.rows) == 0 || s.rows[0].time > ctx.Now() {
		return
	}
	for len(s.rows) > 0 && s.rows[0].time <= ctx.Now() {
		ctx.Submit(s.rows[0].ticket)
		s.rows = s.rows[1:]
	}
	s.wake(ctx)
}

// wake asks to be called when the next row's time has come, should there be no
// market data then.
func (s *OrderFile) wake(ctx strategy.Context) {
	if len(s.rows) > 0 {
		ctx.SetTimer("row", s.rows[0].time)
	}
}
