package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

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

// streamAdapter makes an adapter that streams the given contracts and places
// nothing.
func (s *ibkrShell) streamAdapter(ctx context.Context, conids []int64) (*ibkr.Adapter, error) {
	account, err := s.brokerage(ctx)
	if err != nil {
		return nil, err
	}
	var list []market.Instrument
	for _, conid := range conids {
		list = append(list, market.Instrument{
			Name: strconv.FormatInt(conid, 10) + ".SMART", Conid: conid, SecType: "STK", Currency: "USD",
			TickSize: 1, LotSize: 1, Multiplier: 1,
		})
	}
	instruments, err := market.NewInstruments(list...)
	if err != nil {
		return nil, err
	}
	auth, err := loginOf(&s.cfg.Broker.IBKR.Auth)
	if err != nil {
		return nil, err
	}
	if err := s.paced.wait(ctx, ibkr.Trading, http.MethodPost, "/tickle"); err != nil { // the stream asks for the session id by itself
		return nil, err
	}
	return ibkr.New(ibkr.Config{
		BaseURL: s.baseURL, Pin: s.pin, Account: market.AccountID(account), Paper: paperName(account),
		Auth: auth, Compete: s.compete, Instruments: instruments,
		Pacing: ibkr.Pacing{PerSecond: float64(s.cfg.Broker.IBKR.RequestsPerSecond)},
	})
}

// tryStream returns nil once the stream is up.
func (s *ibkrShell) tryStream(ctx context.Context) error {
	adapter, err := s.streamAdapter(ctx, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	reason := "it did not come up"
	err = adapter.Run(ctx, func(body market.Body) {
		if state, ok := body.(*market.BrokerState); ok && state.Ready {
			cancel(errUp)
		} else if ok && state.Reason != "" && ctx.Err() == nil {
			reason = state.Reason
		}
	})
	if errors.Is(context.Cause(ctx), errUp) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.New(reason)
}

var errUp = errors.New("up")

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

// watch prints ticks until ctx or the span ends.
func (s *ibkrShell) watch(ctx context.Context, args []string, span time.Duration) error {
	conids, err := parseConids(args)
	if err != nil {
		return err
	}
	adapter, err := s.streamAdapter(ctx, conids)
	if err != nil {
		return err
	}
	if span > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, span)
		defer cancel()
	}
	var mu sync.Mutex // ticks and states come from two goroutines
	known := map[market.InstrumentID]*tickJSON{}
	adapter.OnTick(func(t *market.Tick) {
		mu.Lock()
		defer mu.Unlock()
		row := known[t.Instrument]
		if row == nil {
			row = &tickJSON{Conid: conids[t.Instrument-1]}
			known[t.Instrument] = row
		}
		row.merge(t)
		s.printTick(row)
	})
	return adapter.Run(ctx, func(body market.Body) {
		if state, ok := body.(*market.BrokerState); ok && !state.Ready && state.Reason != "" && ctx.Err() == nil {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(s.err, "%s: %s\n", state.Name, plain(state.Reason))
		}
	})
}

// merge takes over what a tick says.
func (r *tickJSON) merge(t *market.Tick) {
	r.Time, r.Delayed = t.TsEvent, t.Flags&market.FlagDelayed != 0
	if t.Mask&market.HasBid != 0 {
		r.Bid = priceOf(t.Bid)
	}
	if t.Mask&market.HasAsk != 0 {
		r.Ask = priceOf(t.Ask)
	}
	if t.Mask&market.HasLast != 0 {
		r.Last = priceOf(t.Last)
	}
	if t.Mask&market.HasBidSize != 0 {
		r.BidSize = qtyOf(t.BidSize)
	}
	if t.Mask&market.HasAskSize != 0 {
		r.AskSize = qtyOf(t.AskSize)
	}
	if t.Mask&market.HasLastSize != 0 {
		r.LastSize = qtyOf(t.LastSize)
	}
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
