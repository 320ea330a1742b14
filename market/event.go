package market

// Kind is the kind of an event. It is also the topic under which the event
// travels on the bus.
type Kind uint8

// Kinds of events.
const (
	KindTick       Kind = 1
	KindBar        Kind = 2
	KindSignal     Kind = 3
	KindReport     Kind = 4 // from the broker to the desk
	KindOrder      Kind = 5 // from the desk: an order changed
	KindFill       Kind = 6
	KindPosition   Kind = 7
	KindTimer      Kind = 8
	KindCommand    Kind = 9
	KindBroker     Kind = 10 // the broker session changed
	KindSnapshot   Kind = 11 // the broker's truth, when it differs from the desk's
	KindReconciled Kind = 12
	KindAdjustment Kind = 13
	KindSent       Kind = 14
	KindAlert      Kind = 15
)

// NumKinds is the size of a table indexed by Kind.
const NumKinds = 16

var kindNames = []string{
	"", "Tick", "Bar", "Signal", "Report", "Order", "Fill", "Position", "Timer", "Command",
	"Broker", "Snapshot", "Reconciled", "Adjustment", "Sent", "Alert",
}

func (k Kind) String() string { return nameOf(kindNames, int(k)) }

// MarshalText writes the name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name in any case.
func (k *Kind) UnmarshalText(text []byte) (err error) {
	*k, err = parseEnum[Kind]("kind", kindNames, text)
	return err
}

// Body is one of *Tick, *Bar, *Signal, *ExecReport, *Order, *Fill, *Position,
// *Timer, *Command, *BrokerState, *Snapshot, *Reconciled, *Adjustment,
// *Sent, *Alert.
type Body interface{ EventKind() Kind }

// Event is what stages exchange and the journal keeps. TsEvent is when it
// happened at its source, TsInit when Gannet took it in; Seq is given by the
// stage that took it in and grows by one.
type Event struct {
	Seq     uint64
	TsEvent Nanos
	TsInit  Nanos
	Body    Body
}

// Kind is the body's kind, 0 for an empty event.
func (e *Event) Kind() Kind {
	if e.Body == nil {
		return 0
	}
	return e.Body.EventKind()
}

// EventKind makes a Tick a Body; so it does below for every type that can be one.
func (*Tick) EventKind() Kind        { return KindTick }
func (*Bar) EventKind() Kind         { return KindBar }
func (*Signal) EventKind() Kind      { return KindSignal }
func (*ExecReport) EventKind() Kind  { return KindReport }
func (*Order) EventKind() Kind       { return KindOrder }
func (*Fill) EventKind() Kind        { return KindFill }
func (*Position) EventKind() Kind    { return KindPosition }
func (*Timer) EventKind() Kind       { return KindTimer }
func (*Command) EventKind() Kind     { return KindCommand }
func (*BrokerState) EventKind() Kind { return KindBroker }
func (*Snapshot) EventKind() Kind    { return KindSnapshot }
func (*Reconciled) EventKind() Kind  { return KindReconciled }
func (*Adjustment) EventKind() Kind  { return KindAdjustment }
func (*Sent) EventKind() Kind        { return KindSent }
func (*Alert) EventKind() Kind       { return KindAlert }

// Timer is a time that was asked for and has come.
type Timer struct {
	Owner StrategyID // empty: the desk's own
	Name  string
	At    Nanos
}

// Verb is an operator's command.
type Verb string

// Verbs. Halt refuses all new orders and takes back those that the broker has
// not acknowledged, Reduce refuses those that increase exposure, Resume allows
// trading again, Flatten cancels what works and closes what is held, Cancel
// cancels one order, CancelAll every one. Start is the engine's own: it began,
// or began again after a stop or a crash.
const (
	VerbStart     Verb = "start"
	VerbHalt      Verb = "halt"
	VerbReduce    Verb = "reduce"
	VerbResume    Verb = "resume"
	VerbFlatten   Verb = "flatten"
	VerbCancel    Verb = "cancel"
	VerbCancelAll Verb = "cancel-all"
)

// Command is an operator's word to the desk. An empty scope is the account.
type Command struct {
	Verb          Verb
	Strategy      StrategyID
	Instrument    InstrumentID
	ClientOrderID ClientOrderID // Cancel
	By            string        // who
	Reason        string
	TsEvent       Nanos
}

// BrokerState is what the broker's session can do now.
type BrokerState struct {
	Ready   bool // orders can be sent
	Account AccountID
	Paper   bool   // not real money
	Name    string // Disconnected, ReadOnly, Brokerage, Competing, Maintenance, Failed
	Reason  string
	TsEvent Nanos
}

// Reconciled is the outcome of comparing the desk with the broker.
type Reconciled struct {
	OK      bool
	Breaks  []string // what differs, in words
	TsEvent Nanos
}

// Adjustment changes the account's position by something other than our own
// orders: another platform, an assignment, a split.
type Adjustment struct {
	Account    AccountID
	Instrument InstrumentID
	Qty        Qty // signed change
	Price      Price
	Reason     string
	TsEvent    Nanos
}

// Sent says that a request's journal record is durable and the broker has
// been given it.
type Sent struct {
	ClientOrderID ClientOrderID
	TsEvent       Nanos
}

// Alert is something that a person should see.
type Alert struct {
	Code    string // stable, such as OVERFILL
	Text    string
	TsEvent Nanos
}
