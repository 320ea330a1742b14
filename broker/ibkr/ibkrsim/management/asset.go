package management

import (
	"fmt"

	"gannet/market"
)

// path is from where to where a transfer of positions goes; "" is outside.
func (t *terms) path() (from, to string, quantity market.Money) {
	switch {
	case t.Source != "":
		return t.Source, t.Target, t.Transfer
	case t.Direction == "IN":
		return "", t.Account, t.Quantity
	}
	return t.Account, "", t.Quantity
}

func (o *Office) conidOf(t *terms) (int64, *refusal) {
	i := &t.Instrument
	if i.Conid != 0 {
		return i.Conid, nil
	}
	conid, ok := o.cfg.Ledger.Security(i.Description.IDType, i.Description.ID)
	if !ok {
		return 0, &refusal{"ERROR_INSTRUMENT_NOT_FOUND", fmt.Sprintf("No instrument with %s %s", i.Description.IDType, i.Description.ID)}
	}
	return conid, nil
}

// checkPosition says no to a transfer of what the account does not hold.
func (o *Office) checkPosition(_ *instruction, t *terms, _ market.Nanos) *refusal {
	from, to, quantity := t.path()
	conid, why := o.conidOf(t)
	switch {
	case why != nil:
		return why
	case from == to:
		return &refusal{"ERROR_SAME_ACCOUNT", "Source and target account are the same"}
	case from == "":
		return nil
	}
	for _, h := range o.cfg.Ledger.Positions(from) {
		if h.Conid == conid && h.Quantity.Decimal().GreaterThanOrEqual(quantity) {
			return nil
		}
	}
	return &refusal{"INSUFFICIENT_POSITION", fmt.Sprintf("Account %s does not hold %s of %d", from, quantity, conid)}
}

func (o *Office) movePosition(in *instruction, t *terms, now market.Nanos) *refusal {
	if why := o.checkPosition(in, t, now); why != nil {
		return why
	}
	from, to, decimals := t.path()
	conid, why := o.conidOf(t)
	if why != nil {
		return why
	}
	quantity, err := market.QtyFromDecimal(decimals)
	if err == nil {
		err = o.cfg.Ledger.MoveAsset(from, to, conid, quantity)
	}
	if err != nil {
		return &refusal{"ERROR_POSITION_NOT_MOVED", err.Error()}
	}
	return nil
}
