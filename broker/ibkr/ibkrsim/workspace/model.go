package workspace

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"gannet/market"
)

// model is a model portfolio, as the store keeps it: what should be held in
// which part, and which account has how much money in it.
type model struct {
	Name      string     `json:"name"`
	Desc      string     `json:"desc"`
	Static    bool       `json:"static"`
	Cash      []target   `json:"cash"`
	Positions []target   `json:"positions"`
	Invested  []transfer `json:"invested"`
	Waiting   []transfer `json:"waiting"` // until the transfers are submitted
}

// target is the part, of 1, that a currency or a contract should have.
type target struct {
	Conid      whole  `json:"cid,omitempty"`
	Instrument string `json:"instrument,omitempty"`
	Currency   string `json:"ccy,omitempty"`
	Part       amount `json:"trgt"`
}

// transfer is money of an account; negative is taken out.
type transfer struct {
	Account string `json:"account"`
	Amount  amount `json:"amount"`
}

// UnmarshalJSON takes conid and target as well as cid and trgt: the API's
// document leaves the names open, and clients of live accounts send the long
// ones.
func (t *target) UnmarshalJSON(text []byte) error {
	type plain target
	in := struct {
		*plain
		Conid whole   `json:"conid"`
		Part  *amount `json:"target"`
	}{plain: (*plain)(t)}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	if in.Conid != 0 {
		t.Conid = in.Conid
	}
	if in.Part != nil {
		t.Part = *in.Part
	}
	return nil
}

// UnmarshalJSON takes amtToInvest as well as amount.
func (t *transfer) UnmarshalJSON(text []byte) error {
	type plain transfer
	in := struct {
		*plain
		Amount *amount `json:"amtToInvest"`
	}{plain: (*plain)(t)}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	if in.Amount != nil {
		t.Amount = *in.Amount
	}
	return nil
}

// modelPresets is how models are rebalanced.
type modelPresets struct {
	AvoidNegativeCash bool  `json:"avoidNegativeCashInCore"`
	CashFactor        int64 `json:"cashQtyEstimateFactor"`
	CloseDivested     bool  `json:"closeDivestCorePosition"`
	FullyInvest       bool  `json:"fullyInvestExistingLongPositions"`
	KeepOpen          bool  `json:"keepModelOpen"`
	PreferCross       bool  `json:"preferCrossWithIndependent"`
	PreferTransfer    bool  `json:"preferTransferFromIndependent"`
	RoundLots         bool  `json:"roundAllocExchBoardLot"`
	NonBase           bool  `json:"useNonBaseCcy"`
	Tolerance         bool  `json:"useToleranceRange"`
}

func (d *desk) model(name string) int {
	return slices.IndexFunc(d.models, func(m *model) bool { return m.Name == name })
}

// addModel takes a model into the desk, in place of one with its name.
func (d *desk) addModel(m *model) error {
	if len(m.Cash)+len(m.Positions) > MaxTargets || m.Name == "" || len(m.Name)+len(m.Desc) > MaxText {
		return errors.New("no name or too large a model")
	}
	if i := d.model(m.Name); i >= 0 {
		d.models[i] = m
		return nil
	}
	if len(d.models) >= MaxModels {
		return errors.New("too many models")
	}
	d.models = append(d.models, m)
	slices.SortFunc(d.models, func(a, b *model) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

func (d *desk) dropModel(name string) {
	d.models = slices.DeleteFunc(d.models, func(m *model) bool { return m.Name == name })
}

// worth is the money in the model: all of it, or an account's.
func (m *model) worth(account string) market.Money {
	var sum market.Money
	for _, t := range m.Invested {
		if account == "" || t.Account == account {
			sum = sum.Add(t.Amount.Money)
		}
	}
	return sum
}

// promised is an account's money in the model once the transfers are through.
func (m *model) promised(account string) market.Money {
	sum := m.worth(account)
	for _, t := range m.Waiting {
		if t.Account == account {
			sum = sum.Add(t.Amount.Money)
		}
	}
	return sum
}

// mismatch says that money is in the model and contracts should be, which it
// does not buy.
func (m *model) mismatch() bool { return len(m.Positions) > 0 && m.worth("").Sign() != 0 }

// checkTargets says what is wrong with targets: parts are from 0 to 1, and not more
// than 1 together.
func (d *desk) checkTargets(m *model) error {
	var sum market.Money
	one := market.MustMoney("1")
	for _, t := range slices.Concat(m.Cash, m.Positions) {
		if t.Part.IsNegative() || t.Part.GreaterThan(one) || len(t.Instrument)+len(t.Currency) > MaxName {
			return errors.New("a target is not a part of 1")
		}
		sum = sum.Add(t.Part.Money)
	}
	for i := range m.Positions {
		t := &m.Positions[i]
		symbol, _, _, _, ok := d.w.cfg.Contracts.Lookup(int64(t.Conid))
		if !ok {
			return errors.New("a position's cid is not a contract")
		}
		t.Instrument = symbol
	}
	if sum.GreaterThan(one) {
		return errors.New("the targets are more than 1")
	}
	return nil
}

// submit puts the waiting money into the model.
func (m *model) submit() {
	for _, t := range m.Waiting {
		i := slices.IndexFunc(m.Invested, func(o transfer) bool { return o.Account == t.Account })
		if i < 0 {
			m.Invested = append(m.Invested, t)
			continue
		}
		m.Invested[i].Amount.Money = m.Invested[i].Amount.Add(t.Amount.Money)
	}
	m.Invested = slices.DeleteFunc(m.Invested, func(t transfer) bool { return t.Amount.IsZero() })
	m.Waiting = nil
}
