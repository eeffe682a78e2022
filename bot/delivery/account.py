"""What the platform lets this account do now: floods, failures and refusals in, "so many may leave" out.

One chat's trouble is that chat's. The account stops for a flood (two chats' 429), for a pattern of failures (the
breaker) and for a refusal of itself (401); after each of them one probe goes alone before the rest.
Seconds are monotonic.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum

from bot.delivery.breaker import Breaker
from bot.delivery.outcome import Kind, Outcome

FLOOD = "flood"  # the code of a 429
BRIEFLY = 1.0  # seconds at most that one chat's 429 keeps others waiting
TOGETHER = 5.0  # seconds within which a second chat's 429 means the account
LONGEST_FLOOD = 60.0  # seconds
ACCOUNT_PAUSE = 60.0  # seconds between two probes of an account that the platform refuses
LONGEST_REFUSAL = 300.0  # seconds; where the platform told a time it is doubled with each probe until then
# After a flood half the rate, and a tenth of the whole more with each clean five seconds: whole again after 25. A step
# is as long as the time within which two floods count as one, so that a step too many is noticed before the next.
RISE = 0.1
RISE_EVERY = 5.0
LEAST_SHARE = 0.1
UNHEARD = frozenset({Kind.UNKNOWN, Kind.NOT_SENT})
ANSWERED = frozenset({"server_error", "migrated"})  # codes of what surely did not leave a mark, and yet was answered


class Trouble(StrEnum):
    """Why the account stands still."""

    FLOOD = "flood"
    BREAKER = "breaker"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing leaves until then; afterwards one probe."""

    trouble: Trouble
    until: float
    code: str = ""


def is_answer(outcome: Outcome) -> bool:
    """Whether the platform itself answered, so that the time it took is a way there and back."""
    if outcome.kind is Kind.SENT:
        return True
    return outcome.kind not in UNHEARD or outcome.code in ANSWERED


def is_failure(outcome: Outcome) -> bool:
    """Whether this speaks against the account or the network; what concerns one reader or one text never does."""
    if outcome.kind is Kind.UNKNOWN:
        return True
    return outcome.kind is Kind.NOT_SENT and outcome.code != "migrated"


def is_success(outcome: Outcome) -> bool:
    """Whether this speaks for them: a refusal of one reader or one text says nothing either way."""
    return outcome.kind is Kind.SENT


@dataclass(slots=True)
class Account:
    """One account on one platform: what it may do now, and why not more."""

    nominal: float  # messages a second
    hold: Hold | None = None
    _briefly_until: float = -math.inf
    _floods: dict[str, float] = field(default_factory=dict)  # chat -> when
    _flood_until: float = -math.inf  # the end of the last pause for a flood
    _share: float = 1.0  # of the nominal rate
    _share_since: float = math.inf  # when it began to rise
    _breaker: Breaker = field(default_factory=Breaker)
    _refusals: int = 0  # of the account itself, in a row

    # What may be done -----------------------------------------------------------------------------------------------

    def rate(self, now: float) -> float:
        """Messages a second that are allowed now."""
        return self.nominal * self._share_now(now)

    def may_claim(self, wanted: int, under_way: int, now: float) -> int:
        """How many of the wanted may be claimed while so many are under way; a probe goes alone."""
        if self.pause(now) > 0:
            return 0
        if self.hold is None:
            return max(0, wanted)
        return min(1, max(0, wanted)) if under_way == 0 else 0

    def pause(self, now: float) -> float:
        """Seconds for which nothing leaves."""
        return max(0.0, self._briefly_until - now, self.hold.until - now if self.hold else 0.0)

    def state(self, now: float) -> str:
        """One word for operators: sending, slow, pausing, flood, breaker, refused, probing."""
        if self.hold is not None:
            return self.hold.trouble.value if now < self.hold.until else "probing"
        if self._briefly_until > now:
            return "pausing"
        return "sending" if self._share_now(now) >= 1 else "slow"

    def fault(self, now: float) -> str:
        """What keeps the account from sending, in a line for `/healthz`; empty when nothing does."""
        if self.hold is None:
            return ""
        what = {
            Trouble.FLOOD: "flood: the account pauses",
            Trouble.BREAKER: f"breaker open: too many failures, the last {self.hold.code}",
            Trouble.REFUSED: f"{self.hold.code}: the platform refuses our account",
        }[self.hold.trouble]
        left = math.ceil(self.hold.until - now)
        return f"{what}; one message tries again in {left} s" if left > 0 else f"{what}; the next message tries again"

    # What has happened ----------------------------------------------------------------------------------------------

    def note(self, outcome: Outcome, address: str, left: float, now: float) -> None:
        """A request to this chat, which left then, is over."""
        probe = self.hold is not None and left >= self.hold.until
        if outcome.account:
            self._refused(outcome, now, probe=probe)
        elif outcome.kind is Kind.LATER and outcome.code == FLOOD:
            self._flooded(address, outcome.retry_after or BRIEFLY, now, probe=probe)
        elif self.hold is None:
            self._count(outcome, now)
        elif probe:
            self._probed(outcome, now)
        # Else it left before the account stopped, and tells nothing about now.

    def told(self, outcome: Outcome, address: str, at: float, now: float) -> None:
        """Of a request to this chat, which had its answer, it is said afterwards that it was one too many at `at`.

        It counts as a 429 does, unless it is of a time before the last pause, or too old to say anything about now.
        """
        if outcome.code == FLOOD and at >= self._flood_until and now - at <= LONGEST_FLOOD:
            self._flooded(address, outcome.retry_after or BRIEFLY, now, probe=False)

    def _count(self, outcome: Outcome, now: float) -> None:
        if is_success(outcome):
            self._breaker.succeeded()
        elif is_failure(outcome) and (pause := self._breaker.failed()):
            self._stop(Trouble.BREAKER, now + pause, outcome.code)

    def _probed(self, outcome: Outcome, now: float) -> None:
        if is_failure(outcome):
            self.hold = Hold(Trouble.BREAKER, now + self._breaker.probe_failed(), outcome.code)
        else:
            self._go_on(now)

    def _refused(self, outcome: Outcome, now: float, *, probe: bool) -> None:
        if self.hold is None or probe:  # not each of a storm's
            self._refusals += 1
        told = outcome.retry_after
        pause = ACCOUNT_PAUSE if told is None else min(LONGEST_REFUSAL, told * 2.0 ** (min(self._refusals, 10) - 1))
        self._stop(Trouble.REFUSED, now + pause, outcome.code)

    def _flooded(self, address: str, retry_after: float, now: float, *, probe: bool) -> None:
        self._floods = {chat: at for chat, at in self._floods.items() if now - at <= TOGETHER} | {address: now}
        again = self.hold is not None and self.hold.trouble is Trouble.FLOOD
        if again or len(self._floods) > 1:
            if not again:
                self._halve(now)
            self._flood_until = now + min(retry_after, LONGEST_FLOOD)
            self._stop(Trouble.FLOOD, self._flood_until, FLOOD)
        else:
            if probe:
                self._go_on(now)  # the platform is there and knows us
            self._briefly_until = now + min(retry_after, BRIEFLY)

    def _stop(self, trouble: Trouble, until: float, code: str) -> None:
        """Stand still, unless something else already asks for longer."""
        if self.hold is None or until > self.hold.until:
            self.hold = Hold(trouble, until, code)

    def _halve(self, now: float) -> None:
        """Half of what was allowed; it rises again from the moment when a probe gets through."""
        self._share, self._share_since = max(LEAST_SHARE, self._share_now(now) / 2), math.inf

    def _go_on(self, now: float) -> None:
        """The probe got through."""
        self.hold = None
        self._share_since = min(now, self._share_since)
        self._floods.clear()
        self._refusals = 0
        self._breaker.close()

    def _share_now(self, now: float) -> float:
        if now < self._share_since:
            return self._share
        return min(1.0, self._share + RISE * math.floor((now - self._share_since) / RISE_EVERY))
