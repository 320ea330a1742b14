package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"gannet/broker/ibkr"
)

// Instructions is what became of instructions, and their cancelling, which is
// signed.
type Instructions struct{ m management }

const cancelInstruction = "CANCEL_INSTRUCTION"

var (
	opInstructionsCancel     = signedWrite("Instructions", "Cancel", "/instructions/cancel")
	opInstructionsCancelBulk = signedWrite("Instructions", "CancelBulk", "/instructions/cancel:bulk")
	opInstructionsQuery      = signedQuery("Instructions", "Query", "/instructions/query")
)

// Cancel takes an instruction back by IBKR's id. It is an instruction itself,
// with a client id of its own. Scope instructions.write.
// POST /instructions/cancel.
func (i Instructions) Cancel(ctx context.Context, in CancelInstruction) (InstructionAnswer, error) {
	return instruct(ctx, i.m, opInstructionsCancel, cancelInstruction, in)
}

// CancelBulk is Cancel for many. POST /instructions/cancel:bulk.
func (i Instructions) CancelBulk(ctx context.Context, list []CancelInstruction) (BulkAnswer, error) {
	return instructAll(ctx, i.m, opInstructionsCancelBulk, list, fixed[CancelInstruction](cancelInstruction))
}

// Query asks for an account's instructions of up to 30 days. It is queued:
// the list comes with ByClientID or Await. Scope instructions.read.
// POST /instructions/query.
func (i Instructions) Query(ctx context.Context, in QueryRecentInstructions) (InstructionAnswer, error) {
	return instruct(ctx, i.m, opInstructionsQuery, "QUERY_RECENT_INSTRUCTIONS", in)
}

var (
	opInstructionByID = registerManaged(Op{
		Group: "Instructions", Name: "ByID", Method: http.MethodGet, Path: "/instructions/{instructionId}",
	})
	opInstructionByClientID = registerManaged(Op{
		Group: "Instructions", Name: "ByClientID", Method: http.MethodGet, Path: "/client-instructions/{clientInstructionId}",
	})
	opInstructionSet = registerManaged(Op{
		Group: "Instructions", Name: "Set", Method: http.MethodGet, Path: "/instruction-sets/{instructionSetId}",
	})
)

// ByID looks an instruction up by IBKR's id. Scope instructions.read.
// GET /instructions/{instructionId}.
func (i Instructions) ByID(ctx context.Context, id int64) (InstructionAnswer, error) {
	return i.look(ctx, opInstructionByID, "instructionId", id)
}

// ByClientID looks an instruction up by the client's id. Of an id that was
// used more than once it shows the first: Reused says so. Scope
// instructions.read. GET /client-instructions/{clientInstructionId}.
func (i Instructions) ByClientID(ctx context.Context, id int64) (InstructionAnswer, error) {
	return i.look(ctx, opInstructionByClientID, "clientInstructionId", id)
}

func (i Instructions) look(ctx context.Context, op *Op, name string, id int64) (InstructionAnswer, error) {
	var out InstructionAnswer
	resp, err := send(ctx, i.m.c, op, args{params: map[string]string{name: strconv.FormatInt(id, 10)}})
	if err != nil {
		return out, err
	}
	out.HTTPStatus = resp.Status
	return out, decodeAnswer(op, resp, &out)
}

// Set looks up all instructions that were sent together. Scope
// instructions.read. GET /instruction-sets/{instructionSetId}.
func (i Instructions) Set(ctx context.Context, id int64) (BulkAnswer, error) {
	var out BulkAnswer
	resp, err := send(ctx, i.m.c, opInstructionSet, args{params: map[string]string{"instructionSetId": strconv.FormatInt(id, 10)}})
	if err != nil {
		return out, err
	}
	out.HTTPStatus = resp.Status
	return out, decodeAnswer(opInstructionSet, resp, &out)
}

// Fate is what is known of an instruction whose answer was lost.
type Fate uint8

// Fates.
const (
	FateUnknown Fate = iota // the look-up failed: ask again
	FateAbsent              // IBKR has none by this client id
	FateTaken               // IBKR has it
	FateReused              // IBKR has more than one by this client id: it was sent twice
)

// OutcomeUnknown says that err leaves open whether an instruction was taken:
// the request left and no clear answer came.
func OutcomeUnknown(err error) bool {
	var e *ibkr.Error
	return errors.As(err, &e) && e.Sent &&
		(e.Kind == ibkr.KindTemporary || e.Kind == ibkr.KindMalformed || e.Status >= http.StatusInternalServerError)
}

// Fate looks up what became of an instruction whose answer was lost. A client
// id does not keep IBKR from doing an instruction twice, so nothing is sent
// again here or anywhere in this package; the caller may, once the fate is
// FateAbsent. An instruction that is still on its way can look absent for a
// moment: wait before the decision as long as the transfer can bear.
func (i Instructions) Fate(ctx context.Context, clientID int64) (InstructionAnswer, Fate, error) {
	out, err := i.ByClientID(ctx, clientID)
	var e *ibkr.Error
	switch {
	case errors.As(err, &e) && e.Kind == ibkr.KindNotFound && errors.As(err, new(*ibkr.Problem)):
		return out, FateAbsent, nil
	case err != nil:
		return out, FateUnknown, err
	case out.Reused():
		return out, FateReused, nil
	}
	return out, FateTaken, nil
}

// Polling is when to look up an instruction. IBKR asks for the first look
// after ten minutes.
type Polling struct {
	First time.Duration // until the first look; 0: ten minutes
	Every time.Duration // between further ones; 0: ten minutes
}

const pollAfter = 10 * time.Minute

// Await looks an instruction up by the client's id until it is settled, or
// ctx ends. Faults that pass do not end it.
func (i Instructions) Await(ctx context.Context, clientID int64, p Polling) (InstructionAnswer, error) {
	return poll(ctx, p, func() (InstructionAnswer, error) { return i.ByClientID(ctx, clientID) })
}

// AwaitSet looks a set up until all of it is settled, or ctx ends. Faults that
// pass do not end it.
func (i Instructions) AwaitSet(ctx context.Context, set int64, p Polling) (BulkAnswer, error) {
	return poll(ctx, p, func() (BulkAnswer, error) { return i.Set(ctx, set) })
}

// poll looks until what it sees is settled. It gives the last good look with
// the error of ctx.
func poll[T interface{ Settled() bool }](ctx context.Context, p Polling, look func() (T, error)) (T, error) {
	var last T
	for wait := cmp.Or(p.First, pollAfter); ; wait = cmp.Or(p.Every, pollAfter) {
		if err := sleep(ctx, wait); err != nil {
			return last, err
		}
		switch out, err := look(); {
		case err == nil && out.Settled():
			return out, nil
		case err == nil:
			last = out
		case !passes(err):
			return last, err
		}
	}
}

// passes says that the same look can succeed later.
func passes(err error) bool {
	var e *ibkr.Error
	return errors.As(err, &e) && (e.Kind == ibkr.KindTemporary || e.Kind == ibkr.KindPaced)
}
