package configs

import (
	"slices"
	"strings"
)

// path is where a value stands: keys of mappings and numbers of list entries.
type path []string

// String reads strategies[0].params.qty or risk.instruments[SPY.ARCA].max_order_qty.
func (p path) String() string {
	var b strings.Builder
	for i, segment := range p {
		switch {
		case isIndex(segment) || strings.Contains(segment, "."):
			b.WriteString("[" + segment + "]")
		case i > 0:
			b.WriteString("." + segment)
		default:
			b.WriteString(segment)
		}
	}
	return b.String()
}

// with is p and one more segment, in memory of its own.
func (p path) with(segment string) path { return append(slices.Clone(p), segment) }

func isIndex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// variable is the name of the environment variable that sets p.
func (p path) variable() string {
	return envPrefix + strings.ToUpper(strings.Join(p, envSeparator))
}
