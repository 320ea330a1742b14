package contracts

import (
	"fmt"
	"strconv"
	"strings"
)

// spreads are the contracts of SpreadConid.
var spreads = map[string]int64{
	"USD": 28812380, "AUD": 61227077, "CAD": 61227082, "CHF": 61227087, "CNH": 136000441, "GBP": 58666491, "HKD": 61227072,
	"INR": 136000444, "JPY": 61227069, "KRW": 136000424, "MXN": 136000449, "SEK": 136000429, "SGD": 426116555,
}

// SpreadConid is the contract that stands in front of a combo's legs in a
// currency. EUR's is not known: IBKR's sources give it the number of JPY.
func SpreadConid(currency string) (int64, bool) {
	conid, ok := spreads[currency]
	return conid, ok
}

// Leg is one leg of a combo. A positive ratio buys, a negative one sells.
type Leg struct {
	Conid int64
	Ratio int64
}

// Combo is the conidex of a combo of two or more legs, such as
// "28812380;;;756733/1,320227571/-1". Other currencies than USD want an
// exchange. Its price is the sum of price times ratio and can be negative.
func Combo(currency, exchange string, legs ...Leg) (string, error) {
	currency, exchange = strings.ToUpper(currency), strings.ToUpper(exchange)
	spread, ok := SpreadConid(currency)
	if !ok {
		return "", fmt.Errorf("contracts: combo: currency %q: its spread contract is not known, want one such as USD, GBP or JPY", currency)
	}
	if exchange == "" && currency != "USD" {
		return "", fmt.Errorf("contracts: combo: in %s: want an exchange", currency)
	}
	if err := checkLegs(legs); err != nil {
		return "", err
	}
	text := strconv.FormatInt(spread, 10)
	if exchange != "" {
		text += "@" + exchange
	}
	parts := make([]string, len(legs))
	for i, l := range legs {
		parts[i] = fmt.Sprintf("%d/%d", l.Conid, l.Ratio)
	}
	return text + ";;;" + strings.Join(parts, ","), nil
}

func checkLegs(legs []Leg) error {
	if len(legs) < 2 {
		return fmt.Errorf("contracts: combo: %d legs: want two or more", len(legs))
	}
	seen := make(map[int64]bool)
	for _, l := range legs {
		if l.Conid <= 0 || l.Ratio == 0 || seen[l.Conid] {
			return fmt.Errorf("contracts: combo: leg %d/%d: want each contract once and a ratio that is not 0", l.Conid, l.Ratio)
		}
		seen[l.Conid] = true
	}
	return nil
}

// ParseCombo reads a combo's conidex.
func ParseCombo(text string) (spread int64, exchange string, legs []Leg, err error) {
	head, tail, ok := strings.Cut(text, ";;;")
	number, exchange, _ := strings.Cut(head, "@")
	spread, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return 0, "", nil, fmt.Errorf("contracts: combo %.80q: want <spread>[@exchange];;;<conid>/<ratio>,... of two or more legs", text)
	}
	for _, one := range strings.Split(tail, ",") {
		conid, ratio, _ := strings.Cut(one, "/")
		c, bad := strconv.ParseInt(conid, 10, 64)
		r, bad2 := strconv.ParseInt(ratio, 10, 64)
		if bad != nil || bad2 != nil {
			return 0, "", nil, fmt.Errorf("contracts: combo leg %.40q: want <conid>/<ratio>", one)
		}
		legs = append(legs, Leg{Conid: c, Ratio: r})
	}
	return spread, exchange, legs, checkLegs(legs)
}
