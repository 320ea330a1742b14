package ibkr

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// StockListing is one listing of a stock.
type StockListing struct {
	Conid    FlexInt    `json:"conid"`
	Exchange FlexString `json:"exchange"`
	IsUS     FlexBool   `json:"isUS"`
}

// Stock is one company or fund with a symbol.
type Stock struct {
	Name       FlexString     `json:"name"`
	AssetClass FlexString     `json:"assetClass"`
	Contracts  []StockListing `json:"contracts"`
}

// Stocks finds the listings of a stock symbol in all countries
// (GET /trsrv/stocks). None is an empty list.
func (c *Client) Stocks(ctx context.Context, symbol string) ([]Stock, error) {
	var found map[string][]Stock
	query := url.Values{"symbols": {symbol}}
	err := c.read(ctx, request{method: http.MethodGet, pattern: pathStocks, query: query}, &found)
	return found[symbol], err
}

// SearchRow is one row of a contract search.
type SearchRow struct {
	Conid    FlexInt    `json:"conid"`
	Symbol   FlexString `json:"symbol"`
	Exchange FlexString `json:"description"` // the listing exchange
	Sections []struct {
		SecType FlexString `json:"secType"`
	} `json:"sections"`
}

// Search finds contracts by symbol (GET /iserver/secdef/search). Rows come in
// no useful order. None is an empty list.
func (c *Client) Search(ctx context.Context, symbol, secType string) (rows []SearchRow, err error) {
	query := url.Values{"symbol": {symbol}, "secType": {secType}}
	err = c.read(ctx, request{method: http.MethodGet, pattern: pathSearch, query: query}, &rows)
	if kindOf(err) == KindRefused {
		return nil, nil
	}
	return rows, err
}

// Contract is the part of GET /iserver/contract/{conid}/info-and-rules that
// identifies a contract and states its price step.
type Contract struct {
	Conid    FlexInt    `json:"con_id"`
	Symbol   FlexString `json:"symbol"`
	SecType  FlexString `json:"instrument_type"`
	Currency FlexString `json:"currency"`
	Rules    struct {
		Increment     FlexDecimal `json:"increment"`
		SizeIncrement FlexDecimal `json:"sizeIncrement"` // the display step, not a smallest size
	} `json:"rules"`
}

// Contract asks for a contract and its trading rules.
func (c *Client) Contract(ctx context.Context, conid int64) (k Contract, err error) {
	r := request{method: http.MethodGet, pattern: pathRules, id: strconv.FormatInt(conid, 10)}
	err = c.read(ctx, r, &k)
	return k, err
}
