package api_test

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/api"
)

// bank is an IBKR that takes an instruction and whose answer gets lost.
type bank struct{ taken bool }

func (b *bank) Call(_ context.Context, call ibkr.Call) (*ibkr.Response, error) {
	if call.Method == "POST" {
		b.taken = true
		return nil, &ibkr.Error{Kind: ibkr.KindTemporary, Method: call.Method, Endpoint: call.Path, Sent: true}
	}
	return &ibkr.Response{Status: 200, Body: []byte(`{"status":200,"instructionResult":{"instructionStatus":"PENDING","instructionId":45123654}}`)}, nil
}

// Money is moved once: after a lost answer the fate of the instruction is
// looked up before anything is sent again.
func ExampleInstructions_Fate() {
	ctx := context.Background()
	a := api.New(new(bank))
	_, err := a.CashTransfers.Internal(ctx, api.InternalCashTransferInstruction{
		ClientInstructionID: api.IntOf(1012983), SourceAccountID: api.TextOf("U46377"), TargetAccountID: api.TextOf("U15667"),
		Amount: api.NumOf(decimal.RequireFromString("123.45")), Currency: api.TextOf("GBP"),
	})
	if api.OutcomeUnknown(err) {
		answer, fate, err := a.Instructions.Fate(ctx, 1012983)
		fmt.Println(fate == api.FateTaken, answer.Result.InstructionID, answer.State(), err)
	}
	// Output:
	// true 45123654 PENDING <nil>
}
