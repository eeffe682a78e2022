"""What an outcome means for its delivery: the table of docs/design.md, as two functions."""

from datetime import datetime, timedelta

from bot.delivery.content import Act, BroadcastKind
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.plan import Delivery, QueuedReply, Settled, State

SERVER_ERROR = "server_error"
SERVER_ERROR_TRIES = 3
REPLY_DOUBTS = 1  # an answer of which nobody knows is given so often again
# How often an attempt of which nobody knows is followed by another (promise 4). Stories and digests: never. A warning
# that comes twice is better than one that does not come. Editing and deleting the same message again harms nobody.
AGAIN_AFTER_DOUBT = {
    BroadcastKind.ALERT: 1,
    BroadcastKind.FOLLOW_UP: 1,
    BroadcastKind.CORRECTION: 1,
    BroadcastKind.WITHDRAWAL: 1,
}
CHANGED_AGAIN = 5  # as often with a message that is changed
LONGEST_PAUSE = 60.0  # seconds between two tries
DIGEST_AGAIN = timedelta(hours=1)  # after which a digest that failed has its stories told in another
# In how many digests that failed so a story may have stood, that it stands in another one: what the platform refuses is
# in two, and newer stories go on without it; what met trouble, in a day's.
MOST_REFUSED, MOST_TROUBLED = 2, 24


def settle_story(outcome: Outcome, attempt: int, now: datetime) -> Settled:
    """A story's attempt: ambiguity is `unknown` and stays so, what surely did not leave is tried again."""
    match outcome.kind:
        case Kind.SENT:
            return _sent(outcome)
        case Kind.UNKNOWN:
            return Settled(State.UNKNOWN, outcome.code)
        case Kind.GONE:
            return Settled(State.FAILED, outcome.code, gone=True)
        case Kind.REFUSED if not outcome.account:
            return Settled(State.FAILED, outcome.code, refused=True)
        case _:
            return _again(outcome, attempt, now)


def settle_delivery(delivery: Delivery, outcome: Outcome, now: datetime) -> Settled:
    """An attempt of any kind: what may be said twice rather than never is tried again after a doubt."""
    if outcome.kind is Kind.SENT:  # nearly always
        return _sent(outcome)
    settled = settle_story(outcome, delivery.attempt, now)
    changes = delivery.act in {Act.EDIT, Act.DELETE}
    most = CHANGED_AGAIN if changes else AGAIN_AFTER_DOUBT.get(delivery.kind, 0)
    if outcome.kind is Kind.UNKNOWN and delivery.doubts < most:
        return Settled(State.QUEUED, outcome.code, next_at=now + timedelta(seconds=pause(delivery.attempt)), doubt=True)
    return settled


def digests_left(delivery: Delivery, settled: Settled) -> int:
    """In how many digests that fail like this one its stories may stand; 0: this is none that surely did not leave."""
    failed = delivery.kind is BroadcastKind.DIGEST and settled.state is State.FAILED
    if not failed or settled.gone or delivery.doubts:
        return 0
    return MOST_REFUSED if settled.refused else MOST_TROUBLED


def settle_reply(reply: QueuedReply, outcome: Outcome, now: datetime) -> Settled:
    """An answer to somebody who waits for it: ambiguity is worth one more try."""
    if outcome.kind is Kind.UNKNOWN:
        if reply.doubts >= REPLY_DOUBTS:
            return Settled(State.FAILED, outcome.code)
        return Settled(State.QUEUED, outcome.code, next_at=now, doubt=True)
    return settle_story(outcome, reply.attempt, now)


def _sent(outcome: Outcome) -> Settled:
    return Settled(State.SENT, outcome.code, outcome.message_id)


def _again(outcome: Outcome, attempt: int, now: datetime) -> Settled:
    if outcome.kind is Kind.LATER and outcome.retry_after == 0:
        return Settled(State.QUEUED, outcome.code, next_at=now)  # in another form: this chat is well
    if outcome.kind is Kind.LATER:
        until = now + timedelta(seconds=outcome.retry_after or 1.0)
        return Settled(State.QUEUED, outcome.code, next_at=until, hold_until=until)
    if outcome.new_address is not None:
        return Settled(State.QUEUED, outcome.code, next_at=now, new_address=outcome.new_address)
    if outcome.code == SERVER_ERROR and attempt >= SERVER_ERROR_TRIES:
        return Settled(State.FAILED, outcome.code)
    return Settled(State.QUEUED, outcome.code, next_at=now + timedelta(seconds=pause(attempt)))


def pause(attempt: int) -> float:
    """Seconds before the next try: 1, 2, 4 … up to a minute."""
    return min(LONGEST_PAUSE, 2.0 ** min(attempt - 1, 10))
