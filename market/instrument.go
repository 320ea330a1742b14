package market

import (
	"fmt"
	"strings"
)

// InstrumentID is a dense number for an instrument inside one run: 1, 2, 3...
// so that the tick path indexes a slice and never hashes a string. 0 is none.
// Outside a process an instrument is its name, "SPY.ARCA".
type InstrumentID uint32

// Instrument is what can be traded.
type Instrument struct {
	ID         InstrumentID
	Name       string // symbol, dot, listing exchange: "SPY.ARCA"
	Conid      int64  // IBKR contract id; 0 when not known
	SecType    string // IBKR: STK, FUT, OPT, CASH
	Currency   string // ISO 4217
	TickSize   Price  // smallest price step; 0 allows any
	LotSize    Qty    // smallest quantity step; 0 allows any
	Multiplier int64  // money per point of price per unit; 0 counts as 1
	Session    Session
}

// Symbol is the part of the name before its last dot.
func (i *Instrument) Symbol() string { s, _ := splitName(i.Name); return s }

// Exchange is the part of the name behind its last dot.
func (i *Instrument) Exchange() string { _, e := splitName(i.Name); return e }

func splitName(name string) (symbol, exchange string) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return name, ""
	}
	return name[:dot], name[dot+1:]
}

// Instruments is the table of one run. It is built once and then only read.
type Instruments struct {
	list   []Instrument // list[id-1]
	byName map[string]InstrumentID
}

// NewInstruments numbers the given instruments from 1 in their order. A name
// must be symbol.EXCHANGE, unique, and of printable ASCII.
func NewInstruments(list ...Instrument) (*Instruments, error) {
	t := &Instruments{byName: make(map[string]InstrumentID, len(list))}
	for _, one := range list {
		if err := checkName(one.Name); err != nil {
			return nil, err
		}
		if _, taken := t.byName[one.Name]; taken {
			return nil, fmt.Errorf("market: instrument %s: given twice", one.Name)
		}
		one.ID = InstrumentID(len(t.list) + 1)
		t.list = append(t.list, one)
		t.byName[one.Name] = one.ID
	}
	return t, nil
}

func checkName(name string) error {
	symbol, exchange := splitName(name)
	if symbol == "" || exchange == "" {
		return fmt.Errorf("market: instrument %q: want SYMBOL.EXCHANGE such as SPY.ARCA", name)
	}
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' {
			return fmt.Errorf("market: instrument %q: only printable ASCII is allowed", name)
		}
	}
	return nil
}

// Get returns the instrument, or nil for an id that is not in the table.
func (t *Instruments) Get(id InstrumentID) *Instrument {
	if t == nil || id == 0 || int(id) > len(t.list) {
		return nil
	}
	return &t.list[id-1]
}

// Lookup finds an instrument by its name.
func (t *Instruments) Lookup(name string) (InstrumentID, bool) {
	id, ok := t.byName[name]
	return id, ok
}

// Name is the instrument's name, or "" for an unknown id.
func (t *Instruments) Name(id InstrumentID) string {
	if i := t.Get(id); i != nil {
		return i.Name
	}
	return ""
}

// Len is the number of instruments; ids run from 1 to Len.
func (t *Instruments) Len() int { return len(t.list) }

// All is the table in id order. Do not change it.
func (t *Instruments) All() []Instrument { return t.list }
