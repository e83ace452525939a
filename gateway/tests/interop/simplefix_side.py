"""One side of a session by hand, with simplefix for the bytes: what a good engine would never send, and each answer field by
field. It holds BodyLength(9), CheckSum(10) and MsgSeqNum(34) of all that comes against its own count."""

import datetime
import socket

import simplefix

from peer import PATIENCE_S, fail

ENVELOPE = {8, 9, 10, 34, 35, 49, 52, 56}


def now(seconds=0):
    time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return time.strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


def framed(version, body):
    """Any bytes as a message, with the right length and sum."""
    head = b"8=%s\x019=%d\x01" % (version.encode(), len(body))
    return b"%s%s10=%03d\x01" % (head, body, sum(head + body) % 256)


class Peer:
    """A connection, in the role of either side, with the numbers of both directions."""

    def __init__(self, version, connection, sender, target):
        self.version, self.socket = version, connection
        self.sender, self.target = sender, target
        self.parser = simplefix.FixParser(allow_empty_values=True)
        self.next_out, self.next_in, self.tests = 1, 1, 0
        self.socket.settimeout(PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.case = "log on"

    def fields(self, msg_type, fields=(), number=None, **header):
        """The message without 8, 9 and 10. `header` replaces fields of the header, `None` leaves them out."""
        if number is None:
            number = self.next_out
            self.next_out += 1
        standard = {"35": msg_type, "49": self.sender, "56": self.target, "34": number, "52": now()}
        standard.update({name.strip("t"): value for name, value in header.items()})
        pairs = [(tag, value) for tag, value in standard.items() if value is not None]
        return b"".join(b"%s=%s\x01" % (str(tag).encode(), str(value).encode()) for tag, value in [*pairs, *fields])

    def message(self, msg_type, fields=(), number=None, **header):
        return framed(self.version, self.fields(msg_type, fields, number, **header))

    def send(self, msg_type, fields=(), number=None, **header):
        self.socket.sendall(self.message(msg_type, fields, number, **header))

    def raw(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next message; `None` at the end of the connection."""
        while (message := self.parser.get_message()) is None:
            try:
                chunk = self.socket.recv(65_536)
            except ConnectionResetError:
                return None
            except TimeoutError:
                fail(f"{self.version} {self.case}: nothing comes")
            if not chunk:
                return None
            self.parser.append_buffer(chunk)
        data = message.encode(raw=True)
        trailer = data.rindex(b"\x0110=") + 1
        start = data.index(b"\x0135=") + 1
        self.check("BodyLength", int(message.get(9)), trailer - start)
        self.check("CheckSum", message.get(10), b"%03d" % (sum(data[:trailer]) % 256))
        self.check("BeginString", message.get(8), self.version.encode())
        self.check("CompIDs", (message.get(49), message.get(56)), (self.target.encode(), self.sender.encode()))
        return message

    def check(self, what, found, wanted):
        if found != wanted:
            fail(f"{self.version} {self.case}: {what}: {found!r} instead of {wanted!r}")

    def expect(self, msg_type, again=False, **wanted):
        """The next message has this type, the next number (unless it comes `again`), these fields (`None`: it has not)."""
        message = self.receive()
        if message is None:
            fail(f"{self.version} {self.case}: the connection ends where {msg_type} was expected")
        text = message.encode(raw=True).replace(b"\x01", b"|").decode("latin1")
        self.check(f"MsgType of {text}", message.get(35), msg_type.encode())
        if not again:
            self.check(f"MsgSeqNum of {text}", int(message.get(34)), self.next_in)
            self.next_in += 1
        for name, value in wanted.items():
            found = message.get(int(name.strip("t")))
            self.check(f"{name} of {text}", None if found is None else found.decode("latin1"), value)
        return message

    def body(self, message):
        pairs = [(int(tag), value.decode("latin1")) for tag, value in message.pairs]
        return [(tag, value) for tag, value in pairs if tag not in ENVELOPE]

    def lives(self):
        """Nothing has come, the numbers are as we think, and the session goes on."""
        self.tests += 1
        name = f"test {self.tests}"
        self.send("1", [(112, name)])
        self.expect("0", t112=name)

    def ends(self, text):
        """Logout(5) with this Text(58), then the end of the connection."""
        logout = self.expect("5")
        found = (logout.get(58) or b"").decode("latin1")
        self.check("Text", found[: len(text)], text)
        self.check("the end", self.receive(), None)

    def leave(self):
        """Our Logout(5) is answered; we close, as who said it first does."""
        self.send("5")
        self.expect("5")
        self.socket.close()

    def ends_after_logout(self, text):
        """The same where the other side waits for our Logout before it closes."""
        logout = self.expect("5")
        self.check("Text", (logout.get(58) or b"").decode("latin1"), text)
        self.send("5")
        self.check("the end", self.receive(), None)

    def reason(self, code):
        """SessionRejectReason(373) as the version has it: FIX 4.2 ends at 11."""
        return None if self.version == "FIX.4.2" and code > 11 else str(code)

    def log_on_fields(self, *more):
        appl = [(1137, "9")] if self.version == "FIXT.1.1" else []
        return [(98, "0"), (108, "30"), *more, *appl]
