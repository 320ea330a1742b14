package journal_test

import (
	"fmt"
	"os"

	"gannet/engine/journal"
)

// A restart and a crash are the same thing: read everything, then go on.
func Example() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	const intent = 1
	for run := range 2 {
		j, err := journal.Open(dir, journal.Options{})
		if err != nil {
			fmt.Println(err)
			return
		}
		err = j.Read(func(r journal.Record) error {
			fmt.Printf("replayed record %d of type %d: %s\n", r.Seq, r.Type, r.Payload)
			return nil
		})
		if err == nil {
			_, err = j.Append(intent, fmt.Appendf(nil, "BUY 100 SPY.ARCA in run %d", run))
		}
		if err == nil {
			err = j.Commit() // only now may the order leave
		}
		fmt.Println(j.Head().Seq, err, j.Close())
	}
	fmt.Println(journal.Verify(dir))
	// Output:
	// 1 <nil> <nil>
	// replayed record 1 of type 1: BUY 100 SPY.ARCA in run 0
	// 2 <nil> <nil>
	// 2 records in 1 segments, 218 bytes <nil>
}
