"""What transactions say about hubs that push feeds (WebSub)."""

from datetime import datetime
from typing import Any, Final

from bot.ports import Hub
from storage.sqlite.part import Part, from_ms_or_none, to_ms, to_ms_or_none

_HUBS: Final = """
SELECT feed_id, hub, topic, token, secret, callback, asked_at, refusals, lease_until
FROM websub
"""
_DUE: Final = """
JOIN feed ON feed.id = feed_id
WHERE (next_ask <= ?1 OR (callback <> '' AND substr(callback, 1, length(?2)) <> ?2))
  AND NOT feed.paused AND NOT feed.halted AND feed.gone IS NULL
ORDER BY next_ask, feed_id
"""
_NAMED: Final = """
INSERT INTO websub (feed_id, hub, topic, token, secret, next_ask) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (feed_id) DO UPDATE SET hub = excluded.hub, topic = excluded.topic, token = excluded.token,
  secret = excluded.secret, callback = '', asked_at = NULL, next_ask = excluded.next_ask, refusals = 0, error = '',
  lease_until = NULL, delivered_at = NULL
WHERE hub <> excluded.hub OR topic <> excluded.topic
"""
_ASKED: Final = """
UPDATE websub SET callback = ?, asked_at = ?, next_ask = ?, refusals = 0, error = '' WHERE feed_id = ?
"""
_REFUSED: Final = """
UPDATE websub SET asked_at = NULL, next_ask = ?, refusals = refusals + 1, error = ? WHERE feed_id = ?
"""
_GRANTED: Final = """
UPDATE websub SET lease_until = ?, next_ask = ?, refusals = 0, error = '' WHERE feed_id = ?
"""


class Hubs(Part):
    """Hubs: who is asked to push, who has agreed, who delivers."""

    def hub_named(self, feed_id: int, hub: str, topic: str, token: str, secret: str, now: datetime) -> None:
        """The feed names this hub; a known one with the same topic is left as it stands."""
        self.run(_NAMED, feed_id, hub, topic, token, secret, to_ms(now))

    def due_hubs(self, base: str, now: datetime) -> list[Hub]:
        """Hubs of feeds in use that should be asked (again) now, also those that know us by another address."""
        return [_hub(row) for row in self.all(_HUBS + _DUE, to_ms(now), base)]

    def hub_asked(self, feed_id: int, callback: str, next_ask: datetime, now: datetime, error: str = "") -> None:
        """A subscription was asked for, or (`error`) could not be."""
        if error:
            self.run(_REFUSED, to_ms(next_ask), error, feed_id)
        else:
            self.run(_ASKED, callback, to_ms(now), to_ms(next_ask), feed_id)

    def hub_granted(self, feed_id: int, lease_until: datetime, next_ask: datetime) -> None:
        """The hub has confirmed what we asked for."""
        self.run(_GRANTED, to_ms(lease_until), to_ms(next_ask), feed_id)

    def hub_of(self, token: str) -> Hub | None:
        """The hub whose callback ends so."""
        row = self.one(_HUBS + "WHERE token = ?", token)
        return None if row is None else _hub(row)

    def hub_delivers(self, feed_id: int, at: datetime | None) -> None:
        """The hub has delivered then; None: it has missed a story and is relied on no more."""
        self.run("UPDATE websub SET delivered_at = ? WHERE feed_id = ?", to_ms_or_none(at), feed_id)


def _hub(row: tuple[Any, ...]) -> Hub:
    feed_id, hub, topic, token, secret, callback, asked_at, refusals, lease_until = row
    return Hub(
        feed_id, hub, topic, token, secret, callback, from_ms_or_none(asked_at), refusals, from_ms_or_none(lease_until)
    )  # fmt: skip
