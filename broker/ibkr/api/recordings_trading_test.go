package api

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

func init() {
	for path, newValue := range tradingRecordings {
		recorded(path, newValue)
	}
	const edited = "edited by whoever published it: no server sends these"
	for _, name := range []string{
		"avg_fill_price", "fill_price", "filled_quantity", "is_event_trading", "last_fill_price", "order_desc", "price", "remaining_quantity",
	} {
		leave("Orders/GET-order-status.json", "."+name, edited)
	}
}
