package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/market"
)

// decode reads a request's JSON object. {} is a bad request at IBKR wherever
// something is asked for.
func decode(body []byte, v any) (web.Reply, bool) {
	if !json.Valid(body) {
		return web.Fail(400, web.BadBody), false
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || len(fields) == 0 {
		return badRequest("empty body"), false
	}
	if err := json.Unmarshal(body, v); err != nil {
		return badRequest("a parameter has the wrong type"), false
	}
	return web.Reply{}, true
}

// whole is a whole number that clients send as a number or as text.
type whole int64

// UnmarshalJSON takes 5, 5.0, "5" and null.
func (n *whole) UnmarshalJSON(text []byte) error {
	bare := strings.TrimSuffix(string(bytes.Trim(text, `"`)), ".0")
	if bare == "null" || bare == "" {
		return nil
	}
	v, err := strconv.ParseInt(bare, 10, 64)
	*n = whole(v)
	return err
}

// flag is 0 or 1, or a JSON boolean.
type flag bool

// UnmarshalJSON takes 0, 1, "0", "1", true, false and null.
func (f *flag) UnmarshalJSON(text []byte) error {
	switch string(bytes.Trim(text, `"`)) {
	case "1", "true":
		*f = true
	case "0", "false", "null":
		*f = false
	default:
		return errors.New("not a flag")
	}
	return nil
}

// bit is 1 for true.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// amount is an exact number that clients send as a number or as text.
type amount struct{ market.Money }

// UnmarshalJSON takes 1.5, "1.5" and null, up to forty characters and without
// an exponent.
func (a *amount) UnmarshalJSON(text []byte) (err error) {
	bare := string(bytes.Trim(text, `"`))
	if bare == "null" || bare == "" {
		return nil
	}
	a.Money, err = parseAmount(bare)
	return err
}

// MarshalJSON writes text.
func (a amount) MarshalJSON() ([]byte, error) { return json.Marshal(a.String()) }

func parseAmount(s string) (market.Money, error) {
	if len(s) > 40 {
		return market.Money{}, errors.New("number too long")
	}
	return market.ParseMoney(s)
}

// digits says that s is a number of one to eighteen digits.
func digits(s string) bool {
	return len(s) > 0 && len(s) <= 18 && strings.Trim(s, "0123456789") == ""
}

// clockText is a time as the API writes it for orders and alerts:
// 20260403-14:30:00, UTC.
const clockText = "20060102-15:04:05"
