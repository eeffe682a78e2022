"""What transactions say about money: reserved with a message, settled by the platform's word, summed by day."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.delivery.budget import Spent, month_after, month_of
from bot.delivery.cadence import A_DAY, A_WEEK, COUNTED, DAILY_UNREAD, WEEKLY_UNREAD, Pushed
from bot.delivery.receipts import Billed, DeliveryTag, ReplyTag, Tag, spared_for
from bot.delivery.tariff import LONGEST_PREFIX, Category, Prices, billed_amount, is_marketing
from bot.delivery.timing import CLOSING
from bot.ports import Charged, Windows
from storage.sqlite.part import Part, from_ms, from_ms_or_none, listed, to_ms

_SPENT: Final = """
SELECT coalesce(sum(amount) FILTER (WHERE day = ?1), 0), coalesce(sum(amount), 0),
  coalesce(sum(messages) FILTER (WHERE category = 'service'), 0)
FROM whatsapp_spent WHERE day >= ?2 AND day < ?3
"""
_CHARGE: Final = "INSERT OR IGNORE INTO whatsapp_charge VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?)"
_SPEND: Final = """
INSERT INTO whatsapp_spent VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  messages = messages + excluded.messages, reserved = reserved + excluded.reserved, amount = amount + excluded.amount
"""
_SPEND_ON: Final = """
INSERT INTO whatsapp_spent_on VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount
"""
_THIS: Final = "WHERE kind = ? AND about = ? AND subscriber_id = ? AND attempt = ?"
_CHARGED: Final = (
    f"SELECT day, category, reserved, settled, marketing, utility, template, counted FROM whatsapp_charge {_THIS}"
)
_SETTLE: Final = f"UPDATE whatsapp_charge SET settled = ? {_THIS}"
_TOLD: Final = """
INSERT INTO whatsapp_push (subscriber_id, told_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET told_at = excluded.told_at
"""
_TEMPLATE: Final = """
INSERT INTO whatsapp_push (subscriber_id, template_at, marketing_at, marketing_of, unread)
VALUES (?1, ?2, iif(?3, ?2, NULL), iif(?3, ?4, NULL), ?3)
ON CONFLICT DO UPDATE SET template_at = excluded.template_at, unread = unread + excluded.unread,
  marketing_before = iif(?3, marketing_at, marketing_before),
  marketing_at = coalesce(excluded.marketing_at, marketing_at),
  marketing_of = coalesce(excluded.marketing_of, marketing_of)
"""
_TAKE_BACK: Final = """
UPDATE whatsapp_push SET marketing_at = marketing_before, marketing_before = NULL, marketing_of = NULL
WHERE subscriber_id = ? AND marketing_of = ?
"""
_ALSO_MARKETING: Final = """
UPDATE whatsapp_push SET unread = unread + 1,
  marketing_before = iif(?2 > coalesce(marketing_at, 0) AND marketing_of IS NOT ?3, marketing_at, marketing_before),
  marketing_of = iif(?2 > coalesce(marketing_at, 0), ?3, marketing_of),
  marketing_at = iif(?2 > coalesce(marketing_at, 0), ?2 + 1, marketing_at)  -- rounded up, as those that are planned
WHERE subscriber_id = ?1
"""
_LEFT: Final = "SELECT started_at FROM delivery WHERE broadcast_id = ? AND subscriber_id = ?"
_MISSED: Final = "INSERT INTO whatsapp_push (subscriber_id, missed) VALUES (?, 1) ON CONFLICT DO UPDATE SET missed = 1"
_PUSHED: Final = """
SELECT p.subscriber_id, p.told_at, p.template_at, p.marketing_at, p.unread, p.spared_until
FROM json_each(?) page CROSS JOIN whatsapp_push p ON p.subscriber_id = page.value
"""
_LESS_UNREAD: Final = "UPDATE whatsapp_push SET unread = max(0, unread - 1) WHERE subscriber_id = ?"
_HAS_READ: Final = "UPDATE whatsapp_push SET unread = 0 WHERE subscriber_id = ? AND unread > 0"
_SPARED: Final = "SELECT spared, spared_until FROM whatsapp_push WHERE subscriber_id = ? AND spared > 0"
_SPARED_NO_MORE: Final = "UPDATE whatsapp_push SET spared = 0, spared_until = NULL WHERE subscriber_id = ?"
_STARTED: Final = "SELECT started_at FROM delivery WHERE broadcast_id = ? AND subscriber_id = ? AND attempt = ?"
_OF_HOUR: Final = """
SELECT d.subscriber_id, count(*) FROM broadcast b CROSS JOIN json_each(?2) page
CROSS JOIN delivery d ON d.broadcast_id = b.id AND d.subscriber_id = page.value
WHERE b.slot >= ?1 AND b.slot < ?1 || '~' GROUP BY 1
"""
_WINDOWS: Final = """
SELECT CASE WHEN s.address GLOB '[0-9]*' THEN substr(s.address, 1, {prefix}) ELSE substr(s.address, 1, 3) END,
  sum(s.window_until > :closing), sum(s.window_until <= :closing),
  sum(s.window_until <= :closing AND coalesce(p.template_at, 0) > :begun_since),
  sum(s.window_until <= :closing AND {sated}),
  sum(s.window_until <= :closing AND coalesce(p.template_at, 0) > :begun_since AND {sated})
FROM {audience} LEFT JOIN whatsapp_push p ON p.subscriber_id = s.id
WHERE s.channel = :channel AND s.status = 'active' AND s.window_until IS NOT NULL
  AND (s.paused_until IS NULL OR s.paused_until <= :now)
GROUP BY 1
"""
# As bot.delivery.cadence.marketing_from has it.
_SATED: Final = f"""
(coalesce(p.unread, 0) >= {DAILY_UNREAD + WEEKLY_UNREAD} OR coalesce(p.spared_until, 0) > :now
 OR coalesce(p.marketing_at, 0) > iif(p.unread >= {DAILY_UNREAD}, :a_week_ago, :a_day_ago))
"""
_EVERYBODY: Final = "subscriber s"
_FOLLOWERS: Final = """
(SELECT DISTINCT f.subscriber_id FROM subscription f WHERE f.channel = :channel
 AND (f.category = '*' OR f.category IN (SELECT value FROM json_each(:categories)))) f
JOIN subscriber s ON s.id = f.subscriber_id
"""
# Itself, or as a story of a digest in which it stood to be read.
_WHO_HAD_IT: Final = """
(SELECT d.subscriber_id FROM delivery d WHERE d.broadcast_id = :had AND d.state IN ('sent', 'unknown')
 UNION SELECT d.subscriber_id FROM broadcast o
 JOIN broadcast b ON b.kind = 'digest' AND (b.expires_at >= o.created_at OR b.id > o.id)
 JOIN delivery d ON d.broadcast_id = b.id AND d.state IN ('sent', 'unknown') CROSS JOIN json_each(d.stories) carried
 WHERE o.id = :had AND o.kind = 'story' AND carried.value = o.story_id
   AND carried.key < json_array_length(d.stories) - coalesce(d.more, 0)) f
JOIN subscriber s ON s.id = f.subscriber_id
"""
_OLD: Final = """
DELETE FROM whatsapp_charge WHERE (kind, about, subscriber_id, attempt) IN (
  SELECT kind, about, subscriber_id, attempt FROM whatsapp_charge WHERE day < ? LIMIT ?)
"""
_IN_VAIN: Final = """
SELECT kind, about, subscriber_id, attempt FROM whatsapp_charge c WHERE day < ? AND settled IS NULL
  AND EXISTS (SELECT 1 FROM whatsapp_charge later WHERE later.kind = c.kind AND later.about = c.about
    AND later.subscriber_id = c.subscriber_id AND later.attempt > c.attempt AND later.settled IS NOT NULL)
ORDER BY day LIMIT ?
"""
_MONEY_IS_BACK: Final = "INSERT OR IGNORE INTO meta VALUES ('money_is_back', '')"
_LOOK_FOR_MONEY: Final = """
UPDATE delivery SET next_at = max(?1, coalesce((SELECT h.until FROM subscriber s JOIN hold h USING (channel, address)
                                                WHERE s.id = subscriber_id), 0))
WHERE state = 'queued' AND channel = 'whatsapp' AND code = 'budget' AND next_at > ?1
  AND (SELECT kind FROM broadcast WHERE id = broadcast_id) <> 'digest'  -- which has its hours
"""
_PEOPLE: Final = """
SELECT (SELECT count(*) FROM whatsapp_push WHERE template_at > ?1)
  + (SELECT coalesce(sum(CAST(value AS INTEGER)), 0) FROM meta WHERE key > 'began:' || ?1 AND key < 'began;')
"""
_CURRENCY: Final = "SELECT value FROM meta WHERE key = 'whatsapp_currency'"
# Amounts of another currency mean nothing here. How many messages there were does: the free ones are counted by month.
_BEGIN_ANEW: Final = (
    "UPDATE whatsapp_spent SET reserved = 0, amount = 0",
    "DELETE FROM whatsapp_spent_on",
    "UPDATE whatsapp_charge SET reserved = 0, settled = iif(settled IS NULL, NULL, 0), marketing = 0, utility = 0",
)
_ROUNDED_UP: Final = timedelta(microseconds=999)


class Money(Part):
    """Charges, their sums, and what readers were sent outside of a window."""

    def keep_currency(self, currency: str) -> str | None:
        """Reckon in this currency from now on; the one before it, whose sums end here, or None."""
        before = self.currency()
        if before == currency:
            return None
        self.run("INSERT OR REPLACE INTO meta VALUES ('whatsapp_currency', ?)", currency)
        if before is not None:
            for statement in _BEGIN_ANEW:
                self.run(statement)
        return before

    def currency(self) -> str | None:
        """What all sums are reckoned in; None: nobody has said."""
        found: str | None = self.value(_CURRENCY)
        return found

    def spent(self, today: date) -> Spent:
        """What this day and its month have cost, and how many service messages the month has had."""
        days = (today.toordinal(), month_of(today).toordinal(), month_after(today).toordinal())
        return Spent(*self.one(_SPENT, *days))

    def spent_on(self, broadcasts: Collection[int]) -> dict[int, int]:
        """What these broadcasts have cost."""
        find = "SELECT * FROM whatsapp_spent_on WHERE broadcast_id IN (SELECT value FROM json_each(?))"
        return dict(self.all(find, listed(broadcasts)))

    def unsettled(self, since: date) -> int:
        """What is reserved for messages of these days that the platform has not billed yet."""
        waiting = "SELECT coalesce(sum(reserved), 0) FROM whatsapp_charge WHERE day >= ? AND settled IS NULL"
        return int(self.value(waiting, since.toordinal()))

    def spending(self, since: date) -> list[tuple[date, str, int, int, int]]:
        """By day and category: messages, what was foreseen for them, what they cost."""
        rows = self.all("SELECT * FROM whatsapp_spent WHERE day >= ? ORDER BY 1, 2", since.toordinal())
        return [(date.fromordinal(day), *figures) for day, *figures in rows]

    def charge(self, charged: Sequence[Charged], today: date) -> None:
        """Reserve these amounts, in the transaction that starts what they are for."""
        day = today.toordinal()
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        on: Counter[int] = Counter()
        rows = []
        for tag, (category, amount, prices), template in charged:
            counted = bool(template) and category is Category.MARKETING and isinstance(tag, DeliveryTag)
            rows.append((*_key(tag), day, category.value, amount, *prices, template, counted))
            sums[category.value][0] += 1
            sums[category.value][1] += amount
            if isinstance(tag, DeliveryTag):
                on[tag.broadcast_id] += amount
        self.conn.executemany(_CHARGE, rows)
        self.conn.executemany(_SPEND, [(day, category, n, sum_, sum_) for category, (n, sum_) in sums.items()])
        self.conn.executemany(_SPEND_ON, list(on.items()))

    # What became of it ----------------------------------------------------------------------------------------------

    def _bill(self, tag: Tag, billed: Billed) -> None:
        """The platform has said what a message costs."""
        found = self.one(_CHARGED, *_key(tag))
        if found is None:
            return
        day, category, reserved, settled, marketing, utility, template, counted = found
        amount = billed_amount(billed.category, Prices(marketing, utility)) if billed.billable else 0
        if settled != amount:
            self.run(_SETTLE, amount, *_key(tag))
            self._correct(tag, day, category, 0, 0, amount - (reserved if settled is None else settled))
        if template and not counted and is_marketing(billed.category) and isinstance(tag, DeliveryTag):
            self._count_as_marketing(tag)

    def _count_as_marketing(self, tag: DeliveryTag) -> None:
        """The platform takes it for marketing, and we did not, or no more: it is one of its day like any other."""
        self.run(f"UPDATE whatsapp_charge SET counted = 1 {_THIS}", *_key(tag))
        self.run(_ALSO_MARKETING, tag.subscriber_id, self.value(_LEFT, *tag[:2]) or 0, str(tag))

    def _release(self, tag: Tag) -> None:
        """It did not arrive: it costs nothing, and nobody has left it unread."""
        found = self.one(_CHARGED, *_key(tag))
        if found is None:
            return
        day, category, reserved, settled, *_, counted = found
        self.run(f"DELETE FROM whatsapp_charge {_THIS}", *_key(tag))
        self._correct(tag, day, category, -1, -reserved, -(reserved if settled is None else settled))
        if counted and isinstance(tag, DeliveryTag):
            self.run(_LESS_UNREAD, tag.subscriber_id)

    def _correct(self, tag: Tag, day: int, category: str, messages: int, reserved: int, amount: int) -> None:
        if messages or reserved or amount:
            self.run(_SPEND, day, category, messages, reserved, amount)
        if amount and isinstance(tag, DeliveryTag):
            self.run(_SPEND_ON, tag.broadcast_id, amount)
        if amount < 0:
            self.run(_MONEY_IS_BACK)

    def look_for_money(self, now: datetime, *, always: bool = False) -> int:
        """What waits for money is due, if any has come back since this was asked, or `always`; how many."""
        came_back = self.run("DELETE FROM meta WHERE key = 'money_is_back'")
        return self.run(_LOOK_FOR_MONEY, to_ms(now)) if came_back or always else 0

    def _forget_charges(self, before: date, limit: int) -> int:
        """Nothing more is told of these; what was sent once more in vain, as its next attempt shows, costs nothing."""
        in_vain = self.all(_IN_VAIN, before.toordinal(), limit)
        for kind, about, subscriber, attempt in in_vain:
            self._release(DeliveryTag(about, subscriber, attempt) if kind == "d" else ReplyTag(about, attempt))
        return len(in_vain) or self.run(_OLD, before.toordinal(), limit)

    # Readers --------------------------------------------------------------------------------------------------------

    def pushed(self, subscribers: Collection[int]) -> dict[int, Pushed]:
        """What these readers were sent of our own accord; who is missing was sent nothing."""
        return {
            subscriber: Pushed(
                from_ms_or_none(told), from_ms_or_none(template), from_ms_or_none(marketing), unread,
                from_ms_or_none(spared),
            )
            for subscriber, told, template, marketing, unread, spared in self.all(_PUSHED, listed(subscribers))
        }  # fmt: skip

    def note_told(self, subscribers: Sequence[int], now: datetime) -> None:
        """These readers are being told stories in an open window."""
        self.conn.executemany(_TOLD, [(subscriber, to_ms(now)) for subscriber in subscribers])

    def note_templates(self, sent: Sequence[tuple[DeliveryTag, bool]], now: datetime) -> None:
        """These attempts send a template; True: one that is billed as marketing."""
        at = to_ms(now + _ROUNDED_UP)  # a day after that is a whole day
        self.conn.executemany(_TEMPLATE, [(tag.subscriber_id, at, marketing, str(tag)) for tag, marketing in sent])

    def note_missed(self, subscribers: Sequence[int]) -> None:
        """Their digest's hour passes with the window closed: it comes when they write."""
        self.conn.executemany(_MISSED, [(subscriber,) for subscriber in subscribers])

    def _take_back_marketing(self, tag: DeliveryTag) -> None:
        """It has not left and will be tried again: it is not the one of its day, the one before it is the last."""
        self.run(_TAKE_BACK, tag.subscriber_id, str(tag))
        if self.run(f"UPDATE whatsapp_charge SET counted = 0 {_THIS} AND counted = 1", *_key(tag)):
            self.run(_LESS_UNREAD, tag.subscriber_id)

    def _has_had(self, tag: DeliveryTag, *, read: bool) -> None:
        """It has arrived; what is read was wanted. The platform spares nobody to whom it brings what left since."""
        if read:
            self.run(_HAS_READ, tag.subscriber_id)
        times, until = self.one(_SPARED, tag.subscriber_id) or (0, 0)
        if times and (self.value(_STARTED, *tag) or 0) >= to_ms(from_ms(until) - spared_for(times)):
            self.run(_SPARED_NO_MORE, tag.subscriber_id)

    def people_since(self, at: datetime) -> int:
        """How many different readers were sent a template since then, those who are forgotten by now among them."""
        return int(self.value(_PEOPLE, to_ms(at)))

    def digests_of_hour(self, slot: str, subscribers: Collection[int]) -> dict[int, int]:
        """How many digests of this hour these readers have had, the later ones of slots `slot#2` and so on."""
        return dict(self.all(_OF_HOUR, slot, listed(subscribers)))

    def windows(
        self, channel: str, categories: Collection[str], now: datetime, had: int | None = None
    ) -> list[Windows]:  # fmt: skip
        """The audience of an alert to these categories (none: everybody), by window and beginning of address.

        With `had` those who were sent that broadcast.
        """
        audience = _WHO_HAD_IT if had is not None else _FOLLOWERS if categories else _EVERYBODY
        values = {
            "channel": channel, "categories": listed(sorted(categories)), "now": to_ms(now),
            "had": had, "closing": to_ms(now + CLOSING), "a_day_ago": to_ms(now - A_DAY),
            "a_week_ago": to_ms(now - A_WEEK), "begun_since": to_ms(now - COUNTED),
        }  # fmt: skip
        query = _WINDOWS.format(prefix=LONGEST_PREFIX, audience=audience, sated=_SATED)
        return [Windows(*row) for row in self.conn.execute(query, values).fetchall()]

    def first_time(self, key: str) -> bool:
        """Whether this is said for the first time; it is remembered."""
        return self.run("INSERT OR IGNORE INTO meta VALUES (?, '')", key) == 1


def _key(tag: Tag) -> tuple[Any, ...]:
    if isinstance(tag, DeliveryTag):
        return "d", tag.broadcast_id, tag.subscriber_id, tag.attempt
    return "r", tag.reply_id, 0, tag.attempt
