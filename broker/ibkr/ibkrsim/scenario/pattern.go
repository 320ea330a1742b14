package scenario

import (
	"fmt"
	"strings"
)

// maxPattern is the longest pattern, in bytes.
const maxPattern = 200

// pattern is what a rule's On says.
type pattern struct {
	topic  bool   // frames; otherwise requests
	method string // empty is any
	glob   string // of the endpoint's path, or of the topic
}

// parsePattern reads a rule's On. "WS smd+*" and "sor" are topics; "GET
// /portfolio/*", "/tickle" and "*" are endpoints.
func parsePattern(on string) (pattern, error) {
	if len(on) > maxPattern {
		return pattern{}, fmt.Errorf("on: longer than %d characters", maxPattern)
	}
	first, rest, two := strings.Cut(strings.TrimSpace(on), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case first == "" || first == "*" && !two:
		return pattern{glob: "*"}, nil
	case two && strings.EqualFold(first, "WS") && rest != "":
		return pattern{topic: true, glob: rest}, nil
	case two && first == "*" && isPath(rest):
		return pattern{glob: rest}, nil
	case two && isMethod(first) && isPath(rest):
		return pattern{method: first, glob: rest}, nil
	case !two && isPath(first):
		return pattern{glob: first}, nil
	case !two:
		return pattern{topic: true, glob: first}, nil
	}
	return pattern{}, fmt.Errorf("on %q: want an endpoint such as %q or %q, a topic such as \"sor\" or \"WS smd+*\", or \"*\"",
		on, PlaceOrder, "GET /portfolio/*")
}

// PlaceOrder is the name of the endpoint that places orders.
const PlaceOrder = "POST /iserver/account/{accountId}/orders"

func isPath(text string) bool {
	return (strings.HasPrefix(text, "/") || text == "*") && !strings.Contains(text, " ")
}

func isMethod(text string) bool {
	switch text {
	case "GET", "POST", "PUT", "PATCH", "DELETE":
		return true
	}
	return false
}

// endpoint says that a request for "METHOD /path/{with}/variables" is meant.
func (p pattern) endpoint(name string) bool {
	method, path, _ := strings.Cut(name, " ")
	return !p.topic && (p.method == "" || p.method == method) && matches(p.glob, path)
}

// frame says that a frame of the topic is meant: "sor", "smd+265598".
func (p pattern) frame(topic string) bool { return p.topic && matches(p.glob, topic) }

// matches says that text is the glob, in which * stands for any text. It
// takes at most len(glob) x len(text) steps.
func matches(glob, text string) bool {
	g, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, mark = g, t
			g++
		case g < len(glob) && glob[g] == text[t]:
			g++
			t++
		case star >= 0:
			mark++
			g, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}
