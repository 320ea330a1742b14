"""What the clients themselves get wrong, by step: such a step must fail, and is printed as THEIR.

A step that stops failing must be taken off the list.
"""

IBIND = {
    "accounts: allocation of several": "gets /portfolio/allocation, which the API has as a POST",
    "market data: regulatory snapshot": "calls /md/regsnapshot, which IBKR has removed",
    "market data: history farm's scanner": "still calls /hmds/scanner, for which IBKR answers 404",
    "socket: str, only what is new": "writes realtime_updates_only for realtimeUpdatesOnly, so that old trades come all the same",
    "socket: smh outside hours": "writes outside_rth for outsideRth, so that there are no bars outside trading hours",
}
EASYIB = {
    "orders: refused": "takes the first of a list from an answer that is {\"error\":...}: KeyError, the reason is lost",
}
