package management

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// Methods of bank instructions.
const (
	methodACH  = "ACH"
	methodEDDA = "eDDA"
)

// Bank is a bank instruction: a bank account that cash may come from or go to.
type Bank struct {
	Account  string `json:"account"`
	Name     string `json:"name"`
	Method   string `json:"method"`         // ACH, WIRE, SEPA, eDDA, LVP or CPA
	Code     string `json:"code,omitempty"` // USACH or CAACH
	Currency string `json:"currency"`
	Routing  string `json:"routing"` // of the bank
	Number   string `json:"number"`  // of the account at the bank

	// Of an ACH instruction that waits for its verification; zero in Config, as is Gone.
	Instruction int64           `json:"instruction,omitempty"`
	Credits     [2]market.Money `json:"credits"`
	Waits       bool            `json:"waits,omitempty"`
	Gone        bool            `json:"gone,omitempty"` // one of Config that was deleted
}

func bankKey(account, method, name string) string { return account + "/" + method + "/" + name }

func (b *Bank) key() string { return bankKey(b.Account, b.Method, b.Name) }

func (o *Office) keepBank(b *Bank) { o.put(keptBank, b.key(), b) }

func (o *Office) dropBank(b *Bank) {
	delete(o.banks, b.key())
	if slices.ContainsFunc(o.cfg.Banks, func(given Bank) bool { return given.key() == b.key() }) {
		b.Gone = true
		o.keepBank(b)
		return
	}
	o.put(keptBank, b.key(), nil)
}

// bankOf is what an instruction that waits for its verification has made.
func (o *Office) bankOf(instruction int64) *Bank {
	for _, b := range o.banks {
		if b.Instruction == instruction && b.Waits {
			return b
		}
	}
	return nil
}

// MicroDeposits are the two amounts that IBKR sent to a bank account for the
// verification of an ACH instruction: what its owner reads in the bank's
// statement. ok is false when the instruction does not wait for that.
func (o *Office) MicroDeposits(instruction int64) (first, second market.Money, ok bool) {
	b := o.bankOf(instruction)
	if b == nil {
		return decimal.Zero, decimal.Zero, false
	}
	return b.Credits[0], b.Credits[1], true
}

// bank is what an instruction is about.
func (t *terms) bank(kind string) Bank {
	b := Bank{Account: t.Account, Name: t.Bank, Method: t.Method, Currency: t.Currency,
		Routing: t.Institution.ID, Number: t.Institution.Number}
	switch kind {
	case ach:
		b.Method, b.Code, b.Routing, b.Number = methodACH, t.Code, t.Holder.Routing, t.Holder.Number
	case edda:
		b.Method, b.Routing, b.Number = methodEDDA, t.Clearing, t.Number
	}
	return b
}

// checkBank says no to cash by way of a bank account that is not on file.
func (o *Office) checkBank(t *terms) *refusal {
	if b := o.banks[bankKey(t.Account, t.Method, t.Bank)]; b == nil || b.Waits || b.Currency != t.Currency {
		return &refusal{"ERROR_BANK_INSTRUCTION_NOT_FOUND",
			fmt.Sprintf("Account %s has no active %s bank instruction %s in %s", t.Account, t.Method, t.Bank, t.Currency)}
	}
	return nil
}

func (o *Office) checkNewBank(in *instruction, t *terms, _ market.Nanos) *refusal {
	b := t.bank(in.Kind)
	if o.banks[b.key()] != nil {
		return &refusal{"ERROR_BANK_INSTRUCTION_EXISTS", fmt.Sprintf("Account %s has a bank instruction %s", t.Account, t.Bank)}
	}
	if len(o.banks) >= maxBanks {
		return tooMany
	}
	return nil
}

// addBank puts a bank account on file. By ACH it is used after a verification
// only.
func (o *Office) addBank(in *instruction, t *terms, now market.Nanos) *refusal {
	if why := o.checkNewBank(in, t, now); why != nil {
		return why
	}
	b := t.bank(in.Kind)
	b.Instruction = in.ID
	if in.Kind == ach {
		b.Waits, in.Status = true, statusVerifying
		b.Credits = [2]market.Money{decimal.New(1+o.random.Int64N(99), -2), decimal.New(1+o.random.Int64N(99), -2)}
	}
	o.banks[b.key()] = &b
	o.keepBank(&b)
	return nil
}

func (o *Office) checkMicro(in *instruction, t *terms, _ market.Nanos) *refusal {
	b, first := o.bankOf(t.Pending), o.instructions[t.Pending]
	if b == nil || b.Account != t.Account || first == nil || first.User != in.User {
		return &refusal{"ERROR_INSTRUCTION_NOT_IN_PENDING_VERIFICATION_STATE",
			fmt.Sprintf("ACH instruction with id %d is not pending for traditional verification", t.Pending)}
	}
	return nil
}

// verify puts an ACH instruction to work when both amounts are right, in any
// order.
func (o *Office) verify(in *instruction, t *terms, now market.Nanos) *refusal {
	if why := o.checkMicro(in, t, now); why != nil {
		return why
	}
	b := o.bankOf(t.Pending)
	straight := t.Credit1.Equal(b.Credits[0]) && t.Credit2.Equal(b.Credits[1])
	crossed := t.Credit1.Equal(b.Credits[1]) && t.Credit2.Equal(b.Credits[0])
	if !straight && !crossed {
		return &refusal{"ERROR_CREDIT_AMOUNTS_DO_NOT_MATCH", "The amounts are not those that were credited"}
	}
	b.Waits = false
	o.keepBank(b)
	first := o.instructions[t.Pending]
	first.Status = statusProcessed
	o.keep(first)
	return nil
}

func (o *Office) checkDelete(_ *instruction, t *terms, _ market.Nanos) *refusal {
	return o.checkBank(t)
}

func (o *Office) deleteBank(_ *instruction, t *terms, _ market.Nanos) *refusal {
	if why := o.checkBank(t); why != nil {
		return why
	}
	o.dropBank(o.banks[bankKey(t.Account, t.Method, t.Bank)])
	return nil
}

// banksOf are the bank instructions of an account by a method, by name.
func (o *Office) banksOf(account, method string) []*Bank {
	list := slices.Collect(maps.Values(o.banks))
	list = slices.DeleteFunc(list, func(b *Bank) bool { return b.Account != account || b.Method != method && b.Code != method })
	slices.SortFunc(list, func(a, b *Bank) int { return cmp.Compare(a.key(), b.key()) })
	return list
}

// masked shows the last four digits only.
func masked(number string) string {
	r := []rune(number)
	if len(r) <= 4 {
		return strings.Repeat("*", 5)
	}
	return strings.Repeat("*", 5) + string(r[len(r)-4:])
}
