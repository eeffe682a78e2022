"""The platform and the phones: what becomes of each request, and what stands on a screen afterwards."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from bot.delivery.content import Act, Content
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import ChatRate
from bot.delivery.plan import QueuedReply
from bot.ports import To
from tests.support.outbox_world_truth import Attempt, Message, Person, Truth, is_message, key_of, words_of
from tests.support.outbox_world_weather import CONNECT, DEAF, LOST, Weather

TIMEOUT = (3.0, 8.0)  # seconds after which an answer is no longer waited for
Handle = Callable[[Person], Outcome]


class Phones:
    """What the platform has, and the network to it."""

    def __init__(self, dice: random.Random, truth: Truth) -> None:
        self._dice, self._truth = dice, truth
        self.weather = Weather("calm")
        self.messages: dict[str, dict[str, Message]] = defaultdict(dict)  # chat -> id -> message
        self.arrivals: list[float] = []  # of requests, whatever becomes of them
        self.replies: dict[int, list[str]] = defaultdict(list)  # id -> what became of each try
        self._next_id: dict[str, int] = {}

    @property
    def all(self) -> list[Message]:
        """Every message that ever stood on a phone."""
        return [message for chat in self.messages.values() for message in chat.values()]

    async def carry(self, address: str, handle: Handle) -> Outcome:
        """One request there and its answer back. It arrives also when the process that sent it is dead by then."""
        loop = asyncio.get_running_loop()
        fate = self._fate()
        way, back = (self._dice.uniform(*self.weather.latency) for _ in range(2))
        timeout = self._dice.uniform(*TIMEOUT)
        if fate == CONNECT:
            await asyncio.sleep(way)
            return Outcome(Kind.NOT_SENT, "connect_refused")
        answer: asyncio.Future[Outcome] = loop.create_future()
        if fate != LOST:
            loop.call_later(way, self._arrive, address, handle, fate, answer, back)
        if fate in {LOST, DEAF}:
            await asyncio.sleep(timeout)
            return Outcome(Kind.UNKNOWN, "read_timeout")
        return await answer

    def _fate(self) -> str:
        weather = self.weather
        if self._dice.random() >= weather.trouble:
            return ""
        return self._dice.choices(list(weather.fates), list(weather.fates.values()))[0]

    def _arrive(
        self, address: str, handle: Handle, fate: str, answer: "asyncio.Future[Outcome]", back: float
    ) -> None:  # fmt: skip
        loop = asyncio.get_running_loop()
        self.arrivals.append(loop.time())
        outcome = self._meet(self._truth.by_address[address], address, fate, handle)
        loop.call_later(back, lambda: None if answer.done() else answer.set_result(outcome))

    def _meet(self, person: Person, address: str, fate: str, handle: Handle) -> Outcome:
        refusal = self._refusal(fate)
        if refusal is not None:
            return refusal
        if fate == "block" and self._dice.random() < 0.3:  # seldom, or soon nobody is left
            person.blocked = True
        # A chat becomes another one only where it is known: nobody could tell whose an address in between was.
        if fate == "move" and address == person.address:
            self._move(person)
        if person.blocked:
            return Outcome(Kind.GONE, "blocked")
        if address != person.address:
            return Outcome(Kind.NOT_SENT, "migrated", new_address=person.address)
        return handle(person)

    def _refusal(self, fate: str) -> Outcome | None:
        match fate:
            case "server":
                return Outcome(Kind.NOT_SENT, "server_error")
            case "flood":
                return Outcome(Kind.LATER, "flood", retry_after=float(self._dice.randint(1, 20)))
            case "rights":
                return Outcome(Kind.LATER, "no_rights", retry_after=3600.0)
            case "form":  # as where a photo is not taken: the words alone follow
                return Outcome(Kind.LATER, "photo", retry_after=0.0)
        return None

    def _move(self, person: Person) -> None:
        """A group becomes a supergroup: another chat with ids of its own."""
        person.former.append(person.address)
        person.address = f"{person.address}9"
        self._truth.by_address[person.address] = person

    # Acts on a phone ------------------------------------------------------------------------------------------------

    def act(self, attempt: Attempt, content: Content, to: To, act: Act) -> Handle:
        """What this request does where it arrives."""

        def handle(person: Person) -> Outcome:
            if is_message(act):
                return self._send(attempt, content, to, act, person)
            return self._change(attempt, content, to, act)

        return handle

    def _send(self, attempt: Attempt, content: Content, to: To, act: Act, person: Person) -> Outcome:
        if person.allergic and self._dice.random() < 0.5:
            return Outcome(Kind.REFUSED, "too_long")
        if act is Act.REPLY:
            self._about(attempt, to)
        number = self._next_id.setdefault(to.address, self._dice.randint(1, 3))
        self._next_id[to.address] += 1
        stories = {story.id: f"{story.title}|{story.summary}" for story in content.stories}
        if content.story is not None:
            stories[content.story.id] = f"{content.story.title}|{content.story.summary}"
        message = Message(str(number), to.address, attempt, words_of(content), stories)
        self.messages[to.address][message.id] = message
        attempt.message = message
        return Outcome(Kind.SENT, message_id=message.id)

    def _change(self, attempt: Attempt, content: Content, to: To, act: Act) -> Outcome:
        message = self._about(attempt, to)
        attempt.message = message
        if message is None or message.state == "deleted":  # as the channel says it: nothing wrong is left there
            return Outcome(Kind.SENT, "already_gone" if act is Act.DELETE else "edit_not_found")
        if attempt.thing.made < message.changed:
            self._truth.complain(f"{attempt.thing.kind} #{attempt.thing.id} arrives in {to.address} after a later one")
        message.changed = max(message.changed, attempt.thing.made)
        if act is Act.DELETE:
            message.state = "deleted"
        elif content.kind.value == "withdrawal":
            message.state = "stub"
        else:
            message.state, message.text = "shown", words_of(content)
            if content.story is not None:
                message.stories[content.story.id] = message.text
        return Outcome(Kind.SENT, message_id=message.id)

    def _about(self, attempt: Attempt, to: To) -> Message | None:
        """The earlier message; it must be the one that the broadcast is about."""
        message = self.messages[to.address].get(to.message or "")
        original = attempt.thing.original
        if message is None and to.message:
            self._truth.complain(
                f"{attempt.thing.kind} #{attempt.thing.id} names a message that {to.address} never had"
            )
        if message is not None and original is not None and message.attempt.thing is not original:
            self._truth.complain(
                f"{attempt.thing.kind} #{attempt.thing.id} touches a message of #{message.attempt.thing.id} in "
                f"{to.address}, it is about #{original.id}"
            )
        return message


class Wire:
    """One process's way to the platform: the channel of bot.ports."""

    name = "telegram"

    def __init__(self, process: Any, phones: Phones, rate: float, chat: ChatRate) -> None:
        self.rate = rate
        self._process, self._phones, self._chat = process, phones, chat

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — the port's signature
        """The same for everybody."""
        return self._chat

    def prepare(self, message: Any) -> Any:
        """Nothing to encode."""
        return message

    async def deliver(self, prepared: Content, to: To, act: Act = Act.SEND) -> Outcome:
        """One request."""
        attempt = await self._process.leaves(key_of(prepared), prepared, to, act)
        outcome = await self._phones.carry(to.address, self._phones.act(attempt, prepared, to, act))
        attempt.outcome = outcome.code or outcome.kind.value
        attempt.fate = "heard"
        if outcome.kind is Kind.UNKNOWN:
            attempt.fate = "doubt"
        return outcome

    async def reply(self, reply: QueuedReply) -> Outcome:
        """One answer to somebody who wrote."""
        await self._process.answers(reply)
        tries = self._phones.replies[reply.id]
        place = len(tries) - 1  # written with its commit

        def handle(person: Person) -> Outcome:
            tries[place] = "arrived"
            return Outcome(Kind.SENT, message_id=f"r{person.number}")

        outcome = await self._phones.carry(reply.address, handle)
        if outcome.kind is not Kind.UNKNOWN and outcome.kind is not Kind.SENT:
            tries[place] = outcome.code
        return outcome
