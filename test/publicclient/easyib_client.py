"""Drives the IBKR Web API simulator with easyib, unmodified: a client without a socket that leaves logging in
to the gateway. https://pypi.org/project/easyib/
"""

import uuid
import warnings

from faults import EASYIB
from steps import Pace, Steps, arguments, expect, until

options = arguments(__doc__)
warnings.filterwarnings("ignore", message="Unverified HTTPS request")

import easyib  # noqa: E402
import requests  # noqa: E402

step, pace, orders_pace = Steps(options.only, EASYIB), Pace(0.25), Pace(5)


def connected():
    return easyib.REST(url=options.url.rstrip("/"), ssl=options.cacert or False)


def call(name, *args, **kwargs):
    """One call of the client, no faster than the API allows."""
    pace()
    return getattr(api, name)(*args, **kwargs)


def authenticated():
    """Logged in at the gateway, the brokerage session is there; else the client asks for it."""
    if not call("get_auth_status")["authenticated"]:
        call("re_authenticate")
    return until("authenticated", lambda: (lambda s: s if s["authenticated"] and s["established"] else None)(call("get_auth_status")))


def switched():
    answer = call("switch_account", options.account)
    expect("error" not in answer, f"{answer}")
    return answer


def brokerage_accounts():
    """The API wants this before an order is changed, and the client has no call for it."""
    answer = requests.get(api.url + "iserver/accounts", verify=api.ssl).json()
    expect(options.account in answer["accounts"], f"{answer}")
    return answer


def bars():
    answer = call("get_bars", "AAPL", period="1d", bar="1h")
    expect(answer["data"], f"{answer}")
    return answer


def ticket(**given):
    return {"conid": 265598, "orderType": "MKT", "side": "BUY", "quantity": 7, "tif": "DAY"} | given


def status_of(order_id, wanted):
    def look():
        answer = call("get_order", order_id)
        return answer if answer["order_status"] in wanted else None

    return until(f"{order_id} {wanted}", look)


def bought():
    answer = call("submit_orders", [ticket()])
    return status_of(answer["order_id"], ["Filled"])


def asked():
    """A far price is asked about; the client says yes to everything. Then other terms, then a cancel."""
    price = round(call("get_bars", "AAPL", period="1d", bar="1h")["data"][-1]["c"] * 0.9, 2)
    terms = ticket(orderType="LMT", price=price, quantity=1, cOID=f"pc-{uuid.uuid4().hex[:12]}")
    order_id = call("submit_orders", [terms])["order_id"]
    status_of(order_id, ["Submitted", "PreSubmitted"])
    call("modify_order", order_id, terms | {"quantity": 3})
    until("the new size", lambda: status_of(order_id, ["Submitted", "PreSubmitted"])["total_size"] == "3.0")
    call("cancel_order", order_id)
    return status_of(order_id, ["Cancelled"])


def live(**filters):
    orders_pace()
    answer = call("get_live_orders", **filters)
    expect("orders" in answer, f"{answer}")
    return answer


def filtered():
    orders_pace()
    answer = until("a snapshot", lambda: (lambda a: a if a["snapshot"] else None)(live(filters=["filled"])), 60)
    found = {row["status"] for row in answer["orders"]}
    expect(found == {"Filled"}, f"want Filled, got {found}")
    return sorted(found)


def refused():
    """The reason must reach the user."""
    try:
        call("submit_orders", [ticket(tif="")])
    except Exception as error:
        expect("time in force" in str(error), f"{type(error).__name__}: {error}")
        return str(error)
    raise AssertionError("not refused")


def bracket():
    """A parent with a stop and a target; the client says yes to what is asked and gives back the first row."""
    near, parent = call("get_bars", "AAPL", period="1d", bar="1h")["data"][-1]["c"], f"pc-{uuid.uuid4().hex[:12]}"
    exits = [{"orderType": "STP", "price": round(near * 0.94, 2)}, {"orderType": "LMT", "price": round(near * 1.04, 2)}]
    entry = ticket(orderType="LMT", price=round(near * 0.98, 2), quantity=1, cOID=parent)
    call("submit_orders", [entry] + [ticket(side="SELL", quantity=1, parentId=parent, **terms) for terms in exits])
    rows = until("three orders", lambda: (lambda a: a if len(a) == 3 else None)(group(parent)), 60)
    entry_id = [row["orderId"] for row in rows if "parentId" not in row][0]
    call("cancel_order", entry_id)
    until("all cancelled", lambda: {row["status"] for row in group(parent)} == {"Cancelled"}, 60)
    return [row["orderDesc"] for row in rows]


def group(parent):
    rows = live()["orders"]
    ids = {row["orderId"] for row in rows if row.get("order_ref") == parent}
    return [row for row in rows if row["orderId"] in ids or row.get("parentId") in ids]


def future():
    """The nearest contract, its bars, and a trade there and back."""
    near = min(call("get_fut_conids", "ES"), key=lambda row: row["expirationDate"])["conid"]
    expect(call("get_bars", "ES", period="1d", bar="1h", conid=near)["data"], "no bars")
    for side in ("BUY", "SELL"):
        answer = status_of(call("submit_orders", [ticket(conid=near, side=side, quantity=1)])["order_id"], ["Filled"])
    return answer


def positive(value):
    expect(value > 0, f"{value}")
    return value


api = step("connect", connected)
if api is not None:
    step("ping", lambda: call("ping_server"))
    step("authenticated", authenticated)
    step("accounts", lambda: call("get_accounts"))
    step("switch account", switched)
    step("brokerage accounts", brokerage_accounts)
    step("cash", lambda: positive(call("get_cash")))
    step("net value", lambda: positive(call("get_netvalue")))
    step("conid", lambda: expect(call("get_conid", "AAPL") == 265598, "another conid") or 265598)
    step("bars", bars)
    step("live orders", live)
    step("market order fills", bought)
    step("question, modify, cancel", asked)
    step("filtered live orders", filtered)
    step("bracket", bracket)
    step("future", future)
    step("orders: refused", refused)
    step("portfolio", lambda: positive(call("get_portfolio")["AAPL"]))
    step("log out", lambda: call("log_out"))
step.end(options.strict)
