package market

// SignalKind says what a strategy wants.
type SignalKind uint8

// Kinds of signals.
const (
	SignalOrder   SignalKind = 1 // send Ticket
	SignalCancel  SignalKind = 2 // cancel OrigClientOrderID
	SignalReplace SignalKind = 3 // change OrigClientOrderID to Ticket
	SignalTarget  SignalKind = 4 // trade at market until the strategy holds TargetQty
	SignalWeight  SignalKind = 5 // the same, for TargetWeight of the account's equity
)

var signalNames = []string{"", "Order", "Cancel", "Replace", "Target", "Weight"}

func (k SignalKind) String() string { return nameOf(signalNames, int(k)) }

// MarshalText writes the name.
func (k SignalKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name in any case.
func (k *SignalKind) UnmarshalText(text []byte) (err error) {
	*k, err = parseEnum[SignalKind]("signal", signalNames, text)
	return err
}

// Signal is what a strategy asks of the desk. ID becomes the ClientOrderID of
// the order it leads to.
type Signal struct {
	Kind              SignalKind
	ID                ClientOrderID
	Strategy          StrategyID
	Ticket            Ticket        // Order, Replace; Target and Weight use its Instrument
	OrigClientOrderID ClientOrderID // Cancel, Replace: FIX tag 41
	TargetQty         Qty           // signed
	TargetWeight      Money         // 1 is all of the equity, -1 all of it short
	TsEvent           Nanos
}
