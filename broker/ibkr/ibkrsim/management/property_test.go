package management_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gannet/market"
)

// Whatever is asked in whatever order, with restarts in between: the cash of
// the accounts is what they began with and what the processed instructions say,
// and every activity is in it.
func TestCashIsWhatWasProcessed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := newDesk(t)
		accounts := []string{"DU1000001", "DU1000002"}
		type sent struct {
			id, from, to string
			amount       market.Money
		}
		var all []sent
		client := 0
		ask := func(path, kind, fields string, s sent) {
			client++
			got, out := d.call("POST", path, instruct(kind, fmt.Sprintf(`"clientInstructionId":%d,"currency":"USD","amount":%s,%s`, client, s.amount, fields)))
			if got != 201 && got != 202 && got != 422 {
				rt.Fatalf("%s: %d %v", kind, got, out)
			}
			s.id = text(out, "instructionResult", "instructionId")
			all = append(all, s)
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			amount := market.MustMoney(fmt.Sprintf("%d.%02d", rapid.IntRange(1, 60000).Draw(rt, "amount"), rapid.IntRange(0, 99).Draw(rt, "cents")))
			from := rapid.SampledFrom(accounts).Draw(rt, "account")
			to := accounts[1-slices.Index(accounts, from)]
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0:
				ask("/external-cash-transfers", "DEPOSIT", `"accountId":"`+to+`","bankInstructionMethod":"WIRE"`, sent{to: to, amount: amount})
			case 1:
				ask("/external-cash-transfers", "WITHDRAWAL", `"accountId":"DU1000001","bankInstructionMethod":"WIRE","bankInstructionName":"home"`,
					sent{from: "DU1000001", amount: amount})
			case 2:
				ask("/internal-cash-transfers", "INTERNAL_CASH_TRANSFER", `"sourceAccountId":"`+from+`","targetAccountId":"`+to+`"`, sent{from: from, to: to, amount: amount})
			case 3:
				d.wait(int64(rapid.IntRange(1, 700).Draw(rt, "seconds")))
			case 4:
				d.restart()
			case 5:
				if len(all) > 0 {
					client++
					d.call("POST", "/instructions/cancel", instruct("CANCEL_INSTRUCTION", fmt.Sprintf(`"clientInstructionId":%d,"instructionId":%s,"reason":"x"`,
						client, rapid.SampledFrom(all).Draw(rt, "which").id)))
				}
			}
		}
		d.wait(10_000)
		want := map[string]market.Money{accounts[0]: market.MustMoney("100000"), accounts[1]: market.MustMoney("100000")}
		for _, s := range all {
			_, out := d.call("GET", "/instructions/"+s.id, "")
			switch status := text(out, "instructionResult", "instructionStatus"); status {
			case "PROCESSED":
				want[s.from] = want[s.from].Sub(s.amount)
				want[s.to] = want[s.to].Add(s.amount)
			case "REJECTED":
			default:
				rt.Fatalf("%s is %s in the end", s.id, status)
			}
		}
		for _, account := range accounts {
			sum := market.Money{}
			for _, a := range d.ledger.Activity(account, 0, d.ledger.now+1) {
				sum = sum.Add(a.Net())
			}
			if got := d.ledger.Cash(account, "USD"); !got.Equal(want[account]) || !got.Equal(sum) || got.IsNegative() {
				rt.Fatalf("%s has %s, want %s; activity says %s", account, got, want[account], sum)
			}
		}
	})
}
