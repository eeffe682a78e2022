"""Scripted misfortune: which request meets which fault, how often."""

from dataclasses import dataclass, field
from random import Random
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong; the names below are all there are."""

    name: str
    retry_after: int = 0

    FORBIDDEN: ClassVar["Fault"]  # 403 bot was blocked by the user
    DEACTIVATED: ClassVar["Fault"]  # 403 user is deactivated
    KICKED: ClassVar["Fault"]  # 403 bot was kicked from the group chat
    CHAT_NOT_FOUND: ClassVar["Fault"]  # 400
    NO_RIGHTS: ClassVar["Fault"]  # 400 not enough rights to send text messages to the chat
    TOPIC_CLOSED: ClassVar["Fault"]  # 400
    CANNOT_PARSE: ClassVar["Fault"]  # 400 can't parse entities
    CANNOT_EDIT: ClassVar["Fault"]  # 400 message can't be edited
    CANNOT_DELETE: ClassVar["Fault"]  # 400 message can't be deleted for everyone
    UNAUTHORIZED: ClassVar["Fault"]  # 401, as after the token was revoked
    MIGRATE: ClassVar["Fault"]  # 400 with migrate_to_chat_id
    SERVER_ERROR: ClassVar["Fault"]  # a whole Bot API answer with error code 500
    BAD_GATEWAY_HTML: ClassVar["Fault"]  # 502 with a page
    GATEWAY_TIMEOUT_HTML: ClassVar["Fault"]  # 504 with a page, after the work was done
    HANG: ClassVar["Fault"]  # no work, no answer, the connection stays open
    ACCEPT_THEN_HANG: ClassVar["Fault"]  # the work, then no answer
    DROP: ClassVar["Fault"]  # the connection is closed before the work
    ACCEPT_THEN_DROP: ClassVar["Fault"]  # the work, then the connection is closed without an answer
    HALF_ANSWER: ClassVar["Fault"]  # the work, then half of the answer

    @staticmethod
    def FLOOD(retry_after: int) -> "Fault":  # noqa: N802 — stands in a row with the names above
        """429 with this `retry_after`."""
        return Fault("FLOOD", retry_after)


for _name in filter(str.isupper, list(Fault.__annotations__)):
    setattr(Fault, _name, Fault(_name))


@dataclass(slots=True)
class Rule:
    """A fault and the requests that it strikes."""

    answer: Fault
    method: str | None = None  # in lower case
    chat_id: int | None = None
    times: int | None = None  # only the first so many; None: without end
    every: int = 1  # each n-th matching request
    share: float = 1.0  # of the matching requests, by seeded chance
    seen: int = 0
    struck: int = 0

    def strikes(self, method: str, chat_id: int | None, chance: Random) -> bool:
        """Whether this request meets the fault; counts it."""
        if self.method not in (None, method) or self.chat_id not in (None, chat_id):
            return False
        self.seen += 1
        spent = self.times is not None and self.struck >= self.times
        if spent or self.seen % self.every or chance.random() >= self.share:
            return False
        self.struck += 1
        return True


@dataclass(slots=True)
class Faults:
    """All rules; the first that strikes counts."""

    chance: Random = field(default_factory=lambda: Random(0))
    rules: list[Rule] = field(default_factory=list)

    def add(
        self, *, answer: Fault, method: str | None = None, chat_id: int | None = None,
        times: int | None = None, every: int = 1, share: float = 1.0,
    ) -> Rule:  # fmt: skip
        """Let requests that match meet this fault; the rule counts what it saw and struck."""
        rule = Rule(answer, method.lower() if method else None, chat_id, times, every, share)
        self.rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """Take one rule back."""
        self.rules.remove(rule)

    def clear(self) -> None:
        """Take all rules back."""
        self.rules.clear()

    def strike(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault that this request meets, if any."""
        for rule in self.rules:
            if rule.strikes(method, chat_id, self.chance):
                return rule.answer
        return None
