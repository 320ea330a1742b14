package management

import (
	"fmt"

	"github.com/shopspring/decimal"

	"gannet/market"
)

func short(account, currency string) *refusal {
	return &refusal{"INSUFFICIENT_FUNDS", fmt.Sprintf("Account %s does not have enough %s", account, currency)}
}

func notIRA(account string) *refusal {
	return &refusal{"NOT_IRA_ACCOUNT", fmt.Sprintf("Account %s is not IRA", account)}
}

func (o *Office) isIRA(account string) bool {
	a := o.accounts[account]
	return a != nil && a.IRA != ""
}

// available is the cash that no waiting instruction is to take out.
func (o *Office) available(account, currency string) market.Money {
	cash := o.cfg.Ledger.Cash(account, currency)
	for i := range o.agenda {
		in := o.instructions[number64(o.agenda[i].key)]
		if o.agenda[i].what != keptInstruction || in == nil || in.Status != statusPending {
			continue
		}
		if in.Account == account && in.Currency == currency {
			cash = cash.Sub(in.Amount)
		}
	}
	return decimal.Max(cash, decimal.Zero)
}

func (o *Office) checkDeposit(_ *instruction, t *terms, now market.Nanos) *refusal {
	if t.IRADeposit != nil && !o.isIRA(t.Account) {
		return notIRA(t.Account)
	}
	if t.Bank != "" && (t.Method == methodACH || t.Method == methodEDDA) {
		if why := o.checkBank(t); why != nil {
			return why
		}
	}
	return o.checkSeries(t, now)
}

func (o *Office) deposit(in *instruction, t *terms, now market.Nanos) *refusal {
	if t.Recurring != nil {
		return o.begin(in, t, now)
	}
	return o.move(t.Account, t.Currency, t.Amount, "Electronic Fund Transfer")
}

func (o *Office) checkWithdrawal(_ *instruction, t *terms, now market.Nanos) *refusal {
	if t.IRAOut != nil && !o.isIRA(t.Account) {
		return notIRA(t.Account)
	}
	if why := o.checkBank(t); why != nil {
		return why
	}
	if t.Recurring == nil && t.At.IsZero() && o.available(t.Account, t.Currency).LessThan(t.Amount) {
		return short(t.Account, t.Currency)
	}
	return o.checkSeries(t, now)
}

func (o *Office) withdraw(in *instruction, t *terms, now market.Nanos) *refusal {
	if t.Recurring != nil {
		return o.begin(in, t, now)
	}
	return o.pay(t.Account, t.Currency, t.Amount)
}

// pay takes cash out of an account that has it.
func (o *Office) pay(account, currency string, amount market.Money) *refusal {
	if o.cfg.Ledger.Cash(account, currency).LessThan(amount) {
		return short(account, currency)
	}
	return o.move(account, currency, amount.Neg(), "Disbursement Initiated by Client")
}

func (o *Office) move(account, currency string, amount market.Money, text string) *refusal {
	if err := o.cfg.Ledger.MoveCash(account, currency, amount, text); err != nil {
		return &refusal{"ERROR_CASH_NOT_MOVED", err.Error()}
	}
	return nil
}

func (o *Office) checkTransfer(_ *instruction, t *terms, _ market.Nanos) *refusal {
	if t.Source == t.Target {
		return &refusal{"ERROR_SAME_ACCOUNT", "Source and target account are the same"}
	}
	if t.At.IsZero() && o.available(t.Source, t.Currency).LessThan(t.Amount) {
		return short(t.Source, t.Currency)
	}
	return nil
}

// transfer moves cash from one account to another, or not at all.
func (o *Office) transfer(_ *instruction, t *terms, _ market.Nanos) *refusal {
	if o.cfg.Ledger.Cash(t.Source, t.Currency).LessThan(t.Amount) {
		return short(t.Source, t.Currency)
	}
	if why := o.move(t.Source, t.Currency, t.Amount.Neg(), "Transfer to "+t.Target); why != nil {
		return why
	}
	why := o.move(t.Target, t.Currency, t.Amount, "Transfer from "+t.Source)
	if why == nil {
		return nil
	}
	if back := o.move(t.Source, t.Currency, t.Amount, "Transfer to "+t.Target+" returned"); back != nil {
		return back
	}
	return why
}

// cancel takes another instruction back while it waits, or ends what it
// repeats.
func (o *Office) cancel(in *instruction, t *terms, _ market.Nanos) *refusal {
	other := o.instructions[t.Instruction]
	if other == nil || other.User != in.User {
		return &refusal{"ERROR_INSTR_ID_AND_CP_NOT_RELATED",
			fmt.Sprintf("Instruction Id: %d not related to counterparty %s", t.Instruction, in.User)}
	}
	if s := o.series[other.Reference]; s != nil && s.Next != 0 {
		s.Next, s.Status = 0, seriesCancelled
		o.unschedule(keptSeries, id(s.ID))
		o.put(keptSeries, id(s.ID), s)
		return nil
	}
	if o.kinds[other.Kind].firm {
		return &refusal{"ERROR_CANCELLATION_NOT_ALLOWED",
			fmt.Sprintf("Transaction id %d cannot be cancelled. Locking is not enabled for transaction type %s", other.ID, other.Kind)}
	}
	if !other.open() {
		return &refusal{"ERROR_CANCELLATION_NOT_ALLOWED", fmt.Sprintf("Transaction id %d cannot be cancelled. It is %s", other.ID, other.Status)}
	}
	if b := o.bankOf(other.ID); b != nil {
		o.dropBank(b)
	}
	other.reject(&refusal{"CANCELLED", t.Reason})
	o.unschedule(keptInstruction, id(other.ID))
	o.keep(other)
	return nil
}
