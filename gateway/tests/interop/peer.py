"""What the scripts of this folder share: how they fail, how they wait, and the wire with a cutter in it."""

import os
import queue
import socket
import sys
import threading
import time

SOH = "\x01"
PATIENCE_S = 30.0
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIXT.1.1")


def fail(why):
    sys.stdout.write(f"failed: {why}\n")
    sys.stdout.flush()
    # Threads that are not ours would hold an ordinary exit up.
    os._exit(1)


def done():
    sys.stdout.write("done\n")
    sys.stdout.flush()
    os._exit(0)


def expect(what, found, wanted):
    if found != wanted:
        fail(f"{what}: {found!r} instead of {wanted!r}")


def wait_until(what, is_so):
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            fail(f"never so: {what}")
        time.sleep(0.005)


def take(what, box):
    try:
        return box.get(timeout=PATIENCE_S)
    except queue.Empty:
        fail(f"never saw {what}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Cutter:
    """A wire between whoever connects to `port` and `to`. `cut` breaks it once, after so many more bytes of one direction:
    the rest of that read is lost, so it breaks in the middle of a message."""

    def __init__(self, to):
        self.to = to
        self.cuts = 0
        self.budget = {"up": None, "down": None}
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, direction, after_bytes):
        with self.lock:
            self.budget[direction] = after_bytes

    def _accept(self):
        while True:
            near, _ = self.listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
                continue
            for source, sink, direction in ((near, far, "up"), (far, near, "down")):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pass, args=(source, sink, direction), daemon=True).start()

    def _pass(self, source, sink, direction):
        try:
            while True:
                chunk = source.recv(4096)
                if not chunk:
                    break
                with self.lock:
                    left = self.budget[direction]
                    cuts = left is not None and left < len(chunk)
                    if cuts:
                        chunk = chunk[:left]
                        self.budget[direction] = None
                        self.cuts += 1
                    elif left is not None:
                        self.budget[direction] = left - len(chunk)
                sink.sendall(chunk)
                if cuts:
                    break
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
