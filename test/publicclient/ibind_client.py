"""Drives the IBKR Web API simulator with ibind, unmodified, through its public calls only.

https://pypi.org/project/ibind/ works with the Client Portal gateway and with OAuth 1.0a. Without --oauth
this is the gateway; with it, the same steps are signed.
"""

import ssl
import sys
import time

from ibind_common import client, has, new_client, options, ready, refused, step, tickle_pace
from ibind_orders import groups, orders, products
from ibind_socket import socket
from ibind_views import accounts, contracts, holdings, market_data, rest
from steps import expect


def connect():
    if options.oauth:
        client.oauth_init(maintain_oauth=True, init_brokerage_session=False)
    has(client.initialize_brokerage_session(), "authenticated", "competing", "connected")
    ready()
    return client.authentication_status()


def tickle():
    tickle_pace()
    return has(client.tickle(), "session", "iserver")


def healthy():
    tickle_pace()
    expect(client.check_health(), "check_health is False")
    expect(client.check_auth_status(), "check_auth_status is False")
    return True


def signed():
    """A new live session token in the middle of a session; what was signed with the old one is over."""
    before = client.live_session_token
    client.oauth_init(maintain_oauth=True, init_brokerage_session=False)
    expect(client.live_session_token != before, "the same live session token")
    has(client.initialize_brokerage_session(), "authenticated")
    ready()
    return client.live_session_token_expires_ms


def stranger(**given):
    """Credentials that are not right get no live session token."""
    return refused(lambda: new_client(**given).oauth_init(maintain_oauth=False, init_brokerage_session=False), 401)


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
    if options.oauth:
        step("session: new live session token", signed)
        step("session: unknown consumer", lambda: stranger(consumer_key="NOBODYXYZ"))
        step("session: unknown access token", lambda: stranger(access_token="0123456789abcdef0123"))
    step("session: reauthenticate", lambda: has(client.reauthenticate(), "message"))


def out():
    has(client.logout(), "status")
    client.stop_tickler()
    return refused(client.receive_brokerage_accounts)


def main():
    started = time.monotonic()
    print(f"python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}, {'OAuth 1.0a' if options.oauth else 'gateway'}", flush=True)
    for part in (session, accounts, contracts, market_data, orders, holdings, groups, products, socket, rest):
        part()
    step("session: log out", out)
    print(f"{time.monotonic() - started:.0f} s")
    step.end(options.strict)


main()
