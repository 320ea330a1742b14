package strategy_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
	"gannet/strategy"
)

var update = flag.Bool("update", false, "rewrite testdata")

// kinds has a parameter of each type.
type kinds struct {
	onlyTicks
	Qty     market.Qty   `yaml:"qty" help:"how much"`
	Limit   market.Price `yaml:"limit"`
	Weight  market.Money `yaml:"weight"`
	Every   market.Nanos `yaml:"every" help:"how often"`
	Side    market.Side  `yaml:"side"`
	Count   int          `yaml:"count"`
	Small   uint8        `yaml:"small"`
	Ratio   float64      `yaml:"ratio"`
	On      bool         `yaml:"on"`
	Text    string       `yaml:"text"`
	Levels  []market.Price
	Hidden  int `yaml:"-"`
	private int //nolint:unused // a field that must not become a parameter
}

func (k *kinds) Validate() error {
	if k.Count < 0 {
		return errors.New("count: want 0 or more")
	}
	return nil
}

func (k *kinds) Sample() []byte { return []byte("qty: 1\n") }

func init() {
	strategy.Register("kinds", func() strategy.Strategy {
		return &kinds{Qty: market.Shares(5), Weight: market.MustMoney("0.5"), Every: 90 * market.Minute, On: true,
			Levels: []market.Price{market.MustPrice("1.5"), market.MustPrice("2")}}
	})
	strategy.Register("bare", func() strategy.Strategy { return bare{} })
}

type bare struct{}

func (bare) OnTick(strategy.Context, market.Tick) {}

// show is a made strategy in one line.
func show(s strategy.Strategy) string {
	k, ok := s.(*kinds)
	if !ok {
		return fmt.Sprintf("%T", s)
	}
	return fmt.Sprintf("qty=%s limit=%s weight=%s every=%d side=%s count=%d small=%d ratio=%v on=%v text=%q levels=%v",
		k.Qty, k.Limit, k.Weight, k.Every, k.Side, k.Count, k.Small, k.Ratio, k.On, k.Text, k.Levels)
}

// command runs one block of testdata/registry.txt: a command line and, for
// new, the YAML under it.
func command(line, body string) string {
	words := strings.Fields(line)
	var s strategy.Strategy
	var err error
	switch words[0] {
	case "names":
		return strings.Join(strategy.Names(), " ")
	case "describe":
		params, err := strategy.Describe(words[1])
		if err != nil {
			return err.Error()
		}
		var b strings.Builder
		for _, p := range params {
			fmt.Fprintf(&b, "%s | %s | %s | %s\n", p.Name, p.Type, p.Default, p.Help)
		}
		return cmp.Or(strings.TrimSpace(b.String()), "none")
	case "new":
		s, err = strategy.New(words[1], []byte(body))
	case "pairs":
		s, err = strategy.NewFromPairs(words[1], strings.Split(strings.TrimSuffix(body, "\n"), "\n"))
	}
	if err != nil {
		return err.Error()
	}
	return show(s)
}

// The texts that a user sees for each mistake in the parameters.
func TestRegistryScript(t *testing.T) {
	const name = "testdata/registry.txt"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, block := range strings.Split(strings.TrimSpace(string(data)), "\n\n") {
		input, _, _ := strings.Cut(block+"\n", "----\n")
		line, body, _ := strings.Cut(input, "\n")
		fmt.Fprintf(&got, "%s----\n%s\n\n", input, command(line, body))
	}
	text := strings.TrimSpace(got.String()) + "\n"
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !*update {
		equal(t, text, string(data))
	}
}

func TestRegisterPanics(t *testing.T) {
	cases := map[string]func(){
		"twice":      func() { strategy.Register("bare", func() strategy.Strategy { return bare{} }) },
		"empty":      func() { strategy.Register("", func() strategy.Strategy { return bare{} }) },
		"odd name":   func() { strategy.Register("a b", func() strategy.Strategy { return bare{} }) },
		"map":        func() { strategy.Register("bad1", func() strategy.Strategy { return new(mapped) }) },
		"instrument": func() { strategy.Register("bad2", func() strategy.Strategy { return new(numbered) }) },
	}
	for name, register := range cases {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			register()
		})
	}
	if slices.Contains(strategy.Names(), "bad1") || slices.Contains(strategy.Names(), "bad2") {
		t.Error("a strategy that cannot be decoded is registered")
	}
}

type mapped struct {
	bare
	Sizes map[string]market.Qty
}

type numbered struct {
	bare
	On market.InstrumentID
}

// A parameter must not pass through a float on its way: 2^53+1 and beyond, and
// the last decimal, would be lost.
func TestNumbersAreExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		qty := market.Qty(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(rt, "qty"))
		limit := market.Price(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(rt, "limit"))
		weight := limit.Decimal().Mul(qty.Decimal())
		every := market.Nanos(rapid.Int64Range(0, math.MaxInt64).Draw(rt, "every"))
		seconds := fmt.Sprintf("%d.%09ds", every/market.Second, every%market.Second)
		k := make(map[string]*kinds)
		for how, made := range map[string]func() (strategy.Strategy, error){
			"yaml": func() (strategy.Strategy, error) {
				return strategy.New("kinds", fmt.Appendf(nil, "qty: %s\nlimit: %s\nweight: %s\nevery: %s\nlevels: [%s]", qty, limit, weight, seconds, limit))
			},
			"pairs": func() (strategy.Strategy, error) {
				return strategy.NewFromPairs("kinds", []string{"qty=" + qty.String(), "limit=" + limit.String(),
					"weight=" + weight.String(), "every=" + seconds, "levels=" + limit.String()})
			},
		} {
			s, err := made()
			if err != nil {
				rt.Fatalf("%s: %v", how, err)
			}
			k[how] = s.(*kinds)
			if k[how].Qty != qty || k[how].Limit != limit || !k[how].Weight.Equal(weight) || k[how].Every != every || k[how].Levels[0] != limit {
				rt.Fatalf("%s: got %s, want qty=%s limit=%s weight=%s every=%d", how, show(s), qty, limit, weight, every)
			}
		}
	})
}

// The default that Describe shows must be what the parameter takes.
func TestDescribedDefaultsCanBeWritten(t *testing.T) {
	params, err := strategy.Describe("kinds")
	if err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for _, p := range params {
		if p.Default != "" {
			pairs = append(pairs, p.Name+"="+p.Default)
		}
	}
	made, err := strategy.NewFromPairs("kinds", pairs)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := strategy.New("kinds", nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, show(made), show(fresh))
}

func TestSample(t *testing.T) {
	sample, err := strategy.Sample("kinds")
	if err != nil || string(sample) != "qty: 1\n" {
		t.Errorf("got %q, %v", sample, err)
	}
	if sample, err := strategy.Sample("bare"); sample != nil || err != nil {
		t.Errorf("a strategy without a sample has %q, %v", sample, err)
	}
	if _, err := strategy.Sample("none"); err == nil {
		t.Error("an unknown strategy has a sample")
	}
}

func FuzzNew(f *testing.F) {
	for _, seed := range []string{"", "qty: 1", "levels: [1, 2]", "- a", "a: &x\n  b: *x", "qty: |\n 1", "? qty\n: 2", "---\n---\n", "<<: {qty: 1}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, params []byte) {
		s, err := strategy.New("kinds", params)
		if (s == nil) == (err == nil) {
			t.Errorf("got %v and %v", s, err)
		}
	})
}

type reader struct {
	bare
	files  []string
	loaded []string
}

func (r *reader) Files() []string { return r.files }
func (r *reader) Load(name string, data []byte) error {
	if string(data) == "bad" {
		return errors.New("bad data")
	}
	r.loaded = append(r.loaded, name+"="+string(data))
	return nil
}

func TestLoadFiles(t *testing.T) {
	disk := map[string]string{"a": "1", "b": "2", "c": "bad"}
	read := func(name string) ([]byte, error) {
		if text, ok := disk[name]; ok {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}
	r := &reader{files: []string{"a", "b"}}
	if err := strategy.LoadFiles(r, read); err != nil {
		t.Fatal(err)
	}
	equal(t, r.loaded, []string{"a=1", "b=2"})
	if err := strategy.LoadFiles(&reader{files: []string{"z"}}, read); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: got %v", err)
	}
	if err := strategy.LoadFiles(&reader{files: []string{"c"}}, read); err == nil {
		t.Error("bad file: no error")
	}
	if err := strategy.LoadFiles(bare{}, read); err != nil {
		t.Errorf("a strategy without files: %v", err)
	}
}
