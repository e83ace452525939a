"""QuickFIX as CLIENT1 of the daemon, through a wire that is cut under its orders.

Prints each report whose number is new, as it came, one a line with `|` for SOH; what is told again says so and is not printed. Its
modules are those of gateway/tests/interop.
"""

import argparse
import sys
import time

import quickfix as fix

import quickfix_side
from peer import SOH, Cutter, done, expect, fail, wait_until
from quickfix_side import Side, message, value

BURST = 400
# OrdStatus(39): filled, canceled, rejected, expired.
AT_THE_END = {"2", "4", "8", "C"}
IMMEDIATE_OR_CANCEL = "3"


class Client(Side):
    def __init__(self):
        super().__init__()
        self.open, self.reports, self.again, self.last = set(), [], 0, 0
        self.reset()

    def reset(self):
        self.numbers = set()
        self.last = 0

    def fromApp(self, came, session_id):
        text = came.toString()
        number, kind = int(value(text, 34)), value(text, 35)
        if number in self.numbers:
            expect("PossDupFlag of what is told again", value(text, 43), "Y")
            self.again += 1
            return
        if number < self.last:
            fail(f"number {number} came after {self.last}")
        self.last = number
        self.numbers.add(number)
        if kind != "8":
            fail(f"an unexpected message: {text!r}")
        self.reports.append(text)
        if value(text, 39) in AT_THE_END:
            self.open.discard(value(text, 11))

    def orders(self, name, count):
        for number in range(count):
            cl_ord_id = f"{name}-{number}"
            self.open.add(cl_ord_id)
            side, price = ("1", "190.50") if number % 2 else ("2", "188.50")
            stamp = time.strftime("%Y%m%d-%H:%M:%S.000", time.gmtime())
            fields = [(11, cl_ord_id), (38, "3"), (40, "2"), (44, price), (54, side), (55, "AAPL"), (60, stamp)]
            self.send(message("D", [*fields, (59, IMMEDIATE_OR_CANCEL)]))

    def complete(self, what):
        wait_until(f"{what}: every order at its end, {len(self.open)} are not", lambda: not self.open)
        wait_until("both are in step", lambda: self.session.isLoggedOn())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    args = parser.parse_args()
    wire = Cutter(args.port)
    client = Client()
    configured = quickfix_side.settings(args.folder, "initiator", "FIX.4.4", "CLIENT1", "MILLRACE", wire.port)
    initiator = fix.SocketInitiator(client, fix.FileStoreFactory(configured), configured)
    initiator.start()
    client.wait("the Logon", client.logged_on)
    client.orders("calm", 10)
    client.complete("in peace")

    # Cut on the way out, on the way in, on both, in the middle of a message.
    for turn, cuts in enumerate(({"up": 9_999}, {"down": 12_345}, {"up": 20_001, "down": 7_777}, {"down": 77})):
        before = wire.cuts
        for direction, after in cuts.items():
            wire.cut(direction, after)
        client.orders(f"burst{turn}", BURST)
        client.complete(f"burst {turn}")
        expect("the wire was cut", wire.cuts > before, True)
        for direction in cuts:
            wire.cut(direction, None)

    # Both sides lack something, and ask at once.
    session = client.session
    session.setNextTargetMsgSeqNum(session.getExpectedTargetNum() - 30)
    session.setNextSenderMsgSeqNum(session.getExpectedSenderNum() + 5)
    client.orders("crossing", 20)
    client.complete("crossing")
    expect("reports were told again", client.again > 0, True)

    # New numbers in mid-session, and at a Logon after a Logout.
    client.reset()
    client.admin.queue.clear()
    client.send(message("A", [(98, "0"), (108, "5"), (141, "Y")]))
    answer = client.admin_of_type("A")
    expect("ResetSeqNumFlag and MsgSeqNum", (value(answer, 141), value(answer, 34)), ("Y", "1"))
    client.orders("anew", 20)
    client.complete("anew")
    client.session.logout()
    client.wait("the end of the session", client.logged_out)
    expect("MsgType of the answer", value(client.admin_of_type("5"), 35), "5")
    client.reset()
    session.setResetOnLogon(True)
    session.logon()
    client.wait("the Logon with new numbers", client.logged_on)
    client.orders("last", 20)
    client.complete("last")
    client.session.logout()
    client.wait("the end of the session", client.logged_out)
    expect("what QuickFIX found wrong", client.rejected, [])
    for report in client.reports:
        sys.stdout.write(report.replace(SOH, "|") + "\n")
    done()


if __name__ == "__main__":
    main()
