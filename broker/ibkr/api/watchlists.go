package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gannet/broker/ibkr"
)

// Watchlists is the operations on the user's watchlists. In a new session they
// answer 503 until the lists were asked for; the methods do that by themselves.
type Watchlists struct{ c Caller }

// WatchlistIndex is all watchlists.
type WatchlistIndex struct {
	Data   *WatchlistNames `json:"data,omitzero"`
	Action Text            `json:"action,omitzero"`
	MID    Text            `json:"MID,omitzero"` // counts the calls of the session
	Extra
}

// WatchlistNames is the lists of a WatchlistIndex.
type WatchlistNames struct {
	ScannersOnly Bool            `json:"scanners_only,omitzero"`
	ShowScanners Bool            `json:"show_scanners,omitzero"`
	BulkDelete   Bool            `json:"bulk_delete,omitzero"`
	UserLists    []WatchlistName `json:"user_lists,omitzero"`
	SystemLists  []WatchlistName `json:"system_lists,omitzero"`
	Extra
}

// WatchlistName is a list without its contents.
type WatchlistName struct {
	ID       Text `json:"id,omitzero"`
	Name     Text `json:"name,omitzero"`
	IsOpen   Bool `json:"is_open,omitzero"`
	ReadOnly Bool `json:"read_only,omitzero"`
	Modified Num  `json:"modified,omitzero"` // milliseconds since 1970
	Type     Text `json:"type,omitzero"`
	Extra
}

// Watchlist is a list with its contents. Its hash changes with it.
type Watchlist struct {
	ID          Text              `json:"id,omitzero"`
	Hash        Text              `json:"hash,omitzero"`
	Name        Text              `json:"name,omitzero"`
	ReadOnly    Bool              `json:"readOnly,omitzero"`
	Instruments []WatchlistMember `json:"instruments,omitzero"` // of Create: empty
	Extra
}

// WatchlistMember is a contract or, with H, a headline. In the first answer of a
// session only C, Conid and Name are there.
type WatchlistMember struct {
	C           Text `json:"C,omitzero"` // the conid as text
	Conid       Num  `json:"conid,omitzero"`
	SecType     Text `json:"ST,omitzero"`
	AssetClass  Text `json:"assetClass,omitzero"`
	Name        Text `json:"name,omitzero"`
	FullName    Text `json:"fullName,omitzero"`
	ChineseName Text `json:"chineseName,omitzero"`
	Ticker      Text `json:"ticker,omitzero"`
	H           Text `json:"H,omitzero"`
	Extra
}

// WatchlistDeleted acknowledges a deletion. An id that was never there is
// acknowledged, too.
type WatchlistDeleted struct {
	Data *struct {
		Deleted Text `json:"deleted,omitzero"`
		Extra
	} `json:"data,omitzero"`
	Action Text `json:"action,omitzero"`
	MID    Text `json:"MID,omitzero"`
	Extra
}

var opWatchlists = register(Op{Group: "Watchlists", Name: "List", Method: http.MethodGet, Path: "/iserver/watchlists"})

// List lists the watchlists: all, or only the user's own. GET /iserver/watchlists.
func (w Watchlists) List(ctx context.Context, own bool) (WatchlistIndex, error) {
	query := url.Values{}
	if own {
		query.Set("SC", "USER_WATCHLIST")
	}
	return do[WatchlistIndex](ctx, w.c, opWatchlists, args{query: query})
}

var opWatchlist = register(Op{Group: "Watchlists", Name: "Get", Method: http.MethodGet, Path: "/iserver/watchlist"})

// Get is one watchlist. GET /iserver/watchlist.
func (w Watchlists) Get(ctx context.Context, id string) (Watchlist, error) {
	return warm(ctx, w, func() (Watchlist, error) {
		return do[Watchlist](ctx, w.c, opWatchlist, args{query: url.Values{"id": {id}}})
	})
}

var opWatchlistCreate = register(Op{Group: "Watchlists", Name: "Create", Method: http.MethodPost, Path: "/iserver/watchlist", Urgency: ibkr.Write})

// WatchlistRow is a contract to list, or without one a headline, which may be "".
type WatchlistRow struct {
	Conid    int64
	Headline string
}

// MarshalJSON writes {"C":756733} or {"H":"text"}.
func (r WatchlistRow) MarshalJSON() ([]byte, error) {
	if r.Conid != 0 {
		return Encode(map[string]Num{"C": IntOf(r.Conid)})
	}
	return Encode(map[string]Text{"H": TextOf(r.Headline)})
}

// Create makes the watchlist with a numeric id; one that is there is replaced
// without a word. Contracts are not checked. POST /iserver/watchlist.
func (w Watchlists) Create(ctx context.Context, id, name string, rows []WatchlistRow) (Watchlist, error) {
	if id == "" || strings.Trim(id, "0123456789") != "" {
		return Watchlist{}, fmt.Errorf("api: watchlist id %q: want digits", id)
	}
	if name == "" {
		return Watchlist{}, fmt.Errorf("api: watchlist %s: want a name", id)
	}
	body := struct {
		ID   string         `json:"id"`
		Name string         `json:"name"`
		Rows []WatchlistRow `json:"rows"`
	}{id, name, append([]WatchlistRow{}, rows...)}
	return warm(ctx, w, func() (Watchlist, error) {
		return do[Watchlist](ctx, w.c, opWatchlistCreate, args{body: body})
	})
}

var opWatchlistDelete = register(Op{Group: "Watchlists", Name: "Delete", Method: http.MethodDelete, Path: "/iserver/watchlist", Urgency: ibkr.Write})

// Delete removes a watchlist. DELETE /iserver/watchlist.
func (w Watchlists) Delete(ctx context.Context, id string) (WatchlistDeleted, error) {
	return warm(ctx, w, func() (WatchlistDeleted, error) {
		return do[WatchlistDeleted](ctx, w.c, opWatchlistDelete, args{query: url.Values{"id": {id}}})
	})
}

// warm performs a call on watchlists. After a 503 it asks for the lists, which
// a new session wants first, and tries once more: all of them may be repeated.
func warm[T any](ctx context.Context, w Watchlists, call func() (T, error)) (T, error) {
	v, err := call()
	if !busy(err) {
		return v, err
	}
	if _, failed := w.List(ctx, false); failed != nil {
		return v, err
	}
	return call()
}
