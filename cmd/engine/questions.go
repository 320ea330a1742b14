package main

import (
	"maps"
	"slices"

	"gannet/broker/ibkr"
	"gannet/configs"
	"gannet/market"
)

// makeQuestions is the configured answers to IBKR's questions.
func (p *plan) makeQuestions() {
	given := &p.cfg.Broker.IBKR.Questions
	q := ibkr.Questions{Confirm: given.Confirm, Refuse: given.Refuse, Suppress: given.Suppress, Within: map[string]ibkr.QuestionLimit{}}
	for _, id := range slices.Sorted(maps.Keys(given.Within)) {
		q.Within[id] = p.questionLimit(given.Within[id], id)
	}
	p.questions = q
}

func (p *plan) questionLimit(given configs.QuestionLimit, id string) (l ibkr.QuestionLimit) {
	at := func(key string) []string { return []string{"broker", "ibkr", "questions", "within", id, key} }
	if given.MaxQty != "" {
		l.MaxQty = parsed(p, given.MaxQty, market.ParseQty, at("max_qty")...)
	}
	if given.MaxNotional != "" {
		l.MaxNotional = parsed(p, given.MaxNotional, market.ParseMoney, at("max_notional")...)
	}
	if given.MaxPercent != "" {
		l.MaxPercent = parsed(p, given.MaxPercent, market.ParseMoney, at("max_percent")...)
	}
	return l
}
