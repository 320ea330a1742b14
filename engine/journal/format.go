package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// MaxPayload is the largest payload of one record, in bytes.
const MaxPayload = 1 << 20

const (
	magic         = "GNTJRNL\x01" // the last byte is the version of the format
	segmentHeader = 36            // magic, first seq, hash before it, CRC
	recordHeader  = 33            // length, CRC, seq, hash before it, type
	crcOffset     = 4             // of the CRC in a record
	seqOffset     = 8
	hashOffset    = 16
	typeOffset    = 32

	markType = 0 // a sync mark; the caller's types start at 1

	suffix = ".journal"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Hash is the first 16 bytes of the SHA-256 of a record. Each record carries
// that of the one before it; the first carries zeros.
type Hash [16]byte

// Head names the end of a journal: its last record and that record's hash.
type Head struct {
	Seq  uint64
	Hash Hash
}

// Record is one record as it is read back. Payload is valid until the
// function it was given to returns.
type Record struct {
	Seq     uint64 // 1, 2, 3, ...
	Type    byte   // 1 to 255
	Payload []byte
}

func hashOf(record []byte) Hash {
	sum := sha256.Sum256(record)
	return Hash(sum[:16])
}

// appendRecord encodes one record behind b. A sync mark has type 0, no
// payload, and the seq and hash of the last record that is known to be safe.
func appendRecord(b []byte, seq uint64, before Hash, typ byte, payload []byte) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, seq)
	b = append(b, before[:]...)
	b = append(b, typ)
	b = append(b, payload...)
	binary.LittleEndian.PutUint32(b[start+crcOffset:], checksum(b[start:]))
	return b
}

// checksum covers the whole record but the checksum itself.
func checksum(record []byte) uint32 {
	sum := crc32.Update(0, castagnoli, record[:crcOffset])
	return crc32.Update(sum, castagnoli, record[seqOffset:])
}

// payloadLen, seqOf and the rest read the fields of an encoded record header.
func payloadLen(h []byte) uint32 { return binary.LittleEndian.Uint32(h) }
func seqOf(h []byte) uint64      { return binary.LittleEndian.Uint64(h[seqOffset:]) }
func hashBefore(h []byte) Hash   { return Hash(h[hashOffset:typeOffset]) }
func intact(record []byte) bool {
	return binary.LittleEndian.Uint32(record[crcOffset:]) == checksum(record)
}

// encodeSegmentHeader is what a segment whose first record follows head
// starts with.
func encodeSegmentHeader(head Head) []byte {
	b := append(make([]byte, 0, segmentHeader), magic...)
	b = binary.LittleEndian.AppendUint64(b, head.Seq+1)
	b = append(b, head.Hash[:]...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// checkSegmentHeader says what is wrong with the header of a segment whose
// first record should follow head, empty when nothing is, and whether it can
// be one that was never finished.
func checkSegmentHeader(b []byte, head Head) (wrong string, unfinished bool) {
	const crcAt = segmentHeader - 4
	switch {
	case len(b) < segmentHeader:
		return "the file ends inside the segment header", true
	case binary.LittleEndian.Uint32(b[crcAt:]) != crc32.Checksum(b[:crcAt], castagnoli):
		return "checksum of the segment header differs", true
	case !bytes.HasPrefix(b, []byte(magic)):
		return "not a journal segment of this version", false
	case !bytes.Equal(b, encodeSegmentHeader(head)):
		return fmt.Sprintf("the segment does not follow record %d", head.Seq), false
	}
	return "", false
}

func segmentName(first uint64) string { return fmt.Sprintf("%020d%s", first, suffix) }

// parseSegmentName is the inverse of segmentName.
func parseSegmentName(name string) (first uint64, ok bool) {
	first, err := strconv.ParseUint(strings.TrimSuffix(name, suffix), 10, 64)
	return first, err == nil && name == segmentName(first)
}
