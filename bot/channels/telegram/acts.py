"""What is done on a phone, in the Bot API's words: the beginning of each request's body, and what refusals mean.

Everything that differs from reader to reader stands at the beginning of a body; the rest is encoded once for all.
"""

import json

from bot.delivery.content import Act
from bot.delivery.outcome import Kind, Outcome
from bot.ports import To

# Nothing wrong can be left or changed on this phone: the message is gone, or is none that can be edited.
NOTHING_TO_EDIT = frozenset({"edit_not_found", "edit_refused"})
NOTHING_TO_DELETE = frozenset({"delete_not_found", "edit_not_found"})
NOT_DELETABLE = frozenset({"delete_refused", "no_rights"})  # older than 48 hours, or not ours to delete
# A photo that Telegram does not take, or a chat that takes no photos: the words alone may go.
WITHOUT_PHOTO = frozenset({"photo", "no_rights"})
NO_MESSAGE = Outcome(Kind.SENT, "no_message")  # there never was one that we know of


def head(to: To, act: Act = Act.SEND) -> bytes:
    """The beginning of a body of sendMessage or editMessageText, up to the comma before the message itself."""
    chat = _chat(to.address)
    if act is Act.EDIT:
        return f'{{"chat_id":{chat},"message_id":{int(to.message or 0)},'.encode()
    thread = f',"message_thread_id":{int(to.thread)}' if to.thread else ""
    replied = ""
    if act is Act.REPLY and to.message is not None:
        replied = f',"reply_parameters":{{"message_id":{int(to.message)},"allow_sending_without_reply":true}}'
    return f'{{"chat_id":{chat}{thread}{replied},'.encode()


def deletion(to: To) -> bytes:
    """The whole body of deleteMessage."""
    return f'{{"chat_id":{_chat(to.address)},"message_id":{int(to.message or 0)}}}'.encode()


def _chat(address: str) -> str:
    return address if address.lstrip("-").isdigit() else json.dumps(address)


def once_more(outcome: Outcome) -> Outcome:
    """This form of it was refused: another one follows, as a request of its own that waits for a slot of its own."""
    return Outcome(Kind.LATER, outcome.code, retry_after=0.0)


def edited(outcome: Outcome, to: To) -> Outcome:
    """An edit's outcome: done, or done in so far as nothing can be done, which its code then says."""
    if outcome.kind is Kind.SENT:
        return outcome._replace(message_id=to.message)
    return outcome._replace(kind=Kind.SENT) if outcome.code in NOTHING_TO_EDIT else outcome


def deleted(outcome: Outcome, to: To) -> Outcome:
    """A deletion's outcome: done, or not needed."""
    if outcome.kind is Kind.SENT:
        return Outcome(Kind.SENT, "deleted", to.message)
    return Outcome(Kind.SENT, "already_gone") if outcome.code in NOTHING_TO_DELETE else outcome


def stubbed(outcome: Outcome) -> Outcome:
    """The outcome of an edit that stands in for a deletion."""
    return outcome._replace(code="stub") if outcome == Outcome(Kind.SENT, message_id=outcome.message_id) else outcome
