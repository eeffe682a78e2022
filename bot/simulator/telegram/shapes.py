"""Objects of the Bot API in their JSON form."""

from datetime import datetime

from bot.simulator.telegram.model import Chat, Json, Message, User
from bot.simulator.telegram.world import World

GROUP_ANONYMOUS_BOT = User(1087968824, "Group", is_bot=True)


def unix(moment: datetime) -> int:
    """Whole seconds since 1970, as the Bot API tells time."""
    return int(moment.timestamp())


def user_json(world: World, user: User) -> Json:
    """A User."""
    result: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user is world.bot:
        result["username"] = world.username
    elif user is GROUP_ANONYMOUS_BOT:
        result["username"] = "GroupAnonymousBot"
    else:
        result["language_code"] = user.language_code
    return result


def chat_json(world: World, chat: Chat) -> Json:
    """A Chat."""
    if chat.kind == "private":
        return {"id": chat.id, "first_name": world.users[chat.id].first_name, "type": "private"}
    result = {"id": chat.id, "title": chat.title, "type": chat.kind}
    return {**result, "is_forum": True} if chat.forum else result


def message_json(world: World, message: Message, *, with_reply: bool = True) -> Json:
    """A Message."""
    chat = world.chats[message.chat_id]
    result: Json = {"message_id": message.id}
    if chat.kind != "channel":
        result["from"] = user_json(world, message.sender)
    if message.sender_chat is not None:
        result["sender_chat"] = chat_json(world, chat)
    result |= {"chat": chat_json(world, chat), "date": unix(message.date)}
    if message.edited is not None:
        result["edit_date"] = unix(message.edited)
    if message.thread_id is not None:
        result |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    replied = world.message(chat.id, message.reply_to) if with_reply and message.reply_to else None
    if replied is not None:
        result["reply_to_message"] = message_json(world, replied, with_reply=False)
    return result | _content(world, message)


def _content(world: World, message: Message) -> Json:
    result: Json = {}
    text, entities = "text", "entities"
    if message.photo is not None:
        text, entities = "caption", "caption_entities"
        result["photo"] = _photo_sizes(world, message.photo)
    if message.text:
        result[text] = message.text
    if message.entities:
        result[entities] = [_entity(world, entity) for entity in message.entities]
    if message.preview:
        result["link_preview_options"] = message.preview
    if message.markup:
        result["reply_markup"] = message.markup
    return result


def _entity(world: World, entity: Json) -> Json:
    if entity["type"] != "text_mention" or not isinstance(entity.get("user"), int):
        return entity
    known = world.users.get(entity["user"])
    return {**entity, "user": user_json(world, known or User(entity["user"], ""))}


def _photo_sizes(world: World, file_id: str) -> list[Json]:
    size = world.files.get(file_id, 0)
    return [{"file_id": file_id, "file_unique_id": file_id[:12], "width": 1280, "height": 720, "file_size": size}]


def member_json(world: World, user: User, status: str) -> Json:
    """A ChatMember of any status."""
    result: Json = {"user": user_json(world, user), "status": status}
    if status == "kicked":
        result["until_date"] = 0
    if status == "creator":
        result["is_anonymous"] = False
    if status in {"administrator", "creator"} and user is world.bot:
        result |= {"can_post_messages": True, "can_edit_messages": True}
    if status == "administrator":
        result |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(_ADMIN_RIGHTS, True)
    return result


_ADMIN_RIGHTS = (
    "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users", "can_restrict_members",
    "can_pin_messages", "can_promote_members", "can_manage_video_chats", "can_post_stories", "can_edit_stories",
    "can_delete_stories",
)  # fmt: skip
