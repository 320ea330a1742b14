package ibkr

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Quote is one row of a market data snapshot. A field that is not Valid is
// unknown, never zero.
type Quote struct {
	Conid        FlexInt     `json:"conid"`
	UpdatedMs    FlexInt     `json:"_updated"`
	Last         FlexDecimal `json:"31"`
	Bid          FlexDecimal `json:"84"`
	AskSize      FlexDecimal `json:"85"`
	Ask          FlexDecimal `json:"86"`
	BidSize      FlexDecimal `json:"88"`
	LastSize     FlexDecimal `json:"7059"`
	Availability FlexString  `json:"6509"`
}

// Empty says that the row carries no price: the first answer for a contract
// only opens its data.
func (q *Quote) Empty() bool { return !q.Last.Valid && !q.Bid.Valid && !q.Ask.Valid }

// RealTime says that the data is neither delayed nor frozen.
func (q *Quote) RealTime() bool { return strings.HasPrefix(string(q.Availability), "R") }

const snapshotTries = 5

// Quotes asks for the top of the book of at most 100 contracts
// (GET /iserver/marketdata/snapshot). While a row is empty it asks again, five
// times at most: rows may stay Empty.
func (c *Client) Quotes(ctx context.Context, conids ...int64) (rows []Quote, err error) {
	list := make([]string, len(conids))
	for i, conid := range conids {
		list[i] = strconv.FormatInt(conid, 10)
	}
	query := url.Values{"conids": {strings.Join(list, ",")}, "fields": {strings.Join(quoteFields, ",")}}
	for try := range snapshotTries {
		if try > 0 {
			if err := sleep(ctx, c.times.Retry); err != nil {
				return rows, err
			}
		}
		rows = nil
		err = c.read(ctx, request{method: http.MethodGet, pattern: pathSnapshot, query: query}, &rows)
		if err != nil || complete(rows, len(conids)) {
			break
		}
	}
	return rows, err
}

func complete(rows []Quote, want int) bool {
	for i := range rows {
		if rows[i].Empty() {
			return false
		}
	}
	return len(rows) >= want
}

// Unsubscribe ends the market data of a contract
// (POST /iserver/marketdata/unsubscribe). One that was not open is fine.
func (c *Client) Unsubscribe(ctx context.Context, conid int64) error {
	body := struct {
		Conid int64 `json:"conid"`
	}{conid}
	r := request{method: http.MethodPost, pattern: pathUnsubscribe, body: body}
	_, err := c.once(ctx, r)
	if err != nil && strings.Contains(reasonOf(err), "unknown") {
		return nil
	}
	return err
}
