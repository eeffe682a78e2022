"""What the server keeps: people, chats, messages; and who may write where."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from bot.simulator.clock import Clock
from bot.simulator.telegram.answers import ApiError, bad_request, forbidden
from bot.simulator.telegram.model import Chat, Event, Message, NotPossible, User
from bot.simulator.telegram.params import Params
from bot.simulator.telegram.texts import Formatted

SUPERGROUPS_BELOW = -1_000_000_000_000


@dataclass(slots=True)
class Toast:
    """A short note on someone's phone."""

    user_id: int
    text: str
    alert: bool = False


class World:
    """The state; methods of the Bot API and people's hands both work on it."""

    def __init__(
        self, clock: Clock, bot: User, username: str, chance: Random, crowd: int, history_keep: int | None
    ) -> None:
        self.clock = clock
        self.bot = bot
        self.username = username
        self.chance = chance
        self.crowd = crowd
        self.history_keep = history_keep
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.messages: dict[int, dict[int, Message]] = {}
        self.toasts: dict[int, list[Toast]] = {}
        self.files: dict[str, int] = {}  # file id -> bytes
        self.listeners: list[Callable[[Event], None]] = []
        self._last_id = 0  # private chats and groups share one sequence of message ids
        self._last_ids: dict[int, int] = {}  # each supergroup has its own

    # People and chats ----------------------------------------------------------------------------------------------

    def user(self, user_id: int) -> User:
        """A person; members of the crowd come into being when first asked for."""
        found = self.users.get(user_id)
        if found is None:
            if not 0 < user_id <= self.crowd:
                raise NotPossible(f"there is no user {user_id}")
            found = self.add_user(User(user_id, f"Warga {user_id}"))
        return found

    def add_user(self, user: User) -> User:
        """A person and their private chat with the bot."""
        self.users[user.id] = user
        self.chats[user.id] = Chat(user.id, "private")
        return user

    def add_group(self, chat_id: int, title: str, *, forum: bool, channel: bool = False) -> Chat:
        """A group or, below -1000000000000, a supergroup or a channel."""
        kind = "channel" if channel else "supergroup" if chat_id < SUPERGROUPS_BELOW else "group"
        chat = self.chats[chat_id] = Chat(chat_id, kind, title, forum)
        return chat

    def find_chat(self, chat_id: int) -> Chat | None:
        """A chat by its id."""
        chat = self.chats.get(chat_id)
        if chat is None and 0 < chat_id <= self.crowd:
            self.user(chat_id)
            chat = self.chats[chat_id]
        return chat

    def chat(self, params: Params, name: str = "chat_id") -> Chat:
        """The chat that a request names."""
        if not params.has(name):
            raise bad_request("chat_id is empty")
        chat = self.find_chat(params.integer(name))
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable(self, params: Params) -> Chat:
        """The chat that a request names, if the bot may write there."""
        chat = self.chat(params)
        if chat.kind == "private":
            self._check_person(self.users[chat.id])
        else:
            check_group(chat, self.bot.id)
        return chat

    def _check_person(self, user: User) -> None:
        if user.deactivated:
            raise forbidden("user is deactivated")
        if user.blocked:
            raise forbidden("bot was blocked by the user")
        if not user.started:
            raise forbidden("bot can't initiate conversation with a user")

    def thread(self, chat: Chat, params: Params) -> int | None:
        """The forum topic that a request names, if it is there and open."""
        thread_id = params.integer("message_thread_id")
        if thread_id == 0 or not (chat.forum or chat.kind == "private"):
            return None
        if thread_id not in chat.threads:
            raise bad_request("message thread not found")
        if not chat.threads[thread_id]:
            raise bad_request("TOPIC_CLOSED")
        return thread_id

    # Messages ------------------------------------------------------------------------------------------------------

    def post(self, chat: Chat, sender: User, text: Formatted, **more: Any) -> Message:  # noqa: ANN401 — Message's fields
        """A new message in a chat."""
        message = Message(self.take_id(chat), chat.id, sender, self.clock.now(), text.text, text.entities, **more)
        if self.history_keep != 0:
            history = self.messages.setdefault(chat.id, {})
            history[message.id] = message
            if self.history_keep is not None and len(history) > self.history_keep:
                del history[next(iter(history))]
        self.tell("message", chat.id, message.id, message.text)
        return message

    def new_file(self, size: int) -> str:
        """A photo that the server keeps from now on; its id."""
        file_id = f"AgACAgUAAx{self.chance.getrandbits(160):040x}"
        self.files[file_id] = size
        return file_id

    def take_id(self, chat: Chat) -> int:
        """The next message id of this chat."""
        if chat.kind in {"supergroup", "channel"}:
            self._last_ids[chat.id] = self._last_ids.get(chat.id, 0) + 1
            return self._last_ids[chat.id]
        self._last_id += 1
        return self._last_id

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """A message that is still there."""
        return self.messages.get(chat_id, {}).get(message_id)

    def delete(self, message: Message) -> None:
        """Take a message away, on every phone."""
        del self.messages[message.chat_id][message.id]
        self.tell("delete", message.chat_id, message.id)

    def tell(self, kind: str, chat_id: int, message_id: int | None = None, text: str = "") -> None:
        """Let those who listen know of a change."""
        if self.listeners:
            event = Event(kind, chat_id, message_id, text)
            for listener in tuple(self.listeners):
                listener(event)


def check_group(chat: Chat, bot_id: int) -> None:
    """Refuse what a bot may not do that is no member (of a channel: no administrator)."""
    if chat.migrated_to is not None:
        refusal = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, refusal, migrate_to_chat_id=chat.migrated_to)
    if not chat.member:
        what = "was kicked from" if bot_id in chat.banned else "is not a member of"
        raise forbidden(f"bot {what} the {chat.kind} chat")
    if chat.kind == "channel" and bot_id not in chat.admins:
        raise bad_request("need administrator rights in the channel chat")
