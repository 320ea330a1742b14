package market

// Digest folds a sequence of words into 64 bits, so that two runs can be
// compared by one number. It is fast and deterministic, and no defence
// against an adversary.
type Digest uint64

// Word folds one word in.
func (d *Digest) Word(w uint64) {
	const seed, factor = 0x2545F4914F6CDD1D, 0x9E3779B97F4A7C15
	h := (uint64(*d) ^ w ^ seed) * factor
	*d = Digest(h ^ h>>32)
}

// Text folds a string in, with its length.
func (d *Digest) Text(s string) {
	d.Word(uint64(len(s)))
	for len(s) >= 8 {
		d.Word(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)
		s = s[8:]
	}
	var tail uint64
	for i := range len(s) {
		tail |= uint64(s[i]) << (8 * i)
	}
	d.Word(tail)
}

// Money folds an amount in by its value: 1.5 and 1.50 are the same.
func (d *Digest) Money(m Money) { d.Text(m.String()) }

// Tick folds in what a tick changed.
func (d *Digest) Tick(t *Tick) {
	d.Word(uint64(t.Instrument)<<32 | uint64(t.Mask)<<16 | uint64(t.Flags))
	d.Word(uint64(t.TsEvent))
	if t.Mask&(HasBid|HasBidSize) != 0 {
		d.Word(uint64(t.Bid))
		d.Word(uint64(t.BidSize))
	}
	if t.Mask&(HasAsk|HasAskSize) != 0 {
		d.Word(uint64(t.Ask))
		d.Word(uint64(t.AskSize))
	}
	if t.Mask&(HasLast|HasLastSize) != 0 {
		d.Word(uint64(t.Last))
		d.Word(uint64(t.LastSize))
	}
}

// Quote folds in all that a tick says, changed or carried forward.
func (d *Digest) Quote(t *Tick) {
	d.Word(uint64(t.Instrument)<<32 | uint64(t.Flags))
	d.Word(uint64(t.TsEvent))
	d.Word(uint64(t.Bid))
	d.Word(uint64(t.Ask))
	d.Word(uint64(t.Last))
	d.Word(uint64(t.BidSize))
	d.Word(uint64(t.AskSize))
	d.Word(uint64(t.LastSize))
}
