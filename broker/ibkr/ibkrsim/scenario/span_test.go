package scenario_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim/scenario"

	"pgregory.net/rapid"
)

// A latency is never outside the bounds that were written down, whatever the
// distribution's tail does.
func TestSpanBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "min"))
		high := low + time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "more"))
		middle := time.Duration(rapid.Int64Range(1, int64(3*time.Hour)).Draw(t, "typical"))
		deviation := time.Duration(rapid.Int64Range(0, int64(8*24*time.Hour)).Draw(t, "deviation"))
		source := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for _, s := range []scenario.Span{
			{Shape: scenario.Uniform, Min: low, Max: high},
			{Shape: scenario.Normal, Min: low, Max: high, Typical: middle, Deviation: deviation},
			{Shape: scenario.LogNormal, Min: low, Max: high, Typical: middle, Sigma: rapid.Float64Range(0.01, 5).Draw(t, "sigma")},
			{Shape: scenario.Pareto, Min: low, Max: high, Alpha: rapid.Float64Range(0.1, 100).Draw(t, "alpha")},
		} {
			rule := scenario.Rule{On: "*", Effects: scenario.Effects{Delay: s}}
			if err := rule.Check(); err != nil {
				t.Fatalf("%+v: %v", s, err)
			}
			for range 20 {
				if d := s.Draw(source); d < low || d > high {
					t.Fatalf("%+v: drew %v", s, d)
				}
			}
		}
		if d := scenario.Exactly(middle).Draw(source); d != middle {
			t.Fatalf("fixed %v: drew %v", middle, d)
		}
	})
}

// Half of the values are below the median or mean that was written down, and
// the heavy tails are there.
func TestSpanMiddle(t *testing.T) {
	const n = 4000
	for _, c := range []struct {
		span   scenario.Span
		middle time.Duration
	}{
		{scenario.Span{Shape: scenario.Uniform, Max: 2 * time.Second}, time.Second},
		{scenario.Span{Shape: scenario.Normal, Typical: time.Second, Deviation: 100 * time.Millisecond, Max: time.Hour}, time.Second},
		{scenario.Span{Shape: scenario.LogNormal, Typical: time.Second, Sigma: 1, Max: time.Hour}, time.Second},
		{scenario.Span{Shape: scenario.Pareto, Min: time.Second, Alpha: 1, Max: time.Hour}, 2 * time.Second},
	} {
		source, below, large := rand.New(rand.NewPCG(1, 2)), 0, 0
		for range n {
			d := c.span.Draw(source)
			if d < c.middle {
				below++
			}
			if d > 5*c.middle {
				large++
			}
		}
		if below < n*45/100 || below > n*55/100 {
			t.Errorf("%s: %d of %d below %v", c.span.Shape, below, n, c.middle)
		}
		heavy := c.span.Shape == scenario.LogNormal || c.span.Shape == scenario.Pareto
		if heavy != (large > n/100) {
			t.Errorf("%s: %d of %d above five times %v", c.span.Shape, large, n, c.middle)
		}
	}
}

// A span that cannot be drawn is refused when it is read.
func TestSpanMistakes(t *testing.T) {
	for name, s := range map[string]scenario.Span{
		"negative":      scenario.Exactly(-1),
		"too long":      scenario.Exactly(scenario.MaxSpan + 1),
		"no max":        {Shape: scenario.Uniform, Min: 1},
		"max below min": {Shape: scenario.Uniform, Min: 2, Max: 1},
		"no sigma":      {Shape: scenario.LogNormal, Typical: 1, Max: 2},
		"no median":     {Shape: scenario.LogNormal, Sigma: 1, Max: 2},
		"no alpha":      {Shape: scenario.Pareto, Min: 1, Max: 2},
		"no scale":      {Shape: scenario.Pareto, Alpha: 1, Max: 2},
		"other's value": {Shape: scenario.Uniform, Max: 2, Alpha: 1},
		"fixed and max": {Typical: 1, Max: 2},
		"no such shape": {Shape: "cauchy", Max: 2},
	} {
		rule := scenario.Rule{On: "*", Effects: scenario.Effects{Delay: s}}
		if err := rule.Check(); err == nil {
			t.Errorf("%s: %+v was taken", name, s)
		}
	}
}
