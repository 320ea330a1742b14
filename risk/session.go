package risk

import (
	"fmt"
	"strings"

	"gannet/market"
)

func tradingHalted(_ *Gate, v *View, _ *Limits) string {
	if v.State != Halted {
		return ""
	}
	return "trading is halted: " + v.StateReason
}

// reducingOnly lets an order through that, even if all other working orders
// of its side fill first, brings the position no further than to zero.
func reducingOnly(_ *Gate, v *View, _ *Limits) string {
	if v.State != ReduceOnly {
		return ""
	}
	room := -v.Position - v.WorkingBuy
	if v.Order.Side == market.Sell {
		room = v.Position - v.WorkingSell
	}
	if v.Order.OrderQty <= room {
		return ""
	}
	return fmt.Sprintf("%s %s would go beyond closing the position of %s: %s",
		v.Order.Side, v.Order.OrderQty, v.Position, v.StateReason)
}

func accountMismatch(g *Gate, v *View, _ *Limits) string {
	switch want := g.account.Account; {
	case v.Order.Account != want:
		return fmt.Sprintf("order is for account %q, the engine trades %q", v.Order.Account, want)
	case v.Broker != nil && v.Broker.Account != "" && v.Broker.Account != want:
		return fmt.Sprintf("broker session is for account %q, the engine trades %q", v.Broker.Account, want)
	}
	return ""
}

// paperLiveMismatch holds three facts against each other: what the config
// wants, what the broker says, and what the account's name says (IBKR's paper
// accounts begin with D).
func paperLiveMismatch(g *Gate, v *View, _ *Limits) string {
	want := g.account.Paper
	if v.Broker != nil && v.Broker.Ready && v.Broker.Paper != want {
		return fmt.Sprintf("broker says %s account, the engine is set for %s", kindOf(v.Broker.Paper), kindOf(want))
	}
	if named := strings.HasPrefix(string(g.account.Account), "D"); named != want {
		return fmt.Sprintf("account %s is a %s account by its name, the engine is set for %s",
			g.account.Account, kindOf(named), kindOf(want))
	}
	return ""
}

func kindOf(paper bool) string {
	if paper {
		return "a paper"
	}
	return "a live"
}

func brokerNotReady(_ *Gate, v *View, _ *Limits) string {
	switch {
	case v.Broker == nil:
		return "no broker session yet"
	case !v.Broker.Ready:
		return "broker session is " + v.Broker.Name + ": " + v.Broker.Reason
	}
	return ""
}

func notReconciled(_ *Gate, v *View, _ *Limits) string {
	if v.Reconciled {
		return ""
	}
	return "orders, trades and positions are not yet compared with the broker's"
}
