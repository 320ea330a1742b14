package api

import (
	"context"
	"net/http"

	"gannet/broker/ibkr"
)

// Allocation is the operations of advisors on groups of accounts. A group's
// name takes the account's place in Orders.Place.
type Allocation struct{ c Caller }

// AllocationAccounts is what groups can be made of.
type AllocationAccounts struct {
	Accounts []AllocationAccount `json:"accounts,omitzero"`
	Extra
}

// AllocationAccount is an account with what can be shared out by.
type AllocationAccount struct {
	Name Text              `json:"name,omitzero"`
	Data []AllocationValue `json:"data,omitzero"`
	Extra
}

// AllocationValue is one value of an account: NetLiquidation or AvailableEquity.
type AllocationValue struct {
	Key   Text `json:"key,omitzero"`
	Value Num  `json:"value,omitzero"`
	Extra
}

// AllocationGroups lists the groups.
type AllocationGroups struct {
	Data []AllocationGroupName `json:"data,omitzero"`
	Extra
}

// AllocationGroupName is a group without its accounts.
type AllocationGroupName struct {
	Name   Text `json:"name,omitzero"`
	Method Text `json:"allocation_method,omitzero"`
	Size   Num  `json:"size,omitzero"` // accounts
	Extra
}

// AllocationGroup is a group. Methods are A available equity, E equal, N net
// liquidation, and C cash, P percent, R ratios, S shares with an amount for
// each account.
type AllocationGroup struct {
	Name     Text               `json:"name,omitzero"`
	PrevName Text               `json:"prev_name,omitzero"` // of Change: the name until now
	Accounts []AllocationMember `json:"accounts,omitzero"`
	Method   Text               `json:"default_method,omitzero"`
	Extra
}

// AllocationMember is an account of a group.
type AllocationMember struct {
	Name   Text `json:"name,omitzero"`
	Amount Num  `json:"amount,omitzero"`
	Extra
}

// AllocationPresets is how groups behave. Method is AvailableEquity here where
// it is A in a group.
type AllocationPresets struct {
	GroupAutoClose     Bool `json:"group_auto_close_positions,omitzero"`
	Method             Text `json:"default_method_for_all,omitzero"`
	ProfilesAutoClose  Bool `json:"profiles_auto_close_positions,omitzero"`
	StrictCreditCheck  Bool `json:"strict_credit_check,omitzero"`
	ProportionalGroups Bool `json:"group_proportional_allocation,omitzero"`
	Extra
}

// Done says whether a change was made.
type Done struct {
	Success Bool `json:"success,omitzero"`
	Extra
}

var opAllocationAccounts = register(Op{Group: "Allocation", Name: "Accounts", Method: http.MethodGet, Path: "/iserver/account/allocation/accounts"})

// Accounts lists the accounts that groups can be made of.
// GET /iserver/account/allocation/accounts.
func (a Allocation) Accounts(ctx context.Context) (AllocationAccounts, error) {
	return do[AllocationAccounts](ctx, a.c, opAllocationAccounts, args{})
}

var opGroups = register(Op{Group: "Allocation", Name: "Groups", Method: http.MethodGet, Path: "/iserver/account/allocation/group"})

// Groups lists the groups. GET /iserver/account/allocation/group.
func (a Allocation) Groups(ctx context.Context) (AllocationGroups, error) {
	return do[AllocationGroups](ctx, a.c, opGroups, args{})
}

// groupName is the body that names a group.
type groupName struct {
	Name string `json:"name"`
}

var opGroup = register(Op{Group: "Allocation", Name: "Group", Method: http.MethodPost, Path: "/iserver/account/allocation/group/single"})

// Group is one group. POST /iserver/account/allocation/group/single.
func (a Allocation) Group(ctx context.Context, name string) (AllocationGroup, error) {
	return do[AllocationGroup](ctx, a.c, opGroup, args{body: groupName{name}})
}

var opGroupAdd = register(Op{Group: "Allocation", Name: "Add", Method: http.MethodPost, Path: "/iserver/account/allocation/group", Urgency: ibkr.Write})

// Add makes a group. POST /iserver/account/allocation/group.
func (a Allocation) Add(ctx context.Context, g AllocationGroup) (Done, error) {
	return do[Done](ctx, a.c, opGroupAdd, args{body: g})
}

var opGroupChange = register(Op{Group: "Allocation", Name: "Change", Method: http.MethodPut, Path: "/iserver/account/allocation/group", Urgency: ibkr.Write})

// Change replaces a group; with PrevName it renames it.
// PUT /iserver/account/allocation/group.
func (a Allocation) Change(ctx context.Context, g AllocationGroup) (Done, error) {
	return do[Done](ctx, a.c, opGroupChange, args{body: g})
}

var opGroupDelete = register(Op{Group: "Allocation", Name: "Delete", Method: http.MethodPost, Path: "/iserver/account/allocation/group/delete", Urgency: ibkr.Write})

// Delete removes a group. POST /iserver/account/allocation/group/delete.
func (a Allocation) Delete(ctx context.Context, name string) (Done, error) {
	return do[Done](ctx, a.c, opGroupDelete, args{body: groupName{name}})
}

var opPresets = register(Op{Group: "Allocation", Name: "Presets", Method: http.MethodGet, Path: "/iserver/account/allocation/presets"})

// Presets is how groups behave. GET /iserver/account/allocation/presets.
func (a Allocation) Presets(ctx context.Context) (AllocationPresets, error) {
	return do[AllocationPresets](ctx, a.c, opPresets, args{})
}

var opSetPresets = register(Op{Group: "Allocation", Name: "SetPresets", Method: http.MethodPost, Path: "/iserver/account/allocation/presets", Urgency: ibkr.Write})

// SetPresets sets how groups behave. POST /iserver/account/allocation/presets.
func (a Allocation) SetPresets(ctx context.Context, p AllocationPresets) (Done, error) {
	return do[Done](ctx, a.c, opSetPresets, args{body: p})
}
