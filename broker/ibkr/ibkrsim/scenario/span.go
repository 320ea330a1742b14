package scenario

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Shape is how the values of a Span are spread.
type Shape string

// Shapes. The last three are cut off at Span.Max.
const (
	Fixed     Shape = "fixed"      // always Typical
	Uniform   Shape = "uniform"    // anything from Min to Max, as likely as anything else
	Normal    Shape = "normal"     // around Typical with the standard deviation Deviation
	LogNormal Shape = "log-normal" // half below Typical, a long tail above: what networks do
	Pareto    Shape = "pareto"     // from Min up, with rare values that are very large
)

// shapes are all of them.
var shapes = []Shape{Fixed, Uniform, Normal, LogNormal, Pareto}

// MaxSpan is the longest span that a scenario may speak of.
const MaxSpan = 8 * 24 * time.Hour

// Span is a length of time that may differ each time it is drawn. The zero
// value is always zero.
type Span struct {
	Shape     Shape         // empty is Fixed
	Typical   time.Duration // the value of Fixed, the mean of Normal, the median of LogNormal
	Min       time.Duration // nothing is shorter; the scale of Pareto
	Max       time.Duration // nothing is longer; required by all but Fixed
	Deviation time.Duration // of Normal
	Sigma     float64       // of LogNormal: the deviation of the value's logarithm, more than 0 to 5
	Alpha     float64       // of Pareto: the tail's exponent, 0.1 to 100; smaller is a heavier tail
}

// Exactly is the span that is always d.
func Exactly(d time.Duration) Span { return Span{Typical: d} }

// IsZero says that nothing but zero is ever drawn.
func (s Span) IsZero() bool { return s == Span{} }

// longest is the largest value that can be drawn.
func (s Span) longest() time.Duration { return max(s.Typical, s.Max) }

// Draw is one value, 0 to MaxSpan. A Fixed span takes nothing from the source.
func (s Span) Draw(r *rand.Rand) time.Duration {
	var v float64
	switch s.Shape {
	case Uniform:
		return s.Min + time.Duration(r.Int64N(int64(s.Max-s.Min)+1))
	case Normal:
		v = float64(s.Typical) + r.NormFloat64()*float64(s.Deviation)
	case LogNormal:
		v = float64(s.Typical) * math.Exp(s.Sigma*r.NormFloat64())
	case Pareto:
		v = float64(s.Min) * math.Pow(1-r.Float64(), -1/s.Alpha)
	default:
		return s.Typical
	}
	if v >= float64(s.Max) { // before the conversion, which is only defined in range
		return s.Max
	}
	return max(time.Duration(v), s.Min)
}

// check says what is wrong with the span.
func (s Span) check() error {
	for _, d := range []time.Duration{s.Typical, s.Min, s.Max, s.Deviation} {
		if d < 0 || d > MaxSpan {
			return fmt.Errorf("a span of %v: want 0 to %v", d, MaxSpan)
		}
	}
	if s.Shape == "" || s.Shape == Fixed {
		if (s != Span{Shape: s.Shape, Typical: s.Typical}) {
			return errors.New("a fixed span has no other value")
		}
		return nil
	}
	if s.Max <= 0 || s.Max < s.Min {
		return fmt.Errorf("max %v: want more than 0 and not less than min %v", s.Max, s.Min)
	}
	return s.checkShape()
}

func (s Span) checkShape() error {
	want := Span{Shape: s.Shape, Min: s.Min, Max: s.Max}
	switch s.Shape {
	case Uniform:
	case Normal:
		want.Typical, want.Deviation = s.Typical, s.Deviation
	case LogNormal:
		want.Typical, want.Sigma = s.Typical, s.Sigma
		if s.Typical <= 0 || !(s.Sigma > 0 && s.Sigma <= 5) {
			return errors.New("log-normal: want a median and a sigma of more than 0 to 5")
		}
	case Pareto:
		want.Alpha = s.Alpha
		if s.Min <= 0 || !(s.Alpha >= 0.1 && s.Alpha <= 100) {
			return errors.New("pareto: want a min and an alpha of 0.1 to 100")
		}
	default:
		return unknown("shape", string(s.Shape), shapes)
	}
	if s != want {
		return fmt.Errorf("%s: a value that this shape does not have", s.Shape)
	}
	return nil
}
