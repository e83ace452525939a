"""QuickFIX as the broker: an engine that shares no code with Millrace keeps the session, this script the orders.

OrderQty(38) says what befalls an order: 10 is filled in two parts, 20 has a fill that crosses its cancel, 30 is filled and
busted, 40 is filled and the fill corrected, anything else rests. The wire to it is cut in the middle of a message once so many
orders have come. Lines on the standard input drive it: `cut BYTES`, and `end`, on which it tells how every order stands.
"""

import argparse
import sys
import threading

import quickfix as fix

import quickfix_side
from peer import Cutter, done, fail, free_port
from quickfix_side import Side, message, value

PX = "100"


class Order:
    def __init__(self, request):
        self.key = value(request, 11).split("-")[0]
        self.name, self.side, self.symbol = value(request, 11), value(request, 54), value(request, 55)
        self.qty, self.cum, self.status = int(value(request, 38)), 0, "0"


class Broker(Side):
    """Keeps the orders, by the OrderID that their ClOrdIDs begin with."""

    def __init__(self):
        super().__init__()
        self.orders, self.seen = {}, set()
        self.executions = 0
        self.lock = threading.Lock()

    def fromApp(self, came, session_id):
        text = came.toString()
        with self.lock:
            self.hear(text, value(text, 35), value(text, 11))

    def hear(self, text, msg_type, name):
        if msg_type == "Q":
            return fail(f"a trade is disputed: {text!r}")
        key = name.split("-")[0]
        if msg_type == "H":
            return self.status(key, name, text)
        if name in self.seen:
            if value(text, 43) != "Y" and value(text, 97) != "Y":
                fail(f"{name} came twice and did not say so")
            return None
        self.seen.add(name)
        if msg_type == "D":
            self.orders[key] = Order(text)
            return self.execute(self.orders[key])
        if msg_type == "F":
            return self.cancel(self.orders.get(key), name, text)
        return fail(f"an unexpected message: {text!r}")

    def execute(self, order):
        self.report(order, "0")
        if order.qty == 10:
            self.fill(order, 4)
            self.fill(order, 6)
        elif order.qty in (30, 40):
            filled = self.fill(order, order.qty)
            if order.qty == 30:
                order.cum, order.status = 0, "0"
                self.report(order, "H", (19, filled), (32, "30"), (31, PX))
            else:
                order.cum, order.status = 25, "1"
                better = "99.5" if order.side == "1" else "100.5"
                self.report(order, "G", (19, filled), (32, "25"), (31, better))

    def fill(self, order, qty):
        order.cum += qty
        order.status = "2" if order.cum == order.qty else "1"
        return self.report(order, "F", (32, str(qty)), (31, PX))

    def cancel(self, order, name, request):
        if order is None or order.status in "248":
            self.send(message("9", [
                (37, order.key if order else "NONE"), (11, name), (41, value(request, 41)), (434, "1"), (102, "0"),
                (39, order.status if order else "8"),
            ]))
            return
        if order.qty == 20:
            self.fill(order, 5)
        order.status = "4"
        self.report(order, "4", (11, name), (41, order.name))

    def status(self, key, name, request):
        order = self.orders.get(key)
        if order is None:
            order = Order(request + "38=0\x01")
            order.status = "8"
            return self.report(order, "I", (11, name), (103, "5"), (58, "unknown order"))
        return self.report(order, "I", (11, name))

    def report(self, order, exec_type, *more):
        self.executions += 1
        exec_id = f"Q{self.executions}"
        left = order.qty - order.cum if order.status in "01" else 0
        fields = {
            37: f"Q-{order.key}", 11: order.name, 17: exec_id, 150: exec_type, 39: order.status, 55: order.symbol,
            54: order.side, 38: str(order.qty), 151: str(left), 14: str(order.cum), 6: PX if order.cum else "0", **dict(more),
        }
        self.send(message("8", list(fields.items())))
        return exec_id


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    args = parser.parse_args()
    port = free_port()
    broker = Broker()
    configured = quickfix_side.settings(args.folder, "acceptor", "FIX.4.4", "PRIME", "MILLRACE", port)
    listening = fix.SocketAcceptor(broker, fix.FileStoreFactory(configured), configured)
    listening.start()
    wire = Cutter(port)
    print(f"port {wire.port}", flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "cut":
            wire.cut(words[1], int(words[2]))
        elif words[0] == "end":
            break
    with broker.lock:
        for key, order in sorted(broker.orders.items()):
            print(f"order {key} {order.status} {order.cum}")
        print(f"cuts {wire.cuts}")
        for text in broker.rejected:
            print(f"rejected {text!r}")
    done()


if __name__ == "__main__":
    main()
