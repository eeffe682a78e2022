"""What the acts of editors do, inside the transaction of their update; each leaves a line in the audit log."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.chat.message import to_json
from bot.chat.push import Act, Aim, Did, Draft, Keep, Move, Permit, Send, Show, Steer, Watch
from bot.chat.turn import Mode, Person
from bot.delivery.life import LIVES
from bot.delivery.window import Wait
from bot.errors import NewsroomError
from bot.flow import newsroom
from bot.ports import Tx

UPDATE_EVERY: Final = timedelta(seconds=5)  # a screen of progress is edited no more often


class Editing:
    """What the acts of one person do, in one transaction; each leaves a line that names them in the audit log."""

    def __init__(self, tx: Tx, person: Person, rates: Mapping[str, float], now: datetime) -> None:
        self._tx, self._person, self._rates, self._now = tx, person, rates, now
        self._by = f"{person.role}:{person.channel}:{person.address}"

    def do(self, act: Act) -> None:
        """One act."""
        tx, now = self._tx, self._now
        match act:
            case Keep(draft, what, detail):
                tx.keep_draft(draft, now)
                if what:
                    self._note(what, f"draft {draft.id} v{draft.version} {detail}".strip())
            case Send():
                self._send(act)
            case Steer(broadcast_id, what):
                self._steer(broadcast_id, what)
            case Move(broadcast_id, at):
                self._move(broadcast_id, at)
            case Show(to, message, screen):
                # What comes of their own is still news tomorrow; what they are asked, or shown, is not.
                mode, wait = (Mode.REPLACE, Wait.NOTICE) if screen else (Mode.NEW, Wait.REQUEST)
                tx.add_reply(
                    to.channel, to.address, to.thread, to_json(message), mode, now, screen or None, wait=wait
                )  # fmt: skip
            case Watch(broadcast_id, screen):
                tx.watch_on(broadcast_id, self._person.channel, self._person.address, screen, now + UPDATE_EVERY)
            case Permit(reason):
                tx.permit(reason)
                self._note("permit" if reason else "unpermit", reason)
            case Did(what, detail):
                self._note(what, detail)

    def _note(self, act: str, detail: str) -> None:
        self._tx.add_audit(self._by, act, detail[:200], self._now)

    def _send(self, act: Send) -> None:
        draft, tx = act.draft, self._tx
        broadcast_id = self._made(draft, act.begins, act.added)
        tx.keep_draft(replace(draft, broadcast_id=broadcast_id), self._now)
        self._note("draft_sent", f"draft {draft.id} v{draft.version} as #{broadcast_id} {act.detail}".strip())
        for colleague, screen in act.screens:
            tx.watch_on(broadcast_id, colleague.channel, colleague.address, screen, act.begins)

    def _made(self, draft: Draft, begins: datetime, added: str) -> int:
        tx, now, about = self._tx, self._now, draft.about or 0
        match draft.aim:
            case Aim.FOLLOW_UP:
                made = newsroom.follow_up(tx, about, draft.note, self._by, now)
                tx.begin_at(made, begins, begins + newsroom.ABOUT_LIVES)
                return made
            case Aim.CORRECTION:
                return newsroom.correct(tx, about, draft.note, self._by, now, added=added)
            case Aim.WITHDRAWAL:
                return newsroom.withdraw(tx, about, draft.note.text, self._by, now)
            case _:
                channels = [c for c in sorted(self._rates) if not draft.channels or c in draft.channels]
                return newsroom.alert(tx, draft.note, draft.categories, channels, self._by, now, begins)

    def _steer(self, broadcast_id: int, what: str) -> None:
        tx, now = self._tx, self._now
        match what:
            case "pause":
                newsroom.pause(tx, broadcast_id, "", self._by, now)
            case "resume":
                newsroom.resume(tx, broadcast_id, self._by, now)
            case "again":
                newsroom.try_again(tx, broadcast_id, self._by, now, unknown=True)
            case "hold":
                newsroom.hold(tx, broadcast_id, self._by, now)
                # The presser's screen becomes something else; the others need not wait for the moment that was planned.
                tx.unwatch(broadcast_id, self._person.channel, self._person.address)
                tx.move_screens(broadcast_id, now)
            case _:
                newsroom.cancel(tx, broadcast_id, self._by, now)

    def _move(self, broadcast_id: int, at: datetime) -> None:
        sent = self._tx.broadcast(broadcast_id)
        if sent is None:
            raise NewsroomError("not_found", f"there is no broadcast {broadcast_id}")
        lives = newsroom.ABOUT_LIVES if sent.original_id else LIVES[sent.level]
        self._tx.begin_at(broadcast_id, at, at + lives)
        self._tx.move_screens(broadcast_id, at)
        self._note("move", f"#{broadcast_id} to {at.isoformat(timespec='minutes')}")
