"""Hand-made bytes to the echo example, which begins its numbers again with every Logon: one run is one version."""

import argparse
import socket

from peer import VERSIONS, done
from session_cases import ENDING, LIVING
from simplefix_side import Peer, framed, now

ORDER = [(11, "a"), (21, "1"), (38, "5"), (40, "2"), (44, "1.50"), (54, "1"), (55, "X"), (60, "20240101-00:00:00")]


def connect(args, sender="CLIENT"):
    return Peer(args.version, socket.create_connection(("127.0.0.1", args.port)), sender, "ECHO")


def logged_on(args, case, *more):
    peer = connect(args)
    peer.send("A", peer.log_on_fields(*more))
    appl_ver_id = "9" if args.version == "FIXT.1.1" else None
    peer.expect("A", t98="0", t108="30", t141=None, t1137=appl_ver_id)
    peer.case = case.__name__
    return peer


def echoed(peer, msg_type, sent, back, **header):
    """What was sent comes back with this body."""
    peer.send(msg_type, sent, **header)
    message = peer.expect(msg_type)
    peer.check("body", peer.body(message), [(tag, str(value)) for tag, value in back])
    return message


def order(**changed):
    replaced = {int(tag.strip("t")): value for tag, value in changed.items()}
    return [(tag, replaced.get(tag, value)) for tag, value in ORDER if replaced.get(tag, value) is not None]


def bodies_in_ascending_order(peer):
    echoed(peer, "D", reversed(ORDER), ORDER)
    # Values as they came, byte by byte: no number is written anew.
    exact = order(t38="005.000", t44="1.500")
    echoed(peer, "D", exact, exact)
    long = [*ORDER[:5], (54, "1"), (55, "X"), (58, "t" * 7_000), (60, "20240101-00:00:00")]
    echoed(peer, "D", long, long)
    data = [*ORDER, (354, 5), (355, "a\x01b=c")]
    echoed(peer, "D", [*data[8:], *data[:8]], data)


def groups_stay_whole(peer):
    is_old = peer.version == "FIX.4.2"
    allocations = [(78, 2), (79, "b"), (80, 3), (79, "a"), (80, 2)]
    sessions = [(386, 2), (336, "2"), (336, "1")]
    parties = [(453, 2), (448, "q"), (447, "D"), (452, 3), (448, "p"), (447, "D"), (452, 1), (802, 1), (523, "s"), (803, 2)]
    groups = [*allocations, *sessions] if is_old else [*allocations, *sessions, *parties]
    echoed(peer, "D", [*groups, *reversed(ORDER)], [*ORDER, *groups])
    # Groups of the security messages, with groups in them; each stands where its count would.
    symbols = [(146, 2), (311, "v"), (305, "1"), (311, "u"), (305, "1")]
    legs = [(555, 2), (600, "l"), (604, 2), (605, "m"), (606, "1"), (605, "n"), (606, "4"), (600, "o")]
    underlyings = [(711, 2), (311, "v"), (457, 1), (458, "k"), (459, "1"), (311, "u")]
    before, after = (symbols, []) if is_old else ([], [*legs, *underlyings])
    request = [(55, "X"), *before, (320, "r"), (321, 0), *after]
    echoed(peer, "c", [*after, *before, (321, 0), (320, "r"), (55, "X")], request)
    definition = [(55, "X"), *before, (320, "r"), (322, "s"), (323, 1), *after]
    echoed(peer, "d", [*after, *before, (323, 1), (322, "s"), (320, "r"), (55, "X")], definition)


def possible_resends(peer):
    peer.send("D", ORDER, t97="Y")
    peer.expect("D", t97="Y", t43=None, t122=None, t11="a")
    # Seen since the Logon: dropped. As a new order it is one.
    peer.send("D", ORDER, t97="Y")
    peer.lives()
    peer.send("D", ORDER)
    peer.expect("D", t97=None, t11="a")
    peer.send("D", order(t11="b"), t97="N")
    peer.expect("D", t97=None, t11="b")
    # A number not seen yet is new, whatever PossDupFlag(43) says.
    peer.send("D", order(t11="c"), t43="Y", t122=now(-1))
    peer.expect("D", t43=None, t122=None, t11="c")
    peer.send("D", order(t11="c"), t97="Y", t43="Y", t122=now(-1))
    peer.lives()


def what_is_known_and_not_served(peer):
    for msg_type, fields in (
        ("H", [(11, "a"), (54, "1"), (55, "X")]),
        ("F", [(41, "a"), (11, "b"), (54, "1"), (55, "X"), (38, 5), (60, now())]),
        ("V", [(262, "v"), (263, "0"), (264, 1), (267, 1), (269, "0"), (146, 1), (55, "X")]),
    ):
        number = peer.next_out
        peer.send(msg_type, fields)
        peer.expect("j", t45=str(number), t372=msg_type, t380="3", t58="Unsupported Message Type")


def dictionary(peer):
    for fields, tag, code in (
        ([*ORDER, (4999, "x")], "4999", 0),
        # Nobody has said what it is.
        ([*ORDER, (5001, "x")], "5001", 0),
        (order(t54=None), "54", 1),
        (order(t40=None), "40", 1),
        ([*ORDER, (41, "x")], "41", 2),
        (order(t54="Z"), "54", 5),
        (order(t38="five"), "38", 6),
        (order(t60="yesterday"), "60", 6),
        ([*ORDER, (78, 3), (79, "a"), (80, 1)], "78", 16),
        ([*ORDER, (78, 1), (80, 1), (79, "a")], "80", 15),
    ):
        number = peer.next_out
        peer.send("D", fields)
        peer.expect("3", t45=str(number), t372="D", t371=tag, t373=peer.reason(code))
    peer.lives()


def orders_again(peer):
    first = peer.next_in
    sent = []
    for cl_ord_id in ("one", "two"):
        peer.send("D", order(t11=cl_ord_id), t97="Y")
        sent.append(peer.expect("D", t11=cl_ord_id))
        peer.lives()
    peer.send("2", [(7, first), (16, 0)])
    for place, cl_ord_id in enumerate(("one", "two")):
        number = first + 2 * place
        times = {"t122": sent[place].get(52).decode()}
        peer.expect("D", again=True, t34=str(number), t43="Y", t97="Y", t11=cl_ord_id, **times)
        peer.expect("4", again=True, t34=str(number + 1), t43="Y", t123="Y", t36=str(number + 2))
    peer.lives()


def application_version(peer):
    if peer.version != "FIXT.1.1":
        return
    number = peer.next_out
    peer.send("D", ORDER, t1128="6")
    peer.expect("3", t45=str(number), t371="1128", t373="18")


ECHO = [
    bodies_in_ascending_order,
    groups_stay_whole,
    possible_resends,
    what_is_known_and_not_served,
    dictionary,
    orders_again,
    application_version,
]


def strangers_and_bad_logons(args):
    """None of them is let in, and none harms the session that is."""
    live = logged_on(args, strangers_and_bad_logons)
    for spoil in ({"t49": "SOMEBODY"}, {"t56": "SOMEBODY"}, {}):
        peer = connect(args)
        peer.case = f"Logon with {spoil}, or a second one"
        peer.send("A", peer.log_on_fields(), **spoil)
        peer.check("the end without a word", peer.receive(), None)
    for bytes_ in (b"GET / HTTP/1.1\r\n\r\n", framed(args.version, b"35=D\x01"), b"8=FIX.4.4\x019=1\x01" * 10):
        peer = connect(args)
        peer.case = f"{bytes_!r} instead of a Logon"
        peer.raw(bytes_)
        peer.check("the end without a word", peer.receive(), None)
    live.lives()
    live.leave()
    appl = [(1137, "9")] if args.version == "FIXT.1.1" else []
    refused = [
        ([(98, "1"), (108, "30"), *appl], {}, "EncryptMethod(98) must be 0"),
        ([(98, "0"), (108, "100000"), *appl], {}, "HeartBtInt(108) out of range"),
        ([(98, "0"), (108, "30"), (141, "Y"), *appl], {"number": 5}, "ResetSeqNumFlag(141)=Y refused"),
        ([(98, "0"), (108, "30"), *appl], {"t52": now(-600)}, "SendingTime(52) accuracy problem"),
        ([(98, "0"), *appl], {}, "Logon refused: Required tag missing, tag 108"),
    ]
    if args.version == "FIXT.1.1":
        refused.append(([(98, "0"), (108, "30")], {}, "Logon refused: Required tag missing, tag 1137"))
    for fields, header, text in refused:
        peer = connect(args)
        peer.case = f"Logon refused with {text!r}"
        peer.send("A", fields, **header)
        logout = peer.receive()
        peer.check("MsgType", logout and logout.get(35), b"5")
        peer.check("Text", logout.get(58), text.encode())
        peer.check("the end", peer.receive(), None)


def silence(args):
    """Heartbeats while we say nothing, then a TestRequest, then the end."""
    peer = connect(args)
    peer.case = "silence"
    appl = [(1137, "9")] if args.version == "FIXT.1.1" else []
    peer.send("A", [(98, "0"), (108, "1"), *appl])
    peer.expect("A", t108="1")
    kinds = []
    while (message := peer.receive()) is not None:
        kinds.append(message.get(35).decode())
    peer.check("what is said into the silence", (set(kinds), kinds.count("1")), ({"0", "1"}, 1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", required=True, choices=VERSIONS)
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()
    for case in [*LIVING, *ECHO]:
        peer = logged_on(args, case)
        case(peer)
        peer.lives()
        peer.leave()
    for case in ENDING:
        case(logged_on(args, case))
    strangers_and_bad_logons(args)
    silence(args)
    done()


if __name__ == "__main__":
    main()
