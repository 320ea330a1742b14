package management

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gannet/market"
)

// Statuses of an instruction.
const (
	statusPending   = "PENDING"
	statusProcessed = "PROCESSED"
	statusRejected  = "REJECTED"
	statusVerifying = "PENDING_VERIFICATION"
)

// instruction is one transaction that a client asked for, and what became of it.
type instruction struct {
	ID        int64           `json:"id"`
	Set       int64           `json:"set"`
	Client    int64           `json:"client"`
	Reference int64           `json:"reference"`
	User      string          `json:"user"`
	Kind      string          `json:"kind"`
	Account   string          `json:"account,omitempty"`
	Amount    market.Money    `json:"amount"` // that it is to take out of the account; 0 for none
	Currency  string          `json:"currency,omitempty"`
	Status    string          `json:"status"`
	Code      string          `json:"code,omitempty"` // of a rejection
	Message   string          `json:"message,omitempty"`
	Received  market.Nanos    `json:"received"`
	Due       market.Nanos    `json:"due"`
	Terms     json.RawMessage `json:"terms"`
	Extra     json.RawMessage `json:"extra,omitempty"` // fields of a query's answer
	Text      string          `json:"text,omitempty"`
}

func (in *instruction) open() bool { return in.Status == statusPending || in.Status == statusVerifying }

func (in *instruction) terms() *terms {
	var t terms
	// Terms was made by clean and read once before it was accepted.
	_ = json.Unmarshal(in.Terms, &t)
	return &t
}

func (in *instruction) reject(why *refusal) {
	in.Status, in.Code, in.Message, in.Text = statusRejected, why.code, why.text, ""
}

// clientKey is an id that a client gave, which it may use more than once.
type clientKey struct {
	user string
	id   int64
}

// instructionView is an instruction as answers show it.
type instructionView struct {
	in *instruction
}

// MarshalJSON puts the answer of a query beside the fields that all have.
func (v *instructionView) MarshalJSON() ([]byte, error) {
	out := map[string]any{}
	if len(v.in.Extra) > 0 {
		var extra map[string]json.RawMessage
		if err := json.Unmarshal(v.in.Extra, &extra); err != nil {
			return nil, err
		}
		for name, value := range extra {
			out[name] = value
		}
	}
	out["clientInstructionId"] = v.in.Client
	out["instructionType"] = v.in.Kind
	out["instructionStatus"] = v.in.Status
	out["instructionId"] = v.in.ID
	out["ibReferenceId"] = v.in.Reference
	if v.in.Text != "" {
		out["description"] = v.in.Text
	}
	if v.in.Code != "" {
		out["error"] = map[string]string{"errorCode": v.in.Code, "errorMessage": v.in.Message}
	}
	return json.Marshal(out)
}

// accept takes an instruction in: it is rejected, done at once, or queued.
func (o *Office) accept(user string, k *kind, raw json.RawMessage, set int64, now market.Nanos) *instruction {
	o.nextID++
	in := &instruction{ID: o.nextID, Set: set, User: user, Kind: k.name, Status: statusPending, Received: now, Terms: raw}
	in.Reference = in.ID + 100_000_000
	t := in.terms()
	in.Client = t.Client
	if list := t.accounts(); len(list) > 0 {
		in.Account = list[0]
	}
	if k.name == withdrawal && t.Recurring == nil || k.name == internalCash {
		in.Amount, in.Currency = t.Amount, t.Currency
	}
	why := o.checkAccounts(user, t)
	if why == nil && len(o.agenda) >= maxPending {
		why = tooMany
	}
	if why == nil && k.check != nil {
		why = k.check(o, in, t, now)
	}
	switch {
	case why != nil:
		in.reject(why)
	case k.mode == instant && t.At.IsZero():
		o.finish(in, k, t, now)
	default:
		o.queue(in, k, t, now)
	}
	o.remember(in)
	return in
}

var tooMany = &refusal{"ERROR_TOO_MANY_PENDING", "Too many instructions are waiting or too much is on file"}

// checkAccounts says no to accounts that do not exist or are not the user's.
func (o *Office) checkAccounts(user string, t *terms) *refusal {
	for _, account := range t.accounts() {
		if !o.cfg.Ledger.Has(account) {
			return &refusal{"CORRUPT_DATA_INVALID_ACCT", fmt.Sprintf("Account %s does not exist", account)}
		}
		if !o.cfg.Ledger.May(user, account) {
			return &refusal{"ERROR_ACCOUNT_CP_NOT_RELATED", fmt.Sprintf("Account %s not related to counterparty %s", account, user)}
		}
		if a := o.accounts[account]; a != nil && a.Status != statusOpen {
			return &refusal{"ERROR_ACCOUNT_NOT_OPEN", fmt.Sprintf("Account %s is not open", account)}
		}
	}
	return nil
}

func (o *Office) queue(in *instruction, k *kind, t *terms, now market.Nanos) {
	wait := o.cfg.Settle
	in.Text = fmt.Sprintf("Please poll for status after %d minutes", max(1, int64(wait/time.Minute)))
	if k.mode == asked {
		wait = o.cfg.Answer
		in.Text = fmt.Sprintf("Query is being processed. Please poll for status %d minutes later using FB status endpoint. "+
			"No new queries will be allowed before this one is processed", max(1, int64(wait/time.Minute)))
	}
	in.Due = now + market.Nanos(wait)
	if !t.At.IsZero() {
		in.Due = max(now, market.NanosOf(t.At))
	}
	o.schedule(in.Due, keptInstruction, id(in.ID))
}

// finish does what an instruction says.
func (o *Office) finish(in *instruction, k *kind, t *terms, now market.Nanos) {
	in.Text = ""
	if why := k.do(o, in, t, now); why != nil {
		in.reject(why)
		return
	}
	if in.Status == statusPending {
		in.Status = statusProcessed
	}
}

// settle is finish for an instruction that waited, once.
func (o *Office) settle(a appointment) {
	in := o.instructions[number64(a.key)]
	if in == nil || in.Status != statusPending || in.Due != a.at {
		return
	}
	k := o.kinds[in.Kind]
	t := in.terms()
	if why := o.checkAccounts(in.User, t); why != nil {
		in.reject(why)
	} else {
		o.finish(in, k, t, a.at)
	}
	o.keep(in)
}

// remember adds a new instruction, and forgets the oldest that is done with
// when there are too many.
func (o *Office) remember(in *instruction) {
	o.index(in)
	o.keep(in)
	if len(o.order) <= maxInstructions {
		return
	}
	for i, old := range o.order {
		if !o.instructions[old].open() {
			o.order = slices.Delete(o.order, i, i+1)
			o.forget(o.instructions[old])
			return
		}
	}
}

func (o *Office) index(in *instruction) {
	if o.instructions[in.ID] == nil {
		key := clientKey{in.User, in.Client}
		o.order = insert(o.order, in.ID)
		o.byClient[key] = insert(o.byClient[key], in.ID)
		o.bySet[in.Set] = insert(o.bySet[in.Set], in.ID)
	}
	o.instructions[in.ID] = in
}

func (o *Office) forget(in *instruction) {
	delete(o.instructions, in.ID)
	drop(o.byClient, clientKey{in.User, in.Client}, in.ID)
	drop(o.bySet, in.Set, in.ID)
	o.put(keptInstruction, id(in.ID), nil)
}

func drop[K comparable](from map[K][]int64, key K, n int64) {
	list := slices.DeleteFunc(from[key], func(v int64) bool { return v == n })
	if from[key] = list; len(list) == 0 {
		delete(from, key)
	}
}

func (o *Office) keep(in *instruction) { o.put(keptInstruction, id(in.ID), in) }

func (o *Office) restoreInstruction(key string, value json.RawMessage, gone bool) error {
	old := o.instructions[number64(key)]
	if gone {
		if old != nil {
			o.order = slices.DeleteFunc(o.order, func(n int64) bool { return n == old.ID })
			delete(o.instructions, old.ID)
			drop(o.byClient, clientKey{old.User, old.Client}, old.ID)
			drop(o.bySet, old.Set, old.ID)
		}
		return nil
	}
	var in instruction
	if err := json.Unmarshal(value, &in); err != nil {
		return err
	}
	if o.kinds[in.Kind] == nil || id(in.ID) != key {
		return fmt.Errorf("instruction %d of kind %q", in.ID, in.Kind)
	}
	o.index(&in)
	o.nextID, o.nextSet = max(o.nextID, in.ID), max(o.nextSet, in.Set)
	o.unschedule(keptInstruction, key)
	if in.Status == statusPending {
		o.schedule(in.Due, keptInstruction, key)
	}
	return nil
}
