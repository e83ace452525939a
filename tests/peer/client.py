"""A FIX 4.4 client on QuickFIX, an engine that shares no code with Millrace, for `tests/peer.rs`.

One run is one act of the test:

    client.py trade     CLIENT1: new, replace, cancel, market, refusals; leaves one order resting and waits to be killed
    client.py against   CLIENT2: sells into CLIENT1's resting order while CLIENT1 is gone
    client.py back      CLIENT1 again, on the same store: takes what it missed, asks for the order's status, logs out

Every message is one JSON object a line on standard output: {"event": "in" or "out", "type": MsgType(35), "fields": {tag: value}}.
Whether messages are well-formed is not ours to judge: where the package has its FIX 4.4 dictionary, QuickFIX checks each
message against it and sends a Reject(3), which the Rust side looks for.
"""

import argparse
import json
import os
import queue
import signal
import sys
import threading
import time

import quickfix as fix

SOH = "\x01"
PATIENCE_S = 30.0

BUY, SELL = "1", "2"
MARKET, LIMIT = "1", "2"
# ExecType(150)
NEW, CANCELED, REPLACED, REJECTED, TRADE, STATUS = "0", "4", "5", "8", "F", "I"
# OrdStatus(39)
FILLED = "2"
# The price of the order that stays: below the market, so that it rests, yet within the collar of whoever sells into it.
STAY_PX = "186.00"


def say(event, **more):
    """Writes one line at once: the reader acts on it, and this process may be killed right after."""
    sys.stdout.write(json.dumps({"event": event, **more}) + "\n")
    sys.stdout.flush()


def fields_of(message):
    """The message's fields by tag, as text. None of ours repeats a tag."""
    return dict(field.split("=", 1) for field in message.toString().split(SOH) if "=" in field)


class Client(fix.Application):
    """Prints whatever passes, and lets the script wait for it. QuickFIX calls it on its own thread."""

    def __init__(self):
        super().__init__()
        self.inbox = queue.Queue()
        self.logged_on = threading.Event()
        self.session = None

    def onCreate(self, session):
        self.session = session

    def onLogon(self, session):
        say("logged_on")
        self.logged_on.set()

    def onLogout(self, session):
        say("logged_out")

    def toAdmin(self, message, session):
        self.show("out", message)

    def toApp(self, message, session):
        self.show("out", message)

    def fromAdmin(self, message, session):
        self.show("in", message)

    def fromApp(self, message, session):
        self.inbox.put(self.show("in", message))

    @staticmethod
    def show(event, message):
        fields = fields_of(message)
        say(event, type=fields.get("35"), fields=fields)
        return fields

    def wait_for(self, what, **wanted):
        """The next application message whose fields are as wanted: `f150="0"` is ExecType(150)=New. Others pass."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                fields = self.inbox.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                say("gave_up", waiting_for=what)
                sys.exit(3)
            if all(fields.get(tag[1:]) == value for tag, value in wanted.items()):
                return fields

    def send(self, msg_type, cl_ord_id, **fields):
        message = fix.Message()
        message.getHeader().setField(35, msg_type)
        message.setField(11, cl_ord_id)
        for tag, value in fields.items():
            message.setField(int(tag[1:]), value)
        if msg_type != "H":
            now = time.time()
            stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(now))
            message.setField(60, f"{stamp}.{int(now * 1000) % 1000:03}")
        fix.Session.sendToTarget(message, self.session)

    def order(self, cl_ord_id, side, quantity, price=None, **more):
        terms = {"f40": MARKET} if price is None else {"f40": LIMIT, "f44": price}
        self.send("D", cl_ord_id, f55="AAPL", f54=side, f38=quantity, f59="0", **terms, **more)


def trade(client):
    # A limit order that rests far below the market: accepted, replaced, canceled.
    client.order("P-1", BUY, "100", "150.00")
    client.wait_for("New", f11="P-1", f150=NEW)
    client.send("G", "P-2", f41="P-1", f55="AAPL", f54=BUY, f38="120", f40=LIMIT, f44="149.50", f59="0")
    client.wait_for("Replaced", f11="P-2", f150=REPLACED)
    client.send("F", "P-3", f41="P-2", f55="AAPL", f54=BUY, f38="120")
    client.wait_for("Canceled", f11="P-3", f150=CANCELED)
    # No quote shows more than 50, so a limit order for 60 through the offer takes several fills.
    client.order("P-4", BUY, "60", "192.00")
    client.wait_for("Filled", f11="P-4", f150=TRADE, f39=FILLED)
    client.order("P-5", BUY, "1")
    client.wait_for("market order filled", f11="P-5", f150=TRADE, f39=FILLED)
    # Beyond the account's largest order; an order that nobody knows; a ClOrdID that was used.
    client.order("P-6", BUY, "6000", "150.00")
    client.wait_for("Rejected", f11="P-6", f150=REJECTED)
    client.send("F", "P-7", f41="NEVER-SENT", f55="AAPL", f54=BUY, f38="1")
    client.wait_for("OrderCancelReject", f35="9", f11="P-7")
    client.order("P-1", BUY, "100", "150.00")
    client.wait_for("duplicate refused", f11="P-1", f150=REJECTED)
    client.order("STAY", BUY, "200", STAY_PX)
    client.wait_for("New", f11="STAY", f150=NEW)
    say("resting")
    # No logout: whoever started this kills it.
    while True:
        signal.pause()


def against(client):
    # Each takes at most 50 from the quote above and the rest from CLIENT1; together at least its 200.
    for cl_ord_id in ("Q-1", "Q-2"):
        client.order(cl_ord_id, SELL, "150", STAY_PX)
        client.wait_for("Filled", f11=cl_ord_id, f150=TRADE, f39=FILLED)


def back(client):
    client.wait_for("the missed fill", f11="STAY", f150=TRADE, f39=FILLED)
    client.send("H", "STAY", f55="AAPL", f54=BUY)
    client.wait_for("the order's status", f11="STAY", f150=STATUS)
    # The session goes on as if nothing had happened.
    client.order("P-8", BUY, "1")
    client.wait_for("market order filled", f11="P-8", f150=TRADE, f39=FILLED)


ACTS = {"trade": ("CLIENT1", trade), "against": ("CLIENT2", against), "back": ("CLIENT1", back)}


def settings(folder, port, sender):
    """QuickFIX reads its settings from a file. No reset of numbers anywhere: the store is what a client comes back with."""
    places = [os.path.join(prefix, "share", "quickfix", "FIX44.xml") for prefix in (sys.prefix, sys.base_prefix)]
    dictionary = next(filter(os.path.exists, places), places[0])
    checks = f"UseDataDictionary=Y\nDataDictionary={dictionary}" if os.path.exists(dictionary) else "UseDataDictionary=N"
    path = os.path.join(folder, f"{sender}.cfg")
    with open(path, "w", encoding="ascii") as file:
        file.write(
            "[DEFAULT]\nConnectionType=initiator\nNonStopSession=Y\nReconnectInterval=1\nHeartBtInt=5\n"
            "ResetOnLogon=N\nResetOnLogout=N\nResetOnDisconnect=N\n"
            f"FileStorePath={os.path.join(folder, 'store')}\n{checks}\n"
            f"[SESSION]\nBeginString=FIX.4.4\nSenderCompID={sender}\nTargetCompID=MILLRACE\n"
            f"SocketConnectHost=127.0.0.1\nSocketConnectPort={port}\n"
        )
    say("settings", dictionary=os.path.exists(dictionary))
    return fix.SessionSettings(path)


def main():
    parser = argparse.ArgumentParser(description="A FIX client on QuickFIX for Millrace's tests.")
    parser.add_argument("act", choices=sorted(ACTS))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True, help="settings and the session's store")
    args = parser.parse_args()
    sender, act = ACTS[args.act]
    configured = settings(args.folder, args.port, sender)
    client = Client()
    store = fix.FileStoreFactory(configured)
    initiator = fix.SocketInitiator(client, store, configured)
    initiator.start()
    if not client.logged_on.wait(PATIENCE_S):
        say("gave_up", waiting_for="logon")
        sys.exit(3)
    act(client)
    # Sends the Logout(5) and waits for its answer.
    initiator.stop()
    say("done")


if __name__ == "__main__":
    main()
