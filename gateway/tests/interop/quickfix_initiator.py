"""QuickFIX as initiator against the echo example: one run is one version.

Orders, groups and security definitions come back whole; holes on either side and on both at once are filled; the wire is cut in
the middle of messages and nothing is lost, doubled or out of order; numbers begin again in every way that there is; Logouts
are answered. Any difference ends the process with a message and status 1.
"""

import argparse

import quickfix as fix

import quickfix_side
from peer import VERSIONS, Cutter, done, expect, take, wait_until
from quickfix_side import Side, message, pairs, value

ENVELOPE = {"8", "9", "35", "49", "56", "34", "52", "10", "1128"}
BURST = 300


class Initiator(Side):
    def order(self, cl_ord_id, header=(), groups=()):
        fields = [(11, cl_ord_id), (21, "1"), (38, "5"), (40, "2"), (44, "1.5"), (54, "1"), (55, "X")]
        made = message("D", [*fields, (60, "20240101-00:00:00.000")])
        for tag, content in header:
            made.getHeader().setField(tag, content)
        for group in groups:
            made.addGroup(group)
        self.send(made)

    def echo(self, cl_ord_id):
        back = take(f"order {cl_ord_id}", self.app)
        expect("MsgType and ClOrdID", (value(back, 35), value(back, 11)), ("D", cl_ord_id))
        return back

    def echoes(self, names):
        """These orders come, in this order, and nothing else between them; what is sent again may have been seen."""
        return [self.echo(name) for name in names]

    def counted(self, back):
        """QuickFIX counts a message only after the application has had it."""
        number = int(value(back, 34))
        wait_until("QuickFIX has counted it", lambda: self.session.getExpectedTargetNum() > number)


def group(count, first, fields):
    made = fix.Group(count, first)
    for tag, content in fields:
        made.setField(tag, content)
    return made


def parties():
    nested = group(802, 523, [(523, "sub"), (803, "2")])
    first = group(453, 448, [(448, "p"), (447, "D"), (452, "1")])
    first.addGroup(nested)
    return [first, group(453, 448, [(448, "q"), (447, "D"), (452, "3")])]


def whole_and_in_order(client, version):
    client.order("one")
    back = client.echo("one")
    body = [tag for tag, _ in pairs(back) if tag not in ENVELOPE]
    expect("the body's tags", body, ["11", "21", "38", "40", "44", "54", "55", "60"])
    client.order("two", header=[(97, "Y")])
    expect("PossResend", value(client.echo("two"), 97), "Y")
    allocations = [group(78, 79, [(79, "a"), (80, "3")]), group(78, 79, [(79, "b"), (80, "2")])]
    client.order("grouped", groups=allocations if version == "FIX.4.2" else [*allocations, *parties()])
    back = [field for field in pairs(client.echo("grouped")) if field[0] not in ENVELOPE]
    expect("the allocations", [content for tag, content in back if tag == "79"], ["a", "b"])
    if version != "FIX.4.2":
        parted = [content for tag, content in back if tag in ("448", "523")]
        expect("the parties and the group in the first", parted, ["p", "sub", "q"])
    definition = {
        "FIX.4.2": [(320, "r"), (322, "s"), (323, "1"), (55, "X"), (393, "1")],
        "FIX.4.4": [(320, "r"), (322, "s"), (323, "1"), (55, "X")],
        "FIXT.1.1": [(320, "r"), (322, "s"), (323, "1"), (55, "X")],
    }[version]
    client.send(message("d", definition))
    expect("MsgType", value(take("the security definition", client.app), 35), "d")
    client.send(message("c", [(320, "r"), (321, "0"), (55, "X")]))
    expect("MsgType", value(take("the security definition request", client.app), 35), "c")


def refusals(client):
    client.send(message("H", [(11, "one"), (54, "1"), (55, "X")]))
    refused = take("a BusinessMessageReject", client.app)
    found = [value(refused, tag) for tag in (35, 372, 380)]
    expect("MsgType, RefMsgType and reason", found, ["j", "H", "3"])
    client.send(message("ZZ", [(58, "unknown")]))
    expect("SessionRejectReason", value(client.admin_of_type("3"), 373), "11")


def holes(client):
    # In what we have sent: the echo asks, QuickFIX fills, nothing is lost after it.
    session = client.session
    session.setNextSenderMsgSeqNum(session.getExpectedSenderNum() + 3)
    client.order("beyond")
    client.order("after")
    client.echo("beyond")
    client.counted(client.echo("after"))
    expect("BeginSeqNo of the echo's request", value(client.admin_of_type("2"), 16), "0")

    # In what we have received: QuickFIX asks and gets again what was sent, and then the new one.
    session.setNextTargetMsgSeqNum(2)
    client.order("new")
    again = [client.echo("one"), client.echo("two"), client.echo("grouped")]
    expect("PossDupFlag", [value(back, 43) for back in again], ["Y"] * 3)
    expect("OrigSendingTime is there", all(value(back, 122) for back in again), True)
    for kind in ("d", "c", "j"):
        expect("MsgType", value(take("a message again", client.app), 35), kind)
    client.echoes(["beyond", "after"])
    last = client.echo("new")
    client.counted(last)

    # In both at once: each asks while the other asks.
    session.setNextSenderMsgSeqNum(session.getExpectedSenderNum() + 2)
    session.setNextTargetMsgSeqNum(int(value(last, 34)))
    client.order("both")
    client.echoes(["new", "both"])
    client.order("in step")
    back = client.echo("in step")
    expect("PossDupFlag", value(back, 43), None)
    client.counted(back)


def cuts(client, wire):
    """A burst of orders with the wire cut under it: first on our way out, then on the echo's way in, then on both."""
    for turn, directions in enumerate((("up",), ("down",), ("up", "down"))):
        before = wire.cuts
        for place, direction in enumerate(directions):
            wire.cut(direction, 5_000 + 3_333 * turn + 777 * place)
        names = [f"burst-{turn}-{number}" for number in range(BURST)]
        for name in names:
            client.order(name)
        client.counted(client.echoes(names)[-1])
        expect("the wire was cut", wire.cuts > before, True)
        for direction in directions:
            wire.cut(direction, None)
        wait_until("both are in step", lambda: client.session.isLoggedOn())


def new_numbers(client):
    session = client.session
    # In mid-session, by a Logon.
    heart_bt = [(98, "0"), (108, "5"), (141, "Y")]
    if client.version == "FIXT.1.1":
        heart_bt.append((1137, "9"))
    client.send(message("A", heart_bt))
    while True:
        answer = client.admin_of_type("A")
        if value(answer, 141) == "Y":
            break
    expect("MsgSeqNum of the answer", value(answer, 34), "1")
    client.order("numbered anew")
    back = client.echo("numbered anew")
    expect("MsgSeqNum", value(back, 34), "2")
    client.counted(back)

    # Onwards, by an operator's SequenceReset.
    far = session.getExpectedSenderNum() + 50
    client.send(message("4", [(36, str(far)), (123, "N")]))
    session.setNextSenderMsgSeqNum(far)
    client.order("far on")
    client.counted(client.echo("far on"))

    # At a Logon, on a new connection.
    leave(client)
    session.setResetOnLogon(True)
    session.logon()
    client.wait("the Logon with new numbers", client.logged_on)
    client.order("from one")
    back = client.echo("from one")
    expect("MsgSeqNum", value(back, 34), "2")
    client.counted(back)
    session.setResetOnLogon(False)

    # And on over a Logout.
    leave(client)
    session.logon()
    client.wait("the Logon with the old numbers", client.logged_on)
    client.order("on")
    back = client.echo("on")
    expect("numbers go on", int(value(back, 34)) > 2, True)
    client.counted(back)


def leave(client):
    client.session.logout()
    client.wait("the end of the session", client.logged_out)
    expect("MsgType of the answer", value(client.admin_of_type("5"), 35), "5")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", required=True, choices=VERSIONS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    args = parser.parse_args()
    wire = Cutter(args.port)
    client = Initiator()
    client.version = args.version
    configured = quickfix_side.settings(args.folder, "initiator", args.version, "CLIENT", "ECHO", wire.port)
    initiator = fix.SocketInitiator(client, fix.FileStoreFactory(configured), configured)
    initiator.start()
    client.wait("the Logon", client.logged_on)
    whole_and_in_order(client, args.version)
    refusals(client)
    holes(client)
    cuts(client, wire)
    new_numbers(client)
    leave(client)
    expect("what QuickFIX found wrong", client.rejected, [])
    done()


if __name__ == "__main__":
    main()
