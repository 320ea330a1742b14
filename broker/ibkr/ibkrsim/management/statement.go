package management

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/market"
)

// table is a part of a report.
type table struct {
	name   string
	header []string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (o *Office) head(title string, from, to, now market.Nanos) table {
	t := table{name: "Statement", header: []string{"Field Name", "Field Value"}}
	t.add("BrokerName", "Interactive Brokers")
	t.add("Title", title)
	t.add("Period", o.day(from).Format("January 2, 2006")+" - "+o.day(to-1).Format("January 2, 2006"))
	t.add("WhenGenerated", o.clock(now))
	return t
}

func (o *Office) clock(n market.Nanos) string {
	return n.Time().In(o.cfg.Location).Format("2006-01-02, 15:04:05")
}

func (o *Office) about(account string) table {
	t := table{name: "Account Information", header: []string{"Field Name", "Field Value"}}
	name, kind := account, "Individual"
	if a := o.accounts[account]; a != nil {
		name = a.title()
		if a.Type != "" {
			kind = a.Type
		}
	}
	t.add("Name", name)
	t.add("Account", account)
	t.add("Customer Type", kind)
	t.add("Base Currency", o.cfg.Ledger.Currency(account))
	return t
}

// statementOf is the statement of accounts together.
func (o *Office) statementOf(accounts []string, from, to, now market.Nanos) []table {
	tables := []table{o.head("Activity Statement", from, to, now)}
	ending, held := map[string]market.Money{}, map[int64]*Holding{}
	var acts []Activity
	for _, account := range accounts {
		tables = append(tables, o.about(account))
		acts = append(acts, o.cfg.Ledger.Activity(account, from, to)...)
		for currency, cash := range o.cfg.Ledger.Balances(account) {
			ending[currency] = ending[currency].Add(cash)
		}
		hold(held, o.cfg.Ledger.Positions(account))
		later := o.cfg.Ledger.Activity(account, to, now+1)
		for i := range later {
			a := &later[i]
			ending[a.Currency] = ending[a.Currency].Sub(a.Net())
			unwind(held, a)
		}
	}
	slices.SortStableFunc(acts, func(a, b Activity) int { return int(min(max(a.At-b.At, -1), 1)) })
	return append(tables, cashReport(ending, acts), positionReport(held), o.trades(acts), o.money("Deposits & Withdrawals", acts, Deposit),
		o.money("Fees", acts, Fee), o.money("Other", acts, Other), o.transfers(acts))
}

func hold(held map[int64]*Holding, list []Holding) {
	for _, h := range list {
		if old := held[h.Conid]; old != nil {
			old.Quantity += h.Quantity
			old.Value = old.Value.Add(h.Value)
		} else {
			held[h.Conid] = &h
		}
	}
}

// unwind takes a later activity out of the positions. What they were worth
// before it is not known.
func unwind(held map[int64]*Holding, a *Activity) {
	if a.Quantity == 0 {
		return
	}
	if held[a.Conid] == nil {
		held[a.Conid] = &Holding{Conid: a.Conid, Symbol: a.Symbol, Class: a.Class, Currency: a.Currency}
	}
	h := held[a.Conid]
	h.Quantity, h.Price, h.Value = h.Quantity-a.Quantity, 0, decimal.Zero
}

// cashReport leads from the cash at the beginning to the cash at the end.
func cashReport(ending map[string]market.Money, acts []Activity) table {
	lines := []string{"Deposits", "Withdrawals", "Trades (Sales)", "Trades (Purchase)", "Commissions", "Fees", "Other"}
	sums := map[string]market.Money{}
	starting := maps.Clone(ending)
	for i := range acts {
		a := &acts[i]
		starting[a.Currency] = starting[a.Currency].Sub(a.Net())
		line := lineOf(a) + "/" + a.Currency
		sums[line] = sums[line].Add(a.Amount)
		sums["Commissions/"+a.Currency] = sums["Commissions/"+a.Currency].Sub(a.Commission)
	}
	t := table{name: "Cash Report", header: []string{"Currency Summary", "Currency", "Total"}}
	for _, currency := range slices.Sorted(maps.Keys(starting)) {
		t.add("Starting Cash", currency, starting[currency].String())
		for _, line := range lines {
			if sum := sums[line+"/"+currency]; !sum.IsZero() {
				t.add(line, currency, sum.String())
			}
		}
		t.add("Ending Cash", currency, ending[currency].String())
	}
	return t
}

// lineOf is where an activity stands in the cash report.
func lineOf(a *Activity) string {
	switch {
	case a.Kind == Deposit && a.Amount.IsPositive():
		return "Deposits"
	case a.Kind == Deposit:
		return "Withdrawals"
	case a.Kind == Trade && a.Amount.IsPositive():
		return "Trades (Sales)"
	case a.Kind == Trade:
		return "Trades (Purchase)"
	case a.Kind == Fee:
		return "Fees"
	}
	return "Other"
}

func positionReport(held map[int64]*Holding) table {
	t := table{name: "Open Positions", header: []string{"Asset Category", "Currency", "Symbol", "Conid", "Quantity", "Close Price", "Value"}}
	for _, conid := range slices.Sorted(maps.Keys(held)) {
		h := held[conid]
		if h.Quantity == 0 {
			continue
		}
		price, value := "", ""
		if h.Price != 0 {
			price, value = h.Price.String(), h.Value.String()
		}
		t.add(category(h.Class), h.Currency, h.Symbol, strconv.FormatInt(conid, 10), h.Quantity.String(), price, value)
	}
	return t
}

// category is a security type as statements name it.
func category(class string) string {
	switch class {
	case "STK", "":
		return "Stocks"
	case "OPT":
		return "Equity and Index Options"
	case "FUT":
		return "Futures"
	case "CASH":
		return "Forex"
	}
	return class
}

func (o *Office) trades(acts []Activity) table {
	t := table{name: "Trades", header: []string{"DataDiscriminator", "Asset Category", "Currency", "Symbol", "Date/Time",
		"Quantity", "T. Price", "Proceeds", "Comm/Fee", "Execution ID"}}
	for i := range acts {
		if a := &acts[i]; a.Kind == Trade {
			t.add("Order", category(a.Class), a.Currency, a.Symbol, o.clock(a.At), a.Quantity.String(), a.Price.String(),
				a.Amount.String(), a.Commission.Neg().String(), a.ID)
		}
	}
	return t
}

func (o *Office) money(name string, acts []Activity, kind string) table {
	t := table{name: name, header: []string{"Currency", "Date", "Description", "Amount"}}
	for i := range acts {
		if a := &acts[i]; a.Kind == kind {
			t.add(a.Currency, o.day(a.At).Format("2006-01-02"), strings.TrimSpace(a.Text), a.Net().String())
		}
	}
	return t
}

func (o *Office) transfers(acts []Activity) table {
	t := table{name: "Transfers", header: []string{"Asset Category", "Currency", "Symbol", "Date", "Quantity", "Description"}}
	for i := range acts {
		if a := &acts[i]; a.Kind == Transfer {
			t.add(category(a.Class), a.Currency, a.Symbol, o.day(a.At).Format("2006-01-02"), a.Quantity.String(), a.Text)
		}
	}
	return t
}
