"""What python-telegram-bot's exceptions mean for one send: the table of the outbox, once.

BadRequest and TimedOut are NetworkErrors too, so the order of the questions matters: first what the network proves (the
cause), then what the Bot API said, and only what is left is unknown.
"""

import math
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.channels.lane.faults import TransportError, UnwrittenError
from bot.delivery.outcome import Kind, Outcome

HOLD = 3600.0  # seconds until a chat that lets nobody write is tried again: an admin may have mended it

# Words in the Bot API's descriptions, in lower case; the first that occurs decides.
# Sources: tdlib/telegram-bot-api (Client.cpp, fail_query_with_error) and the MTProto error list.
GONE_CHATS = {
    "chat not found": "chat_not_found",
    "user not found": "chat_not_found",
    "peer_id_invalid": "chat_not_found",
    "chat_id_invalid": "chat_not_found",
    "channel_private": "not_a_member",
    "user is deactivated": "deactivated",
    "input_user_deactivated": "deactivated",
    "user_is_blocked": "blocked",
    "group chat was deactivated": "deactivated",
    "group chat was deleted": "deactivated",
}
HELD_CHATS = {
    "not enough rights": "no_rights",
    "have no rights": "no_rights",
    "need administrator rights": "no_rights",
    "chat_write_forbidden": "no_rights",
    "chat_restricted": "no_rights",
    "chat_admin_required": "no_rights",
    "chat_guest_send_forbidden": "no_rights",
    "chat_send_": "no_rights",  # CHAT_SEND_PLAIN_FORBIDDEN and its kin
    "user_banned_in_channel": "no_rights",
    "topic_closed": "topic_closed",
    "topic_deleted": "thread_not_found",
    "message thread not found": "thread_not_found",
}
SHUT_OUT = {
    "blocked": "blocked",
    "deactivated": "deactivated",
    "kicked": "kicked",
    "not a member": "not_a_member",
    "can't initiate": "never_started",
}
REFUSED_CONTENT = {
    "can't parse entities": "parse_entities",
    "message is too long": "too_long",
    "text is too long": "too_long",
    "reply markup is too long": "too_long",
    "entities_too_long": "too_long",
    "text is empty": "empty",
    "text must be non-empty": "empty",
    "button_": "button",
    "inline keyboard": "button",
    "message to edit not found": "edit_not_found",
    "message can't be edited": "edit_refused",
    "no text in the message to edit": "edit_refused",
    "message_edit_time_expired": "edit_refused",
    "message_author_required": "edit_refused",
    "message_id_invalid": "edit_not_found",
    "message to delete not found": "delete_not_found",
    "message can't be deleted": "delete_refused",
    "message_delete_forbidden": "delete_refused",
    "query is too old": "query_too_old",
    "no caption in the message to edit": "no_caption",
    "caption is too long": "too_long",
    "wrong file identifier": "photo",
    "wrong remote file": "photo",
    "failed to get http url content": "photo",
    "photo_": "photo",  # PHOTO_INVALID_DIMENSIONS, PHOTO_SAVE_FILE_INVALID and their kin
}


def classify(error: BaseException) -> Outcome:
    """The outcome of a send that ended with this exception."""
    proof = error if isinstance(error, TransportError) else error.__cause__
    if isinstance(proof, UnwrittenError):
        return Outcome(Kind.NOT_SENT, proof.code)
    if isinstance(proof, TransportError):
        return Outcome(Kind.UNKNOWN, proof.code)
    if isinstance(error, BadRequest):
        return _bad_request(error.message)
    if isinstance(error, TimedOut):
        return Outcome(Kind.UNKNOWN, "read_timeout")
    if isinstance(error, NetworkError) and error.__cause__ is None:
        return _server_error(error.message)
    return _answered(error)


def _answered(error: BaseException) -> Outcome:
    match error:
        case RetryAfter():
            return Outcome(Kind.LATER, "flood", retry_after=seconds(error.retry_after))
        case ChatMigrated():
            return Outcome(Kind.NOT_SENT, "migrated", new_address=str(error.new_chat_id))
        case InvalidToken():
            return Outcome(Kind.REFUSED, "unauthorized", account=True)
        case Forbidden():
            return Outcome(Kind.GONE, word(SHUT_OUT, error.message) or "forbidden")
    return Outcome(Kind.UNKNOWN, "strange_answer")


def _bad_request(description: str) -> Outcome:
    if "message is not modified" in description.lower():
        return Outcome(Kind.SENT, "not_modified")
    if code := word(GONE_CHATS, description):
        return Outcome(Kind.GONE, code)
    if code := word(HELD_CHATS, description):
        return Outcome(Kind.LATER, code, retry_after=HOLD)
    return Outcome(Kind.REFUSED, word(REFUSED_CONTENT, description) or "bad_request")


def _server_error(description: str) -> Outcome:
    """A whole answer of the Bot API with a status that has no exception of its own: 5xx, or a 429 without seconds."""
    if description.lower().startswith("too many requests"):
        return Outcome(Kind.LATER, "flood", retry_after=1.0)
    return Outcome(Kind.NOT_SENT, "server_error")


def word(table: dict[str, str], description: str) -> str | None:
    """The code of the first phrase of the table that occurs in the description."""
    described = description.lower()
    return next((code for phrase, code in table.items() if phrase in described), None)


def seconds(retry_after: int | timedelta) -> float:
    """RetryAfter's pause, whichever way the library is told to give it; never nothing."""
    pause = retry_after.total_seconds() if isinstance(retry_after, timedelta) else float(retry_after)
    return max(1.0, math.ceil(pause))
