"""What people do with their phones: type, tap, block, add the bot to groups; each makes Telegram's own update."""

from bot.simulator.telegram.callbacks import Callbacks
from bot.simulator.telegram.keyboard import buttons
from bot.simulator.telegram.model import Chat, Json, Message, NotPossible, User
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
        *, anonymous: bool,
    ) -> int:  # fmt: skip
        """Type a message."""
        user = self.world.user(user_id)
        chat = self._chat(user if chat_id is None else chat_id)
        if chat.kind == "private" and user.blocked:
            raise NotPossible(f"{user.first_name} has blocked the bot and must unblock it before writing")
        if chat.kind == "private":
            user.started = True
        else:
            chat.members.add(user_id)
        sender = GROUP_ANONYMOUS_BOT if anonymous else user
        message = self.world.post(
            chat, sender, finish(text, ()), thread_id=thread_id, reply_to=reply_to,
            sender_chat=chat.id if anonymous else None,
        )  # fmt: skip
        if chat.kind == "private" or self._reaches_bot(chat, message):
            self._update("message", message_json(self.world, message), chat.id)
        return message.id

    def _chat(self, whose: User | int) -> Chat:
        chat = self.world.find_chat(whose.id if isinstance(whose, User) else whose)
        if chat is None:
            raise NotPossible(f"there is no chat {whose}")
        return chat

    def _reaches_bot(self, chat: Chat, message: Message) -> bool:
        """In groups a bot in privacy mode gets commands (not those for other bots) and replies to itself."""
        if not chat.member:
            return False
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
        self._membership(self._chat(user), user, was_member=blocked)
        self.world.tell("blocked" if blocked else "unblocked", user_id)

    def _membership(self, chat: Chat, user: User, *, was_member: bool) -> None:
        before, after = ("member", "kicked") if was_member else ("kicked", "member")
        change = {
            "chat": chat_json(self.world, chat),
            "from": user_json(self.world, user),
            "date": unix(self.world.clock.now()),
            "old_chat_member": member_json(self.world, self.world.bot, before),
            "new_chat_member": member_json(self.world, self.world.bot, after),
        }
        self._update("my_chat_member", change, chat.id)

    def set_member(self, user_id: int, chat_id: int, *, member: bool) -> None:
        """Add the bot to a group, or kick it out."""
        chat = self._chat(chat_id)
        chat.member = member
        self._membership(chat, self.world.user(user_id), was_member=not member)

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
        base = {
            "message_id": self.world.take_id(old), "from": user_json(self.world, GROUP_ANONYMOUS_BOT),
            "chat": chat_json(self.world, old), "date": unix(self.world.clock.now()),
        }  # fmt: skip
        self._update("message", {**base, "migrate_to_chat_id": new_id}, chat_id)
        return new_id
