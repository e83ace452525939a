"""QuickFIX as initiator against the echo example, for `tests/library/peer.rs`: one run is one version.

Logs on, has an order, one with a group, one with PossResend(97), and a security definition sent back; an unsupported and
an unknown message refused; makes a hole and has it filled; breaks the connection and comes back with the numbers going on;
logs out. Any difference ends the process with a message and status 1.
"""

import argparse
import os
import queue
import sys
import threading
import time

import quickfix as fix

SOH = "\x01"
PATIENCE_S = 30.0


def fail(why):
    sys.stdout.write(f"failed: {why}\n")
    sys.stdout.flush()
    # QuickFIX's own threads would hold an ordinary exit up.
    os._exit(1)


def expect(what, found, wanted):
    if found != wanted:
        fail(f"{what}: {found!r} instead of {wanted!r}")


class Client(fix.Application):
    """Collects what comes. QuickFIX calls it on its own thread."""

    def __init__(self):
        super().__init__()
        self.app, self.admin = queue.Queue(), queue.Queue()
        self.logged_on, self.logged_out = threading.Event(), threading.Event()

    def onCreate(self, session):
        self.session = session

    def onLogon(self, session):
        self.logged_on.set()

    def onLogout(self, session):
        self.logged_out.set()

    def toAdmin(self, message, session):
        pass

    def toApp(self, message, session):
        pass

    def fromAdmin(self, message, session):
        if message.getHeader().getField(35) == "3":
            self.admin.put(message.toString())

    def fromApp(self, message, session):
        self.app.put(message.toString())


def message(msg_type, fields):
    made = fix.Message()
    made.getHeader().setField(fix.MsgType(msg_type))
    for tag, value in fields:
        made.setField(tag, value)
    return made


def pairs(text):
    return [tuple(field.split("=", 1)) for field in text.strip(SOH).split(SOH)]


def value(text, tag):
    return dict(pairs(text)).get(str(tag))


def wait(what, event):
    if not event.wait(PATIENCE_S):
        fail(f"never saw {what}")


def take(what, box):
    try:
        return box.get(timeout=PATIENCE_S)
    except queue.Empty:
        fail(f"never saw {what}")


def order(cl_ord_id, *more):
    fields = [(11, cl_ord_id), (21, "1"), (38, "5"), (40, "2"), (44, "1.5"), (54, "1"), (55, "X")]
    return message("D", [*fields, (60, "20240101-00:00:00.000"), *more])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", required=True)
    parser.add_argument("--port", required=True)
    parser.add_argument("--folder", required=True)
    args = parser.parse_args()
    path = os.path.join(args.folder, "client.cfg")
    with open(path, "w") as config:
        config.write(
            "[DEFAULT]\nConnectionType=initiator\nReconnectInterval=1\nHeartBtInt=5\nNonStopSession=Y\n"
            f"UseDataDictionary=N\nFileStorePath={args.folder}\nSocketNodelay=Y\n"
            f"[SESSION]\nBeginString={args.version}\nSenderCompID=CLIENT\nTargetCompID=ECHO\n"
            f"SocketConnectHost=127.0.0.1\nSocketConnectPort={args.port}\n"
            + ("DefaultApplVerID=FIX.5.0SP2\n" if args.version == "FIXT.1.1" else "")
        )
    client = Client()
    settings = fix.SessionSettings(path)
    initiator = fix.SocketInitiator(client, fix.FileStoreFactory(settings), settings)
    initiator.start()
    wait("the Logon", client.logged_on)

    def send(made):
        fix.Session.sendToTarget(made, client.session)

    send(order("one"))
    back = take("the order", client.app)
    expect("MsgType", value(back, 35), "D")
    body = [tag for tag, _ in pairs(back) if tag not in ("8", "9", "35", "49", "56", "34", "52", "10")]
    expect("the body's tags", body, ["11", "21", "38", "40", "44", "54", "55", "60"])

    resend = order("two")
    resend.getHeader().setField(97, "Y")
    send(resend)
    expect("PossResend", value(take("the second order", client.app), 97), "Y")

    send(message("d", [(320, "r"), (322, "s"), (323, "1"), (55, "X"), (393, "1")]))
    expect("MsgType", value(take("the security definition", client.app), 35), "d")

    send(message("B", [(148, "news"), (33, "0")]))
    refused = take("a BusinessMessageReject", client.app)
    expect("MsgType and reason", (value(refused, 35), value(refused, 380)), ("j", "3"))
    send(message("ZZ", [(58, "unknown")]))
    expect("SessionRejectReason", value(take("a Reject", client.admin), 373), "11")

    # A hole in what we have sent: the echo asks, QuickFIX fills, nothing is lost after it.
    session = fix.Session.lookupSession(client.session)
    session.setNextSenderMsgSeqNum(session.getExpectedSenderNum() + 3)
    send(order("four"))
    send(order("five"))
    expect("the order behind the hole", value(take("the fourth order", client.app), 11), "four")
    fifth = take("the fifth order", client.app)
    expect("the order behind it", value(fifth, 11), "five")

    # A hole in what we have received: QuickFIX asks, and gets again what was sent.
    # It counts a message only after the application has had it.
    deadline = time.monotonic() + PATIENCE_S
    while session.getExpectedTargetNum() <= int(value(fifth, 34)):
        if time.monotonic() > deadline:
            fail("QuickFIX never counted the fifth order")
        time.sleep(0.01)
    session.setNextTargetMsgSeqNum(2)
    send(order("six"))
    again = [take("a message again", client.app) for _ in range(7)]
    found = [value(text, 11) for text in again if value(text, 35) == "D"]
    expect("the orders sent again", found[:2], ["one", "two"])
    expect("PossDupFlag", value(again[0], 43), "Y")
    expect("the new order comes last", found[-1], "six")

    # Away and back: the numbers go on.
    client.logged_on.clear()
    session.disconnect()
    wait("the second Logon", client.logged_on)
    time.sleep(0.1)
    send(order("seven"))
    expect("the order after the break", value(take("the seventh order", client.app), 11), "seven")
    client.logged_out.clear()
    session.logout()
    wait("the Logout", client.logged_out)
    sys.stdout.write("done\n")
    sys.stdout.flush()
    os._exit(0)


main()
