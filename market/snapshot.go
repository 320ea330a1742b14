package market

// Answer is the broker's answer to a question. A failed question is not an
// empty answer: Known is false and Reason says why.
type Answer[T any] struct {
	Known  bool
	List   []T
	Reason string
}

// Known is a complete answer.
func Known[T any](list []T) Answer[T] { return Answer[T]{Known: true, List: list} }

// Unavailable is no answer.
func Unavailable[T any](reason string) Answer[T] { return Answer[T]{Reason: reason} }

// Holding is a position as the broker shows it.
type Holding struct {
	Instrument InstrumentID // 0: not one of ours; Name says what
	Name       string
	Qty        Qty
	AvgPx      Price
}

// Snapshot is the broker's truth at a moment. Orders are all of the day, open
// and done; Trades are executions (ExecType Trade).
type Snapshot struct {
	TsEvent   Nanos // when the first question was asked
	Account   AccountID
	Orders    Answer[Order]
	Trades    Answer[ExecReport]
	Positions Answer[Holding]
	Cash      Answer[Money] // one row, the base currency's
}
