"""The table of methods: each name of the Bot API that the simulator knows, and what does its work."""

from collections.abc import Awaitable, Callable

from bot.simulator.telegram.callbacks import Callbacks
from bot.simulator.telegram.messages import Messages
from bot.simulator.telegram.model import Json
from bot.simulator.telegram.params import Params
from bot.simulator.telegram.profile import Profile
from bot.simulator.telegram.updates import Updates
from bot.simulator.telegram.webhook import Webhook
from bot.simulator.telegram.world import World

Method = Callable[[Params], object | Awaitable[object]]

# What the limits count.
COUNTED = frozenset({"sendmessage", "sendphoto", "editmessagetext", "editmessagecaption", "editmessagereplymarkup"})


def methods(
    world: World, messages: Messages, callbacks: Callbacks, profile: Profile, updates: Updates, webhook: Webhook
) -> dict[str, Method]:
    """All methods by their name in lower case (the real server does not mind the case either)."""

    async def get_updates(params: Params) -> list[Json]:
        webhook.refuse_polling()
        return await updates.get(params)

    def send_chat_action(params: Params) -> bool:
        world.writable(params)
        return True

    table: dict[str, Method] = {
        "getUpdates": get_updates,
        "setWebhook": webhook.set,
        "deleteWebhook": webhook.delete,
        "getWebhookInfo": lambda _: webhook.info(),
        "sendMessage": messages.send_message,
        "sendPhoto": messages.send_photo,
        "sendChatAction": send_chat_action,
        "editMessageText": messages.edit_text,
        "editMessageCaption": messages.edit_caption,
        "editMessageReplyMarkup": messages.edit_markup,
        "deleteMessage": messages.delete,
        "deleteMessages": messages.delete_many,
        "answerCallbackQuery": callbacks.answer,
        **_profile_methods(profile),
    }
    return {name.lower(): method for name, method in table.items()}


def _profile_methods(profile: Profile) -> dict[str, Method]:
    return {
        "getMe": profile.get_me,
        "setMyCommands": profile.set_commands,
        "getMyCommands": profile.get_commands,
        "deleteMyCommands": profile.delete_commands,
        "setMyName": profile.setter("name", 64),
        "getMyName": profile.getter("name"),
        "setMyDescription": profile.setter("description", 512),
        "getMyDescription": profile.getter("description"),
        "setMyShortDescription": profile.setter("short_description", 120),
        "getMyShortDescription": profile.getter("short_description"),
        "getChat": profile.get_chat,
        "getChatMember": profile.get_member,
        "getChatAdministrators": profile.get_administrators,
    }
