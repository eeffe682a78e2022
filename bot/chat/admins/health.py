"""How the program is, in words, and what to do about each fault; the newest backup, and another one."""

from typing import Final

from bot.chat.admins.call import Call
from bot.chat.codes import in_words
from bot.chat.fit import cut
from bot.chat.message import Message, Rows, Span
from bot.chat.office import BackedUp, BackUp, EndHalts, Health
from bot.chat.push import Did
from bot.chat.texts import joined
from bot.chat.turn import Reply, Turn
from bot.delivery.halts import Scope

SCARCE: Final = 0.05  # of the disk
SCARCE_BYTES: Final = 1_000_000_000
OLD_BACKUP: Final = 2 * 86_400  # seconds
MANY_WAITING: Final = 100  # updates, answers
_LONGEST: Final = 200
_PREFIXES: Final = ("KB", "MB", "GB", "TB")
_HALTS: Final = {
    Scope.MARKETING.value: "health.halt.marketing",
    Scope.PUSHES.value: "health.halt.pushes",
    Scope.ALL.value: "health.halt.everything",
}
_Text = tuple[Span, ...]


def is_scarce(free: int | None, total: int | None) -> bool:
    """Whether the disk is nearly full: less than a twentieth, and less than a gigabyte."""
    if free is None or not total:
        return False
    return free < SCARCE_BYTES and free < total * SCARCE


def amount(call: Call, size: int) -> str:
    """Bytes as people say them."""
    value = float(size)
    for prefix in _PREFIXES:
        value /= 1000
        if value < 1000 or prefix == _PREFIXES[-1]:  # noqa: PLR2004 — the next prefix
            break
    whole = call.say.t("office.number", n=round(value))
    return f"{whole} {prefix}"


def health(call: Call) -> Turn:
    """Everything is well, or what is not and what to do about it."""
    known = call.office.health or Health()
    faults = _faults(call, known)
    head = call.say.rich("health.faulty" if faults else "health.well", n=len(faults))
    lines = [joined("", (Span("• "),), fault) for fault in faults]
    return call.show(joined("\n\n", head, joined("\n", *lines), _facts(call, known)), _ways(call, known))


def _faults(call: Call, known: Health) -> list[_Text]:
    say = call.say
    faults = [say.rich("health.part", part=part, fault=cut(told, _LONGEST)) for part, told in known.faults.items()]
    if known.standing_still:
        faults.append(say.rich("health.standing_still", why=cut(known.standing_still, _LONGEST)))
    faults += [say.rich(_HALTS[scope], why=in_words(code, say)) for scope, code in known.halts]
    for n, key in (
        (known.failing, "health.failing"), (known.gone, "health.gone"), (known.held, "health.held"),
        (known.paused, "health.paused"), (_many(known.waiting), "health.waiting"),
        (_many(known.unanswered), "health.unanswered"),
    ):  # fmt: skip
        if n:
            faults.append(say.rich(key, n=n))
    if is_scarce(known.free, known.total):
        faults.append(say.rich("health.disk", free=amount(call, known.free or 0)))
    if known.copy is None:
        faults.append(say.rich("health.no_backup"))
    elif (call.scene.board.now - known.copy.at).total_seconds() > OLD_BACKUP:
        faults.append(say.rich("health.old_backup", ago=call.ago(known.copy.at)))
    return faults


def _many(waiting: int) -> int:
    """What is worth a word: a few always wait."""
    return waiting if waiting > MANY_WAITING else 0


def _facts(call: Call, known: Health) -> _Text:
    say = call.say
    return joined(
        "\n",
        say.rich("health.since", ago=call.ago(known.since)) if known.since else (),
        say.rich("health.free", free=amount(call, known.free)) if known.free is not None else (),
        say.rich("health.backup", ago=call.ago(known.copy.at)) if known.copy else (),
    )


def _ways(call: Call, known: Health) -> Rows:
    feeds = known.failing or known.gone or known.held
    return (
        (call.act("health.button.feeds", "fl"),) if feeds else (),
        (call.act("health.button.go_on", "hx"),) if known.halts else (),
        (call.act("health.button.again", "he"), call.act("health.button.backup", "bk")),
    )


def go_on(call: Call) -> Turn:
    """The trouble with the platform is over: send again what was held back."""
    return call.toast("health.goes_on", EndHalts(), then="health")


# Backups --------------------------------------------------------------------------------------------------------------


def backup(call: Call) -> Turn:
    """When the last one was made, and a button for another."""
    copy = call.office.copy
    now = (call.act("backup.button.now", "bkx"),)
    if copy is None:
        return call.show(call.say.rich("backup.none"), (now,))
    values = {"moment": call.moment(copy.at), "ago": call.ago(copy.at), "size": amount(call, copy.size)}
    return call.show(call.say.rich("backup.last", **values), (now,))


def back_up(call: Call) -> Turn:
    """Make one now, beside all that runs."""
    return call.wait("backup.begun", BackUp())


def backed_up(call: Call, done: BackedUp) -> Turn:
    """It is made, or why not."""
    if done.copy is None:
        text = call.say.rich("backup.failed", fault=cut(done.fault, _LONGEST))
    else:
        text = call.say.rich("backup.made", moment=call.moment(done.copy.at), size=amount(call, done.copy.size))
    made = () if done.copy is None else (Did("backup", ""),)
    return Turn((Reply(Message(text)),), made)
