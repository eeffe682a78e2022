"""Telegram as the program meets it: the state, the rules, and the people who hold phones."""

from collections.abc import Callable
from random import Random

from aiohttp import web

from bot.simulator.clock import Clock, SystemClock
from bot.simulator.telegram.api import methods
from bot.simulator.telegram.callbacks import Callbacks
from bot.simulator.telegram.faults import Faults
from bot.simulator.telegram.http import HttpFace
from bot.simulator.telegram.keyboard import buttons
from bot.simulator.telegram.ledger import Ledger
from bot.simulator.telegram.limits import Limits
from bot.simulator.telegram.messages import Messages
from bot.simulator.telegram.meter import Meter
from bot.simulator.telegram.model import Chat, Entry, Event, Json, Message, Shown, User
from bot.simulator.telegram.network import Network
from bot.simulator.telegram.people import People
from bot.simulator.telegram.profile import Profile
from bot.simulator.telegram.render import first_link, render
from bot.simulator.telegram.updates import Updates
from bot.simulator.telegram.webhook import Webhook
from bot.simulator.telegram.world import World


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
        self.clock = clock or SystemClock()
        self.faults = Faults(Random(seed + 1))
        chance = Random(seed)
        bot = User(_bot_id(token), username, is_bot=True)
        self._world = World(self.clock, bot, username, chance, crowd, history_keep)
        self.updates = Updates(self.clock, chance)
        self.webhook = Webhook(self.updates, self.clock)
        self._meter = Meter(limits or Limits(), self.clock)
        self._ledger = Ledger(ledger_keep)
        self._callbacks = Callbacks(self._world)
        self._profile = Profile(self._world)
        self._people = People(self._world, self.updates, self._callbacks)
        table = methods(
            self._world, Messages(self._world, self._meter), self._callbacks, self._profile, self.updates, self.webhook
        )
        self._http = HttpFace(
            token, table, self._meter, self._ledger, self.faults, network or Network(), Random(seed + 2), self.clock,
            self._people.migrate,
        )  # fmt: skip

    # People ----------------------------------------------------------------------------------------------------------

    def add_user(self, user_id: int, first_name: str, language_code: str = "id", *, started: bool = True) -> User:
        """A person with a phone; `started` False: they have never written to the bot."""
        return self._world.add_user(User(user_id, first_name, language_code, started=started))

    def add_group(self, chat_id: int, title: str, *, forum: bool = False, added_by: int | None = None) -> Chat:
        """A group with the bot in it (below -1000000000000: a supergroup); `added_by` makes the update of that."""
        return self._added(self._world.add_group(chat_id, title, forum=forum), added_by)

    def add_channel(self, chat_id: int, title: str, *, added_by: int | None = None) -> Chat:
        """A channel with the bot as an administrator; `added_by` owns it, and makes the update of that."""
        return self._added(self._world.add_group(chat_id, title, forum=False, channel=True), added_by)

    def _added(self, chat: Chat, added_by: int | None) -> Chat:
        """Whoever adds the bot is a member, of a channel its owner."""
        if added_by is None:
            chat.admins |= {self._world.bot.id} if chat.kind == "channel" else set()
            return chat
        chat.member = False
        self._people.join(added_by, chat.id, admin=False, owner=chat.kind == "channel")
        self._people.set_member(added_by, chat.id, member=True)
        return chat

    def join(self, user_id: int, chat_id: int, *, admin: bool = False, owner: bool = False) -> None:
        """The person is a member of the chat from now on; or its administrator or owner, or that no longer."""
        self._people.join(user_id, chat_id, admin=admin, owner=owner)

    def leave(self, user_id: int, chat_id: int) -> None:
        """The person leaves the chat."""
        self._people.leave(user_id, chat_id)

    def say(
        self, user_id: int, text: str, *, chat_id: int | None = None, thread_id: int | None = None,
        reply_to: int | None = None, anonymous: bool = False, photo: bool = False,
    ) -> int:  # fmt: skip
        """The person types, privately or in a group; the message's id. `anonymous`: an admin writes as the group.

        With `photo` they send one, and the text is its caption.
        """
        return self._people.say(user_id, text, chat_id, thread_id, reply_to, anonymous=anonymous, photo=photo)

    def press(self, user_id: int, message_id: int, data: str, *, chat_id: int | None = None) -> str:
        """The person taps a button with this data; the callback query's fresh id."""
        return self._people.press(user_id, message_id, data, chat_id)

    def tap(self, user_id: int, label: str, *, chat_id: int | None = None) -> None:
        """The person taps the button whose label contains this, in the newest message that shows such a one."""
        self._people.tap(user_id, label, chat_id)

    def delete(self, user_id: int, message_id: int, *, chat_id: int | None = None) -> None:
        """The person deletes a message, their own or the bot's, on all sides."""
        self._people.delete(user_id, message_id, chat_id)

    def block(self, user_id: int) -> None:
        """The person blocks the bot."""
        self._people.set_blocked(user_id, blocked=True)

    def unblock(self, user_id: int) -> None:
        """The person lets the bot write again."""
        self._people.set_blocked(user_id, blocked=False)

    def kick(self, user_id: int, chat_id: int) -> None:
        """The person throws the bot out of a group."""
        self._people.set_member(user_id, chat_id, member=False)

    def migrate(self, chat_id: int) -> int:
        """A group becomes a supergroup; its new id (the old one answers with it from now on)."""
        return self._people.migrate(chat_id)

    # What can be seen ------------------------------------------------------------------------------------------------

    def shown(self, chat_id: int) -> list[Shown]:
        """What the chat shows now, oldest first."""
        return [self._shown(message) for message in self._world.messages.get(chat_id, {}).values()]

    def _shown(self, message: Message) -> Shown:
        preview = message.preview or {}
        link = preview.get("url") or first_link(message.text, message.entities)
        return Shown(
            message.id, message.sender is self._world.bot, message.text, render(message.text, message.entities),
            message.entities, buttons(message.markup), message.edited is not None, message.date,
            message.sender.first_name, None if preview.get("is_disabled") else link, message.thread_id,
            message.reply_to, message.photo,
        )  # fmt: skip

    def toasts(self, user_id: int) -> list[str]:
        """The short notes that tapping brought up, oldest first."""
        return [toast.text for toast in self._world.toasts.get(user_id, [])]

    def opened(self, user_id: int) -> list[str]:
        """The addresses that this person opened by tapping."""
        return list(self._people.opened.get(user_id, []))

    def menu(self, user_id: int) -> list[Json]:
        """The commands that this person's phone offers."""
        return self._profile.menu(user_id, self._world.user(user_id).language_code)

    def ledger(self, chat_id: int | None = None) -> list[Entry]:
        """The requests that are kept, oldest first, of all chats or of one."""
        return self._ledger.of(chat_id)

    @property
    def counts(self) -> dict[tuple[str, int], int]:
        """How many requests of each method (in lower case) got each status, also of those that are not kept."""
        return dict(self._ledger.counts)

    @property
    def floods(self) -> int:
        """Requests answered 429 because of the limits."""
        return self._meter.floods

    def peak(self, window: float = 1.0) -> int:
        """The greatest number of sends and edits that arrived within any window of so many seconds."""
        return self._meter.peak(window)

    def listen(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call back on each visible change; returns what ends it."""
        self._world.listeners.append(callback)
        return lambda: self._world.listeners.remove(callback)

    # The wire --------------------------------------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        """The Bot API over HTTP: /bot{token}/{method}."""
        return self._http.routes()

    def open(self) -> None:
        """Go on where the server was stopped: a webhook stays set."""
        self.webhook.resume()

    async def close(self) -> None:
        """End long polls, webhook delivery and hanging answers."""
        self.updates.interrupt("")
        await self.webhook.close()
        self._http.close()


def _bot_id(token: str) -> int:
    number = token.partition(":")[0]
    return int(number) if number.isdigit() else 1
