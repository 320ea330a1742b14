package oms

import (
	"strings"

	"gannet/market"
)

// execution is a fill that was booked.
type execution struct {
	order           *order // nil: external
	fill            market.Fill
	suffix          string // which correction of the fill this is
	commissionKnown bool
	earlier         bool // from before the desk's time: known, and not booked
}

// execs remembers every execution by its id without the correction number.
type execs struct {
	byBase map[string]*execution
	list   []*execution
}

func newExecs() execs { return execs{byBase: make(map[string]*execution)} }

func (e *execs) add(base string, x *execution) {
	e.byBase[base] = x
	e.list = append(e.list, x)
}

// splitExecID separates IBKR's correction number: "00025b49.6a56b338.01.01"
// is the execution "00025b49.6a56b338.01", and a correction of it repeats that
// with a higher last group. Ids of another shape have no correction number.
func splitExecID(id string) (base, suffix string) {
	dot := strings.LastIndexByte(id, '.')
	if strings.Count(id, ".") != 3 {
		return id, ""
	}
	return id[:dot], id[dot+1:]
}

// newer says whether correction number a comes after b.
func newer(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}
