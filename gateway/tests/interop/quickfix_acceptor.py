"""QuickFIX as acceptor, with the order client of the examples against it: one run is one version.

It answers each order and each cancel. While the orders come it cuts the wire in the middle of messages, makes holes on either
side and on both at once, begins the numbers again, moves them on, and logs out. In the end the client has an answer to
everything, and QuickFIX has had every order once. Any difference ends the process with a message and status 1.
"""

import argparse
import subprocess
import threading

import quickfix as fix

import quickfix_side
from peer import PATIENCE_S, VERSIONS, Cutter, done, expect, fail, free_port, wait_until
from quickfix_side import Side, message, value

ORDERS = 1_500
IN_FLIGHT = 50


class Acceptor(Side):
    """Answers an order with New, and a cancel with Canceled."""

    def __init__(self, version):
        super().__init__()
        self.version = version
        self.executions = 0
        self.orders, self.cancels = [], []
        # PossDupFlag(43)=Y on an order that had been seen: the store's number said so, not the order.
        self.again = 0
        # Orders beyond this number wait for their answers, and with them the client for more.
        self.limit, self.held = 0, []
        self.lock = threading.Lock()

    def fromApp(self, came, session_id):
        text = came.toString()
        msg_type, cl_ord_id = value(text, 35), value(text, 11)
        if msg_type == "D":
            seen = cl_ord_id in self.orders
            if seen and value(text, 43) != "Y":
                fail(f"order {cl_ord_id} came twice as a new one")
            self.again += seen
            if not seen:
                self.orders.append(cl_ord_id)
            with self.lock:
                waits = not seen and len(self.orders) > self.limit
                if waits:
                    self.held.append(text)
            if not waits:
                self.report(text, "0", [])
        elif msg_type == "F":
            if cl_ord_id not in self.cancels:
                self.cancels.append(cl_ord_id)
            self.report(text, "4", [(41, value(text, 41))])
        else:
            fail(f"an unexpected message: {text!r}")

    def report(self, request, status, more):
        self.executions += 1
        quantity = value(request, 38)
        left = quantity if status == "0" else "0"
        fields = [
            (6, "0"), (11, value(request, 11)), (14, "0"), (17, f"E{self.executions}"), (37, f"O{value(request, 11)}"),
            (38, quantity), (39, status), (54, "1"), (55, value(request, 55)), (150, status), (151, left), *more,
        ]
        if self.version == "FIX.4.2":
            fields.append((20, "0"))
        self.send(message("8", fields))

    def answer(self, more):
        """Lets so many more orders be answered, and waits for the last of them."""
        with self.lock:
            self.limit += more
            held, self.held = self.held[:more], self.held[more:]
        for order in held:
            self.report(order, "0", [])
        wait_until(f"{self.limit} orders", lambda: len(self.orders) >= self.limit)


def unrest(acceptor, wire):
    """What befalls the session while the orders come."""
    for direction, after in (("up", 4_321), ("down", 6_789), ("up", 10_001), ("down", 54)):
        before = wire.cuts
        wire.cut(direction, after)
        acceptor.answer(150)
        expect("the wire was cut", wire.cuts > before, True)

    session = acceptor.session
    # A hole in what we have received: the client sends again.
    session.setNextTargetMsgSeqNum(2)
    acceptor.answer(100)
    wait_until("orders came again", lambda: acceptor.again > 0)
    # A hole in what we have sent: the client asks, and is told that nothing was there.
    acceptor.admin.queue.clear()
    session.setNextSenderMsgSeqNum(session.getExpectedSenderNum() + 4)
    acceptor.answer(100)
    expect("EndSeqNo of the client's request", value(acceptor.admin_of_type("2"), 16), "0")
    # Both at once.
    session.setNextTargetMsgSeqNum(max(2, session.getExpectedTargetNum() - 20))
    session.setNextSenderMsgSeqNum(session.getExpectedSenderNum() + 4)
    acceptor.answer(100)

    # Onwards, by an operator's SequenceReset. None of the client's may be on its way: QuickFIX has no lock for us.
    far = session.getExpectedSenderNum() + 30
    acceptor.send(message("4", [(36, str(far)), (123, "N")]))
    session.setNextSenderMsgSeqNum(far)
    acceptor.answer(100)

    # A Logout of ours is answered, and the client comes back when it is let in.
    session.logout()
    acceptor.wait("the end of the session", acceptor.logged_out)
    expect("MsgType of the answer", value(acceptor.admin_of_type("5"), 35), "5")
    session.logon()
    acceptor.wait("the client is back", acceptor.logged_on)
    acceptor.answer(ORDERS - acceptor.limit)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", required=True, choices=VERSIONS)
    parser.add_argument("--client", required=True, help="path of order_client")
    parser.add_argument("--folder", required=True)
    args = parser.parse_args()
    port = free_port()
    acceptor = Acceptor(args.version)
    configured = quickfix_side.settings(args.folder, "acceptor", args.version, "ECHO", "CLIENT", port)
    listening = fix.SocketAcceptor(acceptor, fix.FileStoreFactory(configured), configured)
    listening.start()
    wire = Cutter(port)

    def start(*more):
        session = f"{args.version}:CLIENT:ECHO"
        command = [args.client, "--connect", f"127.0.0.1:{wire.port}", "--session", session, *more]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(client, orders):
        said, _ = client.communicate(timeout=PATIENCE_S)
        expect(f"the client's end ({said})", client.returncode, 0)
        wanted = f"{orders} orders, {orders} answered, 0 refused, {orders} canceled of {orders} open"
        expect("what the client says", said.splitlines()[0], wanted)
        expect("orders", (len(acceptor.orders), len(acceptor.cancels)), (orders, orders))
        expect("orders in their order", acceptor.orders, sorted(acceptor.orders))

    client = start("--reconnect", "--orders", str(ORDERS), "--in-flight", str(IN_FLIGHT))
    acceptor.wait("the Logon", acceptor.logged_on)
    unrest(acceptor, wire)
    finish(client, ORDERS)

    acceptor.wait("the client's Logout", acceptor.logged_out)
    acceptor.orders, acceptor.cancels, acceptor.limit = [], [], 0
    client = start("--reset", "--orders", "20")
    # A second client, that begins the numbers again with its Logon. In mid-session QuickFIX as acceptor cannot: it takes our
    # answer for a Logon to be answered.
    acceptor.wait("the Logon with new numbers", acceptor.logged_on)
    acceptor.answer(20)
    finish(client, 20)
    expect("what QuickFIX found wrong", acceptor.rejected, [])
    done()


if __name__ == "__main__":
    main()
