package indicator_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"gannet/strategy/indicator"
)

func Example() {
	fast := indicator.NewEMA(3)
	for _, price := range []float64{10, 11, 12} {
		fast.Update(price)
		fmt.Println(fast.Value(), fast.Ready())
	}
	// Output:
	// 10 false
	// 10.5 false
	// 11.25 true
}

func draw(t *rapid.T) (n int, values []float64) {
	n = rapid.IntRange(1, 12).Draw(t, "n")
	return n, rapid.SliceOfN(rapid.Float64Range(0.01, 1e5), 1, 80).Draw(t, "values")
}

func near(t *rapid.T, what string, got, want float64) {
	if math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// The closed form: the first value keeps (1-a)^k of the weight, the one i
// steps back from the newest has a(1-a)^i.
func TestEMAClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, values := draw(t)
		e := indicator.NewEMA(n)
		alpha := 2 / (float64(n) + 1)
		for k, x := range values {
			want := values[0] * math.Pow(1-alpha, float64(k))
			for i := range k {
				want += alpha * math.Pow(1-alpha, float64(i)) * values[k-i]
			}
			near(t, "EMA", e.Update(x), want)
			near(t, "Value", e.Value(), want)
			if e.Ready() != (k+1 >= n) {
				t.Fatalf("Ready is %v after %d of %d values", e.Ready(), k+1, n)
			}
		}
	})
}

func TestSMANaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, values := draw(t)
		s := indicator.NewSMA(n)
		for k, x := range values {
			window := values[max(0, k+1-n) : k+1]
			want := 0.0
			for _, v := range window {
				want += v / float64(len(window))
			}
			near(t, "SMA", s.Update(x), want)
			if s.Ready() != (k+1 >= n) {
				t.Fatalf("Ready is %v after %d of %d values", s.Ready(), k+1, n)
			}
		}
	})
}

// A running sum that only adds and subtracts keeps the error that one huge
// value leaves in it for ever.
func TestSMAForgetsRounding(t *testing.T) {
	s := indicator.NewSMA(4)
	s.Update(1e16)
	for range 1_000 {
		s.Update(0.1)
	}
	if got := s.Value(); math.Abs(got-0.1) > 1e-15 {
		t.Errorf("got %v, want 0.1", got)
	}
}

// smooth is Wilder's average of all values at once: the mean of the first n,
// then (n-1)/n of it and 1/n of the new one.
func smooth(values []float64, n int) float64 {
	if len(values) == 0 {
		return 0
	}
	first := values[:min(n, len(values))]
	average := 0.0
	for _, v := range first {
		average += v / float64(len(first))
	}
	for _, v := range values[len(first):] {
		average = (average*float64(n-1) + v) / float64(n)
	}
	return average
}

func TestRSINaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, values := draw(t)
		r := indicator.NewRSI(n)
		var ups, downs []float64
		for k, x := range values {
			if k > 0 {
				ups = append(ups, max(x-values[k-1], 0))
				downs = append(downs, max(values[k-1]-x, 0))
			}
			up, down := smooth(ups, n), smooth(downs, n)
			want := 50.0
			if up+down > 0 {
				want = 100 - 100/(1+up/down)
			}
			near(t, "RSI", r.Update(x), want)
			if r.Ready() != (k >= n) {
				t.Fatalf("Ready is %v after %d changes of %d", r.Ready(), k, n)
			}
		}
	})
}

func TestATRNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, values := draw(t)
		a := indicator.NewATR(n)
		var ranges []float64
		for k, low := range values {
			high, closing := low*1.2, low*1.1
			if k > 0 {
				before := values[k-1] * 1.1
				ranges = append(ranges, max(high-low, math.Abs(high-before), math.Abs(low-before)))
			} else {
				ranges = append(ranges, high-low)
			}
			near(t, "ATR", a.Update(high, low, closing), smooth(ranges, n))
			if a.Ready() != (k+1 >= n) {
				t.Fatalf("Ready is %v after %d of %d bars", a.Ready(), k+1, n)
			}
		}
	})
}

func TestPeriodUnderOneCountsAsOne(t *testing.T) {
	e, s := indicator.NewEMA(0), indicator.NewSMA(-3)
	r, a := indicator.NewRSI(0), indicator.NewATR(0)
	for _, x := range []float64{5, 7} {
		e.Update(x)
		s.Update(x)
		r.Update(x)
		a.Update(x, x-1, x)
	}
	if e.Value() != 7 || s.Value() != 7 || r.Value() != 100 || a.Value() != 2 {
		t.Errorf("got %v %v %v %v", e.Value(), s.Value(), r.Value(), a.Value())
	}
}

func TestZeroValuesAreNotReady(t *testing.T) {
	var e indicator.EMA
	var s indicator.SMA
	var r indicator.RSI
	var a indicator.ATR
	if e.Ready() || s.Ready() || r.Ready() || a.Ready() {
		t.Error("an indicator that was not made is ready")
	}
}

func TestNoAllocations(t *testing.T) {
	e, s, r, a := indicator.NewEMA(20), indicator.NewSMA(20), indicator.NewRSI(14), indicator.NewATR(14)
	x := 100.0
	allocs := testing.AllocsPerRun(100, func() {
		x += 0.5
		e.Update(x)
		s.Update(x)
		r.Update(x)
		a.Update(x+1, x-1, x)
	})
	if allocs != 0 {
		t.Errorf("got %v allocations an update, want 0", allocs)
	}
}

func BenchmarkEMA(b *testing.B) {
	e := indicator.NewEMA(20)
	b.ReportAllocs()
	for b.Loop() {
		e.Update(100)
	}
}

func BenchmarkSMA(b *testing.B) {
	s := indicator.NewSMA(20)
	b.ReportAllocs()
	for b.Loop() {
		s.Update(100)
	}
}
