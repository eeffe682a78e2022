"""What the newsroom does with broadcasts: alerts, follow-ups, corrections, withdrawals; pause, cancel, try again.

Each function runs inside one transaction and leaves a line in the audit log.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.chat.righted import ALERT_ROOM, STORY_ROOM, righted
from bot.delivery.content import BroadcastKind, Note
from bot.delivery.life import LIVES
from bot.delivery.plan import Rank, Status
from bot.errors import NewsroomError
from bot.ports import Sent, Tx

ABOUT_LIVES = timedelta(hours=24)  # promise 7: a correction is a duty: it waits longer than what it corrects
MISSED_LIVE = timedelta(hours=2)  # what is tried once more
# Who could not be reached any more, and who did not want it then: also when they are back, they have missed nothing.
GONE_CODES = frozenset({
    "blocked", "deactivated", "kicked", "chat_not_found", "not_a_member", "never_started",
    "gone", "moved", "stopped", "unfollowed", "paused",
})  # fmt: skip
_CUT_OFF = {Status.CANCELLED, Status.INTERRUPTED}  # a withdrawal that ended so may be made once more
_OVER = {Status.CANCELLED, Status.WITHDRAWN, Status.INTERRUPTED, Status.EXPIRED, Status.DONE}


def alert(
    tx: Tx, note: Note, categories: Collection[str], channels: Collection[str], by: str, now: datetime,
    not_before: datetime | None = None,
) -> int:  # fmt: skip
    """Tell followers of these categories (none: all subscribers) at once, or from `not_before` on; its id."""
    begins = max(now, not_before or now)
    broadcast_id = tx.add_broadcast(
        BroadcastKind.ALERT, Rank.ALERT, None, categories, channels, now, begins + LIVES[note.level], note=note,
        not_before=begins, made_by=by,
    )  # fmt: skip
    tx.add_audit(by, "push", f"#{broadcast_id} {note.level} {note.title or note.text}"[:200], now)
    return broadcast_id


def follow_up(tx: Tx, original_id: int, note: Note, by: str, now: datetime) -> int:
    """News about something told before, to everyone who gets that; its id."""
    original = _begun(tx, original_id, now)
    note = replace(note, level=original.level)
    made = tx.add_about(
        BroadcastKind.FOLLOW_UP, original.rank, original_id, _sources(tx, original), now, now + ABOUT_LIVES, note=note,
        made_by=by,
    )  # fmt: skip
    tx.add_audit(by, "follow_up", f"#{made} about #{original_id}", now)
    return made


def correct(
    tx: Tx, original_id: int, note: Note, by: str, now: datetime, *, title: str = "", summary: str = "",
    added: str = "",
) -> int:  # fmt: skip
    """Say what was wrong (`note.wrong`) and what is right (`note.text`) to those who had it; the correction's id.

    Whoever has not had the original yet gets it in its corrected form, `title` and `summary` (of an alert: its text;
    one that is empty stays as it stands). Without either the wrong words are replaced where they stand; if they stand
    nowhere, `added` (empty: what is right) is a line of it. On the phones of the others it is marked and answered.
    """
    original = _begun(tx, original_id, now)
    version = tx.next_version()
    note = replace(note, level=original.level)
    if not title and not summary:
        title, summary = _righted(tx, original, note, added or note.text)
    if (before := original.note) is not None:  # also of a follow-up about a story: the story is not what was wrong
        tx.change_note(original_id, replace(before, title=title or before.title, text=summary or before.text))
    elif original.story_id is not None:
        tx.change_story(original.story_id, title, summary)
    _supersede(tx, original_id, now)
    until = now + ABOUT_LIVES
    mark = (BroadcastKind.MARK, Rank.CORRECTION, original_id, [original_id], now, until)
    tx.add_about(*mark, note=note, version=version, made_by=by)
    correction = tx.add_about(
        BroadcastKind.CORRECTION, Rank.CORRECTION, original_id, _sources(tx, original), now, until, note=note,
        version=version, made_by=by,
    )  # fmt: skip
    tx.add_audit(by, "correct", f"#{correction} about #{original_id}", now)
    return correction


def withdraw(tx: Tx, original_id: int, reason: str, by: str, now: datetime, *, erase: bool = False) -> int:
    """Take it back: whoever has it sees a stub (`erase`: it goes away where that is allowed), nobody else gets it.

    Nobody else gets what goes on from it either, and a correction's mark ends with it. What is withdrawn already (an
    editor and a colleague both did what the portal proposed) is not withdrawn again: nobody gets two stubs.
    """
    original = _require(tx, original_id)
    if any(later.kind is BroadcastKind.WITHDRAWAL and later.status not in _CUT_OFF for later in tx.about(original_id)):
        raise NewsroomError("stopped", f"broadcast {original_id} was withdrawn already")
    version = tx.next_version()
    for part in [original, *(mark for mark in _mark_of(tx, original) if mark.status not in _OVER)]:
        tx.set_status(part.id, Status.WITHDRAWN, reason, now)
    _supersede(tx, original_id, now)
    _end_what_goes_on(tx, original_id, now)
    withdrawal = tx.add_about(
        BroadcastKind.WITHDRAWAL, Rank.CORRECTION, original_id, _sources(tx, original), now, now + ABOUT_LIVES,
        note=Note(reason), version=version, erase=erase, made_by=by,
    )  # fmt: skip
    tx.add_audit(by, "withdraw", f"#{withdrawal} about #{original_id}: {reason}"[:200], now)
    return withdrawal


def pause(tx: Tx, broadcast_id: int, reason: str, by: str, now: datetime) -> None:
    """Claim nothing more of it until it is resumed; a correction's mark stands still with it."""
    for part in _in_motion(tx, broadcast_id, Status.RUNNING):
        tx.set_status(part, Status.PAUSED, reason, now)
    tx.add_audit(by, "pause", f"#{broadcast_id} {reason}".strip(), now)


def resume(tx: Tx, broadcast_id: int, by: str, now: datetime) -> None:
    """Go on with a paused one, and with the mark of a correction.

    What the platform refused until now counts no more: whatever leaves from here on is of a newer version.
    """
    for part in _in_motion(tx, broadcast_id, Status.PAUSED):
        tx.set_status(part, Status.RUNNING, "", now)
    tx.next_version()
    tx.add_audit(by, "resume", f"#{broadcast_id}", now)


def cancel(tx: Tx, broadcast_id: int, by: str, now: datetime) -> None:
    """Let the rest go: what is in flight arrives, nothing more leaves (promise 10)."""
    _end(tx, broadcast_id, now)
    tx.add_audit(by, "cancel", f"#{broadcast_id}", now)


def hold(tx: Tx, broadcast_id: int, by: str, now: datetime) -> None:
    """The same before it has begun: nothing leaves."""
    _end(tx, broadcast_id, now)
    tx.add_audit(by, "hold", f"#{broadcast_id}", now)


def _end(tx: Tx, broadcast_id: int, now: datetime) -> None:
    for part in _in_motion(tx, broadcast_id, Status.RUNNING, Status.PAUSED):
        tx.set_status(part, Status.CANCELLED, "", now)


def try_again(tx: Tx, broadcast_id: int, by: str, now: datetime, *, unknown: bool = False, limit: int = 2_000) -> int:
    """Queue up to `limit` of those who missed it once more, with `unknown` also those of whom nobody knows; how many.

    Who cannot be reached any more, or had left, is not tried. Call it again until it says 0: each call holds the store
    for moments.
    """
    sent = _require(tx, broadcast_id)
    if sent.status in {Status.CANCELLED, Status.WITHDRAWN}:
        raise NewsroomError("stopped", f"broadcast {broadcast_id} was {sent.status}: nobody is sent it any more")
    if sent.kind is not BroadcastKind.WITHDRAWAL and _taken_back(tx, sent):
        raise NewsroomError("stopped", f"broadcast {broadcast_id} is about one that was withdrawn")
    failed = {code for report in tx.report(broadcast_id) for code in report.failed} - GONE_CODES
    again = tx.miss_again(broadcast_id, {"failed"}, failed, now, now + MISSED_LIVE, limit) if failed else 0
    if unknown:
        again += tx.miss_again(broadcast_id, {"unknown"}, None, now, now + MISSED_LIVE, limit)
    if again:
        tx.add_audit(by, "try_again", f"#{broadcast_id} {again}", now)
    return again


def _require(tx: Tx, broadcast_id: int, *, mark: bool = False) -> Sent:
    """This broadcast; `mark`: also one that only shows on phones that what is on them was corrected."""
    sent = tx.broadcast(broadcast_id)
    if sent is None:
        raise NewsroomError("not_found", f"there is no broadcast {broadcast_id}: kentongan broadcasts list shows them")
    if sent.kind is BroadcastKind.DIGEST or (sent.kind is BroadcastKind.MARK and not mark):
        raise NewsroomError("not_found", f"broadcast {broadcast_id} is a {sent.kind}: name the story or alert itself")
    return sent


def _begun(tx: Tx, broadcast_id: int, now: datetime) -> Sent:
    """What can be followed up or corrected: what is only planned has reached nobody, what was withdrawn is gone."""
    sent = _require(tx, broadcast_id)
    if _taken_back(tx, sent):
        raise NewsroomError("stopped", f"broadcast {broadcast_id} or what it is about was withdrawn")
    if now < sent.not_before and sent.created_at < sent.not_before and not was_had(tx, broadcast_id):
        raise NewsroomError("not_begun", f"broadcast {broadcast_id} has not begun: nobody has it; withdraw it instead")
    return sent


def was_had(tx: Tx, broadcast_id: int) -> bool:
    """Whether anybody may have it: a clock that was turned back does not make that undone."""
    return any(r.sent + r.unknown + r.under_way + r.digested for r in tx.report(broadcast_id))


def _in_motion(tx: Tx, broadcast_id: int, *allowed: Status) -> list[int]:
    """What of it stands so: the broadcast itself, of a correction also its mark, which may have stopped by itself."""
    sent = _require(tx, broadcast_id, mark=True)
    parts = [part.id for part in [sent, *_mark_of(tx, sent)] if part.status in allowed]
    if not parts:
        raise NewsroomError("wrong_status", f"broadcast {broadcast_id} is {sent.status}, not {' or '.join(allowed)}")
    return parts


def _mark_of(tx: Tx, sent: Sent) -> list[Sent]:
    """The mark that was made just before this correction."""
    if sent.kind is not BroadcastKind.CORRECTION or sent.original_id is None:
        return []
    marks = [other for other in tx.about(sent.original_id) if other.kind is BroadcastKind.MARK and other.id < sent.id]
    return marks[-1:]


def _righted(tx: Tx, original: Sent, correction: Note, added: str) -> tuple[str, str]:
    """Title and text of what was told in their corrected form; empty where there is nothing to correct."""
    wrong, right, before = correction.wrong, correction.text, original.note
    if before is not None:
        return righted(before.title, before.text, wrong, right, added, ALERT_ROOM)
    story = tx.stories([original.story_id]).get(original.story_id) if original.story_id is not None else None
    return righted(story.title, story.summary, wrong, right, added, STORY_ROOM) if story else ("", "")


def _supersede(tx: Tx, original_id: int, now: datetime) -> None:
    """An earlier correction that is still going out says what is no longer right: this one reaches its readers too."""
    for earlier in tx.about(original_id):
        if earlier.kind in {BroadcastKind.MARK, BroadcastKind.CORRECTION} and earlier.status not in _OVER:
            tx.set_status(earlier.id, Status.WITHDRAWN, "superseded", now)


def _end_what_goes_on(tx: Tx, original_id: int, now: datetime) -> None:
    """What follows up on something withdrawn ends; whoever has that learns of it by what takes the original back."""
    for later in tx.about(original_id):
        if later.kind is BroadcastKind.FOLLOW_UP:
            if later.status not in _OVER:
                tx.set_status(later.id, Status.CANCELLED, f"#{original_id} was withdrawn", now)
            _supersede(tx, later.id, now)
            _end_what_goes_on(tx, later.id, now)


def _taken_back(tx: Tx, sent: Sent | None) -> bool:
    """Whether this was withdrawn, or what it is about."""
    while sent is not None and sent.status is not Status.WITHDRAWN:
        sent = tx.broadcast(sent.original_id) if sent.original_id is not None else None
    return sent is not None


def _sources(tx: Tx, original: Sent) -> list[int]:
    """The original, and every digest that may have carried it."""
    if original.kind is not BroadcastKind.STORY:
        return [original.id]
    return [original.id, *tx.digests_since(original.created_at, original.id)]
