package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"gannet/broker/ibkr"
	"gannet/market"
)

// streamWait is how long a stream may take to come up.
const streamWait = 40 * time.Second

func (v *ibkrVerbs) watchVerb() *cobra.Command {
	var span time.Duration
	cmd := v.verb(&cobra.Command{
		Use: "watch CONID...", Short: "Print prices as they change", Args: conidArgs(100),
		Long: `Print prices as they change, until Ctrl-C or for the time of --for: a line for each update, with what is known so far.
The stream is opened again when it breaks.`,
		Example: "  engine ibkr watch 756733 8314\n  engine ibkr watch 756733 --for 10s -o json",
	}, func(ctx context.Context, s *ibkrShell, args []string) error {
		if span < 0 {
			return usagef("--for %s: want a time greater than 0", span)
		}
		return s.watch(ctx, args, span)
	})
	cmd.Flags().DurationVar(&span, "for", 0, "`TIME` to watch, such as 30s (default: until Ctrl-C)")
	return cmd
}

// newStream makes a stream in the brokerage session, which it opens if there is
// none.
func (s *ibkrShell) newStream(ctx context.Context) (*ibkr.Stream, error) {
	if _, err := s.open(ctx); err != nil {
		return nil, err
	}
	if _, err := s.accounts(ctx); err != nil {
		return nil, err
	}
	// The stream asks for the session's id by itself.
	if err := s.paced.wait(ctx, ibkr.Trading, http.MethodPost, "/tickle"); err != nil {
		return nil, err
	}
	return ibkr.NewStream(s.client), nil
}

// tryStream returns nil once the stream is up.
func (s *ibkrShell) tryStream(ctx context.Context) error {
	stream, err := s.newStream(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	reason := errors.New("it did not come up")
	stream.OnUp(func() { cancel(errUp) })
	stream.OnTrouble(func(err error) {
		if !unread(err) {
			reason = err
		}
	})
	err = stream.Run(ctx)
	switch {
	case errors.Is(context.Cause(ctx), errUp):
		return nil
	case err != nil:
		return err
	}
	return reason
}

var errUp = errors.New("up")

// unread says that an error is about rows of the stream, which are told from
// other goroutines than the connection.
func unread(err error) bool {
	var rows *ibkr.RowsError
	return errors.As(err, &rows)
}

// tickJSON is a line of watch -o json. A number that is not known is left out.
type tickJSON struct {
	Time     market.Nanos `json:"time"`
	Conid    int64        `json:"conid"`
	Bid      number       `json:"bid,omitempty"`
	BidSize  number       `json:"bid_size,omitempty"`
	Ask      number       `json:"ask,omitempty"`
	AskSize  number       `json:"ask_size,omitempty"`
	Last     number       `json:"last,omitempty"`
	LastSize number       `json:"last_size,omitempty"`
	Delayed  bool         `json:"delayed,omitempty"`
}

// watch prints prices until ctx or the span ends.
func (s *ibkrShell) watch(ctx context.Context, args []string, span time.Duration) error {
	conids, err := parseConids(args)
	if err != nil {
		return err
	}
	targets := make([]string, len(conids))
	for i, conid := range conids {
		targets[i] = strconv.FormatInt(conid, 10)
	}
	stream, err := s.newStream(ctx)
	if err != nil {
		return err
	}
	if span > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, span)
		defer cancel()
	}
	quotes := stream.Quotes(nil, targets...)
	var turn sync.Mutex
	stream.OnTrouble(func(err error) {
		turn.Lock()
		defer turn.Unlock()
		s.streamTrouble(ctx, err)
	})
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return stream.Run(running) })
	g.Go(func() error {
		for {
			q, err := quotes.Next(running)
			if err != nil {
				return nil // it is over
			}
			s.printTick(tickOf(&q))
		}
	})
	return g.Wait()
}

// streamTrouble says why the stream broke, and opens the session again when it
// is gone: IBKR ends each once a day. One that another login took stays there,
// else both would take it from each other for ever.
func (s *ibkrShell) streamTrouble(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	fmt.Fprintln(s.err, plain(err.Error()))
	if !isKind(err, ibkr.KindNoBridge) {
		return
	}
	if _, err := s.openBy(ctx, false); err != nil && ctx.Err() == nil {
		fmt.Fprintln(s.err, plain(err.Error()))
	}
}

// tickOf is what is known of a contract now.
func tickOf(q *ibkr.QuoteUpdate) *tickJSON {
	known := q.Quote()
	row := &tickJSON{Time: market.NanosOf(time.Now()), Conid: int64(known.Conid)}
	if q.UpdatedMs > 0 {
		row.Time = market.NanosOf(time.UnixMilli(q.UpdatedMs))
	}
	row.Bid, row.BidSize = numberOf(known.Bid), numberOf(known.BidSize)
	row.Ask, row.AskSize = numberOf(known.Ask), numberOf(known.AskSize)
	row.Last, row.LastSize = numberOf(known.Last), numberOf(known.LastSize)
	row.Delayed = known.Availability != "" && known.Availability[0] != 'R'
	return row
}

// numberOf is a number with its digits, "" for one that is not known.
func numberOf(d ibkr.FlexDecimal) number {
	if !d.Valid {
		return ""
	}
	return number(d.Decimal.String())
}

func (a *app) printTick(r *tickJSON) {
	if a.json() {
		_ = a.printJSON(r)
		return
	}
	known := func(n number) string { return cmp.Or(string(n), "-") }
	late := ""
	if r.Delayed {
		late = "  delayed"
	}
	fmt.Fprintf(a.out, "%s  %d  bid %s x %s  ask %s x %s  last %s x %s%s\n", r.Time.Time().UTC().Format("15:04:05.000"), r.Conid,
		known(r.Bid), known(r.BidSize), known(r.Ask), known(r.AskSize), known(r.Last), known(r.LastSize), late)
}
