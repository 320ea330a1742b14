package management

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// plain is an amount as account management writes it: 100, not 100.0.
func plain(d market.Money) json.Number { return json.Number(d.String()) }

// tell puts the answer of a query into its instruction.
func (in *instruction) tell(answer map[string]any) { in.Extra = web.Encode(answer) }

func (o *Office) answerEquity(in *instruction, t *terms, _ market.Nanos) *refusal {
	in.tell(map[string]any{
		"accountId": t.Account, "currency": t.Currency,
		"withdrawableCashAmount": plain(o.available(t.Account, t.Currency)),
		"availableEquityValue":   plain(o.cfg.Ledger.Equity(t.Account, t.Currency)),
	})
	return nil
}

// answerFunds tells what can be withdrawn; with a bank, what can be withdrawn
// to it. Deposits are not held, so that both are the same.
func (o *Office) answerFunds(in *instruction, t *terms, _ market.Nanos) *refusal {
	cash := plain(o.available(t.Account, t.Currency))
	answer := map[string]any{"accountId": t.Account, "currency": t.Currency}
	if t.Bank != "" || t.Number != "" {
		answer["withdrawableAmountWithoutOriginationHold"] = cash
		answer["withdrawableAmountWithoutOriginationHoldNoBorrow"] = cash
	} else {
		answer["withdrawableAmount"], answer["withdrawableAmountNoBorrow"] = cash, cash
		answer["allowedTransferAmountToMaster"], answer["allowedTransferAmountToMasterNoBorrow"] = cash, cash
	}
	in.tell(answer)
	return nil
}

func (o *Office) answerBank(in *instruction, t *terms, _ market.Nanos) *refusal {
	details := []map[string]any{}
	for _, b := range o.banksOf(t.Account, t.Method) {
		status := statusProcessed
		if b.Waits {
			status = statusVerifying
		}
		details = append(details, map[string]any{
			"instructionName": b.Name, "type": "LOCAL_BANK", "currency": b.Currency, "instructionStatus": status,
			"bankRoutingNumber": b.Routing, "bankAccountNumber": masked(b.Number),
		})
	}
	in.tell(map[string]any{"accountId": t.Account, "bankInstructionMethod": t.Method, "bankInstructionDetails": details})
	return nil
}

func (o *Office) answerRecurring(in *instruction, t *terms, _ market.Nanos) *refusal {
	list := []map[string]any{}
	for _, n := range slices.Sorted(maps.Keys(o.series)) {
		if s := o.series[n]; s.Account == t.Account && s.Next != 0 {
			list = append(list, s.view())
		}
	}
	in.tell(map[string]any{"accountId": t.Account, "recurringInstructions": list})
	return nil
}

func (o *Office) answerRecurrences(in *instruction, t *terms, _ market.Nanos) *refusal {
	s := o.series[t.Reference]
	if s == nil || s.User != in.User {
		return &refusal{"ERROR_RECURRING_INSTRUCTION_NOT_FOUND", fmt.Sprintf("No recurring instruction with reference %d", t.Reference)}
	}
	most := int(cmp.Or(min(t.Count, maxEvents), maxEvents))
	events := append([]occurrence{}, s.Events[:min(most, len(s.Events))]...)
	in.tell(map[string]any{
		"recurringInstructionName": s.Name, "recurringTransactionType": s.Kind, "recurringTransactionStatus": s.Status,
		"amount": plain(s.Amount), "currency": s.Currency, "method": s.Method,
		"transactionHistory": map[string]any{"maxNumberOfTransactions": maxEvents, "result": events},
	})
	return nil
}

// checkAlone says no to a second query while one is being processed.
func checkAlone(o *Office, in *instruction, _ *terms, _ market.Nanos) *refusal {
	for i := range o.agenda {
		other := o.instructions[number64(o.agenda[i].key)]
		if o.agenda[i].what == keptInstruction && other != nil && other.User == in.User && other.Kind == in.Kind && other.Status == statusPending {
			return &refusal{"ERROR_QUERY_IN_PROGRESS", "No new queries will be allowed before the last one is processed"}
		}
	}
	return nil
}

const historyDays = 30

// answerRecent lists an account's instructions, newest first; queries are not
// among them.
func (o *Office) answerRecent(in *instruction, t *terms, now market.Nanos) *refusal {
	since := now - market.Nanos(min(t.History.Days, historyDays))*market.Nanos(24*time.Hour)
	list := []map[string]any{}
	for _, n := range slices.Backward(o.order) {
		other := o.instructions[n]
		wanted := t.History.Kind == "" || t.History.Kind == "ALL" || t.History.Kind == other.Kind
		if other.User != in.User || other.Account != t.Account || other.Received < since || !wanted || isQuery(other.Kind) {
			continue
		}
		row := map[string]any{
			"clientInstructionId": other.Client, "ibInstructionId": other.ID, "instructionType": other.Kind,
			"requestDate": other.Received.Time().In(o.cfg.Location).Format("2006-01-02T15:04:05-07"),
			"status":      other.Status, "instructionSetId": other.Set,
		}
		if of := other.terms(); of.Amount.IsPositive() {
			row["amount"], row["currency"] = plain(of.Amount), of.Currency
		}
		list = append(list, row)
	}
	in.tell(map[string]any{"instructionHistory": map[string]any{
		"historyMaxDepthNumberOfDays": historyDays, "historyMaxDepthNumberOfInstruction": maxInstructions, "result": list,
	}})
	return nil
}

func isQuery(kind string) bool {
	switch kind {
	case queryRecent, queryFunds, queryIRA, queryEquity, queryBank, queryRecurring, queryRecurrences:
		return true
	}
	return false
}

func (o *Office) checkIRA(in *instruction, t *terms, now market.Nanos) *refusal {
	if !o.isIRA(t.Account) {
		return notIRA(t.Account)
	}
	return checkAlone(o, in, t, now)
}

// contributionLimit is the most that goes into an IRA in a year, below the age
// of 50 (IRS, Publication 590-A).
func contributionLimit(year int64) market.Money {
	switch {
	case year >= 2026:
		return decimal.New(7500, 0)
	case year >= 2024:
		return decimal.New(7000, 0)
	case year == 2023:
		return decimal.New(6500, 0)
	case year >= 2019:
		return decimal.New(6000, 0)
	}
	return decimal.New(5500, 0)
}

func (o *Office) answerIRA(in *instruction, t *terms, _ market.Nanos) *refusal {
	year := number64(t.Year)
	from := market.NanosOf(time.Date(int(year), 1, 1, 0, 0, 0, 0, o.cfg.Location))
	to := market.NanosOf(time.Date(int(year)+1, 1, 1, 0, 0, 0, 0, o.cfg.Location))
	paid, limit := decimal.Zero, contributionLimit(year)
	for _, a := range o.cfg.Ledger.Activity(t.Account, from, to) {
		if a.Kind == Deposit && a.Amount.IsPositive() {
			paid = paid.Add(a.Amount)
		}
	}
	in.tell(map[string]any{
		"accountId": t.Account, "year": t.Year, "iraType": o.accounts[t.Account].IRA,
		"contributions": []map[string]any{{
			"maximumContributionLimit": plain(limit), "yearToDateContribution": plain(paid),
			"allowedContributionLimit": plain(decimal.Max(limit.Sub(paid), decimal.Zero)),
		}},
	})
	return nil
}
