package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"gannet/broker/ibkr"
)

// MarketData is the operations of quotes and history. They want the
// brokerage session and Accounts.Tradable first, which the client asks when
// IBKR says so.
type MarketData struct{ c Caller }

// RealTime says that the quotes are real-time: not delayed, frozen, or not
// said. Trade on nothing else.
func (s *Snapshot) RealTime() bool { return strings.HasPrefix(s.Availability.String(), "R") }

// Empty says that the row has no data yet: the first request for a contract
// only opens IBKR's stream.
func (s *Snapshot) Empty() bool {
	bare := Snapshot{Conid: s.Conid, ConidEx: s.ConidEx, ServerID: s.ServerID, Updated: s.Updated, Topic: s.Topic}
	bare.MarketDataServer, bare.Availability, bare.ConidField = s.MarketDataServer, s.Availability, s.ConidField
	return len(s.Extra.fields) == 0 && reflect.DeepEqual(bare, *s)
}

// Field is the text of a field by its number, "" when it is not known.
func (s *Snapshot) Field(number string) string {
	p := planOf(reflect.TypeFor[Snapshot]())
	i, ok := p.byName[number]
	if !ok {
		return scalarText(string(s.Extra.fields[number]))
	}
	switch v := reflect.ValueOf(s).Elem().FieldByIndex(p.fields[i].index).Interface().(type) {
	case Num:
		return v.Text()
	case Text:
		return v.String()
	}
	return ""
}

// Mark is the letter that stands before a price: 'C' for the previous day's
// close, 'H' for a halt, else 0. Decimal leaves it out.
func (n Num) Mark() byte {
	if t := n.Text(); t != "" && (t[0] == 'C' || t[0] == 'H') {
		return t[0]
	}
	return 0
}

var opSnapshot = register(Op{Group: "MarketData", Name: "Snapshot", Method: http.MethodGet, Path: "/iserver/marketdata/snapshot"})

// Snapshot reads up to 50 fields of up to 100 contracts, at most 10 times a
// second. The first read of a contract has no data and rare fields come
// seconds later: Quotes waits for the former.
func (m MarketData) Snapshot(ctx context.Context, conids []int64, fields ...string) ([]Snapshot, error) {
	q := queryOf("conids", joinInts(conids), "fields", strings.Join(fields, ","))
	return do[[]Snapshot](ctx, m.c, opSnapshot, args{query: q})
}

// Quotes is Snapshot asked again after every pause until each contract has
// data or tries are used up; rows that are still Empty then are given back,
// too. A pause of 500 ms to 1 s and 5 tries are good.
func (m MarketData) Quotes(ctx context.Context, pause time.Duration, tries int, conids []int64, fields ...string) ([]Snapshot, error) {
	for {
		rows, err := m.Snapshot(ctx, conids, fields...)
		if tries--; err != nil || tries <= 0 || complete(rows, len(conids)) {
			return rows, err
		}
		if err := sleep(ctx, pause); err != nil {
			return rows, err
		}
	}
}

func complete(rows []Snapshot, n int) bool {
	for i := range rows {
		if rows[i].Empty() {
			return false
		}
	}
	return len(rows) >= n
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// UnsubscribeRequest names the contract whose stream is to end.
type UnsubscribeRequest struct {
	Conid int64 `json:"conid"`
}

// Unsubscribed says that a contract's stream has ended.
type Unsubscribed struct {
	Success Bool `json:"success,omitzero"`
	Confirm Bool `json:"confirmed,omitzero"` // of the older operation
	Extra
}

// AllUnsubscribed says that every stream has ended.
type AllUnsubscribed struct {
	Unsubscribed Bool `json:"unsubscribed,omitzero"`
	Extra
}

var (
	opUnsubscribe    = register(Op{Group: "MarketData", Name: "Unsubscribe", Method: http.MethodPost, Path: "/iserver/marketdata/unsubscribe"})
	opUnsubscribeOld = register(Op{
		Group: "MarketData", Name: "UnsubscribeOld", Method: http.MethodGet, Path: "/iserver/marketdata/{conid}/unsubscribe",
		NotSpec: "the form before the POST; documented in prose",
	})
	opUnsubscribeAll = register(Op{Group: "MarketData", Name: "UnsubscribeAll", Method: http.MethodGet, Path: "/iserver/marketdata/unsubscribeall"})
)

// Unsubscribe ends a contract's stream. IBKR answers 500 "unknown" when there
// was none; that is no error here, and Success is not said.
func (m MarketData) Unsubscribe(ctx context.Context, conid int64) (Unsubscribed, error) {
	out, err := do[Unsubscribed](ctx, m.c, opUnsubscribe, args{body: UnsubscribeRequest{conid}})
	var e *ibkr.Error
	if errors.As(err, &e) && e.Status == http.StatusInternalServerError && strings.EqualFold(e.Text, "unknown") {
		return out, nil
	}
	return out, err
}

// UnsubscribeOld is Unsubscribe in its older form. Without a stream it is a
// 404, which is no error here.
func (m MarketData) UnsubscribeOld(ctx context.Context, conid int64) (Unsubscribed, error) {
	out, err := do[Unsubscribed](ctx, m.c, opUnsubscribeOld, args{params: map[string]string{"conid": itoa(conid)}})
	var e *ibkr.Error
	if errors.As(err, &e) && e.Kind == ibkr.KindNotFound {
		return out, nil
	}
	return out, err
}

// UnsubscribeAll ends every stream.
func (m MarketData) UnsubscribeAll(ctx context.Context) (AllUnsubscribed, error) {
	return do[AllUnsubscribed](ctx, m.c, opUnsubscribeAll, args{})
}
