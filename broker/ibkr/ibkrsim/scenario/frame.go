package scenario

import "time"

// FrameDecision is what becomes of a frame. A Line carries out Copies, Delay
// and holding; the rest is the server's.
type FrameDecision struct {
	Copies  int // how often it is sent: 1, 0 or more
	Delay   time.Duration
	Silence bool     // its sockets say nothing more, and stay open
	Kill    bool     // its sockets' connections end without a close frame
	Close   int      // its sockets are closed with this code; 0 is not
	Rules   []string // names of the rules at work, for the log

	window, group int // of how many frames, and which
	hold          time.Duration
	damage        Damage
	point         float64
}

func (d *FrameDecision) add(r *rule) {
	d.Rules = append(d.Rules, r.label())
	d.Delay += r.Delay.Draw(r.random)
	d.Silence, d.Kill = d.Silence || r.Silence, d.Kill || r.Kill
	if r.Copies > 0 {
		d.Copies = r.Copies
	}
	if r.Close > 0 {
		d.Close = r.Close
	}
	if r.Reorder > 0 {
		d.window, d.group, d.hold = r.Reorder, r.number, r.Hold
		if d.hold == 0 {
			d.hold = DefaultHold
		}
	}
	if r.Damage != "" {
		d.damage, d.point = r.Damage, r.random.Float64()
	}
	if r.slots&slotFate != 0 {
		d.Copies = 0
	}
}

// Text is the frame with its damage.
func (d *FrameDecision) Text(frame []byte) []byte { return damaged(frame, d.damage, d.point) }
