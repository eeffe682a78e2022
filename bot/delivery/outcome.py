"""What became of one send, and what that means for the delivery."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """The six things that can become of one request to a platform."""

    SENT = "sent"
    NOT_SENT = "not_sent"  # surely not delivered: retry freely
    UNKNOWN = "unknown"  # written, no answer: may have arrived
    GONE = "gone"  # this reader cannot be reached any more
    REFUSED = "refused"  # the platform refuses this content, or our access
    LATER = "later"  # hold this chat until retry_after


class Outcome(NamedTuple):
    """One send's outcome; `code` is a stable word for reports (`blocked`, `read_timeout`, `flood`, …)."""

    kind: Kind
    code: str = ""
    message_id: str | None = None  # with SENT
    # Seconds, with LATER; 0: in another form, which the channel remembers, and in a slot of its own. The chat is well.
    retry_after: float | None = None
    new_address: str | None = None  # the chat has moved (NOT_SENT): send there
    account: bool = False  # the fault is our account's (401), not this reader's or this text's
