"""ibind: accounts, portfolio, contracts, market data, and what else can be read."""

from ibind import StockQuery, snapshot_keys_to_ids
from ibind_common import AAPL, MSFT, SPY, account, accounts_pace, client, has, refused, step
from steps import expect, until


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
    step("accounts: allocation of several", lambda: client.portfolio_account_allocations([account]))
    step("accounts: owners", client.signatures_and_owners)
    step("accounts: subaccounts", client.portfolio_subaccounts)
    step("accounts: many subaccounts", lambda: client.large_portfolio_subaccounts(0))
    step("accounts: find", lambda: refused(lambda: client.search_dynamic_account("DU1"), 503))  # for users with DYNACCT
    step("accounts: choose", lambda: refused(lambda: client.set_dynamic_account(account), 401))  # as well


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
    step("contracts: bonds", bonds)
    step("contracts: schedule without an exchange", lambda: refused(lambda: client.trading_schedule_by_symbol("STK", "SPY"), 400))


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


def bonds():
    issuer = client.search_contract_by_symbol("AAPL", sec_type="BOND").data[0]["issuers"][0]["id"]
    return has(client.search_bond_filter_information("BOND", issuer), "bondFilters")


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


def direct_history():
    client.post("hmds/auth/init")  # without it the first call is a 404
    return has(client.historical_marketdata_beta(AAPL, "1d", "1h"), "data")


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
    step("market data: direct history", direct_history)
    step("market data: history farm's scanner", client.hmds_scanner_parameters)
    step("market data: regulatory snapshot", lambda: client.regulatory_snapshot(AAPL))


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
    step("more: models", lambda: refused(lambda: client.fa_model_list(1), 403))  # for advisors
