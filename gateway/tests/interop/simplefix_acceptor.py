"""Hand-made bytes to the order client of the examples: one run is one version. Each client sends one order, which waits for its
answer while the session is put through a case."""

import argparse
import socket
import subprocess

from peer import PATIENCE_S, VERSIONS, done
from session_cases import ENDING, LIVING
from simplefix_side import Peer


class Client:
    """A client that has connected, and the session with it."""

    def __init__(self, args, listener):
        port = listener.getsockname()[1]
        session = f"{args.version}:CLIENT:ECHO"
        self.process = subprocess.Popen(
            [args.client, "--connect", f"127.0.0.1:{port}", "--session", session, "--orders", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        connection, _ = listener.accept()
        self.peer = Peer(args.version, connection, "ECHO", "CLIENT")
        appl_ver_id = "9" if args.version == "FIXT.1.1" else None
        self.peer.expect("A", t98="0", t108="30", t141=None, t1137=appl_ver_id)

    def log_on(self):
        """Answers the Logon and takes the order."""
        self.peer.send("A", self.peer.log_on_fields())
        handl_inst = "1" if self.peer.version == "FIX.4.2" else None
        return self.peer.expect("D", t55="AAPL", t54="1", t38="1", t40="2", t44="100", t59="0", t21=handl_inst)

    def answer(self, order):
        """Answers the order and its cancel, and the Logout that follows."""
        self.report(order, "0", "1")
        cancel = self.peer.expect("F", t41=order.get(11).decode())
        self.report(cancel, "4", "0", (41, order.get(11).decode()))
        self.peer.expect("5")
        self.peer.send("5")
        self.ended(0, "1 orders, 1 answered, 0 refused, 1 canceled of 1 open")

    def report(self, request, status, left, *more):
        cl_ord_id = request.get(11).decode()
        fields = [(37, "O"), (17, "E" + status), (150, status), (39, status), (11, cl_ord_id), *more, (55, "AAPL")]
        self.peer.send("8", [*fields, (54, 1), (38, 1), (151, left), (14, 0), (6, 0)])

    def ended(self, status, text):
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        self.peer.check(f"the client's end, which says {said!r}", (self.process.returncode, text in said), (status, True))


def bad_answers_to_the_logon(args, listener):
    for send, why in (
        (lambda peer: peer.send("5", [(58, "not today")]), "LogonRefused"),
        (lambda peer: peer.send("0"), "FirstMessageNotLogon"),
        (lambda peer: peer.send("A", peer.log_on_fields(), t49="SOMEBODY"), "CompId"),
        (lambda peer: peer.raw(b"8=FIX.4.4\x019=5\x0135=A\x0110=000\x01"), "GarbledLogon"),
    ):
        client = Client(args, listener)
        client.peer.case = why
        send(client.peer)
        client.peer.check("the end without a word", client.peer.receive(), None)
        client.peer.socket.close()
        # It had not logged on, so it tries again until its patience ends.
        client.process.kill()
        client.process.communicate()
        drain(listener)


def drain(listener):
    """Connections of a client that is gone."""
    listener.setblocking(False)
    try:
        while True:
            listener.accept()[0].close()
    except BlockingIOError:
        pass
    listener.settimeout(PATIENCE_S)


def report_beyond_a_gap(args, listener):
    """The answer comes too early, is asked for with what is missing, and counts once."""
    client = Client(args, listener)
    peer = client.peer
    peer.case = "report beyond a gap"
    order = client.log_on()
    first = peer.next_out
    peer.next_out += 2
    client.report(order, "0", "1")
    peer.expect("2", t7=str(first), t16="0")
    peer.send("4", [(123, "Y"), (36, first + 2)], number=first, t43="Y", t122=order.get(52).decode())
    peer.next_out = first + 2
    client.answer(order)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", required=True, choices=VERSIONS)
    parser.add_argument("--client", required=True, help="path of order_client")
    args = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE_S)
    for case in LIVING:
        client = Client(args, listener)
        client.peer.case = case.__name__
        order = client.log_on()
        case(client.peer)
        client.peer.lives()
        client.answer(order)
    for case in ENDING:
        client = Client(args, listener)
        client.peer.case = case.__name__
        client.log_on()
        case(client.peer)
        client.peer.socket.close()
        client.ended(1, "the session ended")
    report_beyond_a_gap(args, listener)
    bad_answers_to_the_logon(args, listener)
    done()


if __name__ == "__main__":
    main()
