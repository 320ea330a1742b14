package main

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gannet/broker/ibkr"
	"gannet/configs"
	"gannet/market"
	"gannet/risk"
	"gannet/strategy"
)

// plan is what a configuration means, in the types that the packages take.
type plan struct {
	cfg         *configs.Config
	instruments *market.Instruments
	strategies  []strategy.Instance
	bars        []market.Nanos // intervals that the strategies want, ascending
	gate        *risk.Gate
	questions   ibkr.Questions
	newYork     *time.Location
	chosen      bool // the instruments are not those of the configuration
	mistakes    configs.Errors
}

// newPlan converts a configuration. The error is of the user's making and
// lists every mistake with its place. A selection that names instruments makes
// every strategy trade all of them.
func newPlan(cfg *configs.Config, sel selection) (*plan, error) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, err
	}
	p := &plan{cfg: cfg, newYork: newYork, chosen: len(sel.names) > 0}
	list := p.makeInstruments()
	if p.chosen {
		list = sel.pick(list, market.USEquity(newYork))
	}
	if sel.noTicks {
		for i := range list {
			list[i].TickSize = 0
		}
	}
	if p.instruments, err = market.NewInstruments(list...); err != nil {
		p.fail(err, "instruments")
	}
	if len(p.mistakes) == 0 {
		p.makeStrategies()
		p.makeGate()
		p.makeQuestions()
	}
	if len(p.mistakes) > 0 {
		return nil, &usageError{p.mistakes}
	}
	return p, nil
}

// fail places a mistake at the given keys of the configuration.
func (p *plan) fail(err error, keys ...string) {
	text := err.Error()
	for _, prefix := range []string{"market: ", "risk: ", "strategy: ", "venue: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	p.mistakes = append(p.mistakes, p.cfg.ErrorAt(text, keys...))
}

// wrong is one mistake at the given keys of the configuration.
func (p *plan) wrong(err error, keys ...string) error {
	p.fail(err, keys...)
	return &usageError{p.mistakes}
}

// parsed reads a decimal as one of market's exact types.
func parsed[T any](p *plan, d configs.Decimal, parse func(string) (T, error), keys ...string) T {
	v, err := parse(string(d))
	if err != nil {
		p.fail(err, keys...)
	}
	return v
}

func (p *plan) makeInstruments() (list []market.Instrument) {
	for i := range p.cfg.Instruments {
		one := &p.cfg.Instruments[i]
		at := func(key string) []string { return []string{"instruments", strconv.Itoa(i), key} }
		secType := one.SecType
		if secType == "" {
			secType = "STK"
		}
		list = append(list, market.Instrument{
			Name: one.ID, Conid: one.Conid, SecType: secType, Currency: one.Currency,
			TickSize:   parsed(p, one.Tick, market.ParsePrice, at("tick")...),
			LotSize:    parsed(p, one.Lot, market.ParseQty, at("lot")...),
			Multiplier: one.Multiplier, Session: p.session(one.Hours),
		})
	}
	return list
}

func (p *plan) session(hours string) market.Session {
	if hours == "us-equity" {
		return market.USEquity(p.newYork)
	}
	return market.Session{}
}

func (p *plan) makeStrategies() {
	for i := range p.cfg.Strategies {
		one := &p.cfg.Strategies[i]
		s, err := strategy.New(one.Name, []byte(one.Params))
		if err == nil {
			err = strategy.LoadFiles(s, os.ReadFile)
		}
		if err != nil {
			p.fail(strategyError(one, err), strategyKeys(i, one, err)...)
			continue
		}
		instance := strategy.Instance{ID: market.StrategyID(one.ID), Strategy: s, Instruments: p.traded(one)}
		p.strategies = append(p.strategies, instance)
		if b, ok := s.(strategy.BarSubscriber); ok {
			p.bars = append(p.bars, b.Bars()...)
		}
	}
	slices.Sort(p.bars)
	p.bars = slices.DeleteFunc(slices.Compact(p.bars), func(n market.Nanos) bool { return n <= 0 })
}

// traded is what a strategy trades.
func (p *plan) traded(one *configs.Strategy) []market.InstrumentID {
	var ids []market.InstrumentID
	for _, in := range p.instruments.All() {
		if p.chosen || slices.Contains(one.Instruments, configs.AllInstruments) || slices.Contains(one.Instruments, in.Name) {
			ids = append(ids, in.ID)
		}
	}
	return ids
}

var lineNumber = regexp.MustCompile(`^line [0-9]+: `)

// strategyError is err without what its place in the configuration says.
func strategyError(one *configs.Strategy, err error) error {
	text := strings.TrimPrefix(err.Error(), "strategy: ")
	text = strings.TrimPrefix(text, one.Name+": ")
	return fmt.Errorf("%s", lineNumber.ReplaceAllString(text, ""))
}

// strategyKeys is where in the configuration a strategy's error belongs: its
// name, the parameter that it begins with or quotes, or all parameters.
func strategyKeys(i int, one *configs.Strategy, err error) []string {
	keys := []string{"strategies", strconv.Itoa(i)}
	if !slices.Contains(strategy.Names(), one.Name) {
		return append(keys, "name")
	}
	text := strategyError(one, err).Error()
	for line := range strings.Lines(string(one.Params)) {
		key, _, ok := strings.Cut(line, ":")
		if ok && (strings.HasPrefix(text, key+":") || strings.Contains(text, strconv.Quote(key))) {
			return append(keys, "params", key)
		}
	}
	return append(keys, "params")
}

func (p *plan) makeGate() {
	r := &p.cfg.Risk
	account := risk.AccountLimits{
		Account:             market.AccountID(p.cfg.Broker.IBKR.Account),
		Paper:               p.cfg.Mode != "live",
		MaxSubmitsPerSecond: r.MaxSubmitsPerSecond,
		MaxSubmitsPerMinute: r.MaxSubmitsPerMinute,
	}
	limits := p.limits(risk.Limits{AllowDelayedData: r.AllowDelayedData}, configs.Limits{
		MaxOrderQty: r.MaxOrderQty, MaxOrderNotional: r.MaxOrderNotional, PriceCollarPercent: r.PriceCollarPercent,
		MaxDataAge: r.MaxDataAge, MaxPositionQty: r.MaxPositionQty,
	}, "risk")
	var overrides []risk.Override
	for _, name := range slices.Sorted(maps.Keys(r.Instruments)) {
		id, ok := p.instruments.Lookup(name)
		if !ok {
			continue // configured, but not chosen
		}
		own := p.limits(limits, r.Instruments[name], "risk", "instruments", name)
		overrides = append(overrides, risk.Override{Instrument: id, Limits: own})
	}
	if len(p.mistakes) > 0 {
		return
	}
	gate, err := risk.NewGate(account, limits, overrides...)
	if err != nil {
		p.fail(err, "risk")
	}
	p.gate = gate
}

// limits is base with what is given put over it.
func (p *plan) limits(base risk.Limits, given configs.Limits, keys ...string) risk.Limits {
	at := func(key string) []string { return append(slices.Clone(keys), key) }
	if given.MaxOrderQty != "" {
		base.MaxOrderQty = parsed(p, given.MaxOrderQty, market.ParseQty, at("max_order_qty")...)
	}
	if given.MaxOrderNotional != "" {
		base.MaxOrderNotional = parsed(p, given.MaxOrderNotional, market.ParseMoney, at("max_order_notional")...)
	}
	if given.PriceCollarPercent != "" {
		base.PriceCollarPercent = parsed(p, given.PriceCollarPercent, market.ParseMoney, at("price_collar_percent")...)
	}
	if given.MaxPositionQty != "" {
		base.MaxPositionQty = parsed(p, given.MaxPositionQty, market.ParseQty, at("max_position_qty")...)
	}
	if given.MaxDataAge != 0 {
		base.MaxDataAge = market.Nanos(given.MaxDataAge)
	}
	return base
}
