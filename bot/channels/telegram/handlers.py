"""What comes in from Telegram, by kind, in python-telegram-bot's own terms: handlers and callbacks.

Nothing is decided here. A callback says in the conversation's words what happened and hands it to the desk. In groups
and channels only commands, answers to us and buttons are heard; what no handler takes (talk, other bots, other bots'
commands) is merely marked as handled by the inbox.
"""

from collections import defaultdict
from typing import Any

from telegram import CallbackQuery, ChatMember, Message, MessageEntity, MessageOriginUser, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.channels.telegram.members import Place, is_manager, place_of
from bot.chat.turn import Blocked, Incoming, Moved, Press, Text
from bot.chat.words import slash_words, understand
from bot.flow.desk import Desk, Sender

AnyApplication = Application[Any, Any, Any, Any, Any, Any]

ALLOWED_UPDATES = ["message", "channel_post", "callback_query", "my_chat_member"]  # what the handlers below can take
DESK = "desk"  # where in `bot_data` the desk is found
FAULTS = "faults"  # and what went wrong in a callback, by update id, for the inbox
DONE = "done"  # and which updates the desk has marked as handled, for the inbox
GONE = frozenset({ChatMember.LEFT, ChatMember.BANNED})
FROM_PEOPLE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
FROM_GROUPS = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
FROM_CHANNELS = filters.UpdateType.CHANNEL_POST & ~filters.StatusUpdate.ALL
MIGRATED = filters.ChatType.GROUPS & filters.StatusUpdate.MIGRATE


def add_handlers(application: AnyApplication, desk: Desk) -> None:
    """Everything the bot listens to, in the order in which it is tried."""
    application.bot_data[DESK] = desk
    application.bot_data[FAULTS] = {}
    application.bot_data[DONE] = set()
    for words in words_by_command().values():
        application.add_handler(CommandHandler(words, command, FROM_PEOPLE | FROM_GROUPS | FROM_CHANNELS))
    application.add_handler(MessageHandler(FROM_PEOPLE, text))
    application.add_handler(MessageHandler(FROM_GROUPS & filters.REPLY, answer_to_us))
    application.add_handler(MessageHandler(MIGRATED, migrated))
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
    assert update.effective_message is not None
    said = update.effective_message.text or ""
    await tell(update, context, understand(said) or Text(said))


async def text(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Words, or something else that a person sent (a photo's caption, or nothing at all for a sticker)."""
    assert update.message is not None
    if not is_for_another_bot(update.message, context):
        photo = update.message.photo[-1].file_id if update.message.photo else ""  # the last is the largest
        said, attached = update.message.text or update.message.caption or "", update.message.caption is not None
        await tell(update, context, Text(said, photo, attached, is_passed_on(update.message, context)))


def is_passed_on(message: Message, context: ContextTypes.DEFAULT_TYPE) -> bool:
    """Whether it is a message of ours, such as a preview, that somebody has forwarded to us."""
    origin = message.forward_origin
    return isinstance(origin, MessageOriginUser) and origin.sender_user.id == context.bot.id


async def answer_to_us(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Somebody in a group replies to a message of ours; what they say to each other is not for us."""
    assert update.message is not None
    replied = update.message.reply_to_message
    ours = replied is not None and replied.from_user is not None and replied.from_user.id == context.bot.id
    if ours and not is_for_another_bot(update.message, context):
        await tell(update, context, Text(update.message.text or ""))


async def press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A button under one of our messages."""
    query = update.callback_query
    assert query is not None
    if query.data is None or query.message is None:
        return
    await tell(update, context, Press(query.data, str(query.message.message_id)), query)


async def membership(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Somebody has blocked the bot, or let it in again; a group or channel has taken it in, or thrown it out."""
    change = update.my_chat_member
    assert change is not None
    was, now = change.old_chat_member.status in GONE, change.new_chat_member.status in GONE
    if change.chat.type == "private":
        await tell(update, context, Blocked(back=change.new_chat_member.status != ChatMember.BANNED))
    elif was != now:  # else only its rights have changed
        await tell(update, context, Blocked(back=was))


async def migrated(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A group has become a supergroup; the other half of the news, in the new chat, says nothing more."""
    assert update.message is not None
    if update.message.migrate_to_chat_id is not None:
        await tell(update, context, Moved(str(update.message.migrate_to_chat_id)))


async def failed(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A callback raised: remember it for the inbox, which decides whether to try again."""
    if isinstance(update, Update) and context.error is not None:
        context.bot_data[FAULTS][update.update_id] = context.error


async def tell(
    update: Update, context: ContextTypes.DEFAULT_TYPE, incoming: Incoming, query: CallbackQuery | None = None
) -> None:  # fmt: skip
    """Hand what happened to the desk, unless a bot did it."""
    desk: Desk = context.bot_data[DESK]
    place = place_of(update)
    if place is None:
        return
    sender = await sender_of(place, desk, incoming, context)
    target = str(query.message.message_id) if query is not None and query.message is not None else None
    await desk.handle(
        update.update_id, sender, incoming, target=target, callback=query.id if query is not None else None
    )  # fmt: skip
    context.bot_data[DONE].add(update.update_id)


async def sender_of(
    place: Place, desk: Desk, incoming: Incoming, context: ContextTypes.DEFAULT_TYPE
) -> Sender:  # fmt: skip
    """Who did it; in a group Telegram is asked whether they are its administrator, where that matters."""
    if not place.group or place.manages is not None:
        return place.sender(manages=place.manages)
    if not desk.needs_manager(incoming) or desk.is_tired_of(place.sender()):
        return place.sender(manages=False)
    return place.sender(manages=await is_manager(context.bot, place))


def is_for_another_bot(message: Message, context: ContextTypes.DEFAULT_TYPE) -> bool:
    """Whether this is `/command@somebody` and somebody is not us."""
    first = next(iter(message.entities), None)
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset:
        return False
    _, at, name = (message.text or "")[: first.length].partition("@")
    return bool(at) and name.lower() != context.bot.username.lower()
