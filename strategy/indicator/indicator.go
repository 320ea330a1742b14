package indicator

// EMA is the exponential moving average with weight 2/(n+1) for the newest
// value. The first value is its start. Make one with NewEMA.
type EMA struct {
	alpha float64
	value float64
	left  int // values until Ready
	begun bool
}

// NewEMA makes an EMA over n values.
func NewEMA(n int) EMA {
	n = max(n, 1)
	return EMA{alpha: 2 / float64(n+1), left: n}
}

// Update takes a value and returns the new average.
func (e *EMA) Update(x float64) float64 {
	if !e.begun {
		e.begun, e.value = true, x
	} else {
		e.value = float64(e.alpha*x) + float64((1-e.alpha)*e.value)
	}
	e.left = max(e.left-1, 0)
	return e.value
}

// Value is the average, 0 before the first value.
func (e *EMA) Value() float64 { return e.value }

// Ready says whether n values were seen.
func (e *EMA) Ready() bool { return e.begun && e.left == 0 }

// SMA is the arithmetic mean of the last n values, or of all while they are
// fewer. Make one with NewSMA.
type SMA struct {
	ring []float64
	next int
	seen int
	sum  float64 // of what is in the ring
	turn float64 // of the values since the ring began anew
}

// NewSMA makes an SMA over n values.
func NewSMA(n int) SMA { return SMA{ring: make([]float64, max(n, 1))} }

// Update takes a value and returns the new mean. Each time the ring is full
// the sum is replaced by one that was added up from nothing, so that rounding
// errors do not grow with the length of a run.
func (s *SMA) Update(x float64) float64 {
	s.sum += x - s.ring[s.next]
	s.turn += x
	s.ring[s.next] = x
	s.next++
	s.seen = min(s.seen+1, len(s.ring))
	if s.next == len(s.ring) {
		s.next, s.sum, s.turn = 0, s.turn, 0
	}
	return s.Value()
}

// Value is the mean, 0 before the first value.
func (s *SMA) Value() float64 { return s.sum / float64(max(s.seen, 1)) }

// Ready says whether n values were seen.
func (s *SMA) Ready() bool { return s.seen > 0 && s.seen == len(s.ring) }

// wilder is the average that RSI and ATR use: the mean of the first n values,
// then a moving average with weight 1/n for the newest.
type wilder struct {
	n, seen int
	value   float64
}

func (w *wilder) update(x float64) {
	if w.seen < w.n {
		w.seen++
	}
	w.value += (x - w.value) / float64(w.seen)
}

// RSI is Wilder's relative strength index, 0 to 100, over n changes. Make one
// with NewRSI.
type RSI struct {
	up, down wilder
	last     float64
	begun    bool
}

// NewRSI makes an RSI over n changes.
func NewRSI(n int) RSI {
	w := wilder{n: max(n, 1)}
	return RSI{up: w, down: w}
}

// Update takes a value and returns the new index.
func (r *RSI) Update(x float64) float64 {
	if r.begun {
		r.up.update(max(x-r.last, 0))
		r.down.update(max(r.last-x, 0))
	}
	r.begun, r.last = true, x
	return r.Value()
}

// Value is the index; 50 where nothing has moved.
func (r *RSI) Value() float64 {
	total := r.up.value + r.down.value
	if total == 0 {
		return 50
	}
	return 100 * r.up.value / total
}

// Ready says whether n changes were seen, which takes n+1 values.
func (r *RSI) Ready() bool { return r.up.n > 0 && r.up.seen == r.up.n }

// ATR is Wilder's average true range over n bars. The true range of the first
// bar is its high less its low. Make one with NewATR.
type ATR struct {
	average wilder
	last    float64 // close of the bar before
	begun   bool
}

// NewATR makes an ATR over n bars.
func NewATR(n int) ATR { return ATR{average: wilder{n: max(n, 1)}} }

// Update takes a bar and returns the new average.
func (a *ATR) Update(high, low, closing float64) float64 {
	if a.begun {
		high, low = max(high, a.last), min(low, a.last)
	}
	a.average.update(high - low)
	a.begun, a.last = true, closing
	return a.average.value
}

// Value is the average true range, 0 before the first bar.
func (a *ATR) Value() float64 { return a.average.value }

// Ready says whether n bars were seen.
func (a *ATR) Ready() bool { return a.average.n > 0 && a.average.seen == a.average.n }
