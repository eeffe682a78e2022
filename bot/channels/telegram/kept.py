"""What of an update is stored: what somebody did, and nothing of the messages that merely come along.

A press brings the whole message under which the button stood, an answer the one that it answers: there stand other
people's words, such as a reader's letter below which an editor pressed. Which message it was is all that is needed.
Source of the fields: the Bot API's Message.
"""

from typing import Any, Final

Json = dict[str, Any]

_OF_ANOTHER: Final = frozenset({
    "message_id", "date", "chat", "from", "sender_chat", "message_thread_id", "is_topic_message",
    "is_automatic_forward",
})  # fmt: skip
_COMES_ALONG: Final = ("message", "reply_to_message", "pinned_message")
_REPEATED: Final = ("quote", "external_reply", "reply_to_story")  # what was answered, once more


def kept(update: Json) -> Json:
    """The update as it is stored."""
    return {name: _without_others(part) if isinstance(part, dict) else part for name, part in update.items()}


def _without_others(part: Json) -> Json:
    return {
        name: _named(value) if name in _COMES_ALONG and isinstance(value, dict) else value
        for name, value in part.items() if name not in _REPEATED
    }  # fmt: skip


def _named(message: Json) -> Json:
    return {name: value for name, value in message.items() if name in _OF_ANOTHER}
