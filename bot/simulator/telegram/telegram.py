"""Telegram as the program meets it: the state, the rules, and the people who hold phones."""

from collections.abc import Callable
from random import Random

from aiohttp import web

from bot.simulator.clock import Clock, SystemClock
from bot.simulator.telegram.faults import Faults
from bot.simulator.telegram.limits import Limits
from bot.simulator.telegram.model import Chat, Entry, Event, Shown, User
from bot.simulator.telegram.network import Network


class Telegram:
    """A whole Telegram with one bot; its HTTP face is `routes()`."""

    def __init__(
        self, token: str, *, username: str = "kentongan_bot", limits: Limits | None = None,
        network: Network | None = None, seed: int = 0, clock: Clock | None = None, ledger_keep: int | None = None,
        history_keep: int | None = None, crowd: int = 0,
    ) -> None:  # fmt: skip
        """Keep so many requests, and messages a chat (None: all); users 1 to `crowd` exist without being added."""
        self.token = token
        self.username = username
        self.limits = limits or Limits()
        self.network = network or Network()
        self.chance = Random(seed)
        self.clock = clock or SystemClock()
        self.faults = Faults(Random(seed + 1))
        self.floods = 0  # requests answered 429 because of the limits
        self.webhook_backoff = (1.0, 120.0)  # seconds after the first failure, at most

    def add_user(self, user_id: int, first_name: str, language_code: str = "id", *, started: bool = True) -> User:
        """A person with a phone; `started` False: they have never written to the bot."""
        raise NotImplementedError

    def add_group(self, chat_id: int, title: str, *, forum: bool = False, added_by: int | None = None) -> Chat:
        """A group with the bot in it (below -1000000000000: a supergroup)."""
        raise NotImplementedError

    def say(self, user_id: int, text: str, *, chat_id: int | None = None, thread_id: int | None = None) -> int:
        """The person types, privately or in a group; the message's id."""
        raise NotImplementedError

    def press(self, user_id: int, message_id: int, data: str, *, chat_id: int | None = None) -> str:
        """The person taps a button with this data; the callback query's fresh id."""
        raise NotImplementedError

    def tap(self, user_id: int, label: str) -> None:
        """The person taps the button whose label contains this, in the newest message that shows such a one."""
        raise NotImplementedError

    def block(self, user_id: int) -> None:
        """The person blocks the bot."""
        raise NotImplementedError

    def unblock(self, user_id: int) -> None:
        """The person lets the bot write again."""
        raise NotImplementedError

    def shown(self, chat_id: int) -> list[Shown]:
        """What the chat shows now, oldest first."""
        raise NotImplementedError

    def toasts(self, user_id: int) -> list[str]:
        """The short notes that tapping brought up, oldest first."""
        raise NotImplementedError

    def opened(self, user_id: int) -> list[str]:
        """The addresses that this person opened by tapping."""
        raise NotImplementedError

    def ledger(self, chat_id: int | None = None) -> list[Entry]:
        """The requests that are kept, oldest first, of all chats or of one."""
        raise NotImplementedError

    def peak(self, window: float = 1.0) -> int:
        """The greatest number of sends and edits that arrived within any window of so many seconds."""
        raise NotImplementedError

    def listen(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call back on each visible change; returns what ends it."""
        raise NotImplementedError

    def routes(self) -> list[web.RouteDef]:
        """The Bot API over HTTP: /bot{token}/{method}."""
        raise NotImplementedError

    async def close(self) -> None:
        """End long polls, webhook delivery and hanging answers."""
        raise NotImplementedError
