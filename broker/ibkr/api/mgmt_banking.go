package api

import (
	"context"
	"net/http"

	"gannet/broker/ibkr"
)

// instruct sends one instruction.
func instruct(ctx context.Context, m management, op *signedOp, kind string, in any) (InstructionAnswer, error) {
	body, err := one(kind, in)
	if err != nil {
		return InstructionAnswer{}, err
	}
	out, status, err := signed[InstructionAnswer](ctx, m, op, body)
	out.HTTPStatus = status
	return out, err
}

// instructAll sends a set of instructions of one kind.
func instructAll[T any](ctx context.Context, m management, op *signedOp, list []T, kindOf func(T) string) (BulkAnswer, error) {
	body, err := many(list, kindOf)
	if err != nil {
		return BulkAnswer{}, err
	}
	out, status, err := signed[BulkAnswer](ctx, m, op, body)
	out.HTTPStatus = status
	return out, err
}

func fixed[T any](kind string) func(T) string { return func(T) string { return kind } }

// signedWrite is an operation that creates an instruction.
func signedWrite(group, name, path string) *signedOp {
	return registerSigned(Op{
		Group: group, Name: name, Method: http.MethodPost, Path: path, Urgency: ibkr.Write,
	}, typeJSON)
}

// signedQuery is an operation that only asks, although it is a POST.
func signedQuery(group, name, path string) *signedOp {
	return registerSigned(Op{Group: group, Name: name, Method: http.MethodPost, Path: path}, typeJSON)
}

// Balances is what can be withdrawn. Its requests are signed.
type Balances struct{ m management }

var opBalancesQuery = signedQuery("Balances", "Query", "/balances/query")

// Query asks for the cash that can be withdrawn and the equity of an account.
// Scope balances.read. POST /balances/query.
func (b Balances) Query(ctx context.Context, in QueryWithdrawableCashEquity) (InstructionAnswer, error) {
	return instruct(ctx, b.m, opBalancesQuery, "QUERY_WITHDRAWABLE_CASH_EQUITY", in)
}

// Banking is the bank accounts that money comes from and goes to. Its requests
// are signed.
type Banking struct{ m management }

var (
	opBanking      = signedWrite("Banking", "Create", "/bank-instructions")
	opBankingBulk  = signedWrite("Banking", "CreateBulk", "/bank-instructions:bulk")
	opBankingQuery = signedQuery("Banking", "Query", "/bank-instructions/query")
)

// Create makes, verifies or deletes a bank instruction. Scope
// bank-instructions.write. POST /bank-instructions.
func (b Banking) Create(ctx context.Context, in BankInstruction) (InstructionAnswer, error) {
	return instruct(ctx, b.m, opBanking, in.bankInstruction(), in)
}

// CreateBulk is Create for many of one kind. One that cannot be read refuses
// them all. POST /bank-instructions:bulk.
func (b Banking) CreateBulk(ctx context.Context, list []BankInstruction) (BulkAnswer, error) {
	return instructAll(ctx, b.m, opBankingBulk, list, BankInstruction.bankInstruction)
}

// Query asks for bank instructions, recurring ones, or what became of those.
// Scope bank-instructions.read. POST /bank-instructions/query.
func (b Banking) Query(ctx context.Context, in BankQuery) (InstructionAnswer, error) {
	return instruct(ctx, b.m, opBankingQuery, in.bankQuery(), in)
}

// CashTransfers moves money. Its requests are signed. An instruction whose answer
// was lost may have been taken: ask Instructions.Fate before it is sent again.
type CashTransfers struct{ m management }

var (
	opCashExternal     = signedWrite("CashTransfers", "External", "/external-cash-transfers")
	opCashExternalBulk = signedWrite("CashTransfers", "ExternalBulk", "/external-cash-transfers:bulk")
	opCashQuery        = signedQuery("CashTransfers", "Query", "/external-cash-transfers/query")
	opCashInternal     = signedWrite("CashTransfers", "Internal", "/internal-cash-transfers")
	opCashInternalBulk = signedWrite("CashTransfers", "InternalBulk", "/internal-cash-transfers:bulk")
)

// External deposits or withdraws money. Scope transfers.write.
// POST /external-cash-transfers.
func (t CashTransfers) External(ctx context.Context, in CashInstruction) (InstructionAnswer, error) {
	return instruct(ctx, t.m, opCashExternal, in.cashInstruction(), in)
}

// ExternalBulk is External for many of one kind.
// POST /external-cash-transfers:bulk.
func (t CashTransfers) ExternalBulk(ctx context.Context, list []CashInstruction) (BulkAnswer, error) {
	return instructAll(ctx, t.m, opCashExternalBulk, list, CashInstruction.cashInstruction)
}

// Query asks what can be withdrawn (done at once), or for the contributions to
// an IRA (queued: look it up by Instructions). Scope transfers.read.
// POST /external-cash-transfers/query.
func (t CashTransfers) Query(ctx context.Context, in CashQuery) (InstructionAnswer, error) {
	return instruct(ctx, t.m, opCashQuery, in.cashQuery(), in)
}

const internalCash = "INTERNAL_CASH_TRANSFER"

// Internal moves money between two accounts at IBKR. Scope transfers.write.
// POST /internal-cash-transfers.
func (t CashTransfers) Internal(ctx context.Context, in InternalCashTransferInstruction) (InstructionAnswer, error) {
	return instruct(ctx, t.m, opCashInternal, internalCash, in)
}

// InternalBulk is Internal for many. POST /internal-cash-transfers:bulk.
func (t CashTransfers) InternalBulk(ctx context.Context, list []InternalCashTransferInstruction) (BulkAnswer, error) {
	return instructAll(ctx, t.m, opCashInternalBulk, list, fixed[InternalCashTransferInstruction](internalCash))
}

// AssetTransfers moves positions. Its requests are signed. An instruction whose
// answer was lost may have been taken: ask Instructions.Fate before it is sent
// again. Scope transfers.write.
type AssetTransfers struct{ m management }

var (
	opAssetInternal     = signedWrite("AssetTransfers", "Internal", "/internal-asset-transfers")
	opAssetInternalBulk = signedWrite("AssetTransfers", "InternalBulk", "/internal-asset-transfers:bulk")
	opAssetExternal     = signedWrite("AssetTransfers", "External", "/external-asset-transfers")
	opAssetExternalBulk = signedWrite("AssetTransfers", "ExternalBulk", "/external-asset-transfers:bulk")
)

const internalPosition = "INTERNAL_POSITION_TRANSFER"

// Internal moves a position between two accounts at IBKR.
// POST /internal-asset-transfers.
func (t AssetTransfers) Internal(ctx context.Context, in InternalPositionTransferInstruction) (InstructionAnswer, error) {
	return instruct(ctx, t.m, opAssetInternal, internalPosition, in)
}

// InternalBulk is Internal for many. POST /internal-asset-transfers:bulk.
func (t AssetTransfers) InternalBulk(ctx context.Context, list []InternalPositionTransferInstruction) (BulkAnswer, error) {
	return instructAll(ctx, t.m, opAssetInternalBulk, list, fixed[InternalPositionTransferInstruction](internalPosition))
}

// External moves positions from or to another broker.
// POST /external-asset-transfers.
func (t AssetTransfers) External(ctx context.Context, in AssetInstruction) (InstructionAnswer, error) {
	return instruct(ctx, t.m, opAssetExternal, in.assetInstruction(), in)
}

// ExternalBulk is External for many of one kind.
// POST /external-asset-transfers:bulk.
func (t AssetTransfers) ExternalBulk(ctx context.Context, list []AssetInstruction) (BulkAnswer, error) {
	return instructAll(ctx, t.m, opAssetExternalBulk, list, AssetInstruction.assetInstruction)
}
