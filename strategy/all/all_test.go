package all_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gannet/strategy"
	_ "gannet/strategy/all"
)

func Example() {
	fmt.Println(strategy.Names())
	// Output: [dip emacross hold orderfile]
}

// The sample of each bundled strategy is what a user copies: it must be valid,
// and show each parameter there is.
func TestSamples(t *testing.T) {
	for _, name := range strategy.Names() {
		sample, err := strategy.Sample(name)
		if err != nil || len(sample) == 0 {
			t.Errorf("%s: no sample: %v", name, err)
			continue
		}
		if _, err := strategy.New(name, sample); err != nil {
			t.Errorf("%s: the sample is not valid: %v", name, err)
		}
		params, err := strategy.Describe(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(sample)), "\n")
		for _, p := range params {
			if p.Help == "" {
				t.Errorf("%s: parameter %s has no help", name, p.Name)
			}
			shown := slices.ContainsFunc(lines, func(l string) bool {
				return strings.HasPrefix(l, p.Name+": ") && strings.Contains(l, "#")
			})
			if !shown {
				t.Errorf("%s: the sample does not explain %s", name, p.Name)
			}
		}
		if len(lines) != len(params) {
			t.Errorf("%s: the sample has %d lines for %d parameters", name, len(lines), len(params))
		}
	}
}
