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
//
// After each round: no order reached the broker twice, nothing reached it that
// the engine does not know, every execution is booked once and as it was, and
// positions and cash are equal to the cent. Orders that were cut off on their
// way are Unknown; when there are many of them, and at the end of ten rounds or
// more, the engine is left alone until each has been settled.
func TestKillRounds(t *testing.T) {
	t.Parallel()
	rounds := setting(t, "GANNET_KILL_ROUNDS", 3)
	seed := setting(t, "GANNET_KILL_SEED", uint64(time.Now().UnixNano())%1_000_000)
	t.Logf("again with: GANNET_KILL_ROUNDS=%d GANNET_KILL_SEED=%d go test ./test -v -timeout 0 -run 'TestKillRounds$'", rounds, seed)
	k := &killing{rng: rand.New(rand.NewPCG(seed, 0)), begun: time.Now()}
	k.sim = newSimulator(t)
	k.trader = newTrader(t, config{sim: k.sim, every: 16 * time.Second, strategies: []string{
		"{id: swift, name: emacross, instruments: [SPY.ARCA, QQQ.NASDAQ], params: {fast: 1, slow: 2, qty: 10, short: false}}",
		"{id: steady, name: emacross, instruments: [all], params: {fast: 4, slow: 8, qty: 5, short: false}}",
		"{id: dip, name: dip, instruments: [all], params: {qty: 1, drop: 0.01}}",
	}}.yaml())
	k.again()
	k.trading()
	for n := range rounds {
		how := k.round()
		k.compare()
		t.Logf("round %d of %d: killed %s; %s", n+1, rounds, how, k)
		if k.open > 8 || rounds >= 10 && n+1 == rounds {
			k.calm()
			t.Logf("calm: no order's fate is open; %s", k)
		}
		k.must("resume")
	}
	if k.killed == 0 || k.executions == 0 {
		t.Error("nothing was killed, or nothing was traded: the test shows nothing")
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

// killing is an engine that is killed again and again.
type killing struct {
	pair
	rng     *rand.Rand
	begun   time.Time
	started time.Time // the present run
	killed  int
}

func (k *killing) String() string {
	return fmt.Sprintf("%d kills, %d orders at the broker, %d executions, %d fates open, %d cut off on their way, %s",
		k.killed, k.sent, k.executions, k.open, k.cutOff, time.Since(k.begun).Round(time.Second))
}

// round lets the engine run to a random moment, kills it and starts it again,
// and says how.
func (k *killing) round() (how string) {
	switch dice := k.rng.IntN(10); {
	case dice < 2:
		k.end()
		k.again()
		how = fmt.Sprintf("%s after a start", k.pause(2500))
	case dice < 5:
		delay := 100 + k.rng.IntN(900)
		how = k.amid()
		orders := k.logs(`"status":"PendingSubmit"`)
		k.fault(map[string]any{"delay": fmt.Sprintf("%dms", delay), "count": 2})
		k.await("an order is on its way", func() bool { return k.logs(`"status":"PendingSubmit"`) > orders })
		how += fmt.Sprintf(", %s into an order that takes the broker %d ms", k.pause(delay), delay)
	case dice < 8:
		cut := []string{"request", "response"}[k.rng.IntN(2)]
		k.fault(map[string]any{"cut": cut, "count": 1 + k.rng.IntN(3)})
		how = fmt.Sprintf("%s with the link cut in a %s", k.amid(), cut)
	default:
		how = k.amid()
	}
	k.end()
	k.again()
	k.trading()
	return how
}

func (k *killing) fault(f map[string]any) {
	f["on"] = ibkrsim.PlaceOrder
	k.sim.make("fault", f)
}

// amid waits for some fills and a little longer.
func (k *killing) amid() string {
	fills := 1 + k.rng.IntN(12)
	before := k.fillsLogged()
	k.await("fills", func() bool { return k.fillsLogged()-before >= fills })
	return fmt.Sprintf("%s after %d fills", k.pause(300), fills)
}

func (k *killing) fillsLogged() int { return k.logs(`"message":"fill"`) }

// pause waits for a random moment.
func (k *killing) pause(most int) time.Duration {
	d := time.Duration(k.rng.IntN(most*1000)) * time.Microsecond
	<-time.After(d)
	return d
}

func (k *killing) end() {
	k.kill()
	k.killed++
}

// again starts the engine, no sooner than the broker's pacing allows: it takes
// one question for orders in five seconds, and each run begins with two.
func (k *killing) again() {
	k.t.Helper()
	if !k.started.IsZero() {
		pace := 5 * time.Second
		if k.logs("strategies start") > 0 {
			pace = 10 * time.Second
		}
		<-time.After(time.Until(k.started.Add(pace)))
	}
	k.run()
	k.started = time.Now()
}
