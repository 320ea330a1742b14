"""Steps of a driver: each is tried, its answer printed, its outcome counted.

PASS  the client's call did what the client promises.
NONE  the simulator answered 501: it says that it does not have the operation.
THEIR the client is known to get this wrong: faults.py says how.
FAIL  anything else, and a known fault that is none any more.
"""

import argparse
import json
import sys
import time


class Refused(Exception):
    """What a step raises when the answer is not the one to expect."""


def expect(holds, what):
    if not holds:
        raise Refused(what)


def until(what, look, seconds=20.0, every=0.2):
    """Look until something true comes back."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Refused(f"not in {seconds:g} s: {what}")
        time.sleep(every)


class Pace:
    """Keeps calls of one kind apart, as the API's pacing table asks of its clients."""

    def __init__(self, seconds):
        self.seconds, self.last = seconds, -1e9

    def __call__(self):
        time.sleep(max(0.0, self.last + self.seconds - time.monotonic()))
        self.last = time.monotonic()


def brief(value):
    """One line of an answer."""
    if hasattr(value, "data"):
        value = value.data
    try:
        text = json.dumps(value, default=str)
    except (TypeError, ValueError):
        text = str(value)
    return text if len(text) <= 240 else text[:240] + "..."


class Steps:
    def __init__(self, only="", faults=None):
        self.only, self.faults, self.counts = only, faults or {}, {"PASS": 0, "FAIL": 0, "NONE": 0, "THEIR": 0}

    def __call__(self, name, do):
        """Try a step; its value, None when it failed."""
        if self.only and self.only not in name:
            return None
        started, value = time.monotonic(), None
        try:
            value = do()
            outcome, text = "PASS", brief(value)
        except Exception as error:  # a step must not end the run, whatever the client raises
            message = f"{type(error).__name__}: {error}"
            status = getattr(error, "status_code", None) or getattr(error, "status", None)
            outcome = "NONE" if status == 501 else "FAIL"
            text = message if outcome == "FAIL" else brief(message)
        if name in self.faults:
            outcome, text = ("THEIR", f"{self.faults[name]} ({text})") if outcome == "FAIL" else ("FAIL", f"no fault any more: {text}")
        self.counts[outcome] += 1
        print(f"{outcome} {name} ({time.monotonic() - started:.1f} s): {text}", flush=True)
        return value

    def end(self, strict):
        print(" ".join(f"{k}={v}" for k, v in self.counts.items()), flush=True)
        sys.exit(1 if self.counts["FAIL"] or strict and self.counts["NONE"] else 0)


def arguments(text):
    p = argparse.ArgumentParser(description=text)
    p.add_argument("--url", required=True, help="of the simulator, such as https://127.0.0.1:5000")
    p.add_argument("--account", default="DU1000001")
    p.add_argument("--cacert", default="", help="PEM of the simulator's certificate (default: not checked)")
    p.add_argument("--oauth", default="", help="folder of the credentials made by the simulator's keys command")
    p.add_argument("--only", default="", help="only the steps whose name has this in it, and the session")
    p.add_argument("--strict", action="store_true", help="what is not simulated is a failure too")
    return p.parse_args()
