"""One side of a session on QuickFIX, an engine that shares no code with Millrace. It holds each message that comes against
its own dictionary and answers with a Reject(3) what does not fit; the scripts look for those."""

import os
import queue
import sys
import threading

import quickfix as fix

from peer import PATIENCE_S, SOH, fail, take


def pairs(text):
    return [tuple(field.split("=", 1)) for field in text.strip(SOH).split(SOH)]


def value(text, tag):
    return dict(pairs(text)).get(str(tag))


def message(msg_type, fields):
    made = fix.Message()
    made.getHeader().setField(fix.MsgType(msg_type))
    for tag, content in fields:
        made.setField(tag, content)
    return made


class Side(fix.Application):
    """Collects what comes and what goes. QuickFIX calls it on its own threads."""

    def __init__(self):
        super().__init__()
        self.app, self.admin = queue.Queue(), queue.Queue()
        self.logged_on, self.logged_out = threading.Event(), threading.Event()
        self.rejected = []
        self.sent_types = []

    def onCreate(self, session_id):
        self.id = session_id

    def onLogon(self, session_id):
        self.logged_out.clear()
        self.logged_on.set()

    def onLogout(self, session_id):
        self.logged_on.clear()
        self.logged_out.set()

    def toAdmin(self, made, session_id):
        msg_type = made.getHeader().getField(35)
        self.sent_types.append(msg_type)
        if msg_type == "3":
            self.rejected.append(made.toString())

    def toApp(self, made, session_id):
        self.sent_types.append(made.getHeader().getField(35))

    def fromAdmin(self, came, session_id):
        self.admin.put(came.toString())

    def fromApp(self, came, session_id):
        self.app.put(came.toString())

    @property
    def session(self):
        return fix.Session.lookupSession(self.id)

    def send(self, made):
        # What cannot leave now is kept in its store, and sent when the peer asks for it.
        fix.Session.sendToTarget(made, self.id)

    def wait(self, what, event):
        if not event.wait(PATIENCE_S):
            fail(f"never saw {what}")

    def admin_of_type(self, msg_type):
        """The next session message of this type; others pass."""
        while True:
            text = take(f"a message of type {msg_type}", self.admin)
            if value(text, 35) == msg_type:
                return text


def settings(folder, role, version, sender, target, port):
    """QuickFIX reads its settings from a file. Nothing resets the numbers but what a script asks for."""
    dictionaries = os.path.join(sys.prefix, "share", "quickfix")
    if not os.path.exists(os.path.join(dictionaries, "FIX44.xml")):
        dictionaries = os.path.join(sys.base_prefix, "share", "quickfix")
    names = {"FIX.4.2": "FIX42", "FIX.4.4": "FIX44", "FIXT.1.1": "FIX50SP2"}
    path = os.path.join(dictionaries, names[version] + ".xml")
    if not os.path.exists(path):
        checks = "UseDataDictionary=N"
    elif version == "FIXT.1.1":
        transport = os.path.join(dictionaries, "FIXT11.xml")
        checks = f"UseDataDictionary=Y\nTransportDataDictionary={transport}\nAppDataDictionary={path}"
    else:
        checks = f"UseDataDictionary=Y\nDataDictionary={path}"
    appl = "DefaultApplVerID=FIX.5.0SP2\n" if version == "FIXT.1.1" else ""
    where = {
        "initiator": f"ReconnectInterval=1\nHeartBtInt=5\nSocketConnectHost=127.0.0.1\nSocketConnectPort={port}\n",
        "acceptor": f"SocketAcceptPort={port}\nSocketReuseAddress=Y\n",
    }[role]
    name = os.path.join(folder, "session.cfg")
    with open(name, "w", encoding="ascii") as file:
        file.write(
            f"[DEFAULT]\nConnectionType={role}\nNonStopSession=Y\nSocketNodelay=Y\n"
            f"FileStorePath={os.path.join(folder, 'store')}\n"
            f"[SESSION]\nBeginString={version}\nSenderCompID={sender}\nTargetCompID={target}\n{appl}{checks}\n{where}"
        )
    return fix.SessionSettings(name)
