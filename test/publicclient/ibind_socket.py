"""ibind: its WebSocket class and every topic it knows."""

import time
from urllib.parse import urlsplit

import requests
from ibind import IbkrWsClient, QueueSink, events
from ibind.subscriptions import (
    AccountLedgerSubscription, AccountSummarySubscription, MarketDataSubscription, MarketHistorySubscription,
    OrdersSubscription, PnlSubscription, PriceLadderSubscription, TradesSubscription,
)
from ibind_common import AAPL, SPY, WORKING, account, client, options, place, request, step, tickle_pace, unpaced
from steps import expect, until


class Socket:
    """The client's own WebSocket class, its events in a queue."""

    def __init__(self):
        self.sink = QueueSink()
        at = urlsplit(options.url)
        given = {"cacert": options.cacert or False} if at.scheme == "https" else {}
        url = f"{'wss' if at.scheme == 'https' else 'ws'}://{at.netloc}/v1/api/ws"
        if options.oauth:
            given |= {"use_oauth": True, "access_token": client.oauth_config.access_token}
        self.ws = IbkrWsClient(account_id=account, url=url, ibkr_client=unpaced, sink=self.sink, **given)

    def open(self):
        expect(self.ws.start(), "start() is False")
        until("authenticated", self.ws.is_authenticated, 15)
        return str(self.ws.get_state())

    def subscribe(self, subscription, event_type=None, seconds=10):
        handle = self.ws.subscribe(subscription)
        expect(handle.wait(timeout=seconds), f"no confirmation of {subscription.subscribe_payload()}")
        if event_type is None:
            return str(handle)
        return self.next(event_type, seconds=seconds)

    def unsubscribe(self, subscription):
        handle = self.ws.unsubscribe(subscription)
        expect(handle.wait(timeout=10), f"no confirmation of {subscription.unsubscribe_payload()}")
        return str(handle)

    def next(self, event_type, holds=lambda event: True, seconds=10):
        def look():
            event = self.sink.get(event_type)
            return event if event is not None and holds(event) else None

        return str(until(event_type.__name__, look, seconds, 0.02))[:240]


def order_on_socket(socket):
    """An order's life is told on sor."""
    order = request()
    order_id = place(order).data["order_id"]

    def tells(status):
        return lambda event: any(str(row.get("orderId")) == order_id and row.get("status") in status
                                 for row in event.data["args"])

    socket.next(events.Orders, tells(WORKING))
    client.cancel_order(order_id)
    return socket.next(events.Orders, tells(("Cancelled",)))


def trade_on_socket(socket):
    """The client takes the first frame for the confirmation; there is none before the first trade."""
    handle = socket.ws.subscribe(TradesSubscription())
    order = request(order_type="MKT")
    place(order)
    expect(handle.wait(timeout=10), "no confirmation of str")
    return socket.next(events.Trades, lambda e: any(row.get("order_ref") == order.coid for row in e.data["args"]))


def only_new(socket):
    """Trades there have been must not come again."""
    socket.unsubscribe(TradesSubscription())
    while socket.sink.get(events.Trades):
        pass
    socket.ws.subscribe(TradesSubscription(realtime_updates_only=True, days=1))
    time.sleep(1)
    old = socket.sink.get(events.Trades)
    expect(old is None, f"old trades: {str(old)[:100]}")


def outside_hours(socket):
    terms = {"conid": SPY, "period": "1d", "bar": "1h", "source": "trades", "format": "%o/%c/%h/%l"}
    socket.ws.subscribe(MarketHistorySubscription(outside_rth=True, **terms))
    seen = []
    socket.next(events.MarketHistory, lambda event: event.conid == SPY and not seen.append(event.data))
    expect(seen[0]["outsideRth"], "outsideRth is false")


def dropped(socket, quotes):
    """The connection is cut; the client comes back and subscribes again by itself."""
    requests.post(options.url.rstrip("/") + "/_sim/drop", verify=options.cacert or False, timeout=10).raise_for_status()
    until("not authenticated", lambda: not socket.ws.is_authenticated(), 10, 0.02)
    until("authenticated again", socket.ws.is_authenticated, 40)
    until("subscribed again", lambda: socket.ws.is_subscription_active(quotes.binding_key()), 20)
    return socket.next(events.MarketData, lambda event: event.received_at.timestamp() > time.time() - 5, 20)


def socket():
    s = Socket()
    tickle_pace()
    if step("socket: open", s.open) is None:
        step("socket: close", s.ws.shutdown)
        return
    step("socket: tic", lambda: (lambda t: expect(t, "no answer") or t)(s.ws.tic()))
    quotes = MarketDataSubscription(conid=AAPL, fields=["31", "84", "86"])
    step("socket: smd", lambda: s.subscribe(quotes, events.MarketData))
    step("socket: sor", lambda: s.subscribe(OrdersSubscription()))
    step("socket: an order on sor", lambda: order_on_socket(s))
    step("socket: str and a trade", lambda: trade_on_socket(s))
    step("socket: str, only what is new", lambda: only_new(s))
    step("socket: spl", lambda: s.subscribe(PnlSubscription(), events.Pnl))
    summary, ledger = AccountSummarySubscription(account_id=account), AccountLedgerSubscription(account_id=account)
    step("socket: ssd", lambda: s.subscribe(summary, events.AccountSummary))
    step("socket: usd", lambda: s.unsubscribe(summary))
    step("socket: sld", lambda: s.subscribe(ledger, events.AccountLedger))
    step("socket: uld", lambda: s.unsubscribe(ledger))
    history = MarketHistorySubscription(conid=AAPL, period="1d", bar="1h", outside_rth=False, source="trades", format="%o/%c/%h/%l")
    step("socket: smh", lambda: s.subscribe(history, events.MarketHistory))
    step("socket: umh", lambda: s.unsubscribe(history))
    step("socket: smh outside hours", lambda: outside_hours(s))
    ladder = PriceLadderSubscription(conid=AAPL, account_id=account)
    step("socket: sbd", lambda: s.subscribe(ladder, events.PriceLadder))
    step("socket: ubd", lambda: s.unsubscribe(ladder))
    step("socket: dropped and back", lambda: dropped(s, quotes))
    step("socket: umd", lambda: s.unsubscribe(quotes))
    step("socket: still authenticated", lambda: s.ws.is_authenticated() or expect(False, str(s.ws.get_state())))
    step("socket: close", lambda: until("shutdown() is True", s.ws.shutdown, 30))
