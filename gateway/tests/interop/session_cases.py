"""What either side of a session must do with bytes, numbers and session messages, whatever its role. Each case begins on a
session that is logged on and in step. A function of LIVING leaves it so; one of ENDING ends with what the other side says."""

import time

from simplefix_side import framed, now


def bad_check_sum(peer):
    good = peer.message("1", [(112, "once")])
    wrong = b"%03d" % ((int(good[-4:-1]) + 1) % 256)
    peer.raw(good[:-4] + wrong + b"\x01")
    # The number is not consumed.
    peer.raw(good)
    peer.expect("0", t112="once")


def bad_body_length(peer):
    for difference in (-3, -1, 1, 7):
        good = peer.message("1", [(112, "length")])
        length = good[good.index(b"\x019=") + 3 : good.index(b"\x0135=")]
        head = b"\x019=%d\x01" % (int(length) + difference)
        spoilt = good.replace(b"\x019=" + length + b"\x01", head)
        at = spoilt.rindex(b"\x0110=") + 1
        peer.raw(spoilt[:at] + b"10=%03d\x01" % (sum(spoilt[:at]) % 256))
        peer.raw(good)
        peer.expect("0", t112="length")


def wrong_first_fields(peer):
    good = peer.message("1", [(112, "first")])
    begin, length, kind, rest = good.split(b"\x01", 3)
    for fields in ((begin, kind, length), (length, begin, kind), (kind, begin, length)):
        peer.raw(b"\x01".join([*fields, rest]))
    peer.raw(good)
    peer.expect("0", t112="first")


def garbage_between(peer):
    for garbage in (b"garbage", b"\x01\x01=", b"8", b"8=FI", b"8=FIX.4.4\x019=", b"\x00\xff" * 500, b"10=000\x01"):
        peer.raw(garbage)
        peer.raw(peer.message("1", [(112, "behind")]))
        peer.expect("0", t112="behind")


def cut_at_every_byte(peer):
    length = len(peer.message("1", [(112, "cut")], number=peer.next_out))
    for at in range(1, length):
        whole = peer.message("1", [(112, "cut")])
        peer.raw(whole[:at])
        time.sleep(0.0005)
        peer.raw(whole[at:])
        peer.expect("0", t112="cut")


def huge_values(peer):
    long = "x" * 200
    peer.send("1", [(112, long)])
    peer.expect("0", t112=long)
    # Longer than anybody takes: as if it were garbage.
    peer.raw(peer.message("1", [(112, "w" * 20_000)], number=peer.next_out))
    peer.lives()


def empty_repeated_misplaced(peer):
    number = peer.next_out
    peer.send("1", [(112, "")])
    peer.expect("3", t45=str(number), t371="112", t372="1", t373="4")
    peer.send("1", [(112, "a"), (112, "b")])
    peer.expect("3", t45=str(number + 1), t371="112", t372="1", t373=peer.reason(13))
    peer.send("1", [(112, "a"), (50, "header")])
    peer.expect("3", t45=str(number + 2), t371="50", t372="1", t373=peer.reason(14))
    peer.send("1")
    peer.expect("3", t45=str(number + 3), t371="112", t372="1", t373="1")
    peer.raw(framed(peer.version, peer.fields("1", [("abc", "z"), (112, "c")])))
    peer.expect("3", t45=str(number + 4), t372="1", t373="0")


def undefined_type(peer):
    number = peer.next_out
    peer.send("ZZ", [(58, "?")])
    peer.expect("3", t45=str(number), t372="ZZ", t373="11")


def possible_duplicates(peer):
    peer.lives()
    # Seen before: dropped in silence. Without OrigSendingTime(122): refused, and no number is consumed.
    peer.send("1", [(112, "old")], number=2, t43="Y", t122=now(-1))
    peer.send("1", [(112, "old")], number=2, t43="Y")
    peer.expect("3", t45="2", t371="122", t373="1")
    peer.send("1", [(112, "fresh")], t43="Y", t122=now(-1))
    peer.expect("0", t112="fresh")


def gap_and_fills(peer):
    # Three numbers are missing; they are asked for once, and what came beyond is not taken.
    first = peer.next_out
    peer.send("0", number=first + 3)
    peer.expect("2", t7=str(first), t16="0")
    peer.send("0", number=first + 4)
    # A fill beyond the gap is not applied either.
    peer.send("4", [(123, "Y"), (36, first + 90)], number=first + 5, t43="Y", t122=now(-1))
    peer.send("4", [(123, "Y"), (36, first + 2)], number=first, t43="Y", t122=now(-1))
    # The same again: a duplicate.
    peer.send("4", [(123, "Y"), (36, first + 2)], number=first, t43="Y", t122=now(-1))
    peer.send("4", [(123, "Y"), (36, first + 6)], number=first + 2, t43="Y", t122=now(-1))
    peer.next_out = first + 6
    peer.lives()
    # Without a gap, without PossDupFlag(43), of one number.
    peer.send("4", [(123, "Y"), (36, peer.next_out + 1)])
    peer.lives()
    # To a number that is lower: refused, and nothing moves.
    for more in ([(123, "Y")], [(123, "N")], []):
        number = peer.next_out
        peer.send("4", [*more, (36, 2)], number=number)
        peer.expect("3", t45=str(number), t371="36", t372="4", t373="5")
    peer.lives()


def resets_onwards(peer):
    for flag in ([(123, "N")], []):
        far = peer.next_out + 40
        # Its own number does not matter.
        peer.send("4", [*flag, (36, far)], number=peer.next_out + 9)
        peer.next_out = far
        peer.lives()
    number = peer.next_out
    peer.send("4", [(123, "N")])
    peer.expect("3", t45=str(number), t371="36", t372="4", t373="1")
    peer.lives()


def crossing_requests(peer):
    # We lack something and so does the other side; both ask at once.
    first, last = peer.next_out, peer.next_in
    peer.send("2", [(7, 1), (16, 0)], number=first + 2)
    request_seen = 0
    reached = 1
    while reached < last or not request_seen:
        message = peer.receive()
        kind = message.get(35)
        if kind == b"2":
            request_seen += 1
            peer.check("BeginSeqNo", (message.get(7), message.get(16)), (str(first).encode(), b"0"))
            peer.check("MsgSeqNum", int(message.get(34)), peer.next_in)
            peer.next_in += 1
            continue
        peer.check("MsgSeqNum", int(message.get(34)), reached)
        peer.check("PossDupFlag", message.get(43), b"Y")
        reached = int(message.get(36)) if kind == b"4" else reached + 1
    peer.check("requests", request_seen, 1)
    peer.send("4", [(123, "Y"), (36, first + 3)], number=first, t43="Y", t122=now(-1))
    peer.next_out = first + 3
    peer.lives()


def requests_of_every_form(peer):
    # Only session messages were sent since the last of these cases began: one fill stands for them.
    begin = peer.next_in
    for _ in range(4):
        peer.lives()
    for end, wanted in ((0, begin + 4), (begin + 1, begin + 2), (begin + 3, begin + 4)):
        peer.send("2", [(7, begin), (16, end)])
        peer.expect("4", again=True, t34=str(begin), t43="Y", t123="Y", t36=str(wanted))
    for first, end, tag in ((peer.next_in + 5, 0, "7"), (0, 0, "7"), (4, 3, "16")):
        number = peer.next_out
        peer.send("2", [(7, first), (16, end)])
        peer.expect("3", t45=str(number), t371=tag, t372="2", t373="5")
    peer.lives()


def second_logon(peer):
    number = peer.next_out
    peer.send("A", peer.log_on_fields())
    peer.expect("3", t45=str(number), t372="A")
    peer.lives()


def reset_in_mid_session(peer):
    peer.next_out = 1
    peer.send("A", peer.log_on_fields((141, "Y")))
    peer.next_in = 1
    peer.expect("A", t141="Y", t34="1")
    peer.lives()


LIVING = [
    bad_check_sum,
    bad_body_length,
    wrong_first_fields,
    garbage_between,
    cut_at_every_byte,
    huge_values,
    empty_repeated_misplaced,
    undefined_type,
    possible_duplicates,
    gap_and_fills,
    resets_onwards,
    crossing_requests,
    requests_of_every_form,
    second_logon,
    reset_in_mid_session,
]


def without_number(peer):
    peer.send("0", t34=None)
    peer.ends("MsgSeqNum(34) missing or not a number")


def number_that_is_none(peer):
    peer.send("0", t34="2x")
    peer.ends("MsgSeqNum(34) missing or not a number")


def too_low(peer):
    peer.send("0", number=1)
    peer.ends(f"MsgSeqNum too low, expecting {peer.next_out} but received 1")


def sent_before_it_was_sent(peer):
    number = peer.next_out
    peer.send("0", t43="Y", t122=now(30))
    peer.expect("3", t45=str(number), t371="122", t373="10")
    peer.ends_after_logout("SendingTime accuracy problem")


def clock_that_is_wrong(peer):
    number = peer.next_out
    peer.send("0", t52=now(-600))
    peer.expect("3", t45=str(number), t371="52", t373="10")
    peer.ends_after_logout("SendingTime accuracy problem")


def wrong_sender(peer):
    number = peer.next_out
    peer.send("0", t49="SOMEBODY")
    peer.expect("3", t45=str(number), t371="49", t373="9")
    peer.ends_after_logout("CompID problem")


def wrong_target(peer):
    number = peer.next_out
    peer.send("0", t56="SOMEBODY")
    peer.expect("3", t45=str(number), t371="56", t373="9")
    peer.ends_after_logout("CompID problem")


def another_begin_string(peer):
    other = "FIX.4.2" if peer.version == "FIX.4.4" else "FIX.4.4"
    peer.raw(framed(other, peer.fields("0")))
    peer.ends("Incorrect BeginString(8)")


def reset_with_another_number(peer):
    peer.send("A", peer.log_on_fields((141, "Y")))
    peer.ends("ResetSeqNumFlag(141)=Y refused")


ENDING = [
    without_number,
    number_that_is_none,
    too_low,
    sent_before_it_was_sent,
    clock_that_is_wrong,
    wrong_sender,
    wrong_target,
    another_begin_string,
    reset_with_another_number,
]
