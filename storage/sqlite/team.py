"""What transactions say about the team and its office: members, the audit log, labels, feeds on offer, figures."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat.office import Day, Deed, Figures, Member, Offer
from bot.chat.turn import Role
from storage.sqlite.moves import Moves
from storage.sqlite.part import from_ms, listed, to_ms
from storage.sqlite.people import ALL, IS_WORD
from storage.sqlite.staff import Invitations

LONGEST_NAME: Final = 64
_ROLES: Final = frozenset({Role.EDITOR.value, Role.ADMIN.value})
_OFFERS_KEPT: Final = timedelta(days=7)
_TEAM: Final = """
SELECT s.channel, s.address, f.role, f.granted_at, f.subscriber_id, coalesce(n.name, ''),
  CASE WHEN s.status IN ('stopped', 'gone') THEN s.status ELSE '' END
FROM staff f JOIN subscriber s ON s.id = f.subscriber_id LEFT JOIN staff_name n ON n.subscriber_id = f.subscriber_id
ORDER BY f.role, f.granted_at, f.subscriber_id
"""
_NAME: Final = """
INSERT INTO staff_name SELECT f.subscriber_id, ?1 FROM staff f JOIN subscriber s ON s.id = f.subscriber_id
WHERE s.channel = ?2 AND s.address = ?3 ON CONFLICT DO UPDATE SET name = excluded.name
"""
_MEANS: Final = """
INSERT INTO label_meaning VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET category = excluded.category, at = excluded.at
"""
_FOLLOWERS: Final = f"""
SELECT category, count(*) FROM subscription WHERE category <> '{ALL}' AND NOT ({IS_WORD}) GROUP BY 1
"""
# By the day on which a broadcast began: counting deliveries by their own moment would walk over all of them.
_SENT: Final = """
SELECT max(b.not_before, b.created_at), sum(CASE WHEN c.state IN ('sent', 'recalled') THEN c.n ELSE 0 END),
  sum(CASE WHEN c.state IN ('failed', 'unknown') AND c.code NOT IN ('digest', 'unfollowed', 'stopped') THEN c.n ELSE 0
    END)
FROM broadcast b JOIN broadcast_count c ON c.broadcast_id = b.id WHERE b.created_at >= ? GROUP BY b.id
"""


class Team(Invitations, Moves):
    """The team and its office."""

    def team(self) -> list[Member]:
        """All editors and admins, admins first, in the order in which they came."""
        return [
            Member(channel, address, role, from_ms(since), subscriber, name, away)
            for channel, address, role, since, subscriber, name, away in self.all(_TEAM)
        ]

    def name_member(self, channel: str, address: str, name: str) -> None:
        """What somebody of the team is called; nothing of people who hold no role is kept."""
        self.run(_NAME, name[:LONGEST_NAME], channel, address)

    def revoke(self, subscriber: int) -> bool:
        """They hold no role any more, and what they invite to holds no more; False when they held none."""
        self.run("DELETE FROM invitation WHERE made_by = ? AND used_at IS NULL", subscriber)
        return self.run("DELETE FROM staff WHERE subscriber_id = ?", subscriber) == 1

    def deeds(self, limit: int, offset: int = 0) -> list[Deed]:
        """Acts of the audit log, the newest first; those of the team under their names, also who is of it no more."""
        names = self._former_names() | {f"{m.channel}:{m.address}": m.name for m in self.team() if m.name}
        rows = self.all("SELECT at, who, act, detail FROM audit ORDER BY id DESC LIMIT ? OFFSET ?", limit, offset)
        return [_deed(from_ms(at), who, act, detail, names) for at, who, act, detail in rows]

    def _former_names(self) -> dict[str, str]:
        """Of those whose role was taken: the act that took it names them, unless they have had their data erased."""
        details = [
            detail.split(" ") for (detail,) in self.all("SELECT detail FROM audit WHERE act = 'revoke' ORDER BY id")
        ]
        return {words[-1]: " ".join(words[:-2]) for words in details if words[2:]}

    # Feeds ----------------------------------------------------------------------------------------------------------

    def offer_feed(self, url: str, title: str, now: datetime) -> Offer:
        """Keep a feed that was found, so that a button can name it; those of last week are forgotten."""
        self.run("DELETE FROM feed_offer WHERE at < ?", to_ms(now - _OFFERS_KEPT))
        insert = "INSERT INTO feed_offer (url, title, at) VALUES (?, ?, ?) RETURNING id"
        return Offer(self.value(insert, url, title, to_ms(now)), url, title)

    def offer(self, offer_id: int) -> Offer | None:
        """A feed that is on offer."""
        row = self.one("SELECT id, url, title FROM feed_offer WHERE id = ?", offer_id)
        return None if row is None else Offer(*row)

    def set_feed_topics(self, feed_id: int, categories: tuple[str, ...]) -> bool:
        """What is added to all that this feed brings; False for one that feeds.yaml declares."""
        update = "UPDATE feed SET categories = ? WHERE id = ? AND origin = 'chat'"
        return self.run(update, listed(categories), feed_id) == 1

    def map_label(self, label: str, category: str, now: datetime) -> None:
        """From now on the label means this category; "" that it means none."""
        self.run(_MEANS, label, category, to_ms(now))
        self.run("DELETE FROM unmapped_label WHERE label = ?", label)

    def label_meanings(self) -> dict[str, str]:
        """What labels were said to mean in the chat; "" for those that mean nothing."""
        return dict(self.all("SELECT label, category FROM label_meaning"))

    # Figures --------------------------------------------------------------------------------------------------------

    def figures(self, now: datetime, timezone: ZoneInfo, days: int) -> Figures:
        """Numbers of all channels together; the days are the portal's, the last one today."""
        status: Mapping[str, int] = dict(self.all("SELECT status, count(*) FROM subscriber GROUP BY 1"))
        everything = int(self.value("SELECT count(*) FROM subscription WHERE category = ?", ALL))
        followers = tuple((category, n + everything) for category, n in self.all(_FOLLOWERS))
        words = "SELECT count(*) FROM followed_word WHERE followers > 0"
        stories = "SELECT count(*) FROM story WHERE first_seen > ?"
        return Figures(
            status.get("active", 0), status.get("stopped", 0) + status.get("gone", 0), followers,
            self._days(now, timezone, days), int(self.value(words)),
            int(self.value(stories, to_ms(now - timedelta(days=7)))), everything,
        )  # fmt: skip

    def _days(self, now: datetime, timezone: ZoneInfo, days: int) -> tuple[Day, ...]:
        today = now.astimezone(timezone).date()
        first = today - timedelta(days=days - 1)
        begin = datetime(first.year, first.month, first.day, tzinfo=timezone)
        sent: dict[date, int] = defaultdict(int)
        failed: dict[date, int] = defaultdict(int)
        for at, arrived, lost in self.all(_SENT, to_ms(begin)):
            on = from_ms(at).astimezone(timezone).date()
            sent[on] += arrived
            failed[on] += lost
        span = (first + timedelta(days=n) for n in range(days))
        return tuple(Day(on, sent[on], failed[on]) for on in span)

    def standing_broadcasts(self) -> int:
        """How many broadcasts are paused."""
        return int(self.value("SELECT count(*) FROM broadcast WHERE status = 'paused' AND done_at IS NULL"))

    def waiting_count(self) -> int:
        """How many updates are not handled yet."""
        return int(self.value("SELECT count(*) FROM inbox WHERE handled_at IS NULL"))

    def waiting_answers(self) -> dict[str, int]:
        """How many answers to people wait for their turn, by channel."""
        return dict(self.all("SELECT channel, count(*) FROM reply WHERE state = 'queued' GROUP BY channel"))

    # Chats ----------------------------------------------------------------------------------------------------------

    def move_chat(self, channel: str, address: str, to: str) -> None:
        """The platform says that a chat has a new address; what is queued for it goes there."""
        subscriber = self._subscriber(channel, address)
        if subscriber is not None:
            self._move(channel, subscriber, to)
        self._readdress(channel, address, to)  # also of people who have no row


def _deed(at: datetime, who: str, act: str, detail: str, names: Mapping[str, str]) -> Deed:
    """`editor:telegram:42` is who did it and what they were then, whatever they are now."""
    role, _, rest = who.partition(":")
    known, person = (role, rest) if role in _ROLES else ("", who)
    return Deed(at, names.get(person, person), act, detail, known)
