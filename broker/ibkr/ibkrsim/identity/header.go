package identity

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// Limits of an Authorization header.
const (
	maxHeader = 16 << 10
	maxParams = 32
)

var errHeader = errors.New("identity: malformed OAuth header")

// param is a parameter of a request, decoded.
type param struct{ key, value string }

// header is an OAuth 1.0a Authorization header (RFC 5849, section 3.5.1).
type header struct {
	realm     string
	signature string
	signed    []param // what takes part in the signature
}

// parseHeader reads `OAuth k1="v1", k2="v2"`, the values percent-encoded. A
// parameter that stands twice is refused.
func parseHeader(text string) (header, error) {
	scheme, rest, _ := strings.Cut(text, " ")
	if !strings.EqualFold(scheme, "OAuth") || len(text) > maxHeader {
		return header{}, errHeader
	}
	var h header
	seen := map[string]bool{}
	for len(seen) < maxParams {
		p, tail, err := nextParam(rest)
		if err != nil || seen[p.key] {
			return header{}, errHeader
		}
		seen[p.key] = true
		switch p.key {
		case "realm":
			h.realm = p.value
		case "oauth_signature":
			h.signature = p.value
		default:
			h.signed = append(h.signed, p)
		}
		if tail == "" {
			return h, nil
		}
		rest = tail
	}
	return header{}, errHeader
}

// nextParam cuts the first parameter off; rest is empty after the last.
func nextParam(text string) (p param, rest string, err error) {
	name, tail, found := strings.Cut(strings.TrimLeft(text, " \t"), "=")
	name = strings.TrimSpace(name)
	if !found || name == "" || strings.ContainsAny(name, "\", \t") || !strings.HasPrefix(tail, `"`) {
		return p, "", errHeader
	}
	quoted, tail, found := strings.Cut(tail[1:], `"`)
	if !found {
		return p, "", errHeader
	}
	value, err := url.PathUnescape(quoted) // "+" stays: it is a digit of base64
	if err != nil {
		return p, "", errHeader
	}
	tail = strings.TrimLeft(tail, " \t")
	if tail != "" && (tail[0] != ',' || strings.TrimSpace(tail[1:]) == "") {
		return p, "", errHeader
	}
	return param{name, value}, strings.TrimPrefix(tail, ","), nil
}

// get is the value of a signed parameter, empty when it is missing.
func (h *header) get(key string) string {
	i := slices.IndexFunc(h.signed, func(p param) bool { return p.key == key })
	if i < 0 {
		return ""
	}
	return h.signed[i].value
}
