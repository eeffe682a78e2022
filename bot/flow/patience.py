"""How much one person may ask of us: many answers at once, then silence until they have been quiet for a while.

Whoever is on the staff works here and may ask for much more; what they decide about something that leaves, or is about
to, is heard however much they asked for before, and answered so often as anybody decides in earnest.
Kept in memory: whoever annoys us across a restart begins anew, and gets so many answers more.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.chat import words
from bot.chat.push_seal import pressed
from bot.chat.turn import Blocked, Command, Incoming, Moved, Press, Role, Text
from bot.ports import Tx

BUDGET: Final = 22.0  # answers at once; one act leads to four at most, and one more says why nothing follows
DECISIONS: Final = 24  # of those who are answered no more: so many are answered all the same until they were quiet
STAFF_BUDGET: Final = 240.0  # events at once: an alert takes some twenty taps, each with several answers
REFILL: Final = 0.2  # answers a second
QUIET: Final = timedelta(minutes=1)  # without a message from them: then they are answered again
REMEMBERED: Final = 10_000  # people; those who are quiet are forgotten first

# Buttons of the newsroom after which something leaves, or leaves no more: hold, pause, end and its "yes", (dis)approve.
_DECISIONS: Final = frozenset({"hold", "pause", "end", "endx", "ok", "nok"})

Who = tuple[str, str]  # channel, address


@dataclass(slots=True)
class _Account:
    budget: float
    left: float
    at: datetime
    muted: bool = False
    decided: int = 0  # decisions that were answered all the same


@dataclass(slots=True)
class Patience:
    """What is left for each person; used inside transactions, which come one after the other."""

    budget: float = BUDGET
    of_staff: float = STAFF_BUDGET
    _accounts: dict[Who, _Account] = field(default_factory=dict)

    def has(self, who: Who, now: datetime, *, staff: bool | None = None) -> bool:
        """Whether they are answered; a message that is not makes the silence longer. `staff` is None where unknown."""
        account = self._accounts.pop(who, None)
        budget = self._budget(account, staff)
        begins = account is None or now < account.at or budget > account.budget
        if account is None or begins or (account.muted and now - account.at >= QUIET):
            account = _Account(budget, budget, now)
        account.budget = budget
        if account.muted:
            account.at = now
        else:
            account.left = min(budget, account.left + REFILL * (now - account.at).total_seconds())
            account.at = now
        self._accounts[who] = account  # the last of all: who was heard longest ago stands first
        if len(self._accounts) > REMEMBERED:
            del self._accounts[next(iter(self._accounts))]
        return not account.muted

    def _budget(self, account: _Account | None, staff: bool | None) -> float:
        if staff is None and account is not None:
            return account.budget
        return self.of_staff if staff else self.budget

    def is_out(self, who: Who, now: datetime) -> bool:
        """Whether they would not be answered now."""
        account = self._accounts.get(who)
        return account is not None and account.muted and timedelta(0) <= now - account.at < QUIET

    def spend(self, who: Who, answers: int, now: datetime) -> bool:
        """They got so many answers; True when that was all for now."""
        account = self._accounts.setdefault(who, _Account(self.budget, self.budget, now))
        account.left -= answers
        account.muted = account.left < 1
        return account.muted

    def decide(self, who: Who, now: datetime) -> bool:
        """Whether a decision of theirs is answered, though they are answered no more; it counts as one."""
        account = self._accounts.setdefault(who, _Account(self.budget, self.budget, now))
        account.decided += 1
        return account.decided <= DECISIONS

    def undecide(self, who: Who) -> None:
        """That decision never was."""
        account = self._accounts.get(who)
        if account is not None and account.decided > 0:
            account.decided -= 1

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
    _decided: bool = False

    def has(self, now: datetime, *, staff: bool = False) -> bool:
        """Whether they are answered; what an earlier transaction spent, which came to nothing, is given back."""
        self.patience.give_back(self.who, self._spent, heard=self._muted)
        if self._decided:
            self.patience.undecide(self.who)
        self._spent, self._muted, self._decided = 0, False, False
        return self.patience.has(self.who, now, staff=staff)

    def spend(self, answers: int, now: datetime) -> bool:
        """They got so many answers; True when that was all for now."""
        self._spent, self._muted = answers, self.patience.spend(self.who, answers, now)
        return self._muted

    def decide(self, now: datetime) -> bool:
        """Whether a decision of theirs is answered though they are answered no more."""
        self._decided = True
        return self.patience.decide(self.who, now)


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


def is_decision(tx: Tx, channel: str, address: str, action: str) -> bool:
    """Whether a button decides about something that leaves, and is one that we made for this member of the staff.

    This counts from those who are not answered too; whoever writes such a button themselves has no seal for it.
    """
    button = pressed(action)
    return (
        button is not None
        and button.verb in _DECISIONS
        and button.holds(tx.button_key(), channel, address)
        and tx.person(channel, address).role is not Role.RESIDENT
    )
