"""Who did something in which chat, and whether they may do it for all: asked of Telegram on every act, never kept."""

from dataclasses import dataclass, replace

import structlog
from telegram import Bot, Chat, ChatMember, Message, Update
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram.outcome import classify
from bot.channels.telegram.send import NAME
from bot.flow.desk import Sender

log = structlog.get_logger(__name__)

MANAGERS = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Place:
    """A chat, and who acts in it; `manages` None: Telegram must be asked."""

    chat_id: int
    group: bool
    language: str
    name: str = ""
    user_id: int | None = None
    thread: str | None = None
    manages: bool | None = True

    def sender(self, *, manages: bool | None = False) -> Sender:
        """As the desk calls them."""
        address, member = str(self.chat_id), str(self.user_id or self.chat_id)
        if not self.group:
            return Sender(NAME, address, self.language, self.thread, self.name)
        return Sender(NAME, address, self.language, self.thread, group=True, manages=manages, member=member)


def place_of(update: Update) -> Place | None:
    """Where an update comes from; None for what another bot did."""
    user, chat = update.effective_user, update.effective_chat
    if chat is None:
        return None
    language = "en" if user is not None and (user.language_code or "").lower().startswith("en") else "id"
    if chat.type != Chat.PRIVATE:
        return _place_in_group(update, chat, language)
    if user is None or user.is_bot:
        return None
    return Place(chat.id, group=False, language=language, name=user.full_name, user_id=user.id)


def _place_in_group(update: Update, chat: Chat, language: str) -> Place | None:
    user, message = update.effective_user, _message(update)
    here = Place(chat.id, group=True, language=language, thread=_thread(message), manages=False)
    if update.my_chat_member is not None or (message is not None and message.migrate_to_chat_id is not None):
        return here  # whoever did it: it has been done to us
    if _speaks_for_the_chat(message, chat, update):
        return replace(here, manages=True)
    if user is None or user.is_bot:
        return None
    return replace(here, name=user.full_name, user_id=user.id, manages=None)


def _message(update: Update) -> Message | None:
    query = update.callback_query
    if query is not None:
        return query.message if isinstance(query.message, Message) else None
    return update.message or update.channel_post


def _speaks_for_the_chat(message: Message | None, chat: Chat, update: Update) -> bool:
    """An anonymous administrator, or whoever posts in a channel: nobody else can write in the chat's own name.

    They act for the chat and are nobody else: who they are is not known, so no role and no data of a person is theirs.
    """
    if message is None or update.callback_query is not None:
        return False
    return message.sender_chat is not None and message.sender_chat.id == chat.id and not message.is_automatic_forward


def _thread(message: Message | None) -> str | None:
    """The forum topic; replies in ordinary groups have a thread too, which is none."""
    in_topic = message is not None and message.is_topic_message and message.message_thread_id is not None
    return str(message.message_thread_id) if in_topic and message is not None else None


async def is_manager(bot: Bot, place: Place) -> bool | None:
    """Whether this person is an administrator of the chat at this moment; None when Telegram does not say."""
    if place.user_id is None:
        return False
    try:
        member = await bot.get_chat_member(place.chat_id, place.user_id)
    except (BadRequest, Forbidden):
        return False
    except TelegramError as error:
        log.warning("cannot see who manages a group", channel=NAME, code=classify(error).code)
        return None
    return member.status in MANAGERS
