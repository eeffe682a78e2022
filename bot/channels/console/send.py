"""The console's outgoing half: screens are printed one below the other, for a terminal replaces nothing."""

from itertools import count
from typing import TextIO

from bot.channels.console import render
from bot.chat.message import Button, Message, from_json
from bot.chat.turn import Mode
from bot.delivery.content import Act
from bot.delivery.outcome import Kind, Outcome
from bot.delivery.pace import ChatRate
from bot.delivery.plan import QueuedReply
from bot.ports import To

NAME = "console"


class Terminal:
    """The Channel port on a text stream; it remembers the buttons of the last screen that had any."""

    name = NAME
    rate = 100.0  # nobody reads faster

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._looks = out.isatty()
        self._buttons: list[Button] = []
        self._numbers = count(1)

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — there is one chat, and it stands anything
        """What the terminal stands: everything."""
        return ChatRate()

    def prepare(self, message: Message) -> Message:
        """Nothing to encode."""
        return message

    async def deliver(self, prepared: Message, to: To, act: Act = Act.SEND) -> Outcome:  # noqa: ARG002 — one chat
        """Print a message."""
        self._buttons = render.choices(prepared) or self._buttons
        return self._print(render.screen(prepared, looks=self._looks))

    async def reply(self, reply: QueuedReply) -> Outcome:
        """Print an answer."""
        message = from_json(reply.message)
        if reply.mode == Mode.TOAST:
            return self._print(render.toast(message))
        return await self.deliver(message, To(reply.address))

    def action(self, number: int) -> str | None:
        """The action of the button with this number on the last screen that had buttons."""
        return self._buttons[number - 1].action if 1 <= number <= len(self._buttons) else None

    def _print(self, text: str) -> Outcome:
        try:
            self._out.write(f"\n{text}\n")
            self._out.flush()
        except (OSError, ValueError):
            # Trying again helps nobody, and "gone" would unsubscribe whoever opens a terminal tomorrow.
            return Outcome(Kind.REFUSED, "terminal_closed")
        return Outcome(Kind.SENT, message_id=str(next(self._numbers)))
