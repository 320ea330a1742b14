package workspace

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"

	"gannet/market"
)

// Types of what an alert can wait for, as IBKR numbers them. The last three are
// for a user's mobile trading assistant (MTA) alert only.
const (
	PriceCondition          = 1 // of a contract
	TimeCondition           = 3
	MarginCondition         = 4 // cushion of an account, percent
	TradeCondition          = 5 // an execution in an account
	VolumeCondition         = 6 // of a contract, of the day
	MTAMarketCondition      = 7 // change of the market, percent
	MTAPositionCondition    = 8 // change of a position, percent
	MTADailyProfitCondition = 9 // of an account, in base currency
)

// condition is one thing an alert waits for, in the names of the API's answer.
type condition struct {
	Type     int     `json:"condition_type"`
	Conidex  string  `json:"conidex"`
	Contract string  `json:"contract_description_1"`
	Operator *string `json:"condition_operator"`
	Method   *string `json:"condition_trigger_method"`
	Value    string  `json:"condition_value"`
	Bind     string  `json:"condition_logic_bind"`
	Zone     *string `json:"condition_time_zone"`

	conid int64        // 0: any
	bound market.Money // of Value
	at    market.Nanos // of Value, when it is a time
	met   bool
}

// anyContract is the conidex of a condition that is not about one contract.
const anyContract = "*@*"

// conditionBody is a condition in a request.
type conditionBody struct {
	Type     whole  `json:"type"`
	Conidex  string `json:"conidex"`
	Operator string `json:"operator"`
	Method   any    `json:"triggerMethod"`
	Value    string `json:"value"`
	Bind     string `json:"logicBind"`
	Zone     string `json:"timeZone"`
}

// condition checks a request's condition.
func (w *Workspace) condition(in conditionBody, mta bool) (condition, error) {
	c := condition{Type: int(in.Type), Conidex: in.Conidex, Value: in.Value, Bind: cmp.Or(in.Bind, "n"), Contract: "Unknown"}
	if in.Operator != "" {
		c.Operator = &in.Operator
	}
	if in.Zone != "" {
		c.Zone = &in.Zone
	}
	if method, ok := in.Method.(string); ok {
		c.Method = &method
	}
	if len(in.Conidex)+len(in.Value)+len(in.Zone)+len(in.Operator) > MaxName || c.Method != nil && len(*c.Method) > MaxName {
		return c, errors.New("a condition's text is too long")
	}
	if c.Type >= MTAMarketCondition && !mta {
		return c, errors.New("a condition of this type is for the MTA alert")
	}
	if c.Conidex == "" {
		c.Conidex = anyContract
	}
	if err := c.complete(); err != nil {
		return c, err
	}
	return c, w.describe(&c)
}

// describe names the contract. One that nobody knows cannot be watched.
func (w *Workspace) describe(c *condition) error {
	if c.conid == 0 {
		return nil
	}
	symbol, _, _, _, ok := w.cfg.Contracts.Lookup(c.conid)
	if !ok {
		return errors.New("no security definition for " + c.Conidex)
	}
	c.Contract = symbol
	return nil
}

// complete works out what the texts say.
func (c *condition) complete() (err error) {
	if c.Conidex != anyContract {
		number, _, _ := strings.Cut(c.Conidex, "@")
		if c.conid, err = strconv.ParseInt(number, 10, 64); err != nil || c.conid <= 0 {
			return errors.New("conidex " + c.Conidex + " is not a contract")
		}
	}
	if !strings.Contains("aon", c.Bind) || len(c.Bind) != 1 {
		return errors.New("logicBind is not a, o or n")
	}
	switch c.Type {
	case PriceCondition, VolumeCondition:
		if c.conid == 0 {
			return errors.New("conidex is required")
		}
		return c.compare()
	case MarginCondition, MTAMarketCondition, MTAPositionCondition, MTADailyProfitCondition:
		return c.compare()
	case TimeCondition:
		return c.time()
	case TradeCondition:
		return nil
	}
	return errors.New("unknown type of condition")
}

// compare reads a condition that compares a number.
func (c *condition) compare() (err error) {
	if c.Operator == nil || *c.Operator != "<=" && *c.Operator != ">=" {
		return errors.New("operator is not <= or >=")
	}
	c.bound, err = parseAmount(c.Value)
	return err
}

// time reads a condition that waits for a time, by default UTC.
func (c *condition) time() error {
	zone := time.UTC
	if c.Zone != nil {
		var err error
		if zone, err = time.LoadLocation(*c.Zone); err != nil || *c.Zone == "Local" {
			return errors.New("unknown time zone")
		}
	}
	at, err := time.ParseInLocation(clockText, c.Value, zone)
	c.at = market.NanosOf(at)
	return err
}

// observe takes an observation into account and says whether it concerned the
// condition.
func (c *condition) observe(o Observation, now market.Nanos) bool {
	if c.Type == TimeCondition {
		c.met = now >= c.at
		return true
	}
	if c.Type != o.Type || c.conid != 0 && c.conid != o.Conid {
		return false
	}
	switch {
	case c.Type == TradeCondition:
		c.met = true
	case *c.Operator == ">=":
		c.met = o.Value.GreaterThanOrEqual(c.bound)
	default:
		c.met = o.Value.LessThanOrEqual(c.bound)
	}
	return true
}

// hold says whether conditions hold together. They are joined from left to
// right, each with the next as its Bind says.
func hold(all []condition) bool {
	result := len(all) > 0 && all[0].met
	for i := 1; i < len(all); i++ {
		if all[i-1].Bind == "o" {
			result = result || all[i].met
		} else {
			result = result && all[i].met
		}
	}
	return result
}
