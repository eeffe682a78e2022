"""Subscribers by the thousand: import and export."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from bot.chat.turn import Status
from bot.news.following import category_of, word_of
from bot.ports import Subscription
from storage.sqlite.part import from_ms_or_none, listed, to_ms, to_ms_or_none
from storage.sqlite.people import ALL, CATEGORIES, IS_WORD, People, quiet_of

WHATSAPP: Final = "whatsapp"
_UNTOLD: Final = "import"  # in place of the wording of a consent
_SEMUA: Final = "semua"  # how imports and exports write ALL
_EXISTING: Final = """
SELECT s.address, s.id, s.status, s.stopped_at, s.chosen_at
FROM json_each(?) wanted CROSS JOIN subscriber s ON s.channel = ? AND s.address = wanted.value
"""
# Who is called so, or was when they consented: a number that somebody has left may be somebody else's since.
_CALLED: Final = """
SELECT wanted.value ->> 0, s.address FROM json_each(?) wanted CROSS JOIN subscriber s ON s.id = coalesce(
  (SELECT subscriber_id FROM whatsapp_former WHERE alias = wanted.value ->> 0 AND until >= wanted.value ->> 1),
  (SELECT subscriber_id FROM whatsapp_person WHERE phone = wanted.value ->> 0),
  (SELECT subscriber_id FROM whatsapp_person WHERE user_id = wanted.value ->> 0))
"""
_INSERT: Final = """
INSERT INTO subscriber (mode, quiet_from, quiet_to, language, consent_at, thread, status, joined_at, covered_until,
  consent_wording, id, channel, address, covered_telling)
VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, coalesce(?, 'import'), ?, ?, ?,
  (SELECT coalesce(max(telling), 0) FROM broadcast_pass))
"""
_UPDATE: Final = """
UPDATE subscriber SET mode = ?1, quiet_from = ?2, quiet_to = ?3, language = ?4, consent_at = coalesce(?5, consent_at),
  thread = coalesce(?6, thread), status = 'active', joined_at = coalesce(joined_at, ?7),
  covered_until = CASE status WHEN 'active' THEN covered_until ELSE ?8 END,
  covered_telling = CASE status WHEN 'active' THEN covered_telling
    ELSE (SELECT coalesce(max(telling), 0) FROM broadcast_pass) END,
  consent_wording = coalesce(?9, consent_wording, 'import'), stopped_at = NULL
WHERE id = ?10
"""
_PAGE: Final = """
SELECT id, channel, address, mode, quiet_from, quiet_to, language, consent_at, thread, consent_wording
FROM subscriber WHERE id > ? AND status = 'active' ORDER BY id LIMIT ?
"""
_TOPICS: Final = """
SELECT s.subscriber_id FROM json_each(?) wanted CROSS JOIN subscription s
ON s.channel = ? AND s.category = ? AND s.subscriber_id = wanted.value
"""
_WORDS: Final = f"""
SELECT wanted.value, s.category FROM json_each(?) wanted CROSS JOIN subscription s INDEXED BY subscription_word
ON s.subscriber_id = wanted.value AND s.{IS_WORD.replace("AND ", "AND s.")} ORDER BY s.category
"""
_Existing = tuple[int, str, int | None, int | None]  # id, status, stopped_at, chosen_at


class Imports(People):
    """Many subscribers at a time."""

    def import_subscribers(self, rows: Sequence[Subscription], now: datetime) -> int:
        """Idempotent upsert of one chunk; brings back nobody who stopped after their consent; how many rows are new.

        Someone who chose topics here after that consent keeps their own choice. Words are added to those they follow.
        """
        unique = {(row.channel, row.address): row for row in self._addressed(rows)}.values()
        by_channel = sorted(unique, key=lambda row: row.channel)
        groups = groupby(by_channel, key=lambda row: row.channel)
        return sum(self._import(channel, list(group), now) for channel, group in groups)

    def _addressed(self, rows: Sequence[Subscription]) -> list[Subscription]:
        """The same rows with the addresses under which we know their people, whatever name a file has of them."""
        wanted = [[row.address, to_ms_or_none(row.consent_at) or 0] for row in rows if row.channel == WHATSAPP]
        known: dict[str, str] = dict(self.all(_CALLED, json.dumps(wanted))) if wanted else {}
        return [
            replace(row, address=known[row.address]) if row.channel == WHATSAPP and row.address in known else row
            for row in rows
        ]

    def _import(self, channel: str, rows: list[Subscription], moment: datetime) -> int:
        now = to_ms(moment)
        found = self.all(_EXISTING, listed([row.address for row in rows]), channel)
        known: dict[str, _Existing] = {row[0]: row[1:] for row in found}
        newcomers = self._who_may_come(channel, [row for row in rows if row.address not in known])
        returning = [row for row in rows if row.address in known and _may_import(row, known[row.address])]
        for row in returning:
            if known[row.address][1] == Status.STOPPED:
                self._is_back(channel, row.address, moment)
        first_id = 1 + (self.value("SELECT seq FROM sqlite_sequence WHERE name = 'subscriber'") or 0)
        ids = {row.address: first_id + n for n, row in enumerate(newcomers)}
        self.conn.executemany(
            _INSERT, [(*_values(row, now), ids[row.address], channel, row.address) for row in newcomers]
        )
        self.conn.executemany(_UPDATE, [(*_values(row, now), known[row.address][0]) for row in returning])
        ids |= {row.address: known[row.address][0] for row in returning}
        before = set(self._topics_among(channel, [known[row.address][0] for row in returning]))
        after = {(channel, c, ids[row.address]) for row in newcomers + returning for c in _topics(row.categories)}
        self._drop_topics(before - after)
        words = {(channel, category_of(w), ids[row.address]) for row in newcomers + returning for w in row.words}
        # In the order of the primary key: pages are filled one by one.
        self._add_topics(sorted(words | (after - before)))
        return len(newcomers) + sum(known[row.address][1] != "active" for row in returning)

    def _who_may_come(self, channel: str, rows: list[Subscription]) -> list[Subscription]:
        """Without those who left after their consent: who was erased has no row, nor has who joined after a backup."""
        left = self._left_at(channel, [row.address for row in rows])
        return [row for row in rows if row.address not in left or _is_after(row.consent_at, left[row.address])]

    def _left_at(self, _channel: str, _addresses: list[str]) -> dict[str, datetime]:
        """Which of these have left, and when, as far as it is known outside of the database."""
        return {}

    def _topics_among(self, channel: str, subscribers: list[int]) -> Iterable[tuple[str, str, int]]:
        """What these follow, category by category."""
        if not subscribers:
            return
        among = listed(subscribers)
        for (category,) in self.conn.execute(CATEGORIES, {"channel": channel}).fetchall():
            for (subscriber,) in self.all(_TOPICS, among, channel, category):
                yield channel, category, subscriber

    def subscribers(self, after: int, limit: int) -> list[tuple[int, Subscription]]:
        """Active subscribers by id, a page at a time."""
        page = self.all(_PAGE, after, limit)
        topics: dict[int, list[str]] = {row[0]: [] for row in page}
        for channel in {row[1] for row in page}:
            for _, category, subscriber in self._topics_among(channel, [row[0] for row in page if row[1] == channel]):
                topics[subscriber].append(category)
        words: dict[int, list[str]] = {}
        for subscriber, category in self.all(_WORDS, listed([row[0] for row in page])):
            words.setdefault(subscriber, []).append(word_of(category))
        return [(row[0], _subscription(row, topics[row[0]], tuple(words.get(row[0], ())))) for row in page]


def _may_import(row: Subscription, existing: _Existing) -> bool:
    """Whether nothing that this person did here came after the consent that the import brings."""
    _, _, stopped_at, chosen_at = existing
    consent = to_ms_or_none(row.consent_at)
    did = [at for at in (stopped_at, chosen_at) if at is not None]
    return not did or (consent is not None and consent > max(did))


def _is_after(consent: datetime | None, left: datetime) -> bool:
    return consent is not None and to_ms(consent) > to_ms(left)


def _values(row: Subscription, now: int) -> tuple[Any, ...]:
    quiet_from, quiet_to = row.quiet or (None, None)
    consent_at = to_ms_or_none(row.consent_at)
    return row.mode, quiet_from, quiet_to, row.language, consent_at, row.thread, now, now, row.consent_wording


def _topics(categories: tuple[str, ...]) -> tuple[str, ...]:
    return (ALL,) if _SEMUA in categories else categories


def _subscription(row: tuple[Any, ...], topics: list[str], words: tuple[str, ...]) -> Subscription:
    _, channel, address, mode, quiet_from, quiet_to, language, consent_at, thread, wording = row
    categories = (_SEMUA,) if ALL in topics else tuple(topics)
    quiet = quiet_of(quiet_from, quiet_to)
    return Subscription(
        channel, address, categories, mode, quiet, language or "id", from_ms_or_none(consent_at), thread, words,
        None if wording == _UNTOLD else wording,
    )  # fmt: skip
