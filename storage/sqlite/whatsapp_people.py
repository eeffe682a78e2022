"""What transactions say about people on WhatsApp: two names of one subscriber, moves, and the 24 hours of a window."""

from datetime import datetime, timedelta
from typing import Final

from bot.delivery.timing import CLOSING
from storage.sqlite.moves import FORGET_MESSAGES, Moves
from storage.sqlite.part import to_ms
from storage.sqlite.waiting import DUE_NOW

NAME: Final = "whatsapp"
WINDOW: Final = timedelta(hours=24)
_LEARN: Final = """
INSERT INTO whatsapp_person (subscriber_id, phone, user_id) VALUES (?, ?, ?)
ON CONFLICT (subscriber_id) DO UPDATE SET phone = coalesce(excluded.phone, phone),
  user_id = coalesce(excluded.user_id, user_id)
"""
_LAST_WORD: Final = """
SELECT CASE status WHEN 'new' THEN -1 ELSE max(coalesce(consent_at, 0), coalesce(joined_at, 0), coalesce(chosen_at, 0),
  coalesce(stopped_at, 0)) END FROM subscriber WHERE id = ?
"""
_OPEN: Final = """
UPDATE subscriber SET window_until = max(window_until, :until),
  digest_at = CASE WHEN window_until <= :closing AND digest_at > :now
                     AND (mode = 'instant' OR EXISTS (SELECT 1 FROM whatsapp_push p
                                                      WHERE p.subscriber_id = subscriber.id AND p.missed = 1))
                   THEN :now ELSE digest_at END
WHERE channel = 'whatsapp' AND address = :address
"""
# A stop is booked when it is handled, which may be long after it was said. When that was, the window tells of what is
# said in the chat; WhatsApp's own menu opens none.
_STOPPED_AFTER: Final = """
SELECT 1 FROM subscriber s LEFT JOIN whatsapp_person p ON p.subscriber_id = s.id
WHERE s.channel = 'whatsapp' AND s.address = :address AND s.status = 'stopped' AND s.stopped_at > :at
  AND (s.window_until > :window OR p.stop_said_at > :at)
"""
# A consent is booked when it is handled, too: where it was given in the chat, the window tells when that was said.
_CONSENTED_SINCE: Final = """
SELECT 1 FROM subscriber WHERE id = ? AND status = 'active' AND consent_at > ?
  AND (window_until = 0 OR window_until > ?)
"""
_STOP_SAID: Final = """
INSERT INTO whatsapp_person (subscriber_id, stop_said_at) VALUES (?1, ?2)
ON CONFLICT DO UPDATE SET stop_said_at = max(coalesce(stop_said_at, 0), excluded.stop_said_at)
"""
_FORMER: Final = """
INSERT INTO whatsapp_former VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET subscriber_id = excluded.subscriber_id,
  until = max(until, excluded.until)
"""
_HAS_WRITTEN: Final = """
UPDATE whatsapp_push SET unread = 0, missed = 0, spared = 0, spared_until = NULL
WHERE subscriber_id = ? AND (unread > 0 OR missed > 0 OR spared > 0)
"""
# Both were written to, and it was one person: what comes next keeps its distance from each.
_INHERIT_PUSHED: Final = """
INSERT INTO whatsapp_push (subscriber_id, told_at, template_at, marketing_at, marketing_before, marketing_of, unread,
  missed, spared, spared_until)
SELECT ?1, told_at, template_at, marketing_at, marketing_before, marketing_of, unread, missed, spared, spared_until
FROM whatsapp_push WHERE subscriber_id = ?2 ON CONFLICT DO UPDATE SET
  told_at = max(coalesce(told_at, 0), coalesce(excluded.told_at, 0)),
  template_at = nullif(max(coalesce(template_at, 0), coalesce(excluded.template_at, 0)), 0),
  marketing_at = nullif(max(coalesce(marketing_at, 0), coalesce(excluded.marketing_at, 0)), 0),
  marketing_before = nullif(max(coalesce(marketing_before, 0), coalesce(excluded.marketing_before, 0),
    min(coalesce(marketing_at, 0), coalesce(excluded.marketing_at, 0))), 0),
  marketing_of = CASE WHEN coalesce(excluded.marketing_at, 0) > coalesce(marketing_at, 0) THEN excluded.marketing_of
                      ELSE marketing_of END,
  unread = max(unread, excluded.unread), missed = max(missed, excluded.missed),
  spared = max(spared, excluded.spared),
  spared_until = nullif(max(coalesce(spared_until, 0), coalesce(excluded.spared_until, 0)), 0)
"""
# What is told of messages to the one who goes is about the one who is kept.
_UNITED: Final = (
    "UPDATE whatsapp_united SET subscriber_id = ?1 WHERE subscriber_id = ?2",
    "UPDATE OR IGNORE whatsapp_early SET b = ?1 WHERE kind = 'd' AND b = ?2",
)


class WhatsAppPeople(Moves):
    """Aliases, moves, windows."""

    def whatsapp_address(self, phone: str | None, user_id: str | None, at: datetime | None) -> str:
        """Where to reach whoever said something then under these names; both are remembered."""
        known = {s for s in (self._by_name("phone", phone), self._by_name("user_id", user_id)) if s is not None}
        if not known and (former := self._former((phone, user_id), at)) is not None:
            return self._address(former)
        if len(known) > 1 and at is not None:
            return self._learn_as_one(known, phone, user_id, at)
        subscriber = self._unite(*known) if known else self._known(NAME, phone or user_id or "")
        return self._learn(subscriber, phone, user_id)

    def whatsapp_moved(
        self, old: tuple[str | None, str | None], new: tuple[str | None, str | None], at: datetime
    ) -> None:  # fmt: skip
        """Whoever had the old (number, id) has the new ones from now on; a stranger's move means nothing to us."""
        names = ("phone", "user_id")
        known = {s for name, value in zip(names, old, strict=True) if (s := self._by_name(name, value)) is not None}
        if not known:
            return
        there = {s for name, value in zip(names, new, strict=True) if (s := self._by_name(name, value)) is not None}
        subscriber = self._unite(*(known | there))
        for before, after in zip(old, new, strict=True):
            if before is not None and after is not None and before != after:
                forget = "INSERT INTO whatsapp_former VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until = excluded.until"
                self.run(forget, before, subscriber, to_ms(at))
        self._learn(subscriber, *new)

    def open_window(self, address: str, at: datetime, now: datetime) -> None:
        """This person wrote then: for 24 hours anything may be sent; what they are owed comes at once."""
        until = to_ms(min(at, now) + WINDOW)
        self.conn.execute(
            _OPEN, {"address": address, "until": until, "now": to_ms(now), "closing": to_ms(now + CLOSING)}
        )
        subscriber = self._subscriber(NAME, address)
        if subscriber is not None:
            reached = "UPDATE whatsapp_person SET undeliverable = 0 WHERE subscriber_id = ? AND undeliverable > 0"
            self.run(reached, subscriber)
            self.run(_HAS_WRITTEN, subscriber)
            self.conn.execute(DUE_NOW, {"subscriber": subscriber, "now": to_ms(now)})

    def stopped_after(self, address: str, at: datetime) -> bool:
        """Whether this person has stopped, and has said something later than that: their last word counts."""
        values = {"address": address, "at": to_ms(at), "window": to_ms(at + WINDOW)}
        return self.conn.execute(_STOPPED_AFTER, values).fetchone() is not None

    def whatsapp_stopped(self, who: tuple[str | None, str | None], at: datetime, now: datetime) -> None:
        """Whoever has this (number, id) wants nothing more, as they said then in WhatsApp's own menu."""
        address = self.whatsapp_address(*who, at)
        self._stopped_marketing(self._known(NAME, address), min(at, now), now)

    def _stopped_marketing(self, subscriber: int, said: datetime, now: datetime) -> None:
        """They want nothing more; told late, it takes back no consent that they have given since."""
        self.run(_STOP_SAID, subscriber, to_ms(said.replace(microsecond=0)))  # as what is said in the chat is told
        if self.value(_CONSENTED_SINCE, subscriber, to_ms(said), to_ms(said + WINDOW)) is None:
            self.stop(NAME, self._address(subscriber), False, now)

    def keep_options(self, address: str, options: str | None) -> None:
        """What numbers mean that this person types from now on; None: nothing of their own."""
        keep = "UPDATE whatsapp_person SET options = ? WHERE subscriber_id = ?"
        self.run(keep, options, self._subscriber(NAME, address))

    def options_of(self, address: str) -> str | None:
        """What was kept."""
        find = "SELECT options FROM whatsapp_person WHERE subscriber_id = ?"
        options: str | None = self.value(find, self._subscriber(NAME, address))
        return options

    # Names ----------------------------------------------------------------------------------------------------------

    def _by_name(self, column: str, value: str | None) -> int | None:
        """Whose name this is; an imported subscriber has only an address."""
        if value is None:
            return None
        found: int | None = self.value(f"SELECT subscriber_id FROM whatsapp_person WHERE {column} = ?", value)
        return found if found is not None else self._subscriber(NAME, value)

    def _former(self, names: tuple[str | None, ...], at: datetime | None) -> int | None:
        """Who had one of these names when that was said."""
        if at is None:
            return None
        find = "SELECT subscriber_id FROM whatsapp_former WHERE alias = ? AND until >= ?"
        found = (self.value(find, name, to_ms(at)) for name in names if name is not None)
        return next((subscriber for subscriber in found if subscriber is not None), None)

    def _learn_as_one(self, known: set[int], phone: str | None, user_id: str | None, at: datetime) -> str:
        """One person has one number and one id: what was said under another name until then may come later."""
        before = self._all_names(known)
        subscriber = self._unite(*known)
        address = self._learn(subscriber, phone, user_id)
        for name in sorted(before - self._all_names({subscriber})):
            self.run(_FORMER, name, subscriber, to_ms(at))
        return address

    def _all_names(self, known: set[int]) -> set[str]:
        """What these are called now."""
        find = "SELECT phone, user_id FROM whatsapp_person WHERE subscriber_id = ?"
        return {name for s in known for name in (*(self.one(find, s) or ()), self._address(s)) if name}

    def _address(self, subscriber: int) -> str:
        return str(self.value("SELECT address FROM subscriber WHERE id = ?", subscriber))

    def _learn(self, subscriber: int, phone: str | None, user_id: str | None) -> str:
        """Remember both names; what is sent to is the number, and the id only of those who hide it."""
        self.run(_LEARN, subscriber, phone, user_id)
        names = "SELECT phone, user_id FROM whatsapp_person WHERE subscriber_id = ?"
        known_phone, known_id = self.one(names, subscriber)
        before, after = self._address(subscriber), str(known_phone or known_id)
        if before != after:
            self.run("UPDATE subscriber SET address = ? WHERE id = ?", after, subscriber)
            self._readdress(NAME, before, after)
        return after

    def _unite(self, *known: int) -> int:
        """These were taken for several people and are one: their last word counts, whichever of them said it."""
        keep, *others = sorted(known, key=lambda s: (-self.value(_LAST_WORD, s), s))
        for drop in others:
            self._inherit(keep, drop)
            self._merge(NAME, keep=keep, drop=drop)
            self.run("INSERT OR REPLACE INTO whatsapp_united VALUES (?, ?)", drop, keep)
        return keep

    def _inherit(self, keep: int, drop: int) -> None:
        window = "SELECT max(window_until) FROM subscriber WHERE id IN (?, ?)"
        self.run("UPDATE subscriber SET window_until = ? WHERE id = ?", self.value(window, keep, drop), keep)
        self.run(_INHERIT_PUSHED, keep, drop)
        self.run("UPDATE OR IGNORE whatsapp_rest SET subscriber_id = ? WHERE subscriber_id = ?", keep, drop)
        find = "SELECT phone, user_id, stop_said_at FROM whatsapp_person WHERE subscriber_id = ?"
        *names, said = self.one(find, drop) or (None, None, None)
        if names[0] is not None and self.value("SELECT phone FROM whatsapp_person WHERE subscriber_id = ?", keep):
            self.run(FORGET_MESSAGES, drop)  # what stands in the chat of another number is no context in this one
        for statement in _UNITED:
            self.run(statement, keep, drop)
        there = self._address(drop)
        self.run("DELETE FROM whatsapp_person WHERE subscriber_id = ?", drop)  # so that the names are free
        self.run("UPDATE whatsapp_former SET subscriber_id = ? WHERE subscriber_id = ?", keep, drop)
        self._readdress(NAME, there, self._address(keep))
        if said is not None:
            self.run(_STOP_SAID, keep, said)
        if any(names):
            missing = "INSERT INTO whatsapp_person (subscriber_id, phone, user_id) VALUES (?, ?, ?) ON CONFLICT DO "
            missing += (
                "UPDATE SET phone = coalesce(phone, excluded.phone), user_id = coalesce(user_id, excluded.user_id)"
            )
            self.run(missing, keep, *names)
