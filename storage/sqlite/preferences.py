"""What transactions say about residents' wishes: times, what their next text means, letters to the newsroom."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.chat.turn import Person, Status
from bot.chat.wishes import Contact, ContactKind
from bot.news.following import is_word
from bot.ports import ContactFrom
from storage.sqlite.part import from_ms, from_ms_or_none, to_ms
from storage.sqlite.words import Words

_WISHES: Final = """
SELECT s.mode, s.urgent, s.paused_until, t.step, t.at
FROM subscriber s LEFT JOIN talk t ON t.subscriber_id = s.id WHERE s.id = ?
"""
_STEP: Final = """
INSERT INTO talk VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET step = excluded.step, at = excluded.at
"""
_LOOKED_BACK: Final = 500  # broadcasts: nobody asks why they got something a year ago
_LAST: Final = f"""
SELECT b.id, b.kind, b.story_id FROM (SELECT id FROM broadcast ORDER BY id DESC LIMIT {_LOOKED_BACK}) n
CROSS JOIN delivery d ON d.broadcast_id = n.id AND d.subscriber_id = ? JOIN broadcast b ON b.id = n.id
WHERE d.state = 'sent' AND b.kind IN ('story', 'digest', 'alert', 'follow_up', 'correction')
ORDER BY n.id DESC LIMIT 1
"""
_CONTACT: Final = """
SELECT c.id, c.kind, c.text, c.at, c.story_id, c.answers, s.channel, s.address, s.thread, s.language, s.status,
  s.window_until
FROM contact c JOIN subscriber s ON s.id = c.subscriber_id WHERE c.id = ?
"""


class Preferences(Words):
    """Residents' wishes beside their topics."""

    def person(self, channel: str, address: str, language: str = "id") -> Person:
        """Who this is; a stranger is NEW and gets `language`."""
        person = super().person(channel, address, language)
        subscriber = self._subscriber(channel, address)
        if subscriber is None:
            return person
        mode, urgent, paused_until, step, step_at = self.one(_WISHES, subscriber)
        words = self.words_of(channel, address) if person.status is Status.ACTIVE else ()
        return replace(
            person, mode=mode, urgent=bool(urgent), paused_until=from_ms_or_none(paused_until), words=tuple(words),
            step=step or "", step_at=from_ms_or_none(step_at),
        )  # fmt: skip

    def set_urgent(self, channel: str, address: str, urgent: bool) -> None:
        """Whether urgent alerts come in quiet hours too."""
        self.run("UPDATE subscriber SET urgent = ? WHERE id = ?", int(urgent), self._known(channel, address))

    def set_step(self, channel: str, address: str, step: str, now: datetime) -> None:
        """What this person's next text is taken for; "" forgets it, and makes nobody known."""
        if step:
            self.run(_STEP, self._known(channel, address), step, to_ms(now))
        else:
            self.run("DELETE FROM talk WHERE subscriber_id = ?", self._subscriber(channel, address))

    def last_received(self, channel: str, address: str) -> tuple[str, int | None, tuple[str, ...]] | None:
        """The last thing that reached this person: its kind, its story, whose followers it was for."""
        row = self.one(_LAST, self._subscriber(channel, address))
        if row is None:
            return None
        broadcast, kind, story = row
        if story is not None:
            return kind, story, self.story_audience(story)
        passes = self.all("SELECT categories FROM broadcast_pass WHERE broadcast_id = ?", broadcast)
        return kind, None, tuple(sorted({category for (listed,) in passes for category in json.loads(listed)}))

    def words_in(self, story_id: int) -> tuple[str, ...]:
        """The followed words, as categories, that stand in a story."""
        return tuple(category for category in self.story_audience(story_id) if is_word(category))

    # Letters to the newsroom ----------------------------------------------------------------------------------------

    def add_contact(
        self, channel: str, address: str, kind: ContactKind, text: str, story_id: int | None, now: datetime
    ) -> int:  # fmt: skip
        """Keep what somebody wrote to the newsroom; its id."""
        insert = "INSERT INTO contact (subscriber_id, kind, text, story_id, at) VALUES (?, ?, ?, ?, ?) RETURNING id"
        made = self.value(insert, self._known(channel, address), kind.value, text, story_id, to_ms(now))
        return int(made)

    def contacts_since(self, channel: str, address: str, since: datetime) -> int:
        """How often this person has written to the newsroom since then."""
        count = "SELECT count(*) FROM contact WHERE subscriber_id = ? AND at > ?"
        return int(self.value(count, self._subscriber(channel, address), to_ms(since)))

    def contact(self, contact_id: int) -> ContactFrom | None:
        """What somebody wrote, and where an answer would go; None when they asked to be forgotten."""
        row = self.one(_CONTACT, contact_id)
        if row is None:
            return None
        found, kind, text, at, story_id, answers, channel, address, thread, language, status, window = row
        story = None if story_id is None else self.stories([story_id]).get(story_id)
        contact = Contact(found, ContactKind(kind), text, from_ms(at), story, answers)
        return ContactFrom(
            contact, channel, address, thread, language or "", Status(status), from_ms_or_none(window)
        )  # fmt: skip

    def contact_answered(self, contact_id: int) -> None:
        """An editor has answered."""
        self.run("UPDATE contact SET answers = answers + 1 WHERE id = ?", contact_id)
