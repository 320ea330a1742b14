package api

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newOf[T any]() any { return new(T) }

// tradingRecordings are the answers of the groups on orders, alerts,
// watchlists, notifications and forecasts.
var tradingRecordings = map[string]func() any{
	"Orders/DELETE-cancel-order.json":            newOf[CancelAnswer],
	"Orders/GET-live-orders-empty.json":          newOf[LiveOrders],
	"Orders/GET-live-orders.json":                newOf[LiveOrders],
	"Orders/GET-order-status.json":               newOf[OrderStatus],
	"Orders/GET-trades-empty.json":               newOf[[]Trade],
	"Orders/GET-trades.json":                     newOf[[]Trade],
	"Orders/POST-dismiss-notification.json":      newOf[Text],
	"Orders/POST-modify-order-submitted.json":    newOf[OrderAnswer],
	"Orders/POST-place-order-confirmation.json":  newOf[OrderAnswer],
	"Orders/POST-place-order-submitted.json":     newOf[OrderAnswer],
	"Orders/POST-reply-submitted.json":           newOf[OrderAnswer],
	"Orders/POST-whatif-order.json":              newOf[Preview],
	"Session/POST-suppress.json":                 newOf[SuppressAnswer],
	"Session/POST-suppress-reset.json":           newOf[SuppressAnswer],
	"Alerts/DELETE-alert.json":                   newOf[AlertAnswer],
	"Alerts/GET-alert-detail.json":               newOf[AlertDetails],
	"Alerts/GET-alerts-list.json":                newOf[[]Alert],
	"Alerts/GET-mta-alert.json":                  newOf[OneOrMany[AlertDetails]],
	"Alerts/POST-activate-alert.json":            newOf[AlertAnswer],
	"Alerts/POST-create-alert.json":              newOf[AlertAnswer],
	"Watchlists/DELETE-watchlist.json":           newOf[WatchlistDeleted],
	"Watchlists/GET-watchlist-by-id.json":        newOf[Watchlist],
	"Watchlists/GET-watchlists.json":             newOf[WatchlistIndex],
	"Watchlists/POST-create-watchlist.json":      newOf[Watchlist],
	"Fyi/DELETE-device.json":                     newOf[Text],
	"Fyi/GET-delivery-options.json":              newOf[FYIDelivery],
	"Fyi/GET-disclaimer.json":                    newOf[FYIDisclaimer],
	"Fyi/GET-more-notifications.json":            newOf[[]Notification],
	"Fyi/GET-notifications.json":                 newOf[[]Notification],
	"Fyi/GET-settings.json":                      newOf[[]FYISetting],
	"Fyi/GET-unread-count.json":                  newOf[UnreadCount],
	"Fyi/POST-register-device.json":              newOf[FYIAnswer],
	"Fyi/POST-update-setting.json":               newOf[FYIAnswer],
	"Fyi/PUT-mark-disclaimer-read.json":          newOf[FYIAnswer],
	"Fyi/PUT-mark-notification-read.json":        newOf[FYIAnswer],
	"Fyi/PUT-set-email-delivery.json":            newOf[FYIAnswer],
	"EventContracts/GET-category-tree.json":      newOf[ForecastCategories],
	"EventContracts/GET-contract-details.json":   newOf[ForecastDetails],
	"EventContracts/GET-contract-rules.json":     newOf[ForecastRules],
	"EventContracts/GET-contract-schedules.json": newOf[ForecastSchedules],
	"EventContracts/GET-market.json":             newOf[ForecastMarket],
}

// unnamed are recorded fields that types leave in Extra.
var unnamed = map[string][]string{
	// Edited by whoever published it: no server sends these.
	"Orders/GET-order-status.json": {
		"avg_fill_price", "fill_price", "filled_quantity", "is_event_trading", "last_fill_price", "order_desc", "price", "remaining_quantity",
	},
}

func init() {
	for path, newValue := range tradingRecordings {
		recorded(path, newValue)
	}
}

// Recorded answers come back as they came, and their fields have names.
func TestTradingRecordings(t *testing.T) {
	for path, newValue := range tradingRecordings {
		t.Run(path, func(t *testing.T) {
			body, v := recordedAnswer(t, path), newValue()
			if err := Decode(body, v); err != nil {
				t.Fatal(err)
			}
			back, err := Encode(v)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(canonical(t, body), canonical(t, back)); diff != "" {
				t.Errorf("(-recorded +encoded):\n%s", diff)
			}
			extra := map[string]bool{}
			extras(reflect.ValueOf(v), extra)
			got := slices.Sorted(maps.Keys(extra))
			if diff := cmp.Diff(unnamed[path], got); diff != "" {
				t.Errorf("fields without a name (-allowed +got):\n%s", diff)
			}
		})
	}
}

// canonical is JSON with its numbers as they are written.
func canonical(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	switch raw[0] {
	case '{':
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		out := map[string]any{}
		for name, one := range fields {
			out[name] = canonical(t, one)
		}
		return out
	case '[':
		var rows []json.RawMessage
		if err := json.Unmarshal(raw, &rows); err != nil {
			t.Fatal(err)
		}
		out := make([]any, len(rows))
		for i, one := range rows {
			out[i] = canonical(t, one)
		}
		return out
	case '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			t.Fatal(err)
		}
		return []string{text} // apart from a number
	}
	return string(raw)
}

// extras collects the names that v's structs do not have.
func extras(v reflect.Value, names map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			extras(v.Elem(), names)
		}
	case reflect.Slice:
		for i := range v.Len() {
			extras(v.Index(i), names)
		}
	case reflect.Map:
		for each := v.MapRange(); each.Next(); {
			one := reflect.New(each.Value().Type()).Elem()
			one.Set(each.Value())
			extras(one, names)
		}
	case reflect.Struct:
		if e, ok := v.Addr().Interface().(keeper); ok {
			for name := range e.extra().fields {
				names[name] = true
			}
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Type != reflect.TypeFor[Extra]() {
				extras(v.Field(i), names)
			}
		}
	}
}

func recordedAnswer(t *testing.T, path string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	b, err := os.ReadFile(filepath.Join(dir, "..", "shared", "ibkr", "recordings", path))
	if err != nil {
		t.Skipf("no recording %s here", path)
	}
	var file struct {
		Response struct{ Body json.RawMessage }
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Response.Body
}
