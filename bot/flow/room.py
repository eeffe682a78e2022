"""What editors may look at: everything that one act of theirs is about, read in the transaction of their update."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat.message import Message
from bot.chat.newsroom.acts import BUTTONS, Names
from bot.chat.newsroom.guard import LATELY
from bot.chat.newsroom.lists import A_PAGE, searched
from bot.chat.push import Aim, Colleague, Draft, LookedIn, LookIn, Room, Told
from bot.chat.push_seal import pressed
from bot.chat.turn import Person, Role, Status
from bot.delivery.content import BroadcastKind
from bot.delivery.window import is_open
from bot.flow.cost import About, free
from bot.flow.reach import Count, Target, count
from bot.news.item import Story
from bot.ports import Sent, Tx

PICKED: Final = 8  # stories that are offered
LISTED: Final = 10  # scheduled broadcasts
COMPARED: Final = 500  # of the last 24 hours
_NO_FORMS: Final[Mapping[str, Callable[[Message], str]]] = {}
_ABOUT: Final = {
    Aim.FOLLOW_UP: BroadcastKind.FOLLOW_UP,
    Aim.CORRECTION: BroadcastKind.CORRECTION,
    Aim.WITHDRAWAL: BroadcastKind.WITHDRAWAL,
}
_PUTS_RIGHT: Final = frozenset({BroadcastKind.CORRECTION, BroadcastKind.WITHDRAWAL})


def look(
    tx: Tx, asked: LookIn, person: Person, rates: Mapping[str, float], zone: ZoneInfo, now: datetime,
    reach: Count | None = None, forms: Mapping[str, Callable[[Message], str]] = _NO_FORMS,
) -> LookedIn:  # fmt: skip
    """Everything that this act may look at, as it stands now; readers are counted at once where nothing else is said.

    `forms` are the channels that write a message in a form of their own, which editors are shown.
    """
    draft = _draft(tx, asked, person)
    story_id = _named(asked, Names.STORY)
    broadcast = _broadcast(tx, asked, draft, story_id)
    room = Room(
        key=tx.button_key(), next_draft=tx.next_draft(), draft=draft, colleagues=_colleagues(tx, person, rates, now),
        permission=tx.permission(), rates=rates, forms=forms, before=tx.title_before(story_id) if story_id else "",
        told=told_of(tx, broadcast) if broadcast else None, editors=_other_editors(tx, person),
        behind=tx.draft_behind(broadcast) if broadcast else None, my_name=_name_of(tx, person),
    )  # fmt: skip
    reach = reach or (lambda tx, target: count(tx, target, free, now))
    return LookedIn(asked, _with_counts(tx, asked, _with_lists(tx, asked, room, now), zone, now, reach))


def _draft(tx: Tx, asked: LookIn, person: Person) -> Draft | None:
    """The one that the button or the act before names, else the person's own unfinished one."""
    named = _named(asked, Names.OWN, Names.REQUEST, Names.LEFT)
    word, _, number = asked.action.partition(" ")
    if number.isdecimal() and word != "look":
        named = int(number)
    return tx.draft(named) if named else tx.draft_of(person.channel, person.address)


def _named(asked: LookIn, *names: Names) -> int:
    """The id that the button names, if its act is about one of these."""
    button = pressed(asked.action)
    handler = BUTTONS.get(button.verb) if button else None
    return button.id if button is not None and handler is not None and handler.names in names else 0


def _broadcast(tx: Tx, asked: LookIn, draft: Draft | None, story_id: int) -> int | None:
    word, _, number = asked.action.partition(" ")
    if word == "look" and number.isdecimal():
        return int(number)
    if story_id:
        return tx.story_broadcast(story_id)
    named = _named(asked, Names.BROADCAST)
    button = pressed(asked.action)
    if button is not None and button.verb == "fu":
        named = button.number(2)
    return named or (draft.broadcast_id or draft.about if draft else None)


def _with_counts(tx: Tx, asked: LookIn, room: Room, zone: ZoneInfo, now: datetime, reach: Count) -> Room:
    """The counts and guards of a draft, which an empty one does not need; the story that is named."""
    draft = room.draft
    room = replace(room, story=_story(tx, asked))
    if draft is None:
        return room
    room = _with_costs_about(tx, room, draft, reach)
    if draft.aim not in {Aim.ALERT, Aim.FOLLOW_UP}:
        return room
    begin = datetime.combine((draft.at or now).astimezone(zone).date(), time(), zone)
    room = replace(room, today=tx.alerts_between(begin, begin + timedelta(days=1)))
    if draft.aim is Aim.FOLLOW_UP or not (draft.note.title or draft.note.text):
        return room
    lately = tuple(_brief(tx, sent) for sent in tx.told_since(now - LATELY, COMPARED) if sent.id != draft.broadcast_id)
    channels = tuple(c for c in sorted(room.rates) if not draft.channels or c in draft.channels)
    audience, costs = reach(tx, Target(draft.categories, channels, draft.note.level))
    return replace(room, audience=audience, lately=lately, costs=costs)


def _with_costs_about(tx: Tx, room: Room, draft: Draft, reach: Count) -> Room:
    """What it costs to tell those who have had it: a correction, a follow-up, a withdrawal."""
    kind, told = _ABOUT.get(draft.aim), room.told
    if kind is None or told is None or not draft.note.text:
        return room
    return replace(room, costs=reach(tx, Target((), tuple(sorted(room.rates)), told.level, About(kind, told.id))).costs)


def _story(tx: Tx, asked: LookIn) -> Story | None:
    """The story behind the address that was typed, or the button that was tapped."""
    button, link = pressed(asked.action), asked.text.strip()
    if button is not None:
        picked = button.number(2) if button.verb == "take" else 0
        return tx.stories([picked]).get(picked) if picked else None
    return tx.story_behind(link) if link.startswith(("http://", "https://")) and len(link.split()) == 1 else None


def _with_lists(tx: Tx, asked: LookIn, room: Room, now: datetime) -> Room:
    button = pressed(asked.action)
    if button is not None and button.verb == "pick":
        return replace(room, stories=tuple(tx.latest(None, PICKED)))
    words = searched(asked)
    if asked.action in {"correct", "withdraw", "report"}:
        return _found(tx, asked.action, words, 0, room, now) if words else _page(tx, asked.action, 0, room, now)
    if button is not None and button.verb == "ls" and button.parts:
        name, page = button.parts[0], button.number(1)
        return _found(tx, name, words, page, room, now) if words else _page(tx, name, page, room, now)
    if asked.action == "queue" or (button is not None and button.verb == "que"):
        return replace(room, scheduled=tuple(_brief(tx, sent) for sent in tx.scheduled(now, LISTED)))
    return room


def _page(tx: Tx, action: str, page: int, room: Room, now: datetime) -> Room:
    """What has begun, a page of it; only the report lists what can be neither corrected nor withdrawn."""
    told = tx.told_page(every=action == "report", now=now, offset=A_PAGE * page, limit=A_PAGE + 1)
    if not told and page:
        return _page(tx, action, 0, room, now)  # what stood there was withdrawn meanwhile
    recent = tuple(_brief(tx, sent) for sent in told[:A_PAGE])
    return replace(room, recent=recent, page=page, more=len(told) > A_PAGE)


def _found(tx: Tx, action: str, words: str, page: int, room: Room, now: datetime) -> Room:
    """A page of what the words behind the command mean; one alone is the broadcast that the act is about."""
    told = tx.told_about(words, every=action == "report", now=now, offset=A_PAGE * page, limit=A_PAGE + 1)
    if not told and page:
        return _found(tx, action, words, 0, room, now)
    recent = tuple(_brief(tx, sent) for sent in told[:A_PAGE])
    room = replace(room, recent=recent, page=page, more=len(told) > A_PAGE)
    return replace(room, told=told_of(tx, told[0].id)) if len(told) == 1 and not page else room


def _colleagues(tx: Tx, person: Person, channels: Collection[str], now: datetime) -> tuple[Colleague, ...]:
    """Everybody else of staff whom messages reach: whoever has stopped hears nothing, and approves nothing."""
    names = {(m.channel, m.address): m.name for m in tx.team()}
    return tuple(
        Colleague(
            m.channel, m.address, m.thread, m.language, m.role, names.get((m.channel, m.address), ""),
            later=not is_open(m.window_until, now),
        )
        for m in tx.staff()
        if (m.channel, m.address) != (person.channel, person.address)
        and m.channel in channels
        and m.status not in {Status.STOPPED, Status.GONE}
    )  # fmt: skip


def _name_of(tx: Tx, person: Person) -> str:
    who = (person.channel, person.address)
    return next((m.name for m in tx.team() if (m.channel, m.address) == who), "")


def _other_editors(tx: Tx, person: Person) -> int:
    who = (person.channel, person.address)
    return sum(m.role is Role.EDITOR and (m.channel, m.address) != who for m in tx.staff())


def _brief(tx: Tx, sent: Sent) -> Told:
    """A broadcast without its counts."""
    story = tx.stories([sent.story_id]).get(sent.story_id) if sent.story_id else None
    at = max(sent.created_at, sent.not_before)
    about = tx.broadcast(sent.original_id) if sent.original_id and sent.kind in _PUTS_RIGHT else None
    title = about.title if about else sent.title  # what it puts right says more than how it does
    return Told(
        sent.id, sent.kind, sent.level, sent.status, title, at, sent.note, story, sent.categories, sent.done_at,
        sent.made_by, sent.reason,
    )  # fmt: skip


def told_of(tx: Tx, broadcast_id: int) -> Told | None:
    """A broadcast with its counts, or None."""
    sent = tx.broadcast(broadcast_id)
    if sent is None:
        return None
    reports, behind = tx.report(broadcast_id), tx.draft_behind(broadcast_id)
    failed: dict[str, int] = {}
    for report in reports:
        for code, lost in report.failed.items():
            failed[code] = failed.get(code, 0) + lost
    return replace(
        _brief(tx, sent), total=behind.total if behind else 0, sent=sum(r.sent + r.recalled for r in reports),
        failed=failed, unknown=sum(r.unknown for r in reports), digested=sum(r.digested for r in reports),
        waiting=sum(r.waiting for r in reports), p50=max((r.p50 for r in reports if r.p50 is not None), default=None),
        p95=max((r.p95 for r in reports if r.p95 is not None), default=None),
        channels=tuple((r.channel, r.sent + r.recalled, sum(r.failed.values())) for r in reports),
        held=tx.is_held(broadcast_id),
    )  # fmt: skip
