package workspace

import (
	"encoding/json"
	"errors"
	"slices"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// modelQuery is a request about models. Clients send its number under one of
// two names, as the API's document has both.
type modelQuery struct {
	ReqID whole  `json:"reqID"`
	Other whole  `json:"reqId"`
	Model string `json:"model"`
	Limit whole  `json:"limit"`
	Order whole  `json:"fpOrderId"`
}

func (q *modelQuery) id() int64 { return int64(max(q.ReqID, q.Other)) }

// modelOf reads a request and finds its model. One that is not there is empty:
// IBKR does not check the name.
func (d *desk) modelOf(r *web.Request) (*model, *modelQuery, web.Reply) {
	var q modelQuery
	if reply, ok := decode(r.Body, &q); !ok {
		return nil, nil, reply
	}
	i := d.model(q.Model)
	if i < 0 {
		return &model{Name: q.Model}, &q, web.Reply{}
	}
	return d.models[i], &q, web.Reply{}
}

// summary is a model's row. Numbers of models are texts.
func (m *model) summary() map[string]any {
	return map[string]any{"model": m.Name, "desc": m.Desc, "isStatic": m.Static, "mismatch": m.mismatch(),
		"nlv": m.worth("").String(), "numAccounts": len(m.Invested), "bootstrapped": true, "customIndex": false}
}

// listModels is POST /fa/model/list.
func (d *desk) listModels(r *web.Request) web.Reply {
	var q modelQuery
	if reply, ok := decode(r.Body, &q); !ok {
		return reply
	}
	rows := []map[string]any{}
	for _, m := range d.models {
		rows = append(rows, m.summary())
	}
	login := d.login()
	return web.OK(map[string]any{"baseCcy": login.Currency, "masterAccount": login.Master, "models": rows,
		"reqID": q.id(), "subscriptionStatus": 1})
}

// modelSummary is POST /fa/model/summary.
func (d *desk) modelSummary(r *web.Request) web.Reply {
	m, q, refusal := d.modelOf(r)
	if m == nil {
		return refusal
	}
	out := m.summary()
	out["reqID"], out["subscriptionStatus"] = q.id(), 1
	return web.OK(out)
}

// modelPositions is POST /fa/model/positions. All of the money is cash.
func (d *desk) modelPositions(r *web.Request) web.Reply {
	m, q, refusal := d.modelOf(r)
	if m == nil {
		return refusal
	}
	worth, login := m.worth(""), d.login()
	cash := []map[string]any{}
	for _, t := range m.cashTargets(login.Currency) {
		mine, part := market.Money{}, "0"
		if t.Currency == login.Currency && !worth.IsZero() {
			mine, part = worth, "1"
		}
		cash = append(cash, map[string]any{"ccy": t.Currency, "actl": part, "trgt": t.Part.String(), "exrt": "1",
			"instrImbalance": t.imbalance(worth, mine), "mv": mine.String()})
	}
	rows := []map[string]any{}
	for _, t := range m.Positions {
		if q.Limit > 0 && len(rows) == int(min(q.Limit, MaxTargets)) {
			break
		}
		rows = append(rows, map[string]any{"cid": t.Conid, "instrument": t.Instrument, "ccy": login.Currency, "exrt": "1",
			"position": "0", "mv": "0", "dlv": "0", "actl": "0", "actlRangeMax": "None", "actlRangeMin": "None",
			"trgt": t.Part.String(), "instrImbalance": t.imbalance(worth, market.Money{}), "mismatchType": 0, "flg": 0})
	}
	return web.OK(map[string]any{"cash": cash, "mismatched": m.mismatch(), "model": m.Name, "nlv": web.Num(worth),
		"positionList": rows, "positionTs": web.Millis(r.Now), "reqID": q.id(), "stkOnly": d.stocksOnly(m),
		"subscriptionStatus": 1, "totalDlv": web.Num(worth), "totalMv": web.Num(market.Money{})})
}

// cashTargets are those of the model, and the base currency in any case.
func (m *model) cashTargets(base string) []target {
	if slices.ContainsFunc(m.Cash, func(t target) bool { return t.Currency == base }) {
		return m.Cash
	}
	return append([]target{{Currency: base}}, m.Cash...)
}

// imbalance is the money by which a target is missed.
func (t *target) imbalance(worth, held market.Money) string {
	return held.Sub(worth.Mul(t.Part.Money)).Round(2).String()
}

func (d *desk) stocksOnly(m *model) bool {
	return !slices.ContainsFunc(m.Positions, func(t target) bool {
		_, _, secType, _, _ := d.w.cfg.Contracts.Lookup(int64(t.Conid))
		return secType != "STK"
	})
}

// modelAccounts is POST /fa/model/accounts-details: the accounts that have
// money in the model, and their total.
func (d *desk) modelAccounts(r *web.Request) web.Reply {
	m, q, refusal := d.modelOf(r)
	if m == nil {
		return refusal
	}
	login := d.login()
	rows := []map[string]any{}
	var cash market.Money
	add := func(id, alias string, money, inModel market.Money, missed int) {
		rows = append(rows, map[string]any{"account": id, "alias": alias, "acctImbalance": "0", "exrt": web.Num(market.MustMoney("1")),
			"baseCcyAccount": login.Currency, "costBasis": inModel.String(), "indCash": money.String(),
			"nlv": inModel.String(), "numInstrOutsideRange": missed, "unrealPnL": "0"})
	}
	for _, t := range m.Invested {
		if a := login.account(t.Account); a != nil {
			free := a.Cash.Sub(d.inModels(a.ID))
			cash = cash.Add(free)
			add(a.ID, a.Alias, free, t.Amount.Money, len(m.Positions))
		}
	}
	add("TOTAL", "None", cash, m.worth(""), 0)
	return web.OK(map[string]any{"accountInfoList": rows, "baseCcyMaster": login.Currency, "model": m.Name, "reqID": q.id()})
}

// inModels is an account's money in all models.
func (d *desk) inModels(account string) market.Money {
	var sum market.Money
	for _, m := range d.models {
		sum = sum.Add(m.worth(account))
	}
	return sum
}

// modelInvested is POST /fa/model/invest-divest-positions: where the money of
// each account is.
func (d *desk) modelInvested(r *web.Request) web.Reply {
	m, q, refusal := d.modelOf(r)
	if m == nil {
		return refusal
	}
	login := d.login()
	rows := []map[string]any{}
	for _, a := range login.subAccounts() {
		here, all := m.worth(a.ID), d.inModels(a.ID)
		rows = append(rows, map[string]any{"account": a.ID, "alias": a.Alias, "accountModelNlv": here.String(),
			"accountOtherModelsNlv": all.Sub(here).String(), "baseCcyAccount": login.Currency, "baseCcyAccountPrc": "0.01",
			"exrt": web.Num(market.MustMoney("1")), "indCashNlv": a.Cash.Sub(all).String(),
			"indPosNlv": a.NetLiquidation.Sub(a.Cash).String(), "nlv": a.NetLiquidation.String()})
	}
	return web.OK(map[string]any{"accountList": rows, "baseCcyMaster": login.Currency, "baseCcyMasterPrc": "0.01",
		"model": m.Name, "reqID": q.id(), "subscriptionStatus": 1})
}

// investModel is POST /fa/model/invest-divest. The money waits for
// submit-transfers, which takes the id of the draft. Here, and only here, the
// answer's reqID is text.
func (d *desk) investModel(r *web.Request) web.Reply {
	m, q, refusal := d.modelOf(r)
	if m == nil {
		return refusal
	}
	if d.model(m.Name) < 0 {
		return broken("model " + m.Name + " is not there")
	}
	var in struct {
		Accounts []transfer `json:"accountList"`
	}
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	if err := d.checkTransfers(m, in.Accounts); err != nil {
		return badRequest(err.Error())
	}
	m.Waiting = append(m.Waiting, in.Accounts...)
	d.keep(kindModel, m.Name, m)
	d.session.keys++
	return web.OK(map[string]any{"reqID": web.Int(q.id()), "subscriptionKey": web.Int(d.session.keys), "subscriptionStatus": 0,
		"transfersInstructionId": d.session.keys})
}

// checkTransfers says what is wrong with transfers: an account cannot put in
// more than its free cash, nor take out more than it has in the model.
func (d *desk) checkTransfers(m *model, all []transfer) error {
	if len(all) == 0 || len(all)+len(m.Waiting) > MaxTargets {
		return errors.New("accountList")
	}
	login := d.login()
	seen := map[string]bool{login.Master: true}
	for _, t := range all {
		a := login.account(t.Account)
		if a == nil || seen[a.ID] {
			return errors.New("account " + t.Account)
		}
		seen[a.ID] = true
		free := a.Cash
		for _, other := range d.models {
			free = free.Sub(other.promised(a.ID))
		}
		if t.Amount.IsZero() || t.Amount.GreaterThan(free) || m.promised(a.ID).Add(t.Amount.Money).IsNegative() {
			return errors.New("amount of " + t.Account)
		}
	}
	return nil
}

// submitTransfers is POST /fa/model/submit-transfers. Without a draft it
// fails.
func (d *desk) submitTransfers(r *web.Request) web.Reply {
	var q modelQuery
	if reply, ok := decode(r.Body, &q); !ok {
		return reply
	}
	if q.Order < 0 || !slices.ContainsFunc(d.models, func(m *model) bool { return len(m.Waiting) > 0 }) {
		return broken("there are no transfers to submit")
	}
	for _, m := range d.models {
		if len(m.Waiting) > 0 {
			m.submit()
			d.keep(kindModel, m.Name, m)
		}
	}
	return web.OK(map[string]any{"reqID": q.id(), "success": true})
}

// saveModel is POST /fa/model/save: a new model, or new targets.
func (d *desk) saveModel(r *web.Request) web.Reply {
	var q modelQuery
	var in struct {
		Desc      *string  `json:"desc"`
		Static    *bool    `json:"isStatic"`
		Cash      []target `json:"cashTargets"`
		Positions []target `json:"positionTargets"`
	}
	if reply, ok := decode(r.Body, &q); !ok {
		return reply
	}
	if reply, ok := decode(r.Body, &in); !ok {
		return reply
	}
	if q.Model == "" || in.Desc == nil || in.Static == nil || in.Cash == nil || in.Positions == nil {
		return badRequest("model, desc, isStatic, cashTargets and positionTargets are required")
	}
	m := &model{Name: q.Model, Desc: *in.Desc, Static: *in.Static, Cash: in.Cash, Positions: in.Positions}
	if i := d.model(m.Name); i >= 0 {
		m.Invested, m.Waiting = d.models[i].Invested, d.models[i].Waiting
	}
	if err := d.checkTargets(m); err != nil {
		return badRequest(err.Error())
	}
	if err := d.addModel(m); err != nil {
		return badRequest(err.Error())
	}
	d.keep(kindModel, m.Name, m)
	return web.OK(map[string]any{"reqID": q.id(), "success": true})
}

// presetsBody is the rules with the request's number.
type presetsBody struct {
	modelPresets
	ReqID  int64 `json:"reqID"`
	Status int   `json:"subscriptionStatus"`
}

// readModelPresets is POST /fa/fa-preset/get.
func (d *desk) readModelPresets(r *web.Request) web.Reply {
	var q modelQuery
	if reply, ok := decode(r.Body, &q); !ok {
		return reply
	}
	return web.OK(presetsBody{d.rules, q.id(), 1})
}

// saveModelPresets is POST /fa/fa-preset/save. What is not given stays.
func (d *desk) saveModelPresets(r *web.Request) web.Reply {
	var q modelQuery
	if reply, ok := decode(r.Body, &q); !ok {
		return reply
	}
	rules := d.rules
	if err := json.Unmarshal(r.Body, &rules); err != nil {
		return badRequest("a parameter has the wrong type")
	}
	d.rules = rules
	d.keep(kindModelPresets, "", rules)
	return web.OK(map[string]any{"error": "None", "reqID": q.id(), "subscriptionStatus": 1, "success": true})
}
