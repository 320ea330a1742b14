"""Drives the IBKR Web API simulator with ibind, unmodified, through its public calls only.

https://pypi.org/project/ibind/ works with the Client Portal gateway and with OAuth 1.0a. Without --oauth
this is the gateway; with it, the same steps are signed.
"""

import base64
import os
import pathlib
import ssl
import sys
import time
import uuid
import warnings
from urllib.parse import urlsplit

from steps import Pace, Steps, arguments, expect, until

options = arguments(__doc__)
warnings.filterwarnings("ignore", message="Unverified HTTPS request")
os.environ["IBIND_LOG_TO_FILE"] = "False"
os.environ["IBIND_LOG_TO_CONSOLE"] = "False"
if options.oauth and options.cacert:
    os.environ["REQUESTS_CA_BUNDLE"] = options.cacert  # with OAuth the client always checks certificates

from ibind import (  # noqa: E402  (the client reads its environment when it is imported)
    Answers, ExternalBrokerError, IbkrClient, IbkrWsClient, OrderRequest, QuestionType, QueueSink, StockQuery, events,
    question_type_to_message_id, snapshot_keys_to_ids,
)
import requests  # noqa: E402
from ibind.subscriptions import (  # noqa: E402
    AccountLedgerSubscription, AccountSummarySubscription, MarketDataSubscription, MarketHistorySubscription,
    OrdersSubscription, PnlSubscription, PriceLadderSubscription, TradesSubscription,
)

AAPL, SPY, MSFT = "265598", "756733", "272093"
ANSWERS: Answers = {kind: True for kind in QuestionType}
WORKING = ("PreSubmitted", "Submitted")
step, account = Steps(options.only), options.account
api = options.url.rstrip("/") + "/v1/api/"
orders_pace, trades_pace, accounts_pace, tickle_pace = Pace(5), Pace(5), Pace(5), Pace(1)


def oauth_config():
    """The credentials of a folder, as the client wants them."""
    from Crypto.PublicKey import RSA  # noqa: F401  (says early that the oauth extra is missing)
    from Crypto.Util.asn1 import DerSequence
    from ibind.oauth.oauth1a import OAuth1aConfig

    folder = pathlib.Path(options.oauth)
    text = lambda name: (folder / name).read_text().strip()
    body = "".join(line for line in text("dhparam.pem").splitlines() if not line.startswith("-----"))
    prime, generator = DerSequence().decode(base64.b64decode(body))[:2]
    return OAuth1aConfig(
        oauth_rest_url=api, consumer_key=text("consumer_key"), access_token=text("access_token"),
        access_token_secret=text("access_token_secret"), dh_prime=f"{prime:x}", dh_generator=generator,
        encryption_key_fp=str(folder / "private_encryption.pem"), signature_key_fp=str(folder / "private_signature.pem"),
        init_oauth=False, shutdown_oauth=False,
    )


def new_client():
    if options.oauth:
        return IbkrClient(account_id=account, use_oauth=True, oauth_config=oauth_config(), url=api)
    return IbkrClient(account_id=account, url=api, cacert=options.cacert or False)


class Paced:
    """Calls the client no faster than the API allows: the client leaves that to its user."""

    def __init__(self, client):
        self.client, self.pace = client, Pace(0.25)

    def __getattr__(self, name):
        value = getattr(self.client, name)
        if callable(value):
            self.pace()
        return value


unpaced = new_client()
client = Paced(unpaced)


def refused(call, status=None, text=""):
    """The answer must be an error of the broker."""
    try:
        value = call()
    except ExternalBrokerError as error:
        expect(status is None or error.status_code == status, f"status {error.status_code}: {error}")
        expect(text in str(error), f"want {text!r} in: {error}")
        return f"refused: {str(error)[-160:]}"
    raise AssertionError(f"not refused: {value}")


def has(answer, *keys):
    """The answer (its first row) has these keys."""
    row = answer.data[0] if isinstance(answer.data, list) else answer.data
    missing = [key for key in keys if key not in row]
    expect(not missing, f"no {missing} in {answer.data}")
    return answer


# --- session


def connect():
    if options.oauth:
        client.oauth_init(maintain_oauth=True, init_brokerage_session=False)
    has(client.initialize_brokerage_session(), "authenticated", "competing", "connected")
    until("authenticated and established", lambda: (lambda s: s["authenticated"] and s.get("established", True))(
        client.authentication_status().data))
    return client.authentication_status()


def tickle():
    tickle_pace()
    return has(client.tickle(), "session", "iserver")


def healthy():
    tickle_pace()
    expect(client.check_health(), "check_health is False")
    expect(client.check_auth_status(), "check_auth_status is False")
    return True


def session():
    if not options.oauth:
        step("session: sso validate", lambda: has(client.validate(), "RESULT", "USER_NAME"))
    only, step.only = step.only, ""
    if step("session: connect", connect) is None:
        step.end(options.strict)
    step("session: brokerage accounts", lambda: has(client.receive_brokerage_accounts(), "accounts", "selectedAccount"))
    step.only = only
    step("session: tickle", tickle)
    step("session: health", healthy)
    step("session: reauthenticate", lambda: has(client.reauthenticate(), "message"))


# --- accounts and portfolio


def portfolio_accounts():
    accounts_pace()
    answer = has(client.portfolio_accounts(), "id", "accountId", "currency")
    expect(account in [row["accountId"] for row in answer.data], f"no {account} in {answer.data}")
    return answer


def accounts():
    step("accounts: portfolio accounts", portfolio_accounts)
    step("accounts: meta", lambda: has(client.portfolio_account_information(), "id"))
    step("accounts: summary", lambda: has(client.account_summary(), "netLiquidationValue"))
    step("accounts: profit and loss", lambda: has(client.account_profit_and_loss(), "upnl"))
    step("accounts: switch", lambda: client.switch_account(account))
    step("accounts: portfolio summary", lambda: has(client.portfolio_summary(), "netliquidation", "totalcashvalue"))
    step("accounts: ledger", ledger)
    step("accounts: unknown account", lambda: refused(lambda: client.get_ledger("U0000000"), 401))
    step("accounts: allocation", client.portfolio_account_allocation)
    step("accounts: owners", client.signatures_and_owners)
    step("accounts: subaccounts", client.portfolio_subaccounts)


def ledger():
    answer = has(client.get_ledger(), "BASE", "USD")
    for currency, row in answer.data.items():
        missing = {"cashbalance", "netliquidationvalue", "stockmarketvalue"} - set(row)
        expect(not missing, f"{currency}: no {missing}")
    return answer


def holdings():
    """After the account has bought something."""
    step("positions: page", lambda: until("AAPL", lambda: held(client.positions())))
    step("positions: fresh", lambda: until("AAPL", lambda: held(client.positions2())))
    step("positions: one", lambda: has(client.positions_by_conid(account, AAPL), "position"))
    step("positions: of a conid", lambda: has(client.position_and_contract_info(AAPL), account))
    step("positions: combos", client.combination_positions)
    step("positions: invalidate", client.invalidate_backend_portfolio_cache)


def held(answer):
    return [row for row in answer.data if str(row["conid"]) == AAPL and row["position"] > 0]


# --- contracts


def conids():
    answer = client.stock_conid_by_symbol(["AAPL", "SPY"])
    expect(answer.data == {"AAPL": int(AAPL), "SPY": int(SPY)}, f"{answer.data}")
    return answer


def named():
    query = StockQuery("AAPL", name_match="APPLE", contract_conditions={"exchange": "NASDAQ"})
    expect(client.security_stocks_by_symbol(query).data["AAPL"], "nothing")
    return client.stock_conid_by_symbol(query)


def schedule():
    return client.trading_schedule_by_symbol("STK", "AAPL", exchange="NASDAQ")


def contracts():
    step("contracts: conid by symbol", conids)
    step("contracts: by name and exchange", named)
    step("contracts: search", lambda: has(client.search_contract_by_symbol("AAPL"), "conid", "symbol", "sections"))
    step("contracts: search by name", lambda: has(client.search_contract_by_symbol("APPLE", name=True), "conid"))
    step("contracts: info", lambda: has(client.contract_information_by_conid(AAPL), "con_id", "symbol", "currency"))
    step("contracts: info and rules", lambda: has(client.info_and_rules_by_conid(AAPL, True), "con_id", "rules"))
    step("contracts: rules", lambda: has(client.search_contract_rules(int(AAPL), is_buy=True), "orderTypes", "tifTypes"))
    step("contracts: secdef", lambda: has(client.security_definition_by_conid([AAPL, SPY]), "secdef"))
    step("contracts: schedule", schedule)
    step("contracts: all of an exchange", lambda: has(client.all_conids_by_exchange("NASDAQ"), "ticker", "conid"))
    step("contracts: futures", lambda: has(client.security_future_by_symbol("ES"), "ES"))
    step("contracts: algos", lambda: has(client.algo_params_by_conid(AAPL), "algos"))
    step("contracts: currency pairs", lambda: has(client.currency_pairs("USD"), "USD"))
    step("contracts: exchange rate", lambda: has(client.currency_exchange_rate("EUR", "USD"), "rate"))
    step("contracts: option months", option_months)


def option_months():
    """Strikes and one option, as the documentation has it: search, strikes, info."""
    found = client.search_contract_by_symbol("AAPL").data[0]
    months = [s["months"].split(";") for s in found["sections"] if s["secType"] == "OPT" and s.get("months")]
    if not months:
        return client.search_strikes_by_conid(AAPL, "OPT", "JAN26")
    strikes = client.search_strikes_by_conid(AAPL, "OPT", months[0][0]).data
    expect(strikes["call"], f"no strikes: {strikes}")
    answer = client.search_secdef_info_by_conid(AAPL, "OPT", months[0][0], strike=str(strikes["call"][0]), right="C")
    return has(answer, "conid", "maturityDate")


# --- market data


def number(text):
    return float(str(text).lstrip("CH").replace(",", ""))


def quote(conid):
    """Bid and ask, as floats: this client's orders have float prices."""

    def look():
        for row in client.live_marketdata_snapshot(conid, ["84", "86"]).data:
            if str(row.get("conid")) == conid and "84" in row and "86" in row:
                return number(row["84"]), number(row["86"])
        return None

    return until(f"quotes of {conid}", look)


def snapshot():
    fields = snapshot_keys_to_ids(["bid_price", "ask_price", "last_price"])
    answer = until("a snapshot of two", lambda: (lambda a: a if all("31" in r for r in a.data) else None)(
        client.live_marketdata_snapshot([AAPL, SPY], fields)))
    expect(len(answer.data) == 2, f"{len(answer.data)} rows")
    return answer


def snapshot_by_symbol():
    fields = snapshot_keys_to_ids(["bid_price", "ask_price"])
    answer = until("the names of the fields", lambda: (lambda a: a if "bid_price" in a["AAPL"] else None)(
        client.live_marketdata_snapshot_by_symbol(["AAPL", "SPY"], fields)))
    expect(set(answer) == {"AAPL", "SPY"}, f"{answer}")
    return answer


def bars(answer, *keys):
    expect(set(answer) == set(keys), f"{answer}")
    for key in keys:
        expect(isinstance(answer[key], list) and answer[key], f"{key}: {answer[key]!r}")
        expect(set(answer[key][0]) == {"open", "high", "low", "close", "volume", "date"}, f"{answer[key][0]}")
    return {key: len(rows) for key, rows in answer.items()}


def market_data():
    step("market data: snapshot", snapshot)
    step("market data: snapshot by symbol", snapshot_by_symbol)
    step("market data: history", lambda: has(client.marketdata_history_by_conid(AAPL, "5min", period="1d"), "data", "symbol"))
    step("market data: history by symbol", lambda: has(client.marketdata_history_by_symbol("AAPL", "1d", period="1w"), "data"))
    step("market data: history, one bar", lambda: bars(client.marketdata_history_by_conids([AAPL]), AAPL))
    many = [AAPL, SPY, MSFT]
    step("market data: history in parallel", lambda: bars(
        client.marketdata_history_by_conids(many, period="1h", bar="1min", raise_on_error=True), *many))
    step("market data: history by symbols", lambda: bars(
        client.marketdata_history_by_symbols(["AAPL", "SPY"], period="1d", bar="1h", raise_on_error=True), "AAPL", "SPY"))
    step("market data: unsubscribe", lambda: {k: v.data for k, v in client.marketdata_unsubscribe([AAPL]).items()})
    step("market data: unsubscribe twice", lambda: refused(lambda: client.marketdata_unsubscribe([MSFT]), 500, "unknown"))
    step("market data: unsubscribe all", lambda: has(client.marketdata_unsubscribe_all(), "unsubscribed"))
    step("market data: direct history", lambda: client.historical_marketdata_beta(AAPL, "1d", "1h"))


# --- orders


def request(**given):
    """A limit order for one AAPL that rests, but for what is given."""
    terms = {"conid": int(AAPL), "side": "BUY", "quantity": 1, "order_type": "LMT", "acct_id": account, "tif": "GTC",
             "coid": f"pc-{uuid.uuid4().hex[:12]}"} | given
    if terms["order_type"] == "LMT" and "price" not in terms:
        terms["price"] = away(0.98)
    return OrderRequest(**terms)


def away(factor, conid=AAPL):
    return round(quote(conid)[0] * factor, 2)


def place(order, answers=None):
    answer = client.place_order(order, ANSWERS if answers is None else answers)
    expect("order_id" in answer.data, f"no order_id: {answer.data}")
    return answer


def status_of(order_id, *wanted):
    def look():
        answer = client.order_status(order_id)
        return answer if answer.data["order_status"] in wanted else None

    return until(f"{order_id} {wanted}", look)


def live(order_id):
    """The order's row in live orders."""

    def look():
        orders_pace()
        answer = client.live_orders().data
        rows = [row for row in answer["orders"] if str(row["orderId"]) == str(order_id)]
        return rows if answer["snapshot"] else None

    rows = until("a live orders snapshot", look, 60)
    expect(rows, f"{order_id} is not there")
    return rows[0]


def cancel(order_id):
    has(client.cancel_order(order_id), "msg", "order_id")
    return status_of(order_id, "Cancelled")


def resting():
    order = request()
    order_id = place(order).data["order_id"]
    expect(isinstance(order_id, str), f"order_id is {order_id!r}")
    status_of(order_id, *WORKING)
    row = live(order_id)
    expect(row["order_ref"] == order.coid and row["status"] in WORKING, f"{row}")
    return order_id, order


def modify(rests):
    order_id, order = rests
    order.price, order.quantity = away(0.97), 2
    expect("order_id" in client.modify_order(order_id, order, ANSWERS).data, "no order_id")
    row = until("the new terms", lambda: (lambda r: r if r["totalSize"] == 2.0 else None)(live(order_id)), 30)
    expect(float(row["price"]) == order.price, f"{row}")
    return row


def asked():
    """A price far away is asked about, and the client's answers confirm it."""
    order_id = place(request(price=away(0.9))).data["order_id"]
    status_of(order_id, *WORKING)
    return cancel(order_id)


def declined():
    """A question that is answered with no leaves no order."""
    order = request(price=away(0.9))
    try:
        client.place_order(order, {QuestionType.PRICE_PERCENTAGE_CONSTRAINT: False})
    except RuntimeError as error:
        orders_pace()
        rows = client.live_orders().data["orders"]
        expect(order.coid not in [row.get("order_ref") for row in rows], "the order is there all the same")
        return f"declined: {str(error)[:120]}"
    raise AssertionError("no question was asked")


def suppressed():
    ids = [question_type_to_message_id(QuestionType.PRICE_PERCENTAGE_CONSTRAINT)]
    has(client.suppress_messages(ids), "status")
    order_id = place(request(price=away(0.9)), {}).data["order_id"]
    cancel(order_id)
    return client.reset_suppressed_messages()


def trailing():
    """The question about stops is one the client has an answer to."""
    order = request(side="SELL", order_type="TRAIL", trailing_amt=5.0, trailing_type="amt")
    order_id = place(order, {QuestionType.STOP_ORDER_RISKS: True}).data["order_id"]
    status_of(order_id, *WORKING)
    return cancel(order_id)


def stop():
    order_id = place(request(side="SELL", order_type="STP", price=away(0.95))).data["order_id"]
    status_of(order_id, *WORKING)
    return cancel(order_id)


def bought():
    answer = place(request(order_type="MKT", quantity=10))
    return status_of(answer.data["order_id"], "Filled")


def twice():
    order = request()
    order_id = place(order).data["order_id"]
    message = refused(lambda: client.place_order(order, ANSWERS), text="already registered")
    cancel(order_id)
    return message


def trades():
    def look():
        trades_pace()
        return [row for row in client.trades(days="1").data if str(row["conid"]) == AAPL]

    return until("a trade", look, 60)


def orders():
    step("orders: what if", lambda: has(client.whatif_order(request()), "amount", "equity", "initial"))
    rests = step("orders: place, status, live orders", resting)
    if rests:
        step("orders: modify", lambda: modify(rests))
        step("orders: cancel", lambda: cancel(rests[0]))
        step("orders: cancel again", lambda: refused(lambda: client.cancel_order(rests[0]), 400))
    step("orders: filtered", lambda: (orders_pace(), has(client.live_orders(filters=["filled", "submitted"]), "orders"))[1])
    step("orders: force", lambda: (orders_pace(), has(client.live_orders(force=True), "orders"))[1])
    step("orders: unknown", lambda: refused(lambda: client.cancel_order("1"), 400))
    step("orders: question and answer", asked)
    step("orders: question and no", declined)
    step("orders: suppressed question", suppressed)
    step("orders: same client id twice", twice)
    step("orders: stop", stop)
    step("orders: trailing stop and its question", trailing)
    step("orders: market order fills", bought)
    step("orders: trades", trades)


# --- groups


def bracket():
    """A parent with a stop and a target, in one request."""
    parent = request(price=away(0.98))
    exit_terms = {"side": "SELL", "parent_id": parent.coid, "coid": None}
    target = request(price=away(1.03), **exit_terms)
    loss = request(order_type="STP", price=away(0.94), **exit_terms)
    answer = client.place_order([parent, loss, target], ANSWERS).data
    rows = answer if isinstance(answer, list) else [answer]
    expect(all(row.get("order_id") and row["order_id"] != "-1" for row in rows), f"{rows}")
    parent_id = [row["order_id"] for row in rows if row.get("local_order_id") == parent.coid][0]
    found = live(parent_id)
    until("the children", lambda: len(children(parent_id)) == 2, 30)
    client.cancel_order(parent_id)
    until("the children to go", lambda: all(r["status"] == "Cancelled" for r in children(parent_id)), 30)
    return found


def children(parent_id):
    orders_pace()
    return [row for row in client.live_orders().data["orders"] if str(row.get("parentId")) == parent_id]


def one_cancels_other():
    pair = [request(price=away(0.98), is_single_group=True), request(price=away(0.97), is_single_group=True)]
    rows = client.place_order(pair, ANSWERS).data
    expect(isinstance(rows, list) and len(rows) == 2, f"{rows}")
    for row in rows:
        client.cancel_order(row["order_id"])
    return rows


def cancel_all():
    order_id = place(request()).data["order_id"]
    client.cancel_order("-1")
    return status_of(order_id, "Cancelled")


def groups():
    step("groups: bracket", bracket)
    step("groups: one cancels other", one_cancels_other)
    step("groups: cancel all", cancel_all)


# --- socket


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
    step("socket: spl", lambda: s.subscribe(PnlSubscription(), events.Pnl))
    summary, ledger = AccountSummarySubscription(account_id=account), AccountLedgerSubscription(account_id=account)
    step("socket: ssd", lambda: s.subscribe(summary, events.AccountSummary))
    step("socket: usd", lambda: s.unsubscribe(summary))
    step("socket: sld", lambda: s.subscribe(ledger, events.AccountLedger))
    step("socket: uld", lambda: s.unsubscribe(ledger))
    history = MarketHistorySubscription(conid=AAPL, period="1d", bar="1h", outside_rth=False, source="trades", format="%o/%c/%h/%l")
    step("socket: smh", lambda: s.subscribe(history, events.MarketHistory))
    step("socket: umh", lambda: s.unsubscribe(history))
    ladder = PriceLadderSubscription(conid=AAPL, account_id=account)
    step("socket: sbd", lambda: s.subscribe(ladder, events.PriceLadder))
    step("socket: dropped and back", lambda: dropped(s, quotes))
    step("socket: umd", lambda: s.unsubscribe(quotes))
    step("socket: still authenticated", lambda: s.ws.is_authenticated() or expect(False, str(s.ws.get_state())))
    step("socket: close", lambda: until("shutdown() is True", s.ws.shutdown, 30))


# --- the rest of what the client can call


def watchlist():
    client.get_all_watchlists()  # a session's first call may find nothing
    client.create_watchlist("1234", "publicclient", [{"C": int(AAPL)}])
    client.get_all_watchlists()
    return has(client.get_watchlist_information("1234"), "id", "instruments")


def scan():
    has(client.scanner_parameters(), "scan_type_list", "instrument_list", "filter_list", "location_tree")
    return client.market_scanner("STK", "TOP_PERC_GAIN", "STK.US.MAJOR", [{"code": "priceAbove", "value": 5}])


def rest():
    step("more: scanner", scan)
    step("more: watchlists", watchlist)
    step("more: watchlist deleted", lambda: client.delete_watchlist("1234"))
    step("more: performance", lambda: client.account_performance(account, "1M"))
    step("more: all periods", lambda: client.all_periods(account))
    step("more: transactions", lambda: client.transaction_history(account, AAPL, "USD", 3))
    step("more: find account", lambda: client.search_dynamic_account("DU1"))


def out():
    has(client.logout(), "status")
    client.stop_tickler()
    return refused(client.receive_brokerage_accounts)


def main():
    started = time.monotonic()
    print(f"python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}, {'OAuth 1.0a' if options.oauth else 'gateway'}", flush=True)
    for part in (session, accounts, contracts, market_data, orders, holdings, groups, socket, rest):
        part()
    step("session: log out", out)
    print(f"{time.monotonic() - started:.0f} s")
    step.end(options.strict)


main()
