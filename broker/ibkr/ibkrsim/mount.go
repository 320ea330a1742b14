package ibkrsim

import (
	"cmp"
	"slices"
	"strings"

	"gannet/broker/ibkr/ibkrsim/management"
	"gannet/broker/ibkr/ibkrsim/web"
	"gannet/broker/ibkr/ibkrsim/workspace"
)

// routes are all endpoints that are simulated, whoever answers. The first that
// fits a request takes it, so those with more text of their own come first:
// /iserver/account/alert/{alertId} before /iserver/account/{accountId}/summary.
var routes = web.NewRoutes(ordered(slices.Concat(
	own.All,
	adopt("", workspace.Routes, func(s *Server) *workspace.Workspace { return s.workspace }),
	adopt(management.Prefix, management.Routes, func(s *Server) *management.Office { return s.office }),
))...)

// adopt makes another package's endpoints the server's, below a prefix.
func adopt[T any](prefix string, theirs *web.Routes[T], of func(*Server) T) []web.Route[*Server] {
	list := make([]web.Route[*Server], len(theirs.All))
	for i, r := range theirs.All {
		list[i] = web.Route[*Server]{Methods: r.Methods, Pattern: prefix + r.Pattern,
			Handle: func(s *Server, q *web.Request) web.Reply { return r.Handle(of(s), q) }}
	}
	return list
}

// ordered puts patterns with a text before those with a variable in the first
// segment in which they differ so; else they stay as they are.
func ordered(list []web.Route[*Server]) []web.Route[*Server] {
	slices.SortStableFunc(list, func(a, b web.Route[*Server]) int { return cmp.Compare(shape(a.Pattern), shape(b.Pattern)) })
	return list
}

// shape is a pattern with a 0 for each segment that is text and a 1 for each
// variable.
func shape(pattern string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(pattern, "/") {
		if strings.HasPrefix(segment, "{") {
			b.WriteByte('1')
		} else {
			b.WriteByte('0')
		}
	}
	return b.String()
}
