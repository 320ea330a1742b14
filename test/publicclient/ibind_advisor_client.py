"""ibind as a financial advisor: several accounts, models, and orders for one of the accounts.

The simulator must have the accounts: --account DF1000001 --account DU1000001,parent=DF1000001
--account DU1000002,parent=DF1000001 --user simuser,dynaccount.
"""

from ibind_common import (
    AAPL, ANSWERS, SPY, account, accounts_pace, client, has, options, orders_pace, ready, refused, request, status_of, step,
)
from steps import expect, until

MASTER, OTHER, MODEL = "DF1000001", "DU1000002", "publicclient"


def connect():
    has(client.initialize_brokerage_session(), "authenticated")
    ready()
    found = client.receive_brokerage_accounts().data["accounts"]
    expect({MASTER, account, OTHER} <= set(found), f"{found}")
    return found


def subaccounts():
    accounts_pace()
    found = [row["accountId"] for row in client.portfolio_subaccounts().data]
    expect({account, OTHER} <= set(found), f"{found}")
    return found


def searched():
    answer = has(client.search_dynamic_account("DU1"), "matchedAccounts")
    expect(answer.data["matchedAccounts"], f"{answer.data}")
    has(client.set_dynamic_account(OTHER), "acctId")
    return answer


def bought():
    """An order for one account is in that account's list and not in another's."""
    client.switch_account(OTHER)
    order = request(order_type="MKT", quantity=3, acct_id=OTHER)
    answer = client.place_order(order, ANSWERS, OTHER)
    filled = status_of(answer.data["order_id"], "Filled")
    expect(filled.data["account"] == OTHER, f"{filled.data}")
    mine = until("orders", lambda: listed(OTHER), 30)
    expect(order.coid in mine, f"{mine}")
    theirs = listed(account)
    expect(order.coid not in theirs, f"{theirs}")
    return filled


def listed(whose):
    orders_pace()
    answer = client.live_orders(account_id=whose).data
    return [row.get("order_ref") for row in answer["orders"]]


def saved():
    targets = [{"conid": int(AAPL), "target": 0.5}, {"conid": int(SPY), "target": 0.4}]
    answer = client.fa_model_save(1, MODEL, "half and half", True, [{"ccy": "USD", "target": 0.1}], targets)
    found = [row["model"] for row in has(client.fa_model_list(2), "models", "masterAccount").data["models"]]
    expect(MODEL in found, f"{found}")
    return answer


def invested():
    draft = client.fa_model_invest_divest(6, MODEL, [{"account": account, "amtToInvest": 20000.0}])
    return client.fa_model_submit_transfers(7, draft.data["transfersInstructionId"])


if step("advisor: connect", connect):
    step("advisor: subaccounts", subaccounts)
    step("advisor: many subaccounts", lambda: has(client.large_portfolio_subaccounts(0), "accountId"))
    step("advisor: find and choose an account", searched)
    step("advisor: an order for one account", bought)
    step("advisor: unknown account", lambda: refused(lambda: client.switch_account("DU9"), 500))
    step("advisor: models", lambda: has(client.fa_model_list(1), "models", "masterAccount"))
    step("advisor: save a model", saved)
    step("advisor: model's summary", lambda: has(client.fa_model_summary(3, MODEL), "reqID"))
    step("advisor: model's positions", lambda: has(client.fa_model_positions(4, MODEL), "reqID"))
    step("advisor: model's accounts", lambda: has(client.fa_model_accounts_details(5, MODEL), "reqID"))
    step("advisor: invest", invested)
    step("advisor: nothing to submit", lambda: refused(lambda: client.fa_model_submit_transfers(8, -1), 500))
    step("advisor: a model that is none", lambda: has(client.fa_model_summary(8, "nobody's"), "nlv"))
    step("advisor: invested", lambda: has(client.fa_model_invest_divest_positions(8, MODEL), "reqID"))
    step("advisor: presets", lambda: has(client.fa_preset_get(9), "reqID"))
    step("advisor: change presets", lambda: client.fa_preset_save(10, keep_model_open=True))
step.end(options.strict)
