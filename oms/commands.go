package oms

import (
	"fmt"
	"strconv"

	"gannet/market"
	"gannet/risk"
)

// flattening is a flatten command that is not finished: what works in its
// scope is canceled first, then what is held is closed.
type flattening struct {
	scope  risk.Scope
	id     string // prefix of its orders' ids
	orders int
}

func (d *Desk) onCommand(c *market.Command) {
	scope := risk.Scope{Strategy: c.Strategy, Instrument: c.Instrument}
	why := fmt.Sprintf("%s by %s: %s", c.Verb, c.By, c.Reason)
	switch c.Verb {
	case market.VerbStart:
		d.start()
	case market.VerbHalt:
		d.states.Set(scope, risk.Halted, why)
		d.recall(scope)
	case market.VerbReduce:
		d.states.Set(scope, risk.ReduceOnly, why)
	case market.VerbResume:
		d.states.Clear(scope)
		d.flattening = d.flattening[:0]
	case market.VerbCancel:
		d.cancelCommand(c)
	case market.VerbCancelAll:
		d.cancelScope(scope)
	case market.VerbFlatten:
		d.states.Set(scope, risk.Halted, why)
		d.flattening = append(d.flattening, flattening{scope: scope, id: "flatten-" + strconv.FormatInt(int64(d.now), 36)})
		d.cancelScope(scope)
	default:
		d.alert("BAD_COMMAND", "verb %q is not known", c.Verb)
	}
}

// start settles what a stop or a crash left open. An order without a Sent
// record never left; one with it may have.
func (d *Desk) start() {
	d.started = d.now
	d.broker = nil
	d.recon = reconciliation{}
	d.flattening = d.flattening[:0]
	d.book.eachOpen(func(o *order) {
		switch {
		case o.external:
		case !o.sent:
			d.onStatus(o, &market.ExecReport{ExecType: market.ExecDenied, Text: "the engine stopped before it was sent"})
		case o.Status == market.PendingSubmit:
			d.onStatus(o, &market.ExecReport{ExecType: market.ExecUnknown, Text: "the engine stopped before the broker answered"})
		case o.Status == market.PendingCancel:
			o.asked = 0 // ask again as soon as the broker shows it working
		}
	})
}

func (d *Desk) cancelCommand(c *market.Command) {
	o := d.book.find(c.ClientOrderID, string(c.ClientOrderID))
	if o == nil {
		d.alert(string(risk.OrderNotWorking), "cancel of %s: there is no such order", c.ClientOrderID)
		return
	}
	d.cancel(o)
}

func (d *Desk) cancelScope(scope risk.Scope) {
	d.book.eachOpen(func(o *order) {
		if covers(scope, o.Strategy, o.Instrument) && o.Status != market.PendingCancel && !o.flatten {
			d.cancel(o)
		}
	})
}

// recall cancels what the broker has not acknowledged: it may not have left
// yet, and after a halt it must not.
func (d *Desk) recall(scope risk.Scope) {
	d.book.eachOpen(func(o *order) {
		if covers(scope, o.Strategy, o.Instrument) && o.Status == market.PendingSubmit && !o.flatten {
			d.cancel(o)
		}
	})
}

func covers(s risk.Scope, strategy market.StrategyID, instrument market.InstrumentID) bool {
	return (s.Strategy == "" || s.Strategy == strategy) && (s.Instrument == 0 || s.Instrument == instrument)
}

// flattenOn goes on with the flatten commands: it closes every position in
// scope whose instrument has nothing working any more, and forgets a command
// that has nothing left to do.
func (d *Desk) flattenOn() {
	kept := d.flattening[:0]
	for _, f := range d.flattening {
		if d.flattenStep(&f) {
			kept = append(kept, f)
		}
	}
	d.flattening = kept
}

// flattenStep returns false when the command is finished.
func (d *Desk) flattenStep(f *flattening) bool {
	busy := false
	for i := 0; i < len(d.ledger.strategies); i++ {
		p := d.ledger.strategies[i]
		if !covers(f.scope, p.Strategy, p.Instrument) {
			continue
		}
		if p.WorkingBuy != 0 || p.WorkingSell != 0 {
			busy = true
			continue
		}
		if p.Qty != 0 {
			busy = d.closeOut(f, p) || busy
		}
	}
	return busy
}

// closeOut sends one closing order, of at most the largest allowed size. It
// returns false when the gate refused it: an operator must look.
func (d *Desk) closeOut(f *flattening, p *market.Position) bool {
	f.orders++
	q := min(p.Qty.Abs(), d.cfg.Gate.For(p.Instrument).MaxOrderQty)
	t := market.SellMarket(p.Instrument, q)
	if p.Qty < 0 {
		t = market.BuyMarket(p.Instrument, q)
	}
	o := d.newOrder(p.Strategy, market.ClientOrderID(f.id+"-"+strconv.Itoa(f.orders)), t)
	o.flatten = true
	d.intents[o.ClientOrderID] = struct{}{}
	if denial := d.judge(o, true); denial.Denied() {
		d.deny(o, denial)
		d.alert("FLATTEN_REFUSED", "%s of %s: %s", d.name(p.Instrument), p.Qty, denial)
		return false
	}
	d.send(o)
	return true
}
