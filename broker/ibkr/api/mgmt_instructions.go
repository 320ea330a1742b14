package api

import (
	"encoding/json"
	"errors"
	"fmt"

	"gannet/broker/ibkr"
)

// BankInstruction is what Banking.Create takes: ACHInstruction,
// TraditionalBankInstructionVerification, DeleteBankInstruction,
// PredefinedDestinationInstruction or EDDAInstruction.
type BankInstruction interface{ bankInstruction() string }

func (ACHInstruction) bankInstruction() string { return "ACH_INSTRUCTION" }
func (TraditionalBankInstructionVerification) bankInstruction() string {
	return "TRADITIONAL_BANK_INSTRUCTION_VERIFICATION"
}
func (DeleteBankInstruction) bankInstruction() string { return "DELETE_BANK_INSTRUCTION" }
func (PredefinedDestinationInstruction) bankInstruction() string {
	return "PREDEFINED_DESTINATION_INSTRUCTION"
}
func (EDDAInstruction) bankInstruction() string { return "EDDA_INSTRUCTION" }

// BankQuery is what Banking.Query takes: QueryBankInstruction,
// QueryRecentRecurringEvents or QueryRecurringInstructions.
type BankQuery interface{ bankQuery() string }

func (QueryBankInstruction) bankQuery() string       { return "QUERY_BANK_INSTRUCTION" }
func (QueryRecentRecurringEvents) bankQuery() string { return "QUERY_RECENT_RECURRING_EVENTS" }
func (QueryRecurringInstructions) bankQuery() string { return "QUERY_RECURRING_INSTRUCTIONS" }

// CashInstruction is what CashTransfers.External takes: DepositFundsInstruction
// or WithdrawFundsInstruction.
type CashInstruction interface{ cashInstruction() string }

func (DepositFundsInstruction) cashInstruction() string  { return "DEPOSIT" }
func (WithdrawFundsInstruction) cashInstruction() string { return "WITHDRAWAL" }

// CashQuery is what CashTransfers.Query takes: QueryWithdrawableFunds or
// QueryIRAContributions.
type CashQuery interface{ cashQuery() string }

func (QueryWithdrawableFunds) cashQuery() string { return "QUERY_WITHDRAWABLE_FUNDS" }
func (QueryIRAContributions) cashQuery() string  { return "QUERY_IRA_CONTRIBUTIONS" }

// AssetInstruction is what AssetTransfers.External takes: FOPInstruction,
// DWACInstruction, ComplexAssetTransferInstruction or ExternalPositionTransfer
// (ACATS and ATON).
type AssetInstruction interface{ assetInstruction() string }

func (FOPInstruction) assetInstruction() string                  { return "FOP" }
func (DWACInstruction) assetInstruction() string                 { return "DWAC" }
func (ComplexAssetTransferInstruction) assetInstruction() string { return "COMPLEX_ASSET_TRANSFER" }
func (ExternalPositionTransfer) assetInstruction() string        { return "EXTERNAL_POSITION_TRANSFER" }

// States of an instruction.
const (
	InstructionPending             = "PENDING"
	InstructionPendingVerification = "PENDING_VERIFICATION" // waits for the customer
	InstructionProcessed           = "PROCESSED"
	InstructionRejected            = "REJECTED"
)

// InstructionAnswer is how one instruction stands.
type InstructionAnswer struct {
	// HTTPStatus is 200 for a look-up, 201 when the instruction is done, 202
	// when it is queued, and 208 when its client id was used more than once
	// and this is the first of them.
	HTTPStatus       int                `json:"-"`
	Status           Num                `json:"status,omitzero"`
	InstructionSetID Num                `json:"instructionSetId,omitzero"` // may be negative
	Result           *InstructionResult `json:"instructionResult,omitzero"`
	Extra
}

// State is the instruction's state, "" when it is not said.
func (a InstructionAnswer) State() string {
	if a.Result == nil {
		return ""
	}
	return a.Result.InstructionStatus.String()
}

// Reused says that the client id stands for more than one transaction. Only
// the instruction set id tells them apart then.
func (a InstructionAnswer) Reused() bool { return a.HTTPStatus == statusReused }

const statusReused = 208

// Settled says that polling on will tell nothing new before somebody acts.
func (a InstructionAnswer) Settled() bool { return settled(a.State()) }

func settled(state string) bool {
	return state == InstructionProcessed || state == InstructionRejected || state == InstructionPendingVerification
}

// BulkAnswer is how the instructions of a set stand, in the order in which
// they were sent.
type BulkAnswer struct {
	HTTPStatus       int        `json:"-"` // 202: all are queued; 207: look at each
	Status           Num        `json:"status,omitzero"`
	InstructionSetID Num        `json:"instructionSetId,omitzero"` // may be negative and need 64 bits
	Results          []BulkItem `json:"instructionResults,omitzero"`
	Extra
}

// BulkItem is one instruction of a set. A Status of 400 and above is a refusal
// of this one.
type BulkItem struct {
	Status           Num                `json:"status,omitzero"`
	InstructionSetID Num                `json:"instructionSetId,omitzero"`
	Result           *InstructionResult `json:"instructionResult,omitzero"` // none when the instruction could not be read
	Type             Text               `json:"type,omitzero"`
	Title            Text               `json:"title,omitzero"`
	Detail           Text               `json:"detail,omitzero"`
	InvalidArguments []BulkArgument     `json:"invalidArguments,omitzero"`
	Extra
}

// BulkArgument is a field that was refused.
type BulkArgument struct {
	Field       Text `json:"field,omitzero"`
	Description Text `json:"description,omitzero"`
	Extra
}

// Refused says that this instruction was not taken.
func (i BulkItem) Refused() bool {
	status, ok := i.Status.Int()
	return ok && status >= 400
}

// Settled says that polling on will tell nothing new about this instruction.
func (i BulkItem) Settled() bool {
	return i.Refused() || i.Result != nil && settled(i.Result.InstructionStatus.String())
}

// Settled says that polling on will tell nothing new.
func (a BulkAnswer) Settled() bool {
	for _, item := range a.Results {
		if !item.Settled() {
			return false
		}
	}
	return len(a.Results) > 0
}

// Rejected is what an error says about the instruction that it refused; false
// when it says nothing. IBKR gives a refused instruction ids, too.
func Rejected(err error) (InstructionAnswer, bool) {
	var e *ibkr.Error
	var problem *ibkr.Problem
	var out InstructionAnswer
	if !errors.As(err, &e) || !errors.As(err, &problem) || Decode(problem.Body, &out) != nil || out.Result == nil {
		return InstructionAnswer{}, false
	}
	out.HTTPStatus = e.Status
	return out, true
}

// instructionBody is what instructions are sent in.
type instructionBody struct {
	Type         Text              `json:"instructionType"`
	Instruction  json.RawMessage   `json:"instruction,omitzero"`
	Instructions []json.RawMessage `json:"instructions,omitzero"`
}

// one wraps an instruction.
func one(kind string, in any) (instructionBody, error) {
	raw, err := checked(kind, in)
	return instructionBody{Type: TextOf(kind), Instruction: raw}, err
}

// many wraps the instructions of a set, which are all of one kind.
func many[T any](list []T, kindOf func(T) string) (instructionBody, error) {
	if len(list) == 0 {
		return instructionBody{}, errors.New("api: instructions: none given")
	}
	body := instructionBody{Type: TextOf(kindOf(list[0]))}
	for i, in := range list {
		kind := kindOf(in)
		if first := body.Type.String(); kind != first {
			return body, fmt.Errorf("api: instruction %d: is %s, want %s as the first", i, kind, first)
		}
		raw, err := checked(kind, in)
		if err != nil {
			return body, err
		}
		body.Instructions = append(body.Instructions, raw)
	}
	return body, nil
}

// checked encodes an instruction. It insists on the client's id: nothing else
// tells what became of an instruction whose answer was lost.
func checked(kind string, in any) (json.RawMessage, error) {
	raw, err := Encode(in)
	if err != nil {
		return nil, err
	}
	var id struct {
		ID Num `json:"clientInstructionId"`
	}
	if err := json.Unmarshal(raw, &id); err != nil {
		return nil, fmt.Errorf("api: %s: %w", kind, err)
	}
	if v, ok := id.ID.Int(); !ok || v == 0 {
		return nil, fmt.Errorf("api: %s: clientInstructionId %q: want a whole number that was not used before", kind, id.ID)
	}
	return raw, nil
}
