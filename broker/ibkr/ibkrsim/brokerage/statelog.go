package brokerage

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"syscall"

	"github.com/gofrs/flock"

	"gannet/broker/ibkr/ibkrsim/exchange"
	"gannet/market"
)

// record is one line of the state file: everything that one step changed, so
// that a line cut short takes the whole step with it.
type record struct {
	Header *header         `json:"header,omitempty"` // of the first line
	Opens  []AccountConfig `json:"opens,omitempty"`

	Listed []exchange.Instrument `json:"listed,omitempty"` // derivatives, when they first come up

	Posts  []string     `json:"posts,omitempty"`  // cOIDs of order requests that arrived
	Orders []*Order     `json:"orders,omitempty"` // as they are now
	Execs  []*Execution `json:"execs,omitempty"`
	Fills  []comboFill  `json:"fills,omitempty"`
	Moves  []*Move      `json:"moves,omitempty"`
	Items  []item       `json:"items,omitempty"`
}

// comboFill is how much of a combination traded, at what price for one.
type comboFill struct {
	OrderID int64        `json:"order"`
	Qty     market.Qty   `json:"qty"`
	Price   market.Price `json:"price"`
}

func (r *record) empty() bool {
	return r.Header == nil && len(r.Opens)+len(r.Listed)+len(r.Posts)+len(r.Orders)+len(r.Execs)+len(r.Moves)+len(r.Items) == 0
}

// header is what must not change between restarts.
type header struct {
	Version   int             `json:"version"`
	Accounts  []AccountConfig `json:"accounts"`
	NextOrder int64           `json:"next_order"`
	ExecBase  uint32          `json:"exec_base"`
}

const stateVersion = 2

// stateLog is the append-only state file. A line is the CRC32C of a record in
// eight hex digits, a space, the record as JSON, and a newline.
type stateLog struct {
	file *os.File
	lock *flock.Flock
	full bool // nothing can be written, or no more
}

// openLog reads the records of path and leaves it open for more. A last line
// that has no newline was never answered for: it is cut off. Any other damage
// is an error.
func openLog(path string) (*stateLog, []record, error) {
	lock := flock.New(path + ".lock")
	locked, err := lock.TryLock()
	if err != nil {
		return nil, nil, fmt.Errorf("brokerage: state %s: lock: %w", path, err)
	}
	if !locked {
		return nil, nil, fmt.Errorf("brokerage: state %s: locked: in use by another process", path)
	}
	file, records, err := readLog(path)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("brokerage: state %s: %w", path, err), lock.Unlock())
	}
	return &stateLog{file: file, lock: lock}, records, nil
}

func readLog(path string) (*os.File, []record, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	records, err := parseLog(whole)
	if err != nil {
		return nil, nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, err
	}
	if err := file.Truncate(int64(len(whole))); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, records, nil
}

// listedKey is in every line that lists contracts.
var listedKey = []byte(`"listed":[`)

// Listed are the derivatives that the orders and executions of a state file are
// for. They must be among the instruments of the exchange with which it is
// opened, also those that have expired; they have no hours of their own.
// There are none without a file, or for an empty path. The error names the line
// that is damaged.
func Listed(path string) ([]exchange.Instrument, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("brokerage: state %s: %w", path, err)
	}
	var list []exchange.Instrument
	line := 0
	for row := range bytes.Lines(text) {
		line++
		body, whole := bytes.CutSuffix(row, []byte("\n"))
		if !whole || !bytes.Contains(body, listedKey) {
			continue
		}
		one, err := parseLine(body)
		if err != nil {
			return nil, fmt.Errorf("brokerage: state %s: line %d: %w", path, line, err)
		}
		list = append(list, one.Listed...)
	}
	return list, nil
}

func parseLog(text []byte) ([]record, error) {
	var records []record
	line := 0
	for row := range bytes.Lines(text) {
		line++
		one, err := parseLine(bytes.TrimSuffix(row, []byte("\n")))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		records = append(records, one)
	}
	return records, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func parseLine(row []byte) (record, error) {
	var one record
	sum, body, ok := bytes.Cut(row, []byte(" "))
	if !ok || string(sum) != checksum(body) {
		return one, errors.New("damaged: its checksum does not match")
	}
	if err := json.Unmarshal(body, &one); err != nil {
		return one, err
	}
	return one, nil
}

func checksum(body []byte) string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.Checksum(body, castagnoli))
	return hex.EncodeToString(sum)
}

// append writes r with one write(2). It is safe from the death of this
// process when append returns.
func (l *stateLog) append(r *record) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("brokerage: state: %w", err)
	}
	if l.full {
		return fmt.Errorf("brokerage: state: %w", syscall.ENOSPC)
	}
	line := append([]byte(checksum(body)+" "), body...)
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		l.full = true
		return fmt.Errorf("brokerage: state: %w", err)
	}
	return nil
}

func (l *stateLog) close() error { return errors.Join(l.file.Close(), l.lock.Unlock()) }

// FailWrites is a fault: every later write of the state file fails, as on a
// full disk.
func (h *House) FailWrites() {
	if h.log != nil {
		h.log.full = true
	}
}
