package management_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/market"
)

const wire = `"clientInstructionId":7008143,"accountId":"DU1000001","currency":"USD","amount":250.75,"bankInstructionMethod":"WIRE"`

// A deposit is queued, polled and credited once, whoever polls it how often.
func TestDeposit(t *testing.T) {
	d := newDesk(t)
	out := d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire))
	if text(out, "instructionResult", "instructionStatus") != "PENDING" || text(out, "status") != "202" {
		t.Fatalf("answer %v", out)
	}
	number, set := text(out, "instructionResult", "instructionId"), text(out, "instructionSetId")
	d.wait(599)
	out = d.want(200, "GET", "/client-instructions/7008143", "")
	if text(out, "instructionResult", "instructionStatus") != "PENDING" {
		t.Fatalf("after 599 s: %v", out)
	}
	d.cash("DU1000001", "100000")
	d.wait(1)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			mu.Lock() // as the server does
			defer mu.Unlock()
			for _, path := range []string{"/instructions/" + number, "/client-instructions/7008143", "/instruction-sets/" + set} {
				if got, out := d.call("GET", path, ""); got != 200 {
					t.Errorf("%s: %d %v", path, got, out)
				}
			}
		})
	}
	all.Wait()
	d.cash("DU1000001", "100250.75")
	if d.ledger.moves != 1 {
		t.Errorf("%d moves, want 1", d.ledger.moves)
	}
	d.restart()
	d.wait(10_000)
	d.office.Advance(d.ledger.now)
	d.cash("DU1000001", "100250.75")
	out = d.want(200, "GET", "/instructions/"+number, "")
	if text(out, "instructionResult", "instructionStatus") != "PROCESSED" {
		t.Errorf("after a restart: %v", out)
	}
}

// A client's id that is used again makes another transaction; the status shows
// the first, with 208.
func TestReusedID(t *testing.T) {
	d := newDesk(t)
	first := d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire))
	d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire))
	d.wait(600)
	out := d.want(208, "GET", "/client-instructions/7008143", "")
	if text(out, "instructionSetId") != text(first, "instructionSetId") || text(out, "status") != "208" {
		t.Errorf("answer %v, want the first", out)
	}
	d.cash("DU1000001", "100501.50")
	d.user = other
	d.want(404, "GET", "/client-instructions/7008143", "")
	d.want(404, "GET", "/instructions/"+text(first, "instructionResult", "instructionId"), "")
	d.want(404, "GET", "/instruction-sets/"+text(first, "instructionSetId"), "")
}

// What an instruction says no to moves nothing.
func TestRejected(t *testing.T) {
	withdraw := `"clientInstructionId":1,"accountId":"DU1000001","currency":"USD","amount":%s,"bankInstructionName":"%s","bankInstructionMethod":"WIRE"`
	between := `"clientInstructionId":1,"sourceAccountId":"%s","targetAccountId":"%s","amount":%s,"currency":"USD"`
	for name, tt := range map[string]struct{ path, kind, fields, code string }{
		"no account":    {"external-cash-transfers", "DEPOSIT", `"clientInstructionId":1,"accountId":"U39","currency":"USD","amount":1,"bankInstructionMethod":"WIRE"`, "CORRUPT_DATA_INVALID_ACCT"},
		"not theirs":    {"external-cash-transfers", "DEPOSIT", `"clientInstructionId":1,"accountId":"DU3000003","currency":"USD","amount":1,"bankInstructionMethod":"WIRE"`, "ERROR_ACCOUNT_CP_NOT_RELATED"},
		"not an IRA":    {"external-cash-transfers", "DEPOSIT", wire + `,"iraDepositDetail":{"iraContributionType":"ROLLOVER","iraTaxYearType":"CURRENT","fromIraType":"NONE"}`, "NOT_IRA_ACCOUNT"},
		"too much":      {"external-cash-transfers", "WITHDRAWAL", fmt.Sprintf(withdraw, "100000.01", "home"), "INSUFFICIENT_FUNDS"},
		"unknown bank":  {"external-cash-transfers", "WITHDRAWAL", fmt.Sprintf(withdraw, "1", "away"), "ERROR_BANK_INSTRUCTION_NOT_FOUND"},
		"short":         {"internal-cash-transfers", "INTERNAL_CASH_TRANSFER", fmt.Sprintf(between, "DU1000001", "DU1000002", "100000.01"), "INSUFFICIENT_FUNDS"},
		"to itself":     {"internal-cash-transfers", "INTERNAL_CASH_TRANSFER", fmt.Sprintf(between, "DU1000001", "DU1000001", "1"), "ERROR_SAME_ACCOUNT"},
		"to others":     {"internal-cash-transfers", "INTERNAL_CASH_TRANSFER", fmt.Sprintf(between, "DU1000001", "DU3000003", "1"), "ERROR_ACCOUNT_CP_NOT_RELATED"},
		"no position":   {"internal-asset-transfers", "INTERNAL_POSITION_TRANSFER", `"clientInstructionId":1,"sourceAccountId":"DU1000001","targetAccountId":"DU1000002","transferQuantity":51,"tradingInstrument":{"conid":756733,"currency":"USD"}`, "INSUFFICIENT_POSITION"},
		"no instrument": {"external-asset-transfers", "FOP", `"clientInstructionId":1,"accountId":"DU1000001","direction":"IN","contraBrokerAccountId":"1","contraBrokerDtcCode":"2","quantity":1,"tradingInstrument":{"currency":"USD","tradingInstrumentDescription":{"securityIdType":"ISIN","securityId":"XX","assetType":"STK"}}`, "ERROR_INSTRUMENT_NOT_FOUND"},
		"not pending":   {"bank-instructions", "TRADITIONAL_BANK_INSTRUCTION_VERIFICATION", `"clientInstructionId":1,"bankInstructionCode":"USACH","bankInstructionName":"x","accountId":"DU1000001","pendingInstructionId":5,"creditAmount1":0.1,"creditAmount2":0.2`, "ERROR_INSTRUCTION_NOT_IN_PENDING_VERIFICATION_STATE"},
		"not related":   {"instructions/cancel", "CANCEL_INSTRUCTION", `"clientInstructionId":1,"instructionId":5,"reason":"x"`, "ERROR_INSTR_ID_AND_CP_NOT_RELATED"},
		"no account 2":  {"balances/query", "QUERY_WITHDRAWABLE_CASH_EQUITY", `"clientInstructionId":1,"accountId":"U39","currency":"USD"`, "CORRUPT_DATA_INVALID_ACCT"},
		"no IRA":        {"external-cash-transfers/query", "QUERY_IRA_CONTRIBUTIONS", `"clientInstructionId":1,"accountId":"DU1000001","year":"2026"`, "NOT_IRA_ACCOUNT"},
		"no recurrence": {"bank-instructions/query", "QUERY_RECENT_RECURRING_EVENTS", `"clientInstructionId":1,"ibReferenceId":5`, "ERROR_RECURRING_INSTRUCTION_NOT_FOUND"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			out := d.want(422, "POST", "/"+tt.path, instruct(tt.kind, tt.fields))
			if got := text(out, "instructionResult", "error", "errorCode"); got != tt.code || text(out, "instructionResult", "instructionStatus") != "REJECTED" {
				t.Errorf("code %q, want %q: %v", got, tt.code, out)
			}
			d.wait(100_000)
			d.office.Advance(d.ledger.now)
			if d.ledger.moves != 0 {
				t.Errorf("%d moves of what was rejected", d.ledger.moves)
			}
		})
	}
}

// Bodies that are not what they have to be are 400 and move nothing.
func TestMalformed(t *testing.T) {
	d := newDesk(t)
	for _, body := range []string{
		"", "null", "[]", "{}", `{"instructionType":"DEPOSIT"}`, `{"instructionType":"DEPOSIT","instruction":null}`,
		`{"instructionType":"DEPOSIT","instruction":[]}`, instruct("WITHDRAW", wire), instruct("INTERNAL_CASH_TRANSFER", wire),
		instruct("DEPOSIT", `"clientInstructionId":"7","accountId":"DU1000001","currency":"USD","amount":1,"bankInstructionMethod":"WIRE"`),
		instruct("DEPOSIT", `"clientInstructionId":7,"accountId":"DU1000001","currency":"usd","amount":1,"bankInstructionMethod":"WIRE"`),
		instruct("DEPOSIT", `"clientInstructionId":7,"accountId":"DU1000001","currency":"USD","amount":1,"bankInstructionMethod":"CASH"`),
		instruct("DEPOSIT", `"clientInstructionId":7,"accountId":"DU1000001","currency":"USD","bankInstructionMethod":"WIRE","AMOUNT":1`),
	} {
		d.want(400, "POST", "/external-cash-transfers", body)
	}
	for _, amount := range []string{`"1"`, "0", "-1", "0.001", "1e14", "1e999999999", "1e-999999999", "true", "{}", "null", "10000000000000000000000000000000000"} {
		d.want(400, "POST", "/external-cash-transfers", instruct("DEPOSIT", `"clientInstructionId":7,"accountId":"DU1000001","currency":"USD","bankInstructionMethod":"WIRE","amount":`+amount))
	}
	out := d.want(400, "POST", "/internal-asset-transfers", instruct("INTERNAL_POSITION_TRANSFER",
		`"clientInstructionId":1,"sourceAccountId":"DU1000001","targetAccountId":"DU1000002","transferQuantity":1,"tradingInstrument":{"currency":"USD"}`))
	if text(out, "invalidArguments", 0, "field") != "conid/tradingInstrumentDescription" {
		t.Errorf("answer %v", out)
	}
	d.want(501, "POST", "/external-cash-transfers", instruct("DEPOSIT", `"clientInstructionId":7,"accountId":"DU1000001","currency":"USD","amount":1,"bankInstructionMethod":"OPEN_BANKING"`))
	// A field in other letters is another field: it must not replace the amount.
	d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire+`,"Amount":-5000`))
	d.wait(600)
	d.office.Advance(d.ledger.now)
	d.cash("DU1000001", "100250.75")
}

// Cash goes from one account to the other at once, or at the time asked for.
func TestInternalCash(t *testing.T) {
	d := newDesk(t)
	fields := `"sourceAccountId":"DU1000001","targetAccountId":"DU1000002","amount":1000.10,"currency":"USD"`
	out := d.want(201, "POST", "/internal-cash-transfers", instruct("INTERNAL_CASH_TRANSFER", `"clientInstructionId":1,`+fields))
	if text(out, "instructionResult", "instructionStatus") != "PROCESSED" {
		t.Errorf("answer %v", out)
	}
	d.cash("DU1000001", "98999.90")
	d.cash("DU1000002", "101000.10")
	later := (d.ledger.now + 86400*market.Second).Time().Format("2006-01-02T15:04:05Z")
	d.want(202, "POST", "/internal-cash-transfers", instruct("INTERNAL_CASH_TRANSFER", `"clientInstructionId":2,"dateTimeToOccur":"`+later+`",`+fields))
	d.wait(86399)
	d.want(200, "GET", "/client-instructions/2", "")
	d.cash("DU1000001", "98999.90")
	d.wait(1)
	d.want(200, "GET", "/client-instructions/2", "")
	d.cash("DU1000001", "97999.80")
	d.cash("DU1000002", "102000.20")
}

// Of several instructions each has its own fate; a malformed one fails all.
func TestBulk(t *testing.T) {
	d := newDesk(t)
	item := `{"clientInstructionId":%d,"sourceAccountId":"DU1000001","targetAccountId":"%s","amount":60000,"currency":"USD"}`
	body := func(items ...string) string {
		list := ""
		for i, one := range items {
			if i > 0 {
				list += ","
			}
			list += one
		}
		return `{"instructionType":"INTERNAL_CASH_TRANSFER","instructions":[` + list + `]}`
	}
	good := fmt.Sprintf(item, 1, "DU1000002")
	d.want(400, "POST", "/internal-cash-transfers:bulk", body(good, `{"clientInstructionId":2}`))
	d.want(400, "POST", "/internal-cash-transfers:bulk", body())
	d.want(404, "GET", "/client-instructions/1", "")
	// The second finds the cash promised to the first; the third has no account.
	out := d.want(207, "POST", "/internal-cash-transfers:bulk", body(good, fmt.Sprintf(item, 2, "DU1000002"), fmt.Sprintf(item, 3, "U39")))
	for i, want := range []string{"202", "422", "422"} {
		if got := text(out, "instructionResults", i, "status"); got != want {
			t.Errorf("item %d: status %s, want %s", i, got, want)
		}
	}
	d.cash("DU1000001", "100000")
	d.wait(600)
	out = d.want(200, "GET", "/instruction-sets/"+text(out, "instructionSetId"), "")
	if text(out, "instructionResults", 0, "instructionResult", "instructionStatus") != "PROCESSED" {
		t.Errorf("set %v", out)
	}
	d.cash("DU1000001", "40000")
	d.cash("DU1000002", "160000")
	d.want(202, "POST", "/external-cash-transfers:bulk", `{"instructionType":"DEPOSIT","instructions":[{`+wire+`}]}`)
}

// A waiting instruction can be taken back, a deposit and a done one cannot.
func TestCancel(t *testing.T) {
	d := newDesk(t)
	out := d.want(202, "POST", "/external-cash-transfers", instruct("WITHDRAWAL",
		`"clientInstructionId":1,"accountId":"DU1000001","currency":"USD","amount":500,"bankInstructionName":"home","bankInstructionMethod":"WIRE"`))
	take := func(n int, id string) string {
		return instruct("CANCEL_INSTRUCTION", fmt.Sprintf(`"clientInstructionId":%d,"instructionId":%s,"reason":"changed my mind"`, n, id))
	}
	id := text(out, "instructionResult", "instructionId")
	d.want(201, "POST", "/instructions/cancel", take(2, id))
	d.want(422, "POST", "/instructions/cancel", take(3, id))
	out = d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire))
	out = d.want(422, "POST", "/instructions/cancel", take(4, text(out, "instructionResult", "instructionId")))
	if text(out, "instructionResult", "error", "errorCode") != "ERROR_CANCELLATION_NOT_ALLOWED" {
		t.Errorf("answer %v", out)
	}
	out = d.want(207, "POST", "/instructions/cancel:bulk", `{"instructionType":"CANCEL_INSTRUCTION","instructions":[{"clientInstructionId":9,"instructionId":`+id+`,"reason":"x"}]}`)
	if text(out, "instructionResults", 0, "status") != "422" {
		t.Errorf("answer %v", out)
	}
	d.wait(600)
	out = d.want(200, "GET", "/client-instructions/1", "")
	if text(out, "instructionResult", "instructionStatus") != "REJECTED" {
		t.Errorf("cancelled: %v", out)
	}
	d.cash("DU1000001", "100250.75")
}

// Positions move with their instruction, in and out of IBKR and inside.
func TestAssets(t *testing.T) {
	d := newDesk(t)
	spy := `"tradingInstrument":{"conid":756733,"currency":"USD"}`
	d.want(202, "POST", "/internal-asset-transfers", instruct("INTERNAL_POSITION_TRANSFER",
		`"clientInstructionId":1,"sourceAccountId":"DU1000001","targetAccountId":"DU1000002","transferQuantity":20,`+spy))
	d.want(202, "POST", "/external-asset-transfers", instruct("FOP",
		`"clientInstructionId":2,"accountId":"DU1000001","direction":"OUT","contraBrokerAccountId":"1","contraBrokerDtcCode":"2","quantity":5.5,`+spy))
	d.want(202, "POST", "/external-asset-transfers", instruct("DWAC",
		`"clientInstructionId":3,"accountId":"DU1000002","direction":"IN","contraBrokerAccountId":"1","contraBrokerTaxId":"2","quantity":7,"tradingInstrument":{"currency":"USD","tradingInstrumentDescription":{"securityIdType":"ISIN","securityId":"US78462F1030","assetType":"STK"}}`))
	d.want(202, "POST", "/external-asset-transfers:bulk", `{"instructionType":"EXTERNAL_POSITION_TRANSFER","instructions":[{"clientInstructionId":4,"type":"FULL","subType":"ACATS","brokerId":"0226","brokerName":"NFS","accountAtBroker":"Z1","accountId":"DU1000001","signature":"A B"}]}`)
	d.want(202, "POST", "/internal-asset-transfers:bulk", `{"instructionType":"INTERNAL_POSITION_TRANSFER","instructions":[{"clientInstructionId":5,"sourceAccountId":"DU1000001","targetAccountId":"DU1000002","transferQuantity":49,`+spy+`}]}`)
	d.wait(600)
	d.office.Advance(d.ledger.now)
	if a, b := d.ledger.held["DU1000001"][756733], d.ledger.held["DU1000002"][756733]; a != market.MustQty("24.5") || b != market.Shares(27) {
		t.Errorf("positions %s and %s, want 24.5 and 27", a, b)
	}
	out := d.want(200, "GET", "/client-instructions/5", "") // 49 were there when it was accepted
	if text(out, "instructionResult", "error", "errorCode") != "INSUFFICIENT_POSITION" {
		t.Errorf("answer %v", out)
	}
}

// A bank account is used by ACH after its two small deposits were told back.
func TestBanks(t *testing.T) {
	d := newDesk(t)
	out := d.want(202, "POST", "/bank-instructions", instruct("ACH_INSTRUCTION", `"clientInstructionId":1,"bankInstructionCode":"USACH","achType":"DEBIT_CREDIT","bankInstructionName":"savings","currency":"USD","accountId":"DU1000001","clientAccountInfo":{"bankRoutingNumber":"122199983","bankAccountNumber":"9876543210","bankName":"B","bankAccountTypeCode":1}`))
	id := text(out, "instructionResult", "instructionId")
	d.wait(600)
	out = d.want(200, "GET", "/instructions/"+id, "")
	if text(out, "instructionResult", "instructionStatus") != "PENDING_VERIFICATION" {
		t.Fatalf("answer %v", out)
	}
	ach := `"accountId":"DU1000001","currency":"USD","amount":9,"bankInstructionMethod":"ACH","bankInstructionName":"savings"`
	d.want(422, "POST", "/external-cash-transfers", instruct("DEPOSIT", `"clientInstructionId":2,`+ach))
	d.restart()
	number, _ := parse(id)
	first, second, ok := d.office.MicroDeposits(number)
	if !ok {
		t.Fatal("no micro deposits")
	}
	verify := func(n int, a, b market.Money) {
		d.want(202, "POST", "/bank-instructions", instruct("TRADITIONAL_BANK_INSTRUCTION_VERIFICATION", fmt.Sprintf(
			`"clientInstructionId":%d,"bankInstructionCode":"USACH","bankInstructionName":"savings","accountId":"DU1000001","pendingInstructionId":%s,"creditAmount1":%s,"creditAmount2":%s`, n, id, a, b)))
		d.wait(600)
	}
	verify(3, first.Add(market.MustMoney("1")), second)
	out = d.want(200, "GET", "/client-instructions/3", "")
	if text(out, "instructionResult", "instructionStatus") != "REJECTED" {
		t.Errorf("wrong amounts: %v", out)
	}
	verify(4, second, first)
	out = d.want(200, "GET", "/instructions/"+id, "")
	if text(out, "instructionResult", "instructionStatus") != "PROCESSED" {
		t.Errorf("verified: %v", out)
	}
	d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", `"clientInstructionId":5,`+ach))
	list := `"clientInstructionId":6,"accountId":"DU1000001","bankInstructionMethod":"ACH"`
	out = d.want(201, "POST", "/bank-instructions/query", instruct("QUERY_BANK_INSTRUCTION", list))
	if got := text(out, "instructionResult", "bankInstructionDetails", 0, "bankAccountNumber"); got != "*****3210" {
		t.Errorf("account number %q", got)
	}
	d.want(202, "POST", "/bank-instructions:bulk", `{"instructionType":"DELETE_BANK_INSTRUCTION","instructions":[{"clientInstructionId":7,"accountId":"DU1000001","bankInstructionName":"savings","bankInstructionMethod":"ACH","currency":"USD"}]}`)
	d.want(202, "POST", "/bank-instructions", instruct("PREDEFINED_DESTINATION_INSTRUCTION", `"clientInstructionId":8,"bankInstructionName":"b","bankInstructionMethod":"SEPA","accountId":"DU1000001","currency":"EUR","financialInstitution":{"name":"n","identifier":"i","identifierType":"BIC","clientAccountId":"DE1"}`))
	d.wait(600)
	out = d.want(201, "POST", "/bank-instructions/query", instruct("QUERY_BANK_INSTRUCTION", list))
	if at(out, "instructionResult", "bankInstructionDetails", 0) != nil {
		t.Errorf("deleted: %v", out)
	}
}

// A repeating deposit comes every month until it ends or is cancelled.
func TestRecurring(t *testing.T) {
	d := newDesk(t)
	out := d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire+`,"recurringInstructionDetail":{"instructionName":"savings plan","frequency":"MONTHLY","startDate":"2026-10-31","endDate":"2027-03-01"}`))
	reference, id := text(out, "instructionResult", "ibReferenceId"), text(out, "instructionResult", "instructionId")
	d.want(422, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire+`,"recurringInstructionDetail":{"instructionName":"late","frequency":"YEARLY","startDate":"2026-01-01"}`))
	d.wait(600)
	d.office.Advance(d.ledger.now)
	d.cash("DU1000001", "100000")
	out = d.want(201, "POST", "/bank-instructions/query", instruct("QUERY_RECURRING_INSTRUCTIONS", `"clientInstructionId":2,"accountId":"DU1000001"`))
	if text(out, "instructionResult", "recurringInstructions", 0, "requestId") != reference {
		t.Errorf("answer %v", out)
	}
	d.wait(41 * 86400)
	d.office.Advance(d.ledger.now) // October 31
	d.cash("DU1000001", "100250.75")
	d.restart()
	d.wait(92 * 86400)
	d.office.Advance(d.ledger.now) // November 30, December 31, January 31
	d.cash("DU1000001", "101003")
	d.want(201, "POST", "/instructions/cancel", instruct("CANCEL_INSTRUCTION", `"clientInstructionId":3,"instructionId":`+id+`,"reason":"enough"`))
	d.wait(92 * 86400)
	d.office.Advance(d.ledger.now)
	d.cash("DU1000001", "101003")
	out = d.want(201, "POST", "/bank-instructions/query", instruct("QUERY_RECENT_RECURRING_EVENTS", `"clientInstructionId":4,"ibReferenceId":`+reference+`,"numberOfTransactions":2`))
	if text(out, "instructionResult", "recurringTransactionStatus") != "CANCELED" || at(out, "instructionResult", "transactionHistory", "result", 1) == nil ||
		at(out, "instructionResult", "transactionHistory", "result", 2) != nil {
		t.Errorf("answer %v", out)
	}
}

// Queries answer what is free, and the history a minute later.
func TestQueries(t *testing.T) {
	d := newDesk(t)
	d.want(202, "POST", "/external-cash-transfers", instruct("WITHDRAWAL",
		`"clientInstructionId":1,"accountId":"DU1000001","currency":"USD","amount":400,"bankInstructionName":"home","bankInstructionMethod":"WIRE"`))
	asked := `"clientInstructionId":2,"accountId":"DU1000001","currency":"USD"`
	out := d.want(201, "POST", "/balances/query", instruct("QUERY_WITHDRAWABLE_CASH_EQUITY", asked))
	if text(out, "instructionResult", "withdrawableCashAmount") != "99600" || text(out, "instructionResult", "availableEquityValue") != "132750" {
		t.Errorf("answer %v", out)
	}
	out = d.want(201, "POST", "/external-cash-transfers/query", instruct("QUERY_WITHDRAWABLE_FUNDS", asked))
	if text(out, "instructionResult", "withdrawableAmount") != "99600" {
		t.Errorf("answer %v", out)
	}
	d.want(201, "POST", "/external-cash-transfers/query", instruct("QUERY_WITHDRAWABLE_FUNDS", asked+`,"bankInstructionName":"home"`))
	recent := instruct("QUERY_RECENT_INSTRUCTIONS", `"clientInstructionId":3,"accountId":"DU1000001","transactionHistory":{"daysToGoBack":5,"transactionType":"WITHDRAWAL"}`)
	d.want(202, "POST", "/instructions/query", recent)
	d.want(422, "POST", "/instructions/query", recent)
	d.wait(60)
	out = d.want(208, "GET", "/client-instructions/3", "")
	row := at(out, "instructionResult", "instructionHistory", "result", 0)
	if text(row, "clientInstructionId") != "1" || text(row, "amount") != "400" || text(row, "status") != "PENDING" {
		t.Errorf("history %v", out)
	}
}

// A ledger that refuses leaves the instruction rejected and the cash where it is.
func TestLedgerRefuses(t *testing.T) {
	d := newDesk(t)
	d.want(202, "POST", "/external-cash-transfers", instruct("DEPOSIT", wire))
	d.ledger.broken = true
	d.wait(600)
	out := d.want(200, "GET", "/client-instructions/7008143", "")
	if text(out, "instructionResult", "error", "errorMessage") != "no such account" {
		t.Errorf("answer %v", out)
	}
	d.want(http.StatusUnprocessableEntity, "POST", "/internal-cash-transfers", instruct("INTERNAL_CASH_TRANSFER",
		`"clientInstructionId":1,"sourceAccountId":"DU1000001","targetAccountId":"DU1000002","amount":1,"currency":"USD"`))
}

// A bank account of the configuration stays deleted over a restart, and what is
// too old is forgotten.
func TestForgotten(t *testing.T) {
	d := newDesk(t)
	d.want(202, "POST", "/bank-instructions", instruct("DELETE_BANK_INSTRUCTION",
		`"clientInstructionId":1,"accountId":"DU1000001","bankInstructionName":"home","bankInstructionMethod":"WIRE","currency":"USD"`))
	d.wait(600)
	d.office.Advance(d.ledger.now)
	d.restart()
	out := d.want(201, "POST", "/bank-instructions/query", instruct("QUERY_BANK_INSTRUCTION", `"clientInstructionId":2,"accountId":"DU1000001","bankInstructionMethod":"WIRE"`))
	if at(out, "instructionResult", "bankInstructionDetails", 0) != nil {
		t.Errorf("after a restart: %v", out)
	}
	item := `{"clientInstructionId":3,"instructionId":5,"reason":"x"}`
	body := []byte(`{"instructionType":"CANCEL_INSTRUCTION","instructions":[` + strings.Repeat(item+",", 999) + item + `]}`)
	route, _ := management.Routes.Find("POST", "/instructions/cancel:bulk")
	for range 21 {
		r := request("POST", "/instructions/cancel:bulk", "")
		r.Body, r.User, r.Now = body, user, d.ledger.now
		if reply := route.Handle(d.office, r); reply.Status != 207 {
			t.Fatalf("status %d", reply.Status)
		}
	}
	d.want(404, "GET", "/client-instructions/1", "")
	d.want(208, "GET", "/client-instructions/3", "")
	if len(d.store) > 20_010 {
		t.Errorf("%d entries are kept", len(d.store))
	}
	d.restart()
	d.want(404, "GET", "/client-instructions/2", "")
}

// Nobody can make the office remember without end what is not yet due.
func TestTooManyWaiting(t *testing.T) {
	d := newDesk(t)
	item := `{"clientInstructionId":3,"accountId":"DU1000001","currency":"USD","amount":1,"bankInstructionMethod":"WIRE"}`
	body := []byte(`{"instructionType":"DEPOSIT","instructions":[` + strings.Repeat(item+",", 999) + item + `]}`)
	route, _ := management.Routes.Find("POST", "/external-cash-transfers:bulk")
	for i := range 6 {
		r := request("POST", "/external-cash-transfers:bulk", "")
		r.Body, r.User, r.Now = body, user, d.ledger.now
		if reply, want := route.Handle(d.office, r), []int{202, 202, 202, 202, 202, 207}[i]; reply.Status != want {
			t.Fatalf("request %d: status %d, want %d", i, reply.Status, want)
		}
	}
	d.wait(600)
	d.office.Advance(d.ledger.now)
	d.cash("DU1000001", "105000")
}

func FuzzBodies(f *testing.F) {
	for _, route := range management.Routes.All {
		if route.Methods != "GET" {
			f.Add(route.Pattern, instruct("DEPOSIT", wire))
			f.Add(route.Pattern, `{"instructionType":"INTERNAL_CASH_TRANSFER","instructions":[{"amount":1e400}]}`)
			f.Add(route.Pattern, `{"application":{"customer":{"type":"INDIVIDUAL"},"accounts":[{"baseCurrency":"USD"}]}}`)
			f.Add(route.Pattern, `{"accountManagementRequests":{"accountClose":{"accountId":"DU1000001"}}}`)
			f.Add(route.Pattern, `{"accountId":"DU1000001","startDate":"2026","endDate":"202609","year":2026,"type":"ALL","format":"PDF"}`)
		}
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		d := newDesk(t)
		total := d.ledger.cash["DU1000001"]["USD"].Add(d.ledger.cash["DU1000002"]["USD"])
		for _, method := range []string{"GET", "POST", "PATCH"} {
			route, vars := management.Routes.Find(method, path)
			if route == nil {
				continue
			}
			r := request(method, "/", body)
			r.Path, r.Vars, r.User, r.Now = path, vars, user, d.ledger.now
			reply := route.Handle(d.office, r)
			if reply.Status < 200 || reply.Status > 299 {
				d.office.Advance(d.ledger.now + 4000*market.Second)
				now := d.ledger.cash["DU1000001"]["USD"].Add(d.ledger.cash["DU1000002"]["USD"])
				if d.ledger.moves != 0 || !now.Equal(total) {
					t.Errorf("%s %s %s: %d, and cash moved", method, path, body, reply.Status)
				}
			}
		}
		d.office.Advance(d.ledger.now + 4000*market.Second)
	})
}
