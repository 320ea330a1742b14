package oms_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
	"gannet/oms"
)

// statesPage is the documentation that is printed from the table.
const statesPage = "../docs/order-states.md"

const statesHead = `# Where an order can stand

This page is printed from the table in ` + "`oms/order.go`" + ` by a test; do not edit it.

Rows are where an order stands, columns what is reported of it. *open* is
Submitted, or PartiallyFilled when part of it is done. *fill* is Filled when
nothing is left; else PartiallyFilled, except that an order keeps the status of
a cancel or a change on its way, and that a late fill does not revive an order
that is over. A dash is never expected: the order stays as it was, trading in
the instrument halts, and an alert says so.

**Unknown** means: sent, and we do not know what became of it. It keeps its full
risk reservation and is left only on proof. **Denied** is our own refusal before
sending, **Rejected** the venue's.

`

func TestStatesPage(t *testing.T) {
	want := statesHead + oms.Table()
	if *update {
		if err := os.WriteFile(statesPage, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(statesPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/order-states.md is not what the table says; run go test ./oms -update\n%s", diff)
	}
}

// TestEndIsTheEnd: an order that is over is never revived; only a late fill
// may complete it.
func TestEndIsTheEnd(t *testing.T) {
	for s := market.PendingSubmit; s < market.NumOrdStatus; s++ {
		if !s.Terminal() {
			continue
		}
		for e := market.ExecNew; e < market.NumExecType; e++ {
			for _, all := range []bool{false, true} {
				to, _ := oms.Next(s, e, market.Shares(1), all)
				if to != s && (e != market.ExecTrade || to != market.Filled) {
					t.Errorf("%s + %s -> %s", s, e, to)
				}
			}
		}
	}
}

// TestUnknownNeedsProof: only the venue's word on the order leads out of Unknown.
func TestUnknownNeedsProof(t *testing.T) {
	for _, e := range []market.ExecType{market.ExecUnknown, market.ExecDenied, market.ExecCancelRejected, market.ExecCommission} {
		if to, _ := oms.Next(market.Unknown, e, 0, false); to != market.Unknown {
			t.Errorf("Unknown + %s -> %s", e, to)
		}
	}
}

func TestNextOutOfRange(t *testing.T) {
	if to, ok := oms.Next(200, market.ExecNew, 0, false); ok || to != 200 {
		t.Errorf("status 200: %s %v", to, ok)
	}
	if to, ok := oms.Next(market.Submitted, 200, 0, false); ok || to != market.Submitted {
		t.Errorf("report 200: %s %v", to, ok)
	}
	if !strings.Contains(oms.Table(), "| **Unknown** |") {
		t.Error("table has no row for Unknown")
	}
}
