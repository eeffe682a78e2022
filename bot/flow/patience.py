"""How much one person may ask of us: many answers at once, then silence until they have been quiet for a while.

Kept in memory: whoever annoys us across a restart begins anew, and gets so many answers more.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.chat import words
from bot.chat.turn import Blocked, Command, Incoming, Moved, Press, Text

BUDGET: Final = 22.0  # answers at once; one act leads to four at most, and one more says why nothing follows
REFILL: Final = 0.2  # answers a second
QUIET: Final = timedelta(minutes=1)  # without a message from them: then they are answered again
REMEMBERED: Final = 10_000  # people; those who are quiet are forgotten first

Who = tuple[str, str]  # channel, address


@dataclass(slots=True)
class _Account:
    left: float
    at: datetime
    muted: bool = False


@dataclass(slots=True)
class Patience:
    """What is left for each person; used inside transactions, which come one after the other."""

    budget: float = BUDGET
    _accounts: dict[Who, _Account] = field(default_factory=dict)

    def has(self, who: Who, now: datetime) -> bool:
        """Whether they are answered; a message that is not makes the silence longer."""
        account = self._accounts.pop(who, None)
        if account is None or now < account.at or (account.muted and now - account.at >= QUIET):
            account = _Account(self.budget, now)
        if account.muted:
            account.at = now
        else:
            account.left = min(self.budget, account.left + REFILL * (now - account.at).total_seconds())
            account.at = now
        self._accounts[who] = account  # the last of all: who was heard longest ago stands first
        if len(self._accounts) > REMEMBERED:
            del self._accounts[next(iter(self._accounts))]
        return not account.muted

    def is_out(self, who: Who, now: datetime) -> bool:
        """Whether they would not be answered now."""
        account = self._accounts.get(who)
        return account is not None and account.muted and timedelta(0) <= now - account.at < QUIET

    def spend(self, who: Who, answers: int, now: datetime) -> bool:
        """They got so many answers; True when that was all for now."""
        account = self._accounts.setdefault(who, _Account(self.budget, now))
        account.left -= answers
        account.muted = account.left < 1
        return account.muted

    def give_back(self, who: Who, answers: int, *, heard: bool) -> None:
        """So many answers were never given; `heard`: they were to be the last for now."""
        account = self._accounts.get(who)
        if account is not None and (answers or heard):
            account.left += answers
            account.muted = account.muted and not heard


@dataclass(slots=True)
class Bill:
    """What one event costs the person it came from, once however often its transaction has to be done again."""

    patience: Patience
    who: Who
    _spent: int = 0
    _muted: bool = False

    def has(self, now: datetime) -> bool:
        """Whether they are answered; what an earlier transaction spent, which came to nothing, is given back."""
        self.patience.give_back(self.who, self._spent, heard=self._muted)
        self._spent, self._muted = 0, False
        return self.patience.has(self.who, now)

    def spend(self, answers: int, now: datetime) -> bool:
        """They got so many answers; True when that was all for now."""
        self._spent, self._muted = answers, self.patience.spend(self.who, answers, now)
        return self._muted


def is_last_word(incoming: Incoming) -> bool:
    """What counts also from those who are not answered: that they stop, that they are gone, that they have moved."""
    match incoming:
        case Command(name):
            return name == "stop"
        case Text(text):
            command = words.understand(text)
            return command is not None and command.name == "stop"
        case Press(action):
            return action == "stop"
        case Blocked() | Moved():
            return True
        case _:
            return False
