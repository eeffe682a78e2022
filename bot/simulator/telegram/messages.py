"""The methods that send, change and delete messages."""

from datetime import timedelta
from typing import Any

from bot.simulator.telegram.answers import bad_request, flood
from bot.simulator.telegram.keyboard import checked_markup
from bot.simulator.telegram.meter import Meter
from bot.simulator.telegram.model import Chat, Json, Message
from bot.simulator.telegram.params import Params
from bot.simulator.telegram.shapes import message_json
from bot.simulator.telegram.texts import Formatted, formatted
from bot.simulator.telegram.world import World

DELETABLE_FOR = timedelta(hours=48)
MAX_PHOTO = 10 * 2**20
MAX_DELETED = 100  # messages in one request
_DISABLED: Json = {"is_disabled": True}


class Messages:
    """sendMessage, sendPhoto, edit…, deleteMessage."""

    def __init__(self, world: World, meter: Meter) -> None:
        self.world = world
        self.meter = meter

    # Sending ---------------------------------------------------------------------------------------------------------

    def send_message(self, params: Params) -> Json:
        """SendMessage."""
        text = _text(params, "text", "entities")
        return self._send(params, text, preview=_preview(params))

    def send_photo(self, params: Params) -> Json:
        """sendPhoto: an upload, a known file id, or an address."""
        caption = _text(params, "caption", "caption_entities")
        photo = self._photo(params.values.get("photo"))
        return self._send(params, caption, photo=photo)

    def _send(self, params: Params, text: Formatted, **more: Any) -> Json:  # noqa: ANN401 — Message's fields
        markup = checked_markup(params.parsed("reply_markup", "reply keyboard markup"))
        chat = self.world.writable(params)
        thread_id = self.world.thread(chat, params)
        reply_to = self._reply_to(chat, params)
        self._admit(chat, paid=params.flag("allow_paid_broadcast"))
        message = self.world.post(
            chat, self.world.bot, text, markup=markup, thread_id=thread_id, reply_to=reply_to, **more
        )
        return message_json(self.world, message)

    def _admit(self, chat: Chat, *, paid: bool = False) -> None:
        seconds = self.meter.admit(chat, paid=paid)
        if seconds:
            raise flood(seconds)

    def _reply_to(self, chat: Chat, params: Params) -> int | None:
        message_id, lenient = _reply_parameters(params)
        if message_id <= 0:
            return None
        if self.world.message(chat.id, message_id) is not None:
            return message_id
        if lenient:
            return None
        raise bad_request("message to be replied not found")

    def _photo(self, photo: object) -> str:
        if not photo:
            raise bad_request("there is no photo in the request")
        if isinstance(photo, str) and photo in self.world.files:
            return photo
        if isinstance(photo, str) and not photo.startswith(("http://", "https://")):
            raise bad_request("wrong remote file identifier specified: Wrong string length")
        size = len(photo) if isinstance(photo, bytes) else 0
        if size > MAX_PHOTO:
            raise bad_request("file is too big")
        return self.world.new_file(size)

    # Changing --------------------------------------------------------------------------------------------------------

    def edit_text(self, params: Params) -> Json:
        """EditMessageText."""
        text = _text(params, "text", "entities")
        message = self._editable(params)
        if message.photo is not None:
            raise bad_request("there is no text in the message to edit")
        return self._edit(message, params, text, _preview(params))

    def edit_caption(self, params: Params) -> Json:
        """EditMessageCaption."""
        caption = _text(params, "caption", "caption_entities")
        message = self._editable(params)
        if message.photo is None:
            raise bad_request("there is no caption in the message to edit")
        return self._edit(message, params, caption, message.preview)

    def edit_markup(self, params: Params) -> Json:
        """EditMessageReplyMarkup."""
        message = self._editable(params)
        return self._edit(message, params, Formatted(message.text, message.entities), message.preview)

    def _editable(self, params: Params) -> Message:
        chat = self.world.writable(params)
        message = self.world.message(chat.id, params.integer("message_id"))
        if message is None:
            raise bad_request("message to edit not found")
        if message.sender is not self.world.bot:
            raise bad_request("message can't be edited")
        return message

    def _edit(self, message: Message, params: Params, text: Formatted, preview: Json | None) -> Json:
        markup = checked_markup(params.parsed("reply_markup", "reply keyboard markup"))
        before = (message.text, message.entities, message.markup, message.preview)
        if before == (text.text, text.entities, markup, preview):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        self._admit(self.world.chats[message.chat_id])
        if before[:2] != (text.text, text.entities):
            message.edited = self.world.clock.now()
        message.text, message.entities, message.markup, message.preview = text.text, text.entities, markup, preview
        self.world.tell("edit", message.chat_id, message.id, message.text)
        return message_json(self.world, message)

    # Deleting --------------------------------------------------------------------------------------------------------

    def delete(self, params: Params) -> bool:
        """deleteMessage: within 48 hours; other people's only in private chats."""
        message_id = params.integer("message_id")
        if message_id == 0:
            raise bad_request("message identifier is not specified")
        chat = self.world.writable(params)
        message = self.world.message(chat.id, message_id)
        if message is None:
            raise bad_request("message to delete not found")
        if not self._deletable(message, chat):
            raise bad_request("message can't be deleted for everyone")
        self.world.delete(message)
        return True

    def delete_many(self, params: Params) -> bool:
        """deleteMessages: what cannot be deleted is passed over."""
        chat = self.world.writable(params)
        wanted = params.parsed("message_ids", "message_ids")
        if not isinstance(wanted, list):
            raise bad_request("Message identifiers are not specified")
        if len(wanted) > MAX_DELETED:
            raise bad_request("Too many message identifiers specified")
        if not all(type(message_id) is int for message_id in wanted):
            raise bad_request("Invalid message identifier specified")
        for message_id in wanted:
            message = self.world.message(chat.id, message_id)
            if message is not None and self._deletable(message, chat):
                self.world.delete(message)
        return True

    def _deletable(self, message: Message, chat: Chat) -> bool:
        mine = message.sender is self.world.bot or chat.kind == "private" or self.world.bot.id in chat.admins
        return mine and self.world.clock.now() - message.date <= DELETABLE_FOR


def _text(params: Params, text: str, entities: str) -> Formatted:
    source = params.text(text)
    if text == "text" and not source:
        raise bad_request("message text is empty")
    given = params.parsed(entities, "entities")
    return formatted(source, params.text("parse_mode"), given, caption=text == "caption")


def _reply_parameters(params: Params) -> tuple[int, bool]:
    """The message to reply to (0: none), and whether to go without it when it is gone; old names are understood too."""
    if "reply_parameters" not in params.values:
        return params.integer("reply_to_message_id"), params.flag("allow_sending_without_reply")
    wanted = params.parsed("reply_parameters", "reply parameters")
    if not isinstance(wanted, dict):
        raise bad_request("Object expected as reply parameters")
    if not wanted:
        return 0, False
    if "message_id" not in wanted:
        raise bad_request('Can\'t find field "message_id"')
    lenient = wanted.get("allow_sending_without_reply", False)
    if not isinstance(lenient, bool):
        raise bad_request('Field "allow_sending_without_reply" must be of type Boolean')
    return Params(wanted).integer("message_id"), lenient


def _preview(params: Params) -> Json | None:
    options = params.parsed("link_preview_options", "link preview options")
    if options is None:
        return _DISABLED if params.flag("disable_web_page_preview") else None
    if not isinstance(options, dict):
        raise bad_request("Object expected as link preview options")
    return {name: value for name, value in options.items() if value} or None
