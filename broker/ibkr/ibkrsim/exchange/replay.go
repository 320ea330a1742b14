package exchange

import (
	"errors"
	"io"

	"github.com/rs/zerolog"

	"gannet/market"
)

// Market gives recorded *market.Tick and *market.Bar in time order, and
// io.EOF at the end. A value is valid until the next call. Instrument ids
// number Config.Instruments from 1; others are skipped. A bar is replayed at
// its end, as trades at its open, extremes and close.
type Market interface {
	Next() (market.Body, error)
}

// replay hands out the bodies of a Market when they are due.
type replay struct {
	source Market
	speed  float64
	log    zerolog.Logger
	next   market.Body
	base   market.Nanos // time of the first body
	start  market.Nanos // when it was due
}

func newReplay(source Market, speed float64, start market.Nanos, log zerolog.Logger) *replay {
	r := &replay{source: source, speed: speed, start: start, log: log}
	r.advance()
	if r.next != nil {
		r.base = timeOf(r.next)
	}
	return r
}

// advance reads the next body; at the end of the data there is none.
func (r *replay) advance() {
	body, err := r.source.Next()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			r.log.Error().Err(err).Msg("exchange: replay stopped")
		}
		body = nil
	}
	r.next = body
}

// due is the next body when its shifted time has come. Take it before the
// next call of advance.
func (r *replay) due(now market.Nanos) market.Body {
	if r.next == nil {
		return nil
	}
	after := float64(timeOf(r.next)-r.base) / r.speed
	if r.start+market.Nanos(after) > now {
		return nil
	}
	return r.next
}

func timeOf(body market.Body) market.Nanos {
	switch b := body.(type) {
	case *market.Tick:
		return b.TsEvent
	case *market.Bar:
		return b.TsEvent
	}
	return 0
}

// quotesOf turns a body into changes of the market.
func quotesOf(body market.Body) (market.InstrumentID, []Quote) {
	switch b := body.(type) {
	case *market.Tick:
		return b.Instrument, []Quote{quoteOfTick(b)}
	case *market.Bar:
		return b.Instrument, quotesOfBar(b)
	}
	return 0, nil
}

// quoteOfTick leaves out what the tick only carries forward.
func quoteOfTick(t *market.Tick) Quote {
	var q Quote
	if t.Mask&(market.HasBid|market.HasBidSize) != 0 {
		q.Bid, q.BidSize = t.Bid, t.BidSize
	}
	if t.Mask&(market.HasAsk|market.HasAskSize) != 0 {
		q.Ask, q.AskSize = t.Ask, t.AskSize
	}
	if t.IsTrade() {
		q.Last, q.LastSize = t.Last, t.LastSize
	}
	return q
}

// quotesOfBar goes through the extreme that is nearer to the open first.
func quotesOfBar(b *market.Bar) []Quote {
	switch b.Source {
	case market.BidBar:
		return []Quote{{Bid: b.Close, BidSize: b.Size}}
	case market.AskBar:
		return []Quote{{Ask: b.Close, AskSize: b.Size}}
	}
	if b.Filled {
		return nil
	}
	path := []market.Price{b.Open, b.Low, b.High, b.Close}
	if b.High-b.Open < b.Open-b.Low {
		path[1], path[2] = b.High, b.Low
	}
	size := b.Size / market.Qty(len(path))
	quotes := make([]Quote, len(path))
	for i, price := range path {
		quotes[i] = Quote{Last: price, LastSize: size}
	}
	return quotes
}
