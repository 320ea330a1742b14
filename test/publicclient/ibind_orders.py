"""ibind: orders, the questions about them, and groups of orders."""

from ibind import QuestionType, question_type_to_message_id
from ibind_common import (
    AAPL, ANSWERS, MSFT, WORKING, away, client, has, orders_pace, place, refused, request, status_of, step, trades_pace,
)
from steps import expect, until


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


def types():
    """Orders of the other types and attributes, far from their price, are taken, read back by name, and cancelled."""
    sell = {"side": "SELL"}
    trail = sell | {"trailing_amt": 5.0, "trailing_type": "amt"}
    cases = [
        {"order_type": "STOP_LIMIT", "price": away(0.94), "aux_price": away(0.95)} | sell,
        {"order_type": "TRAILLMT", "price": away(0.94), "aux_price": away(0.95)} | trail,
        {"order_type": "MIT", "price": away(0.95)},
        {"order_type": "LIT", "price": away(0.95), "aux_price": away(0.96)},
        {"order_type": "MIDPRICE", "price": away(0.95)},
        {"order_type": "REL", "price": away(0.95), "aux_price": 0.05},
        {"strategy": "Adaptive", "strategy_parameters": {"adaptivePriority": "Patient"}},
        {"custom_fields": {"allOrNone": True}},
        {"outside_rth": True},
    ]
    found = []
    for terms in cases:
        order_id = place(request(**terms)).data["order_id"]
        found.append(status_of(order_id, *WORKING).data["order_type"])
        cancel(order_id)
    wanted = ["STOP_LIMIT", "TRAILLMT", "MIT", "LIT", "MIDPRICE", "RELATIVE", "LIMIT", "LIMIT", "LIMIT"]
    expect(found == wanted, f"{found}")
    return found


def immediate():
    """What does not fill at once is gone."""
    order_id = place(request(price=away(0.98), tif="IOC")).data["order_id"]
    return status_of(order_id, "Cancelled")


def by_value():
    answer = place(request(order_type="MKT", quantity=None, cash_qty=1000.0, tif="DAY"))
    return status_of(answer.data["order_id"], "Filled")


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
    step("orders: every other type", types)
    step("orders: immediate or cancel", immediate)
    step("orders: by cash quantity", by_value)
    step("orders: market order fills", bought)
    step("orders: trades", trades)


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
    client.cancel_order(rows[0]["order_id"])
    for row in rows:
        status_of(row["order_id"], "Cancelled")
    return rows


def cancel_all():
    order_id = place(request()).data["order_id"]
    client.cancel_order("-1")
    return status_of(order_id, "Cancelled")


def trade(conid, **given):
    """A market order there and back."""
    for side in ("BUY", "SELL"):
        terms = {"conid": int(conid), "order_type": "MKT", "side": side, "tif": "DAY"} | given
        answer = status_of(place(request(**terms)).data["order_id"], "Filled")
    return answer


def future():
    return trade(min(client.security_future_by_symbol("ES").data["ES"], key=lambda row: row["expirationDate"])["conid"])


def option():
    """A call near the money, a month away."""
    found = client.search_contract_by_symbol("AAPL").data[0]
    month = [s["months"].split(";") for s in found["sections"] if s["secType"] == "OPT"][0][1]
    strikes, at = client.search_strikes_by_conid(AAPL, "OPT", month).data["call"], away(1)
    strike = min(strikes, key=lambda one: abs(one - at))
    row = client.search_secdef_info_by_conid(AAPL, "OPT", month, strike=str(strike), right="C").data[0]
    return trade(row["conid"])


def currency():
    pairs = {row["symbol"]: row["conid"] for row in client.currency_pairs("USD").data["USD"]}
    return trade(pairs["EUR.USD"], quantity=25000)


def combo():
    """A spread has no conid of its own: the legs are in conidex."""
    order = request(conid=None, conidex=f"28812380;;;{AAPL}/1,{MSFT}/-1", price=-900.0)
    order_id = place(order).data["order_id"]
    status_of(order_id, *WORKING)
    return cancel(order_id)


def products():
    step("products: future", future)
    step("products: option", option)
    step("products: currency", currency)
    step("products: combo", combo)


def groups():
    step("groups: bracket", bracket)
    step("groups: one cancels other", one_cancels_other)
    step("groups: cancel all", cancel_all)
