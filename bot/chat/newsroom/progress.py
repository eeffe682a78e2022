"""How a broadcast goes: while it is sent, when it is over, and the whole report."""

from collections.abc import Iterator, Mapping
from typing import Final

from bot.chat.codes import in_words
from bot.chat.fit import cut
from bot.chat.message import Button, Message, Rows, Span
from bot.chat.newsroom.card import LEVELS, LONGEST_NAMED, audience, called, duration
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Told
from bot.chat.texts import Voice, joined
from bot.delivery.content import BroadcastKind
from bot.delivery.plan import Status

_BLOCKS: Final = 10
_MOST_CODES: Final = 4  # reasons that a line names; the whole report has them all
TELLABLE: Final = frozenset({BroadcastKind.STORY, BroadcastKind.ALERT, BroadcastKind.FOLLOW_UP})
_ENDS: Final = {
    Status.DONE: "desk.end.done",
    Status.CANCELLED: "desk.end.cancelled",
    Status.WITHDRAWN: "desk.end.withdrawn",
    Status.EXPIRED: "desk.end.expired",
    Status.INTERRUPTED: "desk.end.interrupted",
}
KINDS: Final = {
    BroadcastKind.STORY: "desk.kind.story",
    BroadcastKind.ALERT: "desk.kind.alert",
    BroadcastKind.FOLLOW_UP: "desk.kind.follow_up",
    BroadcastKind.CORRECTION: "desk.kind.correction",
    BroadcastKind.WITHDRAWAL: "desk.kind.withdrawal",
}
_Text = tuple[Span, ...]


def progress(visit: Visit, told: Told) -> Message:
    """Where it stands now, with what can be done about it."""
    if told.status not in {Status.RUNNING, Status.PAUSED}:
        return _held(visit) if _never_begun(told) else report(visit, told)
    if told.done_at is not None:
        return report(visit, told)
    paused = told.status is Status.PAUSED
    steer = visit.act("desk.button.go_on" if paused else "desk.button.pause", "go" if paused else "pause", told.id)
    rows = ((steer, visit.act("desk.button.stop_rest", "end", told.id)),)
    return Message(joined("\n", _named(told), _under_way(visit, told)), rows)


def _never_begun(told: Told) -> bool:
    return told.status is Status.CANCELLED and not (told.sent or told.lost or told.unknown)


def _held(visit: Visit) -> Message:
    return Message(visit.say.rich("desk.held"))


def _named(told: Told) -> _Text:
    title = cut(" ".join(told.title.split()), LONGEST_NAMED)
    return (Span(title, italic=True),) if title else ()


def _under_way(visit: Visit, told: Told) -> _Text:
    say, reached = visit.say, told.sent + told.lost + told.unknown + told.digested
    total = max(told.total, reached)
    share = reached / total if total else 0.0
    bar = "▓" * int(share * _BLOCKS) + "░" * (_BLOCKS - int(share * _BLOCKS))
    key = "desk.paused" if told.status is Status.PAUSED else "desk.sending"
    parts = [say.rich(key, reached=reached, total=total, percent=int(share * 100), bar=bar)]
    elapsed = (visit.scene.board.now - told.at).total_seconds()
    if told.held:
        parts.append(say.rich("desk.rest.waits"))
    elif told.status is Status.RUNNING and 0 < reached < total and elapsed > 0:
        parts.append(say.rich("desk.left", time=duration(elapsed * (total - reached) / reached, say)))
    return joined(" · ", *parts, *_trouble(told, say))


def _trouble(told: Told, say: Voice) -> Iterator[_Text]:
    if told.lost:
        yield say.rich("desk.failed", count=told.lost, why=_reasons(told.failed, say))
    if told.waiting:
        yield say.rich("desk.waiting", count=told.waiting)
    if told.unknown:
        yield say.rich("desk.not_known", count=told.unknown)


def _reasons(failed: Mapping[str, int], say: Voice) -> str:
    often = sorted(failed.items(), key=lambda one: (-one[1], one[0]))[:_MOST_CODES]
    return ", ".join(f"{in_words(code, say)} {say.t('desk.count', count=n)}" for code, n in often)


# Over -----------------------------------------------------------------------------------------------------------------


def report(visit: Visit, told: Told) -> Message:
    """How it ended, in three lines, and what may follow."""
    return Message(joined("\n", _named(told), _ended(visit, told), *_figures(visit.say, told)), _after(visit, told))


def _ended(visit: Visit, told: Told) -> _Text:
    say = visit.say
    status = say.rich(_ENDS[told.status]) if told.status in _ENDS else ()
    if told.done_at is None:
        return status or say.rich("desk.end.not_yet")
    took = duration((told.done_at - told.at).total_seconds(), say)
    at = say.rich("desk.end.at", moment=say.moment(told.done_at, visit.scene.board.timezone), took=took)
    return joined(" ", status or say.rich("desk.end.done"), at)


def _figures(say: Voice, told: Told) -> Iterator[_Text]:
    parts = [say.rich("desk.sent", count=told.sent), *_trouble(told, say)]
    if told.digested:
        parts.append(say.rich("desk.digested", count=told.digested))
    yield joined(" · ", *parts)
    if told.p50 is not None and told.p95 is not None:
        yield say.rich("desk.speed", half=duration(told.p50, say), most=duration(told.p95, say))


def _after(visit: Visit, told: Told) -> Rows:
    act = visit.act
    full = (act("desk.button.full", "full", told.id),)
    if told.kind not in TELLABLE or told.status in {Status.WITHDRAWN, Status.INTERRUPTED}:
        return (full,)
    follow_up, fix = act("desk.button.follow_up", "fup", told.id), act("desk.button.correct", "fix", told.id)
    return ((follow_up, fix), (act("desk.button.withdraw", "back", told.id),), full)


def full_report(visit: Visit, told: Told) -> Message:
    """Everything that is known of it."""
    lines = [_named(told), *_about(visit, told), _ended(visit, told), *_figures(visit.say, told)]
    lines += [visit.say.rich("desk.on_channel", channel=called(name), sent=sent, lost=lost)
              for name, sent, lost in told.channels]  # fmt: skip
    lines += [(Span(f"– {in_words(code, visit.say)}: {visit.say.t('desk.count', count=n)}"),)
              for code, n in sorted(told.failed.items())]  # fmt: skip
    return Message(joined("\n", *lines), _full_rows(visit, told))


def _about(visit: Visit, told: Told) -> Iterator[_Text]:
    say, board = visit.say, visit.scene.board
    level = say.t(LEVELS[told.level])
    yield say.rich("desk.what", number=str(told.id), kind=say.t(KINDS[told.kind]), level=level)
    yield say.rich("desk.began", moment=say.moment(told.at, board.timezone))
    if told.categories:
        yield say.rich("desk.card.topics", topics=audience(visit, told.categories))
    if told.reason:
        yield say.rich("desk.stands_still", reason=cut(told.reason, LONGEST_NAMED))


def _full_rows(visit: Visit, told: Told) -> Rows:
    back: tuple[Button, ...] = (visit.act("desk.button.back", "rep", told.id),)
    again = told.unknown or "expired" in told.failed
    if again and told.status in {Status.RUNNING, Status.DONE, Status.EXPIRED}:
        label = "desk.button.again" if told.unknown else "desk.button.again_missed"
        return ((visit.act(label, "again", told.id),), back)
    return (back,)
