package wiretest_test

import (
	"fmt"

	"gannet/market/wire/wiretest"
)

func ExampleEvents() {
	for _, ev := range wiretest.Events()[:3] {
		fmt.Println(ev.Seq, ev.Kind(), ev.TsEvent)
	}
	// Output:
	// 1 Tick 2026-03-02T14:30:00.5Z
	// 2 Bar 2026-03-02T14:30:01.5Z
	// 3 Signal 2026-03-02T14:30:02.5Z
}
