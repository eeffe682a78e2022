"""What is looked at before an alert leaves: was it told already, how many today, and what exactly was approved."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Final

from bot.chat.push import Aim, Draft, Room, Stage, Told
from bot.delivery.content import BroadcastKind, Level
from bot.delivery.plan import Status
from bot.news.links import without_tracking

DAY_LIMIT: Final = 4  # alerts a day; readers switch off those who send more
ALIKE: Final = 85  # per cent, of two titles
LATELY: Final = timedelta(hours=24)
APPROVAL_HOLDS: Final = timedelta(minutes=15)
_TAKEN_BACK: Final = {Status.CANCELLED, Status.WITHDRAWN}
_LONGEST_COMPARED: Final = 300  # characters of a title


@dataclass(frozen=True, slots=True)
class Like:
    """Something told lately that says the same."""

    told: Told
    percent: int  # 100 where the link is the same


def like(draft: Draft, lately: Iterable[Told]) -> Like | None:
    """What is most like the draft among what was told, if anything is like enough."""
    found = [Like(told, _percent(draft, told)) for told in lately if told.status not in _TAKEN_BACK]
    found = [f for f in found if f.told.kind in {BroadcastKind.STORY, BroadcastKind.ALERT} and f.percent >= ALIKE]
    return max(found, key=lambda f: (f.percent, f.told.id), default=None)


def original(draft: Draft, lately: Iterable[Told], now: datetime) -> Like | None:
    """What the draft may follow up instead of being told as news; what is only planned has reached nobody."""
    return like(draft, (told for told in lately if has_begun(told, now)))


def has_begun(told: Told, now: datetime) -> bool:
    """Whether anybody may have it: else there is nothing yet to follow up, to correct or to take back."""
    had = bool(told.sent or told.lost or told.unknown or told.digested)
    return had or (told.at <= now and told.status is not Status.CANCELLED)


def _percent(draft: Draft, told: Told) -> int:
    if draft.note.link and told.link and without_tracking(draft.note.link) == without_tracking(told.link):
        return 100
    return alike(draft.note.title or draft.note.text, told.title)


def alike(one: str, other: str) -> int:
    """How much two titles are alike, 0 to 100, whatever their case, signs and spaces."""
    left, right = _plain(one), _plain(other)
    if not (left and right):
        return 0
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return int(matcher.ratio() * 100) if matcher.real_quick_ratio() * 100 >= ALIKE else 0


def _plain(title: str) -> str:
    spaced = "".join(c if c.isalnum() else " " for c in title[:_LONGEST_COMPARED].casefold())
    return " ".join(spaced.split())


def fingerprint(draft: Draft, told: Told | None = None) -> str:
    """SHA-256 of everything that readers will see, of whom they are and of when: what an approval is bound to.

    Of a correction also of what it corrects (`told`), as it stands now: whoever is reached later gets that, put right.
    """
    said = {
        "aim": draft.aim, "note": asdict(draft.note), "categories": sorted(draft.categories),
        "channels": sorted(draft.channels), "about": draft.about,
        "story": draft.story_id, "at": draft.at.isoformat() if draft.at else None,
    }  # fmt: skip
    if draft.aim is Aim.CORRECTION and told is not None and told.note is not None:
        said["corrects"] = asdict(told.note)
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode(errors="replace")).hexdigest()


def approvable(draft: Draft, version: int, now: datetime, told: Told | None = None) -> bool:
    """Whether what a colleague was asked to approve is still exactly this, and was asked not long ago."""
    return (
        draft.stage is Stage.WAITING
        and draft.version == version
        and draft.asked_hash == fingerprint(draft, told)
        and draft.asked_at is not None
        and draft.asked_at <= now < draft.asked_at + APPROVAL_HOLDS
    )


def has_lapsed(draft: Draft, told: Told | None, now: datetime) -> bool:
    """Whether an approval that was asked for can be given no more; a clock put back a little ends none."""
    asked = draft.asked_at or now
    now = asked if now < asked < now + APPROVAL_HOLDS else now
    return is_void(draft, told) or is_too_late(draft, now) or not approvable(draft, draft.version, now, told)


def is_too_late(draft: Draft, now: datetime) -> bool:
    """Whether the time in which a colleague could approve it is over, or the moment for which it was planned.

    `asked_at` outlives the lapse until the draft is changed, so that whoever taps after it can be told.
    """
    planned = draft.at is not None and draft.at <= now
    return draft.asked_at is not None and (planned or draft.asked_at + APPROVAL_HOLDS <= now)


def holds_rest(draft: Draft, told: Told | None) -> bool:
    """Whether the rest of what was told stands still because of this draft: until a colleague has decided."""
    return draft.aim is Aim.CORRECTION and draft.stage is Stage.WAITING and is_going(told)


def is_going(told: Told | None) -> bool:
    """Whether more of it leaves."""
    return told is not None and told.status is Status.RUNNING and told.done_at is None


def needs_two(draft: Draft, level: Level) -> bool:
    """Whether a colleague must approve: what wakes people, and what it becomes. Taking it back must not wait."""
    return level is Level.URGENT and draft.aim in {Aim.ALERT, Aim.FOLLOW_UP, Aim.CORRECTION}


def may_move(room: Room) -> bool:
    """Whether its time may be changed by one person: what a colleague approved was approved for that moment."""
    return room.told is None or room.told.level is not Level.URGENT or may_alone(room)


def over_limit(draft: Draft, room: Room) -> str:
    """What the audit log says of an alert beyond the day's count; "" of any other."""
    counts = draft.aim in {Aim.ALERT, Aim.FOLLOW_UP} and room.today >= DAY_LIMIT
    return f"over the limit of {DAY_LIMIT} a day" if counts else ""


def is_void(draft: Draft, told: Told | None) -> bool:
    """Whether what it is about was taken back meanwhile: nobody who could read it has that any more."""
    return draft.about is not None and (told is None or told.status is Status.WITHDRAWN)


def may_alone(room: Room) -> bool:
    """Whether the author may sound an urgent alert alone: there is no other editor, and an admin has said why.

    One whom messages do not reach for now is an editor all the same: an admin takes the role away, or finds them.
    """
    return bool(room.permission) and not room.editors
