"""Tapped buttons: each tap can be answered once, and not for long."""

from dataclasses import dataclass

from bot.simulator.telegram.answers import bad_request
from bot.simulator.telegram.model import Chat, Json, Message, User
from bot.simulator.telegram.params import Params
from bot.simulator.telegram.shapes import chat_json, message_json, user_json
from bot.simulator.telegram.world import Toast, World

MAX_TEXT = 200
ANSWER_WITHIN = 15.0  # seconds


@dataclass(slots=True)
class _Tap:
    user_id: int
    at: float


class Callbacks:
    """Taps that still wait for an answer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.answer_within = ANSWER_WITHIN
        self._taps: dict[str, _Tap] = {}

    def tap(self, user: User, chat: Chat, message_id: int, data: str) -> Json:
        """The CallbackQuery of a tap on a button."""
        query_id = str(self.world.chance.getrandbits(62))
        self._taps[query_id] = _Tap(user.id, self.world.clock.monotonic())
        message = self.world.message(chat.id, message_id)
        return {
            "id": query_id,
            "from": user_json(self.world, user),
            "message": self._message(chat, message, message_id),
            "chat_instance": str(-abs(chat.id) * 7919),
            "data": data,
        }

    def _message(self, chat: Chat, message: Message | None, message_id: int) -> Json:
        if message is None:  # deleted meanwhile: inaccessible
            return {"chat": chat_json(self.world, chat), "message_id": message_id, "date": 0}
        return message_json(self.world, message)

    def answer(self, params: Params) -> bool:
        """AnswerCallbackQuery."""
        text = params.text("text")
        if len(text) > MAX_TEXT:
            raise bad_request("MESSAGE_TOO_LONG")
        tap = self._taps.pop(params.text("callback_query_id"), None)
        if tap is None or self.world.clock.monotonic() - tap.at > self.answer_within:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if text:
            toast = Toast(tap.user_id, text, params.flag("show_alert"))
            self.world.toasts.setdefault(tap.user_id, []).append(toast)
            self.world.tell("toast", tap.user_id, None, text)
        return True
