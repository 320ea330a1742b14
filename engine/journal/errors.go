package journal

import (
	"errors"
	"fmt"
)

// Errors of a journal.
var (
	// ErrLocked says that another process has the journal open.
	ErrLocked = errors.New("in use")
	// ErrNotRead says that something was appended before Read has finished.
	ErrNotRead = errors.New("journal: read it to its end before appending")
	// ErrClosed says that the journal was closed.
	ErrClosed = errors.New("journal: closed")
	// ErrRecord says that a record has type 0 or a payload over MaxPayload.
	// Nothing was appended; the journal works on.
	ErrRecord = errors.New("bad record")
)

// DamageError says that a journal holds something that no crash of its writer
// leaves behind. Nothing was changed on disk.
type DamageError struct {
	File   string
	Offset int64  // of the record or header that is wrong, in bytes
	Seq    uint64 // of the record expected there
	What   string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("journal: %s: damaged at byte %d (record %d): %s", e.File, e.Offset, e.Seq, e.What)
}
