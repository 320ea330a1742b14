package scenario

import (
	"cmp"
	"slices"

	"gannet/market"
)

// Limits of a Line.
const (
	maxWindow = 1000
	maxLine   = 100_000 // frames that wait
)

// Line are the frames that wait to be sent on one socket. The zero value is
// an empty line. A frame whose time has come goes out in the order in which
// frames were pushed, unless its decision delays or holds it.
type Line[F any] struct {
	waiting []waiting[F] // by time, then by order
	windows []window[F]
	pushed  uint64
	held    int
}

type waiting[F any] struct {
	frame F
	at    market.Nanos
	order uint64
}

// window are frames that are held until all of them are there.
type window[F any] struct {
	group  int
	until  market.Nanos
	frames []waiting[F]
}

// Push adds a frame as its decision says. It is false when too many wait: the
// reader is too slow and its socket should be closed.
func (l *Line[F]) Push(frame F, d FrameDecision, now market.Nanos) bool {
	for range d.Copies {
		if l.Len() >= maxLine {
			return false
		}
		w := waiting[F]{frame: frame, at: now + market.Nanos(d.Delay)}
		if d.window > 0 {
			l.hold(w, d, now)
		} else {
			l.add(w)
		}
	}
	return true
}

// add gives a frame its place.
func (l *Line[F]) add(w waiting[F]) {
	w.order = l.pushed
	l.pushed++
	i, _ := slices.BinarySearchFunc(l.waiting, w, func(a, b waiting[F]) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
	})
	l.waiting = slices.Insert(l.waiting, i, w)
}

func (l *Line[F]) hold(w waiting[F], d FrameDecision, now market.Nanos) {
	i := slices.IndexFunc(l.windows, func(v window[F]) bool { return v.group == d.group })
	if i < 0 {
		i = len(l.windows)
		l.windows = append(l.windows, window[F]{group: d.group, until: now + market.Nanos(d.hold)})
	}
	l.windows[i].frames = append(l.windows[i].frames, w)
	l.held++
	if len(l.windows[i].frames) >= d.window {
		l.release(i, now)
	}
}

// release puts a window's frames in the line, the last one first. A delay that
// was over while a frame was held delays it no more.
func (l *Line[F]) release(i int, now market.Nanos) {
	frames := l.windows[i].frames
	l.windows = slices.Delete(l.windows, i, i+1)
	l.held -= len(frames)
	for _, w := range slices.Backward(frames) {
		w.at = max(w.at, now)
		l.add(w)
	}
}

// Due takes the frames out whose time has come.
func (l *Line[F]) Due(now market.Nanos) []F {
	for i := len(l.windows) - 1; i >= 0; i-- {
		if l.windows[i].until <= now {
			l.release(i, now)
		}
	}
	n := 0
	for n < len(l.waiting) && l.waiting[n].at <= now {
		n++
	}
	frames := make([]F, n)
	for i := range frames {
		frames[i] = l.waiting[i].frame
	}
	l.waiting = slices.Delete(l.waiting, 0, n)
	return frames
}

// Next is when Due will have something; false when nothing waits.
func (l *Line[F]) Next() (market.Nanos, bool) {
	if l.Len() == 0 {
		return 0, false
	}
	var times []market.Nanos
	if len(l.waiting) > 0 {
		times = append(times, l.waiting[0].at)
	}
	for _, w := range l.windows {
		times = append(times, w.until)
	}
	return slices.Min(times), true
}

// Len is how many frames wait.
func (l *Line[F]) Len() int { return len(l.waiting) + l.held }
