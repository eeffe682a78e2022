"""Drafts whose approval can be given no more: their author has them back, and what a correction held back goes on.

That a correction waits is what holds back the rest of the wrong text (`is_held`), so one commit ends both: a kill
leaves either somebody who is still asked, or an author who is told.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.chat.message import to_json
from bot.chat.newsroom.guard import has_lapsed
from bot.chat.newsroom.lapse import lapse
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Draft, LookIn, Room, Told
from bot.chat.scene import Scene
from bot.chat.turn import Board, Mode, Status
from bot.delivery.window import Wait
from bot.flow.room import told_of
from bot.ports import StaffMember, Tx

_WHO = "kentongan"  # in the audit log


def any_lapsed(tx: Tx, now: datetime) -> bool:
    """Whether there is one."""
    return next(_lapsed(tx, now), None) is not None


def give_back(tx: Tx, board: Board, now: datetime) -> set[str]:
    """Give all of them back, in this transaction; the channels on which something leaves now."""
    woken: set[str] = set()
    for draft, told in list(_lapsed(tx, now)):
        woken |= {draft.channel}.union(_channels_of(tx, told))
        person, room = tx.person(draft.channel, draft.address), Room(tx.button_key(), 0, draft=draft, told=told)
        back, message = lapse(Visit(Scene(person, board), LookIn("lapsed"), room))
        tx.keep_draft(back, now)
        tx.add_audit(_WHO, "draft_lapsed", f"draft {back.id} v{back.version}", now)
        author = _author(tx, draft)
        if author is not None and author.status not in {Status.STOPPED, Status.GONE}:
            tx.add_reply(draft.channel, draft.address, author.thread, to_json(message), Mode.NEW, now, wait=Wait.NOTICE)
    return woken


def _lapsed(tx: Tx, now: datetime) -> Iterator[tuple[Draft, Told | None]]:
    """What somebody wrote who has left the team is not sent, so it holds nothing back either."""
    for draft in tx.waiting_drafts():
        told = told_of(tx, draft.about) if draft.about is not None else None
        if has_lapsed(draft, told, now) or _author(tx, draft) is None:
            yield draft, told


def _author(tx: Tx, draft: Draft) -> StaffMember | None:
    return next((m for m in tx.staff() if (m.channel, m.address) == (draft.channel, draft.address)), None)


def _channels_of(tx: Tx, told: Told | None) -> tuple[str, ...]:
    sent = tx.broadcast(told.id) if told is not None else None
    return sent.channels if sent is not None else ()
