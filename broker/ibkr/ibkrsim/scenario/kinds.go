package scenario

import (
	"slices"
	"strings"
)

// Kind is something that happens by itself, at a time of its own.
type Kind string

// Kinds of events. What each needs and may have stands in the table that
// Kinds returns.
const (
	Logout       Kind = "logout"
	Compete      Kind = "compete"
	NightlyReset Kind = "nightly-reset"
	IdleTimeout  Kind = "idle-timeout"
	EndLogin     Kind = "end-login"
	StuckLogin   Kind = "stuck-login"
	ReadOnly     Kind = "read-only"

	Maintenance Kind = "maintenance"
	NoBridge    Kind = "no-bridge"
	Restart     Kind = "restart"
	ClockSkew   Kind = "clock-skew"

	DropSockets    Kind = "drop-sockets"
	CloseSockets   Kind = "close-sockets"
	SilenceSockets Kind = "silence-sockets"
	SendStatus     Kind = "send-status"
	SendNotice     Kind = "send-notice"
	SendBulletin   Kind = "send-bulletin"

	SetPrice Kind = "price"
	Gap      Kind = "gap"
	Halt     Kind = "halt"
	NoData   Kind = "no-data"

	Ask           Kind = "ask"
	StaleReply    Kind = "stale-reply"
	Prompt        Kind = "prompt"
	RejectLater   Kind = "reject-later"
	RejectLeg     Kind = "reject-leg"
	SwallowOrders Kind = "swallow-orders"
	ForkModify    Kind = "fork-modify"
	CancelOrder   Kind = "cancel-order"
	HideOrders    Kind = "hide-orders"

	CorrectFill    Kind = "correct-fill"
	BustFill       Kind = "bust-fill"
	RemapFills     Kind = "remap-fills"
	LateTrades     Kind = "late-trades"
	LateCommission Kind = "late-commission"

	ExternalOrder  Kind = "external-order"
	Liquidate      Kind = "liquidate"
	AdjustPosition Kind = "adjust-position"
	StalePositions Kind = "stale-positions"

	Pacing     Kind = "pacing"
	PenaltyBox Kind = "penalty-box"
	OrderLimit Kind = "order-limit"
)

// Group is which of the Hands performs a kind.
type Group string

// Groups, one for each method of Hands.
const (
	SessionGroup  Group = "session"
	OutageGroup   Group = "outage"
	SocketGroup   Group = "socket"
	MarketGroup   Group = "market"
	OrderGroup    Group = "order"
	FillGroup     Group = "fill"
	PositionGroup Group = "position"
	PacingGroup   Group = "pacing"
)

// KindInfo describes a kind of event.
type KindInfo struct {
	Kind  Kind
	Group Group
	// Keys are those that the event may have beside those of every event
	// (at, do, name, every, times, probability); one that it must have ends in "!".
	// A kind with "for" can be over: its Hand is called again with End.
	Keys  string
	About string // one line
}

// Kinds are all kinds of events, in the order of their groups.
func Kinds() []KindInfo { return slices.Clone(kinds) }

var kinds = []KindInfo{
	{Logout, SessionGroup, "user", "the brokerage session ends; /iserver answers \"no bridge\" until the next ssodh/init"},
	{Compete, SessionGroup, "user", "somebody else logs in with the same user; only ssodh/init with compete:true takes it back"},
	{NightlyReset, SessionGroup, "for", "sessions, suppressions, subscriptions and sockets are gone; with for, ssodh/init fails so long"},
	{IdleTimeout, SessionGroup, "user", "the session ends as if nobody had tickled it for six minutes"},
	{EndLogin, SessionGroup, "user for", "the login itself is over: everything answers 401 until a new login; with for, that fails so long"},
	{StuckLogin, SessionGroup, "user for!", "ssodh/init answers 200 with connected:true, authenticated:false"},
	{ReadOnly, SessionGroup, "account for", "the account may look but not trade"},

	{Maintenance, OutageGroup, "for!", "the whole API is down, as on Saturday evening: 503 or a page, sockets closed"},
	{NoBridge, OutageGroup, "for!", "/iserver answers \"no bridge\" whatever the session"},
	{Restart, OutageGroup, "for", "the simulator forgets all but its state, as a restart does; with for, it is away so long"},
	{ClockSkew, OutageGroup, "by! for", "the server's clock is off by so much"},

	{DropSockets, SocketGroup, "user", "connections of sockets end without a close frame"},
	{CloseSockets, SocketGroup, "user code", "sockets are closed with a code, 1001 if none is given"},
	{SilenceSockets, SocketGroup, "user", "open sockets stay open and say nothing more"},
	{SendStatus, SocketGroup, "user authenticated competing text", "an sts frame, whatever is true"},
	{SendNotice, SocketGroup, "user text!", "an ntf frame with that text"},
	{SendBulletin, SocketGroup, "user text!", "a blt frame, a bulletin of an exchange or of IBKR's system, with that text"},

	{SetPrice, MarketGroup, "instrument! bid ask last bid_size ask_size last_size", "the instrument's quote"},
	{Gap, MarketGroup, "instrument percent!", "all prices jump by so many percent"},
	{Halt, MarketGroup, "instrument for", "nothing trades"},
	{NoData, MarketGroup, "instrument for!", "market data stops; trading goes on"},

	{Ask, OrderGroup, "messages depth count", "questions about the next count orders: messages, or 0 to depth of them at random"},
	{StaleReply, OrderGroup, "delay count", "the reply to the next question fails with 503; its order goes live after delay"},
	{Prompt, OrderGroup, "order", "an order is held and an ntf frame asks about it; POST /iserver/notification answers"},
	{RejectLater, OrderGroup, "order text delay count", "an order is rejected after it has been accepted"},
	{RejectLeg, OrderGroup, "leg text count", "one leg of the next group of orders is refused, 0 is the parent; the others are as at IBKR"},
	{SwallowOrders, OrderGroup, "count", "the next orders are answered as taken and are nowhere to be found"},
	{ForkModify, OrderGroup, "count", "the next modification leaves the old order working beside a new one"},
	{CancelOrder, OrderGroup, "order text", "a working order is cancelled by the system"},
	{HideOrders, OrderGroup, "for", "the list of orders leaves out those of earlier sessions"},

	{CorrectFill, FillGroup, "execution qty price", "an execution is repeated with another size or price and its id's suffix counted up"},
	{BustFill, FillGroup, "execution", "an execution is taken back: quantity 0 and its id's suffix counted up"},
	{RemapFills, FillGroup, "count", "the next executions name an order id and no order_ref that anybody knows"},
	{LateTrades, FillGroup, "delay! count", "the next executions appear in GET /iserver/account/trades only after delay"},
	{LateCommission, FillGroup, "delay! count", "the next executions have an empty commission until delay has passed"},

	{ExternalOrder, PositionGroup, "account instrument! side! qty! price", "an order by hand on another platform: at price, or at the market"},
	{Liquidate, PositionGroup, "account instrument! qty", "the broker closes a position, or qty of it, with liquidation_trade 1"},
	{AdjustPosition, PositionGroup, "account instrument! side! qty! price", "a position changes without an execution: split, assignment, transfer"},
	{StalePositions, PositionGroup, "account for!", "GET /portfolio/{accountId}/positions and its like answer what was there when it began; /portfolio2 does not"},

	{Pacing, PacingGroup, "on!", "the pacing table is enforced, or not"},
	{PenaltyBox, PacingGroup, "for!", "everything answers 429"},
	{OrderLimit, PacingGroup, "count! for", "so many working orders per contract and side, no more"},
}

// info is a kind's row.
func info(k Kind) (KindInfo, bool) {
	i := slices.IndexFunc(kinds, func(row KindInfo) bool { return row.Kind == k })
	if i < 0 {
		return KindInfo{}, false
	}
	return kinds[i], true
}

// allows says that an event of the kind may have the key, and that it must.
func (k KindInfo) allows(key string) (may, must bool) {
	for _, word := range strings.Fields(k.Keys) {
		if strings.TrimSuffix(word, "!") == key {
			return true, strings.HasSuffix(word, "!")
		}
	}
	return false, false
}

func kindNames() []Kind {
	names := make([]Kind, len(kinds))
	for i, row := range kinds {
		names[i] = row.Kind
	}
	return names
}
