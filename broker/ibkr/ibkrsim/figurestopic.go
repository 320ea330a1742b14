package ibkrsim

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr/ibkrsim/brokerage"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// figuresSub is a subscription to an account's summary (ssd) or ledger (sld).
// Only rows that have changed are sent.
type figuresSub struct {
	topic   string
	account *brokerage.Account
	ledger  bool
	keys    []string // none: all
	fields  []string // none: all; key and timestamp come always
	sent    map[string]string
	at      market.Nanos
}

// figureRow is a row of ssd or sld.
type figureRow map[string]any

// subscribeFigures is ssd and sld: ssd+DU1+{"keys":["NetLiquidation"],
// "fields":["monetaryValue"]}.
func (s *Server) subscribeFigures(c *socket, parts []string, args string, now market.Nanos) {
	var body struct {
		Keys   []string `json:"keys"`
		Fields []string `json:"fields"`
	}
	id := part(parts, 1)
	if !c.user.sees(id) || args != "" && json.Unmarshal([]byte(args), &body) != nil {
		c.fail(parts[0] + `: want ` + parts[0] + `+<account>+{"keys":[],"fields":[]}`)
		return
	}
	sub := &figuresSub{topic: parts[0] + "+" + id, account: s.house.Account(id), ledger: parts[0] == "sld", keys: body.Keys,
		fields: body.Fields, sent: map[string]string{}}
	c.figures[sub.topic] = sub
	s.sendFigures(c, sub, now)
}

// unsubscribeFigures is usd and uld.
func (s *Server) unsubscribeFigures(c *socket, parts []string, _ string, _ market.Nanos) {
	delete(c.figures, "s"+parts[0][1:]+"+"+part(parts, 1))
	what := "summary"
	if parts[0] == "uld" {
		what = "ledger"
	}
	c.push(map[string]string{"result": "unsubscribed from " + what})
}

// publishFigures sends what has changed of summaries and ledgers, every ten
// seconds.
func (s *Server) publishFigures(now market.Nanos) {
	for c := range s.stream.sockets {
		for _, sub := range c.figures {
			if now-sub.at >= market.Nanos(s.opt.Timing.Figures) {
				s.sendFigures(c, sub, now)
			}
		}
	}
}

// sendFigures sends the rows that have changed. Of a ledger the others come
// too, empty.
func (s *Server) sendFigures(c *socket, sub *figuresSub, now market.Nanos) {
	sub.at = now
	var out []figureRow
	rows := s.summaryRows
	if sub.ledger {
		rows = s.ledgerRows
	}
	for _, row := range rows(sub.account) {
		key := row["key"].(string)
		if len(sub.keys) > 0 && !slices.Contains(sub.keys, key) {
			continue
		}
		row.only(sub.fields)
		text := string(web.Encode(row))
		changed := sub.sent[key] != text
		if sub.sent[key] = text; !changed && sub.ledger {
			row = figureRow{"key": key}
		} else if !changed {
			continue
		}
		row["timestamp"] = web.Seconds(now)
		out = append(out, row)
	}
	if len(out) > 0 {
		c.deliver(web.Encode(map[string]any{"topic": sub.topic, "result": out}), s.engine.Frame(sub.topic, now), now)
	}
}

// only leaves in a row what the fields name, and the key.
func (row figureRow) only(fields []string) {
	for name := range row {
		if len(fields) > 0 && name != "key" && !slices.Contains(fields, name) {
			delete(row, name)
		}
	}
}

// summaryRows are an account's summary as ssd sends it.
func (s *Server) summaryRows(a *brokerage.Account) []figureRow {
	var rows []figureRow
	for _, one := range s.summaryFigures(a) {
		row := figureRow{"key": one.key, "severity": 0}
		if one.text != "" {
			row["value"] = one.text
		} else {
			row["currency"], row["monetaryValue"] = a.Base, web.Cents(one.amount)
		}
		rows = append(rows, row)
	}
	return rows
}

// summaryFigure is a text or an amount in the account's base currency.
type summaryFigure struct {
	key, text string
	amount    market.Money
}

// summaryFigures are an account's summary. What ends in -S is of the segment of
// securities, in -C of that of commodities.
func (s *Server) summaryFigures(a *brokerage.Account) []summaryFigure {
	f := s.house.Figures(a)
	began, _ := s.house.Today(a)
	var rows []summaryFigure
	textRow := func(key, value string) { rows = append(rows, summaryFigure{key: key, text: value}) }
	textRow("AccountCode", a.ID)
	textRow("AccountReady", "true")
	textRow("AccountType", "INDIVIDUAL")
	textRow("Cushion", cushion(f.Excess, f.Equity))
	textRow("DayTradesRemaining", "-1")
	textRow("LookAheadNextChange", "0")
	textRow("Leverage-S", leverage(f.Gross, f.Equity))
	textRow("NLVAndMarginInReview", "false")
	textRow("SegmentTitle-C", "US Commodities")
	textRow("SegmentTitle-S", "US Securities")
	textRow("TradingType-S", "STKNOPT")
	none := decimal.Zero
	for _, one := range []struct {
		key                          string
		total, securities, commodity market.Money
	}{
		{"AccruedCash", none, none, none}, {"AccruedDividend", none, none, none}, {"Billable", none, none, none},
		{"AvailableFunds", f.Available, f.Available, none}, {"BuyingPower", f.BuyingPower, f.BuyingPower, none},
		{"EquityWithLoanValue", f.Loan, f.Loan, none}, {"ExcessLiquidity", f.Excess, f.Excess, none},
		{"FullAvailableFunds", f.Available, f.Available, none}, {"FullExcessLiquidity", f.Excess, f.Excess, none},
		{"FullInitMarginReq", f.Initial, f.Initial, none}, {"FullMaintMarginReq", f.Maintenance, f.Maintenance, none},
		{"GrossPositionValue", f.Gross, f.Gross, none}, {"Guarantee", none, none, none}, {"IndianStockHaircut", none, none, none},
		{"InitMarginReq", f.Initial, f.Initial, none}, {"LookAheadAvailableFunds", f.Available, f.Available, none},
		{"LookAheadExcessLiquidity", f.Excess, f.Excess, none}, {"LookAheadInitMarginReq", f.Initial, f.Initial, none},
		{"LookAheadMaintMarginReq", f.Maintenance, f.Maintenance, none}, {"MaintMarginReq", f.Maintenance, f.Maintenance, none},
		{"NetLiquidation", f.Equity, f.Equity.Sub(f.Futures), f.Futures}, {"PASharesValue", none, none, none},
		{"PhysicalCertificateValue", none, none, none}, {"PostExpirationExcess", f.Excess, f.Excess, none},
		{"PostExpirationMargin", none, none, none},
		{"PreviousDayEquityWithLoanValue", began, began, none}, {"RegTEquity", f.Equity, f.Equity, none}, {"RegTMargin", f.RegT, f.RegT, none},
		{"SMA", f.Available, f.Available, none}, {"TotalCashValue", f.Cash, f.Cash, none},
		{"TotalDebitCardPendingCharges", none, none, none},
	} {
		for _, segment := range []struct {
			name   string
			amount market.Money
		}{{"", one.total}, {"-C", one.commodity}, {"-S", one.securities}} {
			rows = append(rows, summaryFigure{key: one.key + segment.name, amount: segment.amount})
		}
	}
	return rows
}

// cushion is which part of the account's worth is free.
func cushion(excess, equity market.Money) string {
	if equity.Sign() <= 0 {
		return "0"
	}
	return excess.DivRound(equity, 6).String()
}

func leverage(gross, equity market.Money) string {
	if equity.Sign() <= 0 {
		return "0.00"
	}
	return gross.DivRound(equity, 2).StringFixed(2)
}

// ledgerRows are an account's ledger by currency, and all of it as BASE.
func (s *Server) ledgerRows(a *brokerage.Account) []figureRow {
	var rows []figureRow
	for _, currency := range append(a.Currencies(), "BASE") {
		from := s.ledgerRow(a, currency, 0)
		row := figureRow{"key": "LedgerList" + currency, "secondKey": currency, "acctCode": a.ID, "severity": 0}
		for _, name := range ledgerNames {
			if value, ok := from[strings.ToLower(name)]; ok {
				row[name] = value
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// ledgerNames are the amounts of GET portfolio/{accountId}/ledger as sld spells
// them; all but one begin words with capitals.
var ledgerNames = []string{"cashbalance", "cashBalanceFXSegment", "commodityMarketValue", "corporateBondsMarketValue",
	"cryptocurrencyValue", "dividends", "exchangeRate", "funds", "futureMarketValue", "futureOptionMarketValue", "futuresOnlyPnl",
	"interest", "issuerOptionsMarketValue", "moneyFunds", "netLiquidationValue", "realizedPnl", "settledCash",
	"stockMarketValue", "stockOptionMarketValue", "tBillsMarketValue", "tBondsMarketValue", "unrealizedPnl", "warrantsMarketValue"}
