package wording

import (
	"fmt"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// Precautions are the limits that questions name: the order presets.
type Precautions struct {
	Percent market.Money // how far a limit may be from the market
	Size    market.Qty   // how much an order may trade
	Value   market.Money // for how much, in the contract's currency
}

// DefaultPrecautions are 3 %, 100,000 units and an amount of 1,000,000.
func DefaultPrecautions() Precautions {
	return Precautions{Percent: market.MustMoney("3"), Size: market.Shares(100_000), Value: market.MustMoney("1000000")}
}

const sure = "Are you sure you want to submit this order?"

// published are texts of message ids as IBKR's API reference gives them with
// POST iserver/questions/suppress, or as they were seen.
var published = map[string]string{
	"o354": "You are submitting an order without market data. We strongly recommend against this as it may " +
		"result in erroneous and unexpected trades.\n" + sure,
	"o403":   "This order will most likely trigger and fill immediately.\n" + sure,
	"o10138": "The following order size modification exceeds the size modification limit.\n" + sure,
	"o10164": "Traders are responsible for understanding cash quantity details, which are provided on a best efforts basis only.",
	"o10331": "You are about to submit a stop order. Please be aware of the various stop order types available and " +
		"the risks associated with each one.\n" + sure,
}

// own are the other message ids of that reference, which says only what they
// are about, or says it at length.
var own = map[string]string{
	"o382":   "The price of the following order exceeds the tick size limit.\n" + sure,
	"o2136":  "This order would mix allocation methods.\n" + sure,
	"o2137":  "An order on the other side of this contract is working.\n" + sure,
	"o2165":  "This contract does not trade in fractions outside regular trading hours.\n" + sure,
	"o10082": "This bond has been called.\n" + sure,
	"o10151": "A market order may fill at a price far from the one shown.\n" + sure,
	"o10152": "A stop order becomes a market order when it triggers and may fill far from its stop.\n" + sure,
	"o10153": "The order may be capped at a price in line with the market and may then not fill.\n" + sure,
	"o10223": "An order by cash quantity is not guaranteed: it is cancelled once about that amount has traded.\n" + sure,
	"o10288": "A market order in a crypto currency may fill at a price far from the one shown.\n" + sure,
	"o10332": "The order is for crypto currencies held by another firm.\n" + sure,
	"o10333": "The option is at the money: its exercise may bring nothing.\n" + sure,
	"o10334": "The order goes to the omnibus account, not to the global account that is selected.\n" + sure,
	"o10335": "The order comes from rapid entry.\n" + sure,
	"o10336": "This security has little liquidity: a position may be hard to close.\n" + sure,
	"p6":     "This order will be distributed over several accounts.\n" + sure,
	"p12": "An order that does not execute at once may be rejected when its limit is too far from the market.\n" +
		"Use the Price Management Algo?",
}

// fixedText is the text of a message that names no order.
func fixedText(id string) (text string, known bool) {
	if text, known = published[id]; !known {
		text, known = own[id]
	}
	return text, known
}

// Suppressible says that POST iserver/questions/suppress has an effect on
// questions of that id; all others must be answered.
func Suppressible(id string) bool {
	switch id {
	case "o163", "o383", "o451":
		return true
	}
	_, known := fixedText(id)
	return known
}

// Question is the message of that id about an order that is worth so much in
// its contract's currency. An id that is not known has a text, too.
func Question(id string, o *Order, worth market.Money, p Precautions) string {
	about := "The following order \"" + o.Capitals()
	switch id {
	case "o163":
		return about + " @ " + web.FloatText(o.Price.String()) + "\" price exceeds \nthe Percentage constraint of " +
			percent(p.Percent) + ".\n" + sure
	case "o383":
		return about + "\" size exceeds the Size Limit of " + amount(p.Size.Decimal()) + ".\n" + sure
	case "o451":
		return fmt.Sprintf("%s\" value estimate of %s %s exceeds \nthe Total Value Limit of %s %s.\n%s", about,
			Cents(worth), o.Contract.Currency, amount(p.Value), o.Contract.Currency, sure)
	}
	if text, known := fixedText(id); known {
		return text
	}
	return "Message " + id + ".\n" + sure
}

// Answers are messageOptions of a question.
func Answers() []string { return []string{"Yes", "No"} }

// PromptAnswers are the options of the price management prompt, p12 by
// notification.
func PromptAnswers() []string { return []string{"Use on this order", "Always use", "Do not use"} }
