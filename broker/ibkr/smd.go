package ibkr

import (
	"bytes"
	"encoding/json"
)

// Market data fields of IBKR. 85 belongs to the ask and 88 to the bid.
const (
	fieldLast     = "31"
	fieldBid      = "84"
	fieldAskSize  = "85"
	fieldAsk      = "86"
	fieldBidSize  = "88"
	fieldAvail    = "6509"
	fieldLastSize = "7059"
)

var quoteFields = []string{fieldLast, fieldBid, fieldAskSize, fieldAsk, fieldBidSize, fieldAvail, fieldLastSize}

// smdFrame holds the texts of a market data frame that matter, without
// quotes; empty means that the frame did not say. They point into the frame.
type smdFrame struct {
	topic, conid, updated             []byte
	last, bid, ask                    []byte
	lastSize, bidSize, askSize, avail []byte
}

// field is where the text of a key goes; nil for a key that does not matter.
func (f *smdFrame) field(key []byte) *[]byte {
	switch string(key) {
	case "topic":
		return &f.topic
	case "conid":
		return &f.conid
	case "_updated":
		return &f.updated
	case fieldLast:
		return &f.last
	case fieldBid:
		return &f.bid
	case fieldAsk:
		return &f.ask
	case fieldLastSize:
		return &f.lastSize
	case fieldBidSize:
		return &f.bidSize
	case fieldAskSize:
		return &f.askSize
	case fieldAvail:
		return &f.avail
	}
	return nil
}

// scan reads a flat JSON object of strings and scalars without allocating. It
// returns false for anything else (escapes, nesting, faults), which decode
// then decides on.
func (f *smdFrame) scan(b []byte) bool {
	*f = smdFrame{}
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return false
	}
	for i++; ; i++ {
		var key, value []byte
		var ok bool
		if key, i, ok = scanString(b, skipSpace(b, i)); !ok {
			return false
		}
		if i = skipSpace(b, i); i >= len(b) || b[i] != ':' {
			return false
		}
		if value, i, ok = scanValue(b, skipSpace(b, i+1)); !ok {
			return false
		}
		if to := f.field(key); to != nil {
			*to = value
		}
		if i = skipSpace(b, i); i >= len(b) {
			return false
		}
		if b[i] == '}' {
			return skipSpace(b, i+1) == len(b)
		}
		if b[i] != ',' {
			return false
		}
	}
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// scanString reads a string without escapes that starts at b[i].
func scanString(b []byte, i int) (text []byte, next int, ok bool) {
	if i >= len(b) || b[i] != '"' {
		return nil, i, false
	}
	for j := i + 1; j < len(b); j++ {
		switch c := b[j]; {
		case c == '"':
			return b[i+1 : j], j + 1, true
		case c == '\\' || c < ' ' || c >= 0x80:
			return nil, j, false
		}
	}
	return nil, i, false
}

// scanValue reads a string, a number, a boolean or null. The text of a
// boolean or null is empty.
func scanValue(b []byte, i int) (text []byte, next int, ok bool) {
	if i < len(b) && b[i] == '"' {
		return scanString(b, i)
	}
	end := i
	for end < len(b) && b[end] != ',' && b[end] != '}' && b[end] > ' ' {
		end++
	}
	token := b[i:end]
	switch string(token) {
	case "true", "false", "null":
		return nil, end, true
	}
	return token, end, isNumber(token)
}

// isNumber says whether b is a number of JSON without an exponent.
func isNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	whole := countDigits(b)
	if whole == 0 || whole > 1 && b[0] == '0' {
		return false
	}
	if b = b[whole:]; len(b) == 0 {
		return true
	}
	return b[0] == '.' && len(b) > 1 && countDigits(b[1:]) == len(b)-1
}

func countDigits(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n
}

// decode reads the same as scan from any JSON object, by the standard decoder.
func (f *smdFrame) decode(b []byte) error {
	*f = smdFrame{}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for _, key := range smdKeys {
		text, err := scalarText(all[key])
		if err != nil || text == "true" && all[key][0] == 't' || text == "false" && all[key][0] == 'f' {
			continue
		}
		*f.field([]byte(key)) = []byte(text)
	}
	return nil
}

var smdKeys = append([]string{"topic", "conid", "_updated"}, quoteFields...)

var smdTopic = []byte("smd+")

// instrument is the conid that the frame is about: its own field, or the
// topic "smd+265598" or "smd+265598@NASDAQ"; 0 when it says neither.
func (f *smdFrame) instrument() int64 {
	if id, ok := parseFixed(f.conid, 0); ok {
		return id
	}
	_, target, _ := bytes.Cut(f.topic, smdTopic)
	id, _ := parseFixed(target[:countDigits(target)], 0)
	return id
}
