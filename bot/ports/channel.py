"""A channel: how one message reaches one chat."""

from typing import Any, NamedTuple, Protocol

from bot.chat.message import Message
from bot.delivery.content import Act
from bot.delivery.outcome import Outcome
from bot.delivery.pace import ChatRate
from bot.delivery.plan import Delivery, QueuedReply


class To(NamedTuple):
    """Where on a channel something goes."""

    address: str
    thread: str | None = None
    message: str | None = None  # the platform's id of the earlier message that this is about
    delivery: Delivery | None = None  # of which this is an attempt, for platforms that give its name back


class Channel(Protocol):
    """One way to a reader's phone, the outgoing half."""

    name: str
    rate: float  # messages a second, strict

    def chat_rate(self, address: str) -> ChatRate:
        """What this one chat stands."""

    def prepare(self, message: Message) -> object:
        """The message in the channel's form, encoded once for all of its readers."""

    async def deliver(self, prepared: Any, to: To, act: Act = Act.SEND) -> Outcome:  # noqa: ANN401 — each its own form
        """Send a prepared message, or do with it what `act` says; never raises for what platform or network do."""

    async def reply(self, reply: QueuedReply) -> Outcome:
        """Send, replace or toast one answer; never raises for what the platform or the network does."""
