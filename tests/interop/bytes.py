"""Hand-made bytes to the daemon: the session cases of gateway/tests/interop, each on a connection that begins the numbers again."""

import argparse
import socket

from peer import done
from session_cases import ENDING, LIVING
from simplefix_side import Peer


def logged_on(args, case):
    peer = Peer("FIX.4.4", socket.create_connection(("127.0.0.1", args.port)), "CLIENT1", "MILLRACE")
    peer.case = case.__name__
    peer.send("A", peer.log_on_fields((141, "Y")))
    peer.expect("A", t98="0", t108="30", t141="Y")
    return peer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder")
    args = parser.parse_args()
    for case in LIVING:
        peer = logged_on(args, case)
        case(peer)
        peer.lives()
        peer.leave()
    for case in ENDING:
        case(logged_on(args, case))
    done()


if __name__ == "__main__":
    main()
