package test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"gannet/broker/ibkr/ibkrsim"
)

// TestKillRounds kills a trading engine at a random moment, starts it again,
// and compares it with the broker, which runs in a process of its own and has
// seen it all. Some kills come before the engine is ready, most amid orders;
// in some rounds the broker is slow or its answers are lost as well.
//
//	GANNET_KILL_ROUNDS  rounds; default 3
//	GANNET_KILL_SEED    seed of the moments; default a new one, which is printed
//	GANNET_KILL_CALM    after so many rounds (and at the end of ten or more) the
//	                    engine is left alone until no order's fate is open; default 10
//
// After each round: no order reached the broker twice, nothing reached it that
// the engine does not know, every execution is booked once and as it was, and
// positions and cash are equal to the cent.
func TestKillRounds(t *testing.T) {
	t.Parallel()
	rounds, calm := setting(t, "GANNET_KILL_ROUNDS", 3), setting(t, "GANNET_KILL_CALM", 10)
	seed := setting(t, "GANNET_KILL_SEED", uint64(time.Now().UnixNano())%1_000_000)
	again := fmt.Sprintf("GANNET_KILL_ROUNDS=%d GANNET_KILL_SEED=%d go test ./test -v -timeout 0 -run 'TestKillRounds$'", rounds, seed)
	t.Log("again with:", again)
	k := &killing{rng: rand.New(rand.NewPCG(seed, 0))}
	k.sim = newSimulator(t)
	k.trader = newTrader(t, config{sim: k.sim}.yaml())
	k.run()
	begun := time.Now()
	for n := range rounds {
		how := k.round(int(n))
		k.settle(t)
		t.Logf("round %d after %s: %s; %s", n+1, time.Since(begun).Round(time.Second), how, k.count())
		if (n+1)%calm == 0 {
			k.calm(t)
			t.Logf("no order's fate is open after %s", time.Since(begun).Round(time.Second))
		}
		k.must("resume")
	}
	if k.killed == 0 || len(k.sim.truth().Executions) == 0 {
		t.Error("nothing was traded, or nothing killed: the test shows nothing")
	}
}

// setting is a number from the environment.
func setting(t *testing.T, name string, standard uint64) uint64 {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return standard
	}
	n, err := strconv.ParseUint(v, 10, 64)
	check(t, err)
	return n
}

// killing is an engine whose days are numbered.
type killing struct {
	*trader
	sim    *simulator
	rng    *rand.Rand
	killed int
	last   budget
}

// round lets the engine run to a random moment, kills it and starts it again,
// and says how. The engine runs when it begins and when it ends.
func (k *killing) round(n int) (how string) {
	switch dice := k.rng.IntN(10); {
	case dice < 2:
		k.end()
		k.again()
		moment := k.moment(2500)
		how = fmt.Sprintf("killed %s after a start", moment)
	case dice < 5:
		delay := 20 + k.rng.IntN(400)
		k.sim.make("fault", map[string]any{"on": ibkrsim.PlaceOrder, "count": 1000, "delay": fmt.Sprintf("%dms", delay)})
		how = fmt.Sprintf("killed %s with a broker that takes %d ms", k.amid(), delay)
		k.sim.make("fault", map[string]any{"on": "GET /tickle"})
	case dice < 7:
		k.sim.make("fault", map[string]any{"on": ibkrsim.PlaceOrder, "cut": []string{"request", "response"}[k.rng.IntN(2)], "count": 1 + k.rng.IntN(3)})
		how = fmt.Sprintf("killed %s with a link that fails", k.amid())
	default:
		how = fmt.Sprintf("killed %s", k.amid())
	}
	k.end()
	k.again()
	return fmt.Sprintf("%s, %d", how, n)
}
