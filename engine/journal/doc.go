// Package journal keeps an append-only file of records that survives crashes,
// power loss and full disks without ever lying about what was kept.
//
// Open a directory, Read everything in it once, then Append and Commit:
//
//	j, err := journal.Open("var/journal", journal.Options{})
//	err = j.Read(func(r journal.Record) error { return apply(r.Type, r.Payload) })
//	seq, err := j.Append(kind, payload) // into memory
//	err = j.Commit()                    // on disk, with all that was appended before
//
// # Contract
//
//  1. When Commit returns nil, every record appended before the call is on
//     stable storage (one fdatasync serves all of them) and every later Read
//     returns it.
//  2. Read returns a prefix of what was appended, in order, byte for byte.
//     What it has returned is on stable storage.
//  3. An unfinished write at the very end is cut off and reported
//     (Report.Torn). Anything else that is wrong is a *DamageError that says
//     in which file, where and what; the journal is then left as it is.
//  4. After a failed write or sync the journal has failed: every later
//     Append, Flush and Commit returns that first error. A sync is never
//     tried again, because after a failed one the kernel may have dropped the
//     pages and a second one would succeed without them.
//  5. One process at a time: a directory in use is refused with ErrLocked and
//     the name of its holder.
//  6. Append, Flush and Commit are safe for concurrent use; those who commit
//     at the same time share one sync.
//
// # What it does not promise
//
// It does not know what is in a record: types 1 to 255 are the caller's. A
// record whose Commit failed may be there or not after a restart. If whole
// records or segments are removed from the end by hand, the rest is a valid
// shorter journal; Head is what to note elsewhere if that matters. Segments
// are never deleted.
//
// The layout on disk is docs/journal.md.
package journal
