"""Scripted misfortune: which request meets which fault, how often."""

from dataclasses import dataclass, field
from random import Random
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong with a request, or (`code`) an error of the API's table, told at once or later."""

    name: str
    code: int = 0

    HANG: ClassVar["Fault"]  # no work, no answer, the connection stays open
    ACCEPT_THEN_HANG: ClassVar["Fault"]  # the work, then no answer
    DROP: ClassVar["Fault"]  # the connection is closed before the work
    ACCEPT_THEN_DROP: ClassVar["Fault"]  # the work, then the connection is closed without an answer
    HALF_ANSWER: ClassVar["Fault"]  # the work, then half of the answer
    BAD_GATEWAY: ClassVar["Fault"]  # 502 with a page

    @staticmethod
    def ERROR(code: int) -> "Fault":  # noqa: N802 — stands in a row with the names above
        """This error in the answer."""
        return Fault("ERROR", code)

    @staticmethod
    def FAILED(code: int) -> "Fault":  # noqa: N802 — likewise
        """Accepted, and this error in a `failed` status afterwards."""
        return Fault("FAILED", code)


for _name in filter(str.isupper, list(Fault.__annotations__)):
    setattr(Fault, _name, Fault(_name))

DONE_FIRST = frozenset({Fault.ACCEPT_THEN_HANG, Fault.ACCEPT_THEN_DROP, Fault.HALF_ANSWER})


@dataclass(slots=True)
class Rule:
    """A fault and the requests that it strikes."""

    answer: Fault
    to: str | None = None
    times: int | None = None  # only the first so many; None: without end
    share: float = 1.0  # of the matching requests, by seeded chance
    struck: int = 0


@dataclass(slots=True)
class Faults:
    """All rules; the first that strikes counts."""

    chance: Random = field(default_factory=lambda: Random(0))
    rules: list[Rule] = field(default_factory=list)

    def add(
        self, answer: Fault, *, to: str | None = None, times: int | None = None, share: float = 1.0
    ) -> Rule:  # fmt: skip
        """Let requests that match meet this fault; the rule counts those it struck."""
        self.rules.append(Rule(answer, to, times, share))
        return self.rules[-1]

    def clear(self) -> None:
        """Take all rules back."""
        self.rules.clear()

    def strike(self, to: str) -> Fault | None:
        """The fault that a message to this person meets, if any."""
        for rule in self.rules:
            spent = rule.times is not None and rule.struck >= rule.times
            if spent or rule.to not in (None, to) or self.chance.random() >= rule.share:
                continue
            rule.struck += 1
            return rule.answer
        return None
