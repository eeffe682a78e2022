"""What a portal's server can do wrong, path by path."""

from dataclasses import dataclass, field
from random import Random
from typing import ClassVar

from bot.simulator.portal.answer import Answer


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong; the names below are all there are."""

    name: str
    status: int = 200
    retry_after: int | None = None
    location: str = ""

    CHALLENGE: ClassVar["Fault"]  # 200 with a "checking your browser" page
    EMPTY: ClassVar["Fault"]  # 200 with nothing
    ENDLESS: ClassVar["Fault"]  # a body that never ends
    DRIP: ClassVar["Fault"]  # a byte now and then
    HUGE: ClassVar["Fault"]  # 50 MB
    TRUNCATED: ClassVar["Fault"]  # half of the document, whole by its own account
    CUT: ClassVar["Fault"]  # half of the document, then the connection closes
    STALE: ClassVar["Fault"]  # the document of the first time that this fault struck
    GZIP: ClassVar["Fault"]  # compressed, whether asked for or not
    BOMB: ClassVar["Fault"]  # a small body that unpacks to 50 MB
    PACKED_SILENTLY: ClassVar["Fault"]  # compressed, and no header says so
    WRONG_TYPE: ClassVar["Fault"]  # served as text/html
    WRONG_CHARSET: ClassVar["Fault"]  # UTF-8, and the header says ISO-8859-1
    PHP_WARNING: ClassVar["Fault"]  # a warning before <?xml
    HANG: ClassVar["Fault"]  # no answer
    DROP: ClassVar["Fault"]  # the connection closes without an answer

    @staticmethod
    def STATUS(status: int, retry_after: int | None = None) -> "Fault":  # noqa: N802 — stands in a row with the names above
        """An error status, with Retry-After when given."""
        return Fault("STATUS", status, retry_after)

    @staticmethod
    def REDIRECT(location: str, status: int = 302) -> "Fault":  # noqa: N802 — likewise
        """A redirect to any address."""
        return Fault("REDIRECT", status, location=location)


for _name in filter(str.isupper, list(Fault.__annotations__)):
    setattr(Fault, _name, Fault(_name))


@dataclass(slots=True)
class Rule:
    """A fault and the requests that it strikes."""

    answer: Fault
    path: str | None = None  # without query; None: every path
    times: int | None = None
    share: float = 1.0
    passes: int = 0  # so many requests of this path go well first
    struck: int = 0
    kept: Answer | None = None  # what STALE remembers


@dataclass(slots=True)
class Faults:
    """All rules; the first that strikes counts."""

    seed: int = 0
    rules: list[Rule] = field(default_factory=list)
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)

    def add(
        self, *, answer: Fault, path: str | None = None, times: int | None = None, share: float = 1.0, passes: int = 0
    ) -> Rule:  # fmt: skip
        """Let requests of this path (all without one) meet this fault, after so many that pass."""
        rule = Rule(answer, path, times, share, passes)
        self.rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """Take one rule back."""
        self.rules.remove(rule)

    def clear(self) -> None:
        """Take all rules back."""
        self.rules.clear()

    def strike(self, path: str) -> Rule | None:
        """The rule that strikes this request, if any; counts it."""
        for rule in self.rules:
            spent = rule.times is not None and rule.struck >= rule.times
            if rule.path not in (None, path) or spent or self.chance.random() >= rule.share:
                continue
            if rule.passes:
                rule.passes -= 1
                continue
            rule.struck += 1
            return rule
        return None
