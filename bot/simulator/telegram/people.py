"""What people do with their phones: type, tap, block, add the bot to groups; each makes Telegram's own update."""

from bot.simulator.telegram.callbacks import Callbacks
from bot.simulator.telegram.keyboard import buttons
from bot.simulator.telegram.model import Chat, Json, Message, NotPossible, User
from bot.simulator.telegram.profile import status_of
from bot.simulator.telegram.shapes import GROUP_ANONYMOUS_BOT, chat_json, member_json, message_json, unix, user_json
from bot.simulator.telegram.texts import finish
from bot.simulator.telegram.updates import Updates
from bot.simulator.telegram.world import SUPERGROUPS_BELOW, World


class People:
    """Hands on phones."""

    def __init__(self, world: World, updates: Updates, callbacks: Callbacks) -> None:
        self.world = world
        self.updates = updates
        self.callbacks = callbacks
        self.opened: dict[int, list[str]] = {}

    def say(
        self, user_id: int, text: str, chat_id: int | None, thread_id: int | None, reply_to: int | None,
        *, anonymous: bool, photo: bool = False,
    ) -> int:  # fmt: skip
        """Type a message, or send a photo."""
        user = self.world.user(user_id)
        chat = self._chat(user if chat_id is None else chat_id)
        self._check_may_write(user, chat, thread_id, anonymous=anonymous)
        if chat.kind == "private":
            user.started = True
        anonymous = anonymous or chat.kind == "channel"
        sender = GROUP_ANONYMOUS_BOT if anonymous else user
        message = self.world.post(
            chat, sender, finish(text, ()), thread_id=thread_id, reply_to=reply_to,
            sender_chat=chat.id if anonymous else None, photo=self.world.new_file(0) if photo else None,
        )  # fmt: skip
        if chat.kind == "private" or self._reaches_bot(chat, message):
            kind = "channel_post" if chat.kind == "channel" else "message"
            self._update(kind, message_json(self.world, message), chat.id)
        return message.id

    def _check_may_write(self, user: User, chat: Chat, thread_id: int | None, *, anonymous: bool) -> None:
        if chat.kind == "private":
            if user.blocked:
                raise NotPossible(f"{user.first_name} has blocked the bot and must unblock it before writing")
            return
        manages = user.id in chat.admins or user.id == chat.owner
        if (chat.kind == "channel" or anonymous) and not manages:
            raise NotPossible(f"{user.first_name} is no administrator of {chat.title}")
        if not manages and user.id not in chat.members:
            raise NotPossible(f"{user.first_name} is no member of {chat.title}")
        if thread_id is not None and not manages and not chat.threads.get(thread_id, False):
            raise NotPossible(f"topic {thread_id} of {chat.title} is closed or not there")

    def _chat(self, whose: User | int) -> Chat:
        chat = self.world.find_chat(whose.id if isinstance(whose, User) else whose)
        if chat is None:
            raise NotPossible(f"there is no chat {whose}")
        return chat

    def _reaches_bot(self, chat: Chat, message: Message) -> bool:
        """In groups a bot in privacy mode gets commands (not those for other bots) and replies to itself."""
        if not chat.member:
            return False
        if chat.kind == "channel":
            return self.world.bot.id in chat.admins
        replied = self.world.message(chat.id, message.reply_to) if message.reply_to else None
        if replied is not None and replied.sender is self.world.bot:
            return True
        if self.world.bot.id in chat.admins:
            return True
        command, _, addressee = message.text.split(maxsplit=1)[0].partition("@") if message.text else ("", "", "")
        return command.startswith("/") and addressee.lower() in {"", self.world.username.lower()}

    def _update(self, kind: str, payload: Json, chat_id: int) -> None:
        self.updates.add(kind, payload)
        self.world.tell("update", chat_id)

    def press(self, user_id: int, message_id: int, data: str, chat_id: int | None) -> str:
        """Tap a button with this data; it need not be there any more, since phones are slow."""
        user = self.world.user(user_id)
        chat = self._chat(user if chat_id is None else chat_id)
        query = self.callbacks.tap(user, chat, message_id, data)
        self._update("callback_query", query, chat.id)
        return str(query["id"])

    def tap(self, user_id: int, label: str, chat_id: int | None) -> None:
        """Tap the newest button with this label."""
        shown = self.world.messages.get(user_id if chat_id is None else chat_id, {})
        for message in reversed(shown.values()):
            for button in (button for row in buttons(message.markup) for button in row):
                if label in button.label:
                    self._follow(user_id, message, button.data, button.url, chat_id)
                    return
        raise NotPossible(f"no button says {label!r}")

    def _follow(self, user_id: int, message: Message, data: str | None, url: str | None, chat_id: int | None) -> None:
        if data is not None:
            self.press(user_id, message.id, data, chat_id)
        elif url is not None:
            self.opened.setdefault(user_id, []).append(url)
            self.world.tell("opened", user_id, message.id, url)

    def delete(self, user_id: int, message_id: int, chat_id: int | None) -> None:
        """Take a message away, on every phone of the chat; the bot is not told."""
        chat = self._chat(self.world.user(user_id) if chat_id is None else chat_id)
        message = self.world.message(chat.id, message_id)
        if message is None:
            raise NotPossible(f"there is no message {message_id}")
        self.world.delete(message)

    # Membership ------------------------------------------------------------------------------------------------------

    def set_blocked(self, user_id: int, *, blocked: bool) -> None:
        """Block the bot, or let it write again."""
        user = self.world.user(user_id)
        if user.blocked == blocked:
            return
        user.blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        self._membership(self._chat(user), user, before, after)
        self.world.tell("blocked" if blocked else "unblocked", user_id)

    def _membership(self, chat: Chat, user: User, before: str, after: str) -> None:
        change = {
            "chat": chat_json(self.world, chat),
            "from": user_json(self.world, user),
            "date": unix(self.world.clock.now()),
            "old_chat_member": member_json(self.world, self.world.bot, before),
            "new_chat_member": member_json(self.world, self.world.bot, after),
        }
        self._update("my_chat_member", change, chat.id)

    def set_member(self, user_id: int, chat_id: int, *, member: bool) -> None:
        """Add the bot to a group (to a channel: as its administrator), or throw it out."""
        chat, bot = self._chat(chat_id), self.world.bot
        before = status_of(chat, bot.id, is_bot=True)
        chat.member = member
        if member and chat.kind == "channel":
            chat.admins.add(bot.id)
        if not member:
            chat.admins.discard(bot.id)
        (chat.banned.discard if member else chat.banned.add)(bot.id)
        self._membership(chat, self.world.user(user_id), before, status_of(chat, bot.id, is_bot=True))
        if member and chat.kind != "channel":
            self._service(chat, self.world.user(user_id), {"new_chat_members": [user_json(self.world, bot)]})

    def join(self, user_id: int, chat_id: int, *, admin: bool, owner: bool) -> None:
        """The person is a member from now on, or an administrator of the chat."""
        user, chat = self.world.user(user_id), self._chat(chat_id)
        chat.members.add(user.id)
        chat.banned.discard(user.id)
        (chat.admins.add if admin else chat.admins.discard)(user.id)
        if owner:
            chat.owner = user.id

    def leave(self, user_id: int, chat_id: int) -> None:
        """The person is no member any more."""
        chat = self._chat(chat_id)
        chat.members.discard(user_id)
        chat.admins.discard(user_id)

    def _service(self, chat: Chat, user: User, what: Json) -> None:
        """A message that tells what has happened in the chat."""
        base = {
            "message_id": self.world.take_id(chat), "from": user_json(self.world, user),
            "chat": chat_json(self.world, chat), "date": unix(self.world.clock.now()),
        }  # fmt: skip
        self._update("message", {**base, **what}, chat.id)

    def migrate(self, chat_id: int) -> int:
        """A group becomes a supergroup; its new id."""
        old = self._chat(chat_id)
        if old.kind != "group":
            raise NotPossible("only groups become supergroups")
        if old.migrated_to is not None:
            return old.migrated_to
        new_id = SUPERGROUPS_BELOW + chat_id
        new = self.world.add_group(new_id, old.title, forum=old.forum)
        new.members, new.admins = set(old.members), set(old.admins)
        old.migrated_to = new_id
        new.owner, new.banned = old.owner, set(old.banned)
        self._service(old, GROUP_ANONYMOUS_BOT, {"migrate_to_chat_id": new_id})
        self._service(new, GROUP_ANONYMOUS_BOT, {"migrate_from_chat_id": chat_id})
        return new_id
