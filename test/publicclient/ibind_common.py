"""What the steps of ibind share: the client, its credentials, and orders that rest."""

import base64
import os
import pathlib
import uuid
import warnings

from faults import IBIND
from steps import Pace, Steps, arguments, expect, until

options = arguments("Drives the IBKR Web API simulator with ibind, unmodified.")
warnings.filterwarnings("ignore", message="Unverified HTTPS request")
os.environ["IBIND_LOG_TO_FILE"] = "False"
os.environ["IBIND_LOG_TO_CONSOLE"] = "False"
if options.oauth and options.cacert:
    os.environ["REQUESTS_CA_BUNDLE"] = options.cacert  # with OAuth the client always checks certificates

from ibind import Answers, ExternalBrokerError, IbkrClient, OrderRequest, QuestionType  # noqa: E402  (after its environment)

AAPL, SPY, MSFT = "265598", "756733", "272093"
ANSWERS: Answers = {kind: True for kind in QuestionType}
WORKING = ("PreSubmitted", "Submitted")
step, account = Steps(options.only, IBIND), options.account
api = options.url.rstrip("/") + "/v1/api/"
orders_pace, trades_pace, accounts_pace, tickle_pace = Pace(5), Pace(5), Pace(5), Pace(1)


def oauth_config(**given):
    """The credentials of a folder, as the client wants them, but for what is given."""
    from Crypto.Util.asn1 import DerSequence
    from ibind.oauth.oauth1a import OAuth1aConfig

    folder = pathlib.Path(options.oauth)
    text = lambda name: (folder / name).read_text().strip()
    body = "".join(line for line in text("dhparam.pem").splitlines() if not line.startswith("-----"))
    prime, generator = DerSequence().decode(base64.b64decode(body))[:2]
    return OAuth1aConfig(**{
        "oauth_rest_url": api, "consumer_key": text("consumer_key"), "access_token": text("access_token"),
        "access_token_secret": text("access_token_secret"), "dh_prime": f"{prime:x}", "dh_generator": generator,
        "encryption_key_fp": str(folder / "private_encryption.pem"), "signature_key_fp": str(folder / "private_signature.pem"),
        "init_oauth": False, "shutdown_oauth": False,
    } | given)


def new_client(**given):
    if options.oauth:
        return IbkrClient(account_id=account, use_oauth=True, oauth_config=oauth_config(**given), url=api)
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


def ready():
    """The brokerage session is there; a moment after it was asked for."""
    return until("authenticated and established", lambda: (lambda s: s["authenticated"] and s.get("established", True))(
        client.authentication_status().data))


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


def away(factor, conid=AAPL):
    return round(quote(conid)[0] * factor, 2)


def request(**given):
    """A limit order for one AAPL that rests, but for what is given."""
    terms = {"conid": int(AAPL), "side": "BUY", "quantity": 1, "order_type": "LMT", "acct_id": account, "tif": "GTC",
             "coid": f"pc-{uuid.uuid4().hex[:12]}"} | given
    if terms["order_type"] == "LMT" and "price" not in terms:
        terms["price"] = away(0.98)
    return OrderRequest(**terms)


def place(order, answers=None):
    answer = client.place_order(order, ANSWERS if answers is None else answers)
    expect("order_id" in answer.data, f"no order_id: {answer.data}")
    return answer


def status_of(order_id, *wanted):
    def look():
        answer = client.order_status(order_id)
        return answer if answer.data["order_status"] in wanted else None

    return until(f"{order_id} {wanted}", look)
