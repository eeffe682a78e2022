"""What is said to somebody who has not just written, where a channel may be closed until they do: how long it waits."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.delivery.timing import CLOSING


class Wait(StrEnum):
    """What waits for somebody to write; the answer to what they have just written never does."""

    LETTER = "letter"  # a resident's, for the staff
    ANSWER = "answer"  # the newsroom's, to a letter
    REQUEST = "request"  # an approval is asked for, or a test shown
    NOTICE = "notice"  # what the staff are told


LIVES: Final = {
    Wait.LETTER: timedelta(days=365),
    Wait.ANSWER: timedelta(days=365),
    Wait.REQUEST: timedelta(minutes=15),  # afterwards nobody can approve it (guard.APPROVAL_HOLDS)
    Wait.NOTICE: timedelta(days=3),
}
REST_LIVES: Final = timedelta(days=7)  # of an alert that had no room in a template; what is older is no news
MOST_NOTICES: Final = 5  # of one person, the newest
AT_ONCE: Final = 20  # messages that one message of theirs brings; the next one brings more


def is_open(window_until: datetime | None, now: datetime) -> bool:
    """Whether anything may be said to them now; None: their channel knows no windows."""
    return window_until is None or window_until > now + CLOSING
