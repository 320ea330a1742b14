package ibkr

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/bits"
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

// smdFrame is a market data frame and where in it the texts stand that
// matter, without quotes. An empty text means that the frame did not say.
type smdFrame struct {
	from  []byte // the frame, or a copy of its texts
	spans [numTags + 1]span
}

type span struct{ at, end uint32 }

// tag numbers the keys that matter.
type tag uint8

const (
	tagTopic tag = iota
	tagConid
	tagUpdated
	tagLast
	tagBid
	tagAskSize
	tagAsk
	tagBidSize
	tagAvail
	tagLastSize
	numTags // and the place of all other keys
)

var smdKeys = [numTags]string{
	tagTopic: "topic", tagConid: "conid", tagUpdated: "_updated", tagLast: fieldLast, tagBid: fieldBid, tagAskSize: fieldAskSize,
	tagAsk: fieldAsk, tagBidSize: fieldBidSize, tagAvail: fieldAvail, tagLastSize: fieldLastSize,
}

// text is what the frame says of a key.
func (f *smdFrame) text(t tag) []byte { return f.from[f.spans[t].at:f.spans[t].end] }

// scan reads a flat JSON object of strings and scalars without allocating. It
// returns false for anything else (escapes, nesting, faults), which decode
// then decides on. b stays in use until the next scan.
func (f *smdFrame) scan(b []byte) bool {
	f.from = b
	clear(f.spans[:])
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return false
	}
	for {
		t, next, ok := scanKey(b, skipSpace(b, i+1))
		if !ok {
			return false
		}
		if i = skipSpace(b, next); i >= len(b) || b[i] != ':' {
			return false
		}
		if f.spans[t], next, ok = scanValue(b, skipSpace(b, i+1)); !ok {
			return false
		}
		if i = skipSpace(b, next); i >= len(b) {
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

// skipSpace is where from b[i] on the first byte stands that is no space. It is
// small enough to be inlined, as frames have no spaces.
func skipSpace(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' {
		return i
	}
	return skipSpaces(b, i)
}

func skipSpaces(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// special marks the bytes of w that end plain text: a quote, a backslash, a
// control character, or one beyond ASCII. A marked byte has its high bit set;
// only the lowest mark is exact.
func special(w uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, slash := w^ones*'"', w^ones*'\\'
	return ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*' ')&^w | w) & highs
}

// stringEnd is where from b[i] on the first byte stands that ends plain text,
// or the end of b.
func stringEnd(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if mask := special(binary.LittleEndian.Uint64(b[i:])); mask != 0 {
			return i + bits.TrailingZeros64(mask)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c == '"' || c == '\\' || c < ' ' || c >= 0x80 {
			break
		}
	}
	return i
}

// scanKey reads a key. The ones that matter are looked for where their quotes
// have to be: a guess that the processor makes well.
func scanKey(b []byte, i int) (t tag, next int, ok bool) {
	if i >= len(b) || b[i] != '"' {
		return numTags, i, false
	}
	i++
	if k := b[i:]; len(k) > 9 {
		switch {
		case k[2] == '"':
			if t = shortTag(k[0], k[1]); t != numTags {
				return t, i + 3, true
			}
		case k[4] == '"':
			switch binary.LittleEndian.Uint32(k) {
			case '6' | '5'<<8 | '0'<<16 | '9'<<24:
				return tagAvail, i + 5, true
			case '7' | '0'<<8 | '5'<<16 | '9'<<24:
				return tagLastSize, i + 5, true
			}
		case k[5] == '"' && string(k[:5]) == "topic":
			return tagTopic, i + 6, true
		case k[5] == '"' && string(k[:5]) == "conid":
			return tagConid, i + 6, true
		case k[8] == '"' && string(k[:8]) == "_updated":
			return tagUpdated, i + 9, true
		}
		end := stringEnd(b, i)
		return numTags, end + 1, end < len(b) && b[end] == '"'
	}
	end := stringEnd(b, i)
	return tagOf(b[i:end]), end + 1, end < len(b) && b[end] == '"'
}

func shortTag(x, y byte) tag {
	switch {
	case x == '8' && y-'0' <= 9:
		return eights[y-'0']
	case x == '3' && y == '1':
		return tagLast
	}
	return numTags
}

// eights are the tags of the keys 80 to 89.
var eights = [10]tag{numTags, numTags, numTags, numTags, tagBid, tagAskSize, tagAsk, numTags, tagBidSize, numTags}

// tagOf is the number of a key at the end of a frame, numTags for one that does not matter.
func tagOf(key []byte) tag {
	for t := range smdKeys {
		if smdKeys[t] == string(key) {
			return tag(t)
		}
	}
	return numTags
}

// plain are the bytes that text without escapes is made of.
var plain = func() (table [256]bool) {
	for c := ' '; c < 0x80; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// scanValue reads a string, a number, a boolean or null. The text of a
// boolean or null is empty.
func scanValue(b []byte, i int) (text span, next int, ok bool) {
	if i < len(b) && b[i] == '"' {
		end := i + 1
		for end < len(b) && plain[b[end]] {
			end++
		}
		return span{uint32(i + 1), uint32(end)}, end + 1, end < len(b) && b[end] == '"'
	}
	end := i
	for end < len(b) && b[end]-'0' <= 9 {
		end++
	}
	if end < len(b) && end > i && b[i] != '0' && (b[end] == ',' || b[end] == '}') {
		return span{uint32(i), uint32(end)}, end, true
	}
	return scanOther(b, i)
}

func scanOther(b []byte, i int) (text span, next int, ok bool) {
	end := i
	for end < len(b) && b[end] != ',' && b[end] != '}' && b[end] > ' ' {
		end++
	}
	token := b[i:end]
	if isNumber(token) {
		return span{uint32(i), uint32(end)}, end, true
	}
	switch string(token) {
	case "true", "false", "null":
		return span{}, end, true
	}
	return span{}, end, false
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
	f.from, f.spans = nil, [numTags + 1]span{}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for t, key := range smdKeys {
		text, err := scalarText(all[key])
		if err != nil || text == "true" && all[key][0] == 't' || text == "false" && all[key][0] == 'f' {
			continue
		}
		at := uint32(len(f.from))
		f.from = append(f.from, text...)
		f.spans[t] = span{at, uint32(len(f.from))}
	}
	return nil
}

var smdTopic = []byte("smd+")

// instrument is the conid that the frame is about: its own field, or the
// topic "smd+265598" or "smd+265598@NASDAQ"; 0 when it says neither.
func (f *smdFrame) instrument() int64 {
	if id, ok := parseFixed(f.text(tagConid), 0); ok {
		return id
	}
	_, target, _ := bytes.Cut(f.text(tagTopic), smdTopic)
	id, _ := parseFixed(target[:countDigits(target)], 0)
	return id
}
