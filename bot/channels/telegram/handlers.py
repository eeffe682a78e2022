"""What comes in from Telegram, by kind, in python-telegram-bot's own terms: handlers and callbacks.

Nothing is decided here. A callback says in the conversation's words what happened and hands it to the desk. Only
private chats are answered; what no handler takes (groups, channels, other bots, other bots' commands) is merely marked
as handled by the inbox.
"""

from collections import defaultdict
from typing import Any

from telegram import ChatMember, MessageEntity, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.channels.telegram.send import NAME
from bot.chat.turn import Blocked, Incoming, Press, Text
from bot.chat.words import slash_words, understand
from bot.flow.desk import Desk, Sender

AnyApplication = Application[Any, Any, Any, Any, Any, Any]

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member"]  # what the handlers below can take
DESK = "desk"  # where in `bot_data` the desk is found
FAULTS = "faults"  # and what went wrong in a callback, by update id, for the inbox
FROM_PEOPLE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL


def add_handlers(application: AnyApplication, desk: Desk) -> None:
    """Everything the bot listens to, in the order in which it is tried."""
    application.bot_data[DESK] = desk
    application.bot_data[FAULTS] = {}
    for words in words_by_command().values():
        application.add_handler(CommandHandler(words, command, FROM_PEOPLE))
    application.add_handler(MessageHandler(FROM_PEOPLE, text))
    application.add_handler(CallbackQueryHandler(press))
    application.add_handler(ChatMemberHandler(membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(failed)


def words_by_command() -> dict[str, list[str]]:
    """The words that may follow a slash, by the command they mean."""
    words: dict[str, list[str]] = defaultdict(list)
    for word, name in slash_words().items():
        words[name].append(word)
    return words


async def command(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """`/topik`, `/start daerah-hukrim`: a command of ours in any of its words."""
    assert update.message is not None
    said = update.message.text or ""
    await tell(update, context, understand(said) or Text(said))


async def text(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Words, or something else that a person sent (a photo's caption, or nothing at all for a sticker)."""
    assert update.message is not None
    if not is_for_another_bot(update.message.text or "", update, context):
        await tell(update, context, Text(update.message.text or update.message.caption or ""))


async def press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A button under one of our messages."""
    query = update.callback_query
    assert query is not None
    if query.data is None or query.message is None or query.message.chat.type != "private":
        return
    message_id = str(query.message.message_id)
    await tell(update, context, Press(query.data, message_id), target=message_id, callback=query.id)


async def membership(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Somebody has blocked the bot, or let it in again."""
    assert update.my_chat_member is not None
    if update.my_chat_member.chat.type == "private":
        blocked = update.my_chat_member.new_chat_member.status == ChatMember.BANNED
        await tell(update, context, Blocked(back=not blocked))


async def failed(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A callback raised: remember it for the inbox, which decides whether to try again."""
    if isinstance(update, Update) and context.error is not None:
        context.bot_data[FAULTS][update.update_id] = context.error


async def tell(
    update: Update,
    context: ContextTypes.DEFAULT_TYPE,
    incoming: Incoming,
    *,
    target: str | None = None,
    callback: str | None = None,
) -> None:
    """Hand what happened to the desk, unless a bot did it."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or chat is None or user.is_bot:
        return
    language = "en" if (user.language_code or "").lower().startswith("en") else "id"
    desk: Desk = context.bot_data[DESK]
    sender = Sender(NAME, str(chat.id), language, name=user.full_name)
    await desk.handle(update.update_id, sender, incoming, target=target, callback=callback)


def is_for_another_bot(said: str, update: Update, context: ContextTypes.DEFAULT_TYPE) -> bool:
    """Whether this is `/command@somebody` and somebody is not us."""
    assert update.message is not None
    first = next(iter(update.message.entities), None)
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset:
        return False
    _, at, name = said[: first.length].partition("@")
    return bool(at) and name.lower() != context.bot.username.lower()
