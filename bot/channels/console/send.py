"""The console's outgoing half: screens are printed one below the other, for a terminal replaces nothing.

What is done to an earlier message is told: a line above the new text says which message it is about.
"""

from itertools import count
from secrets import token_hex
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
REMEMBERED = 200  # messages of this run that can still be named by their first line


class Terminal:
    """The Channel port on a text stream; it remembers the buttons of the last screen that had any."""

    name = NAME
    rate = 100.0  # nobody reads faster

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._looks = out.isatty()
        self._buttons: list[Button] = []
        self._run, self._numbers = token_hex(3), count(1)  # ids of an earlier run name no message of this one
        self._printed: dict[str, str] = {}  # message id -> its first line

    def chat_rate(self, address: str) -> ChatRate:  # noqa: ARG002 — there is one chat, and it stands anything
        """What the terminal stands: everything."""
        return ChatRate()

    def prepare(self, message: Message) -> Message:
        """Nothing to encode."""
        return message

    async def deliver(self, prepared: Message, to: To, act: Act = Act.SEND) -> Outcome:
        """Print a message, below a line that names the earlier one where it is about one."""
        if act is Act.SEND or to.message is None:
            return self._screen(prepared)
        about = render.about(act, self._printed.get(to.message))
        if act is Act.DELETE:
            self._printed.pop(to.message, None)
            told = self._print(about)
            return Outcome(Kind.SENT, "deleted", to.message) if told.kind is Kind.SENT else told
        shown = self._screen(prepared, about)
        if act is Act.REPLY or shown.message_id is None:
            return shown
        self._printed[to.message] = self._printed.pop(shown.message_id)
        return shown._replace(message_id=to.message)

    def _screen(self, message: Message, about: str = "") -> Outcome:
        self._buttons = render.choices(message) or self._buttons
        screen = render.screen(message, looks=self._looks)
        outcome = self._print(f"{about}\n{screen}" if about else screen)
        if outcome.message_id is not None:
            self._printed[outcome.message_id] = render.first_line(message)
            if len(self._printed) > REMEMBERED:
                del self._printed[next(iter(self._printed))]
        return outcome

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
        return Outcome(Kind.SENT, message_id=f"{self._run}-{next(self._numbers)}")
