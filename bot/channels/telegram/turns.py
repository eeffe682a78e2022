"""Who is next: updates of one chat in their order, chats in turn, so that nobody waits for another's ten thousand."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Waiting = tuple[int, str]  # update id, body


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an update comes from: its order is that of `chat`, its number that of `sender`."""

    chat: int
    sender: int


def origin(update: Json) -> Origin:
    """The chat and the sender of an update of any kind; 0 where it names none."""
    for kind, content in update.items():
        if kind != "update_id" and isinstance(content, dict):
            message = content.get("message")  # under which a button was pressed
            place = message if isinstance(message, dict) else content
            return Origin(_id(place.get("chat")), _id(content.get("from")))
    return Origin(0, 0)


def said(update: Json) -> str | None:
    """What is typed, written below a photo, or behind the pressed button; None for news of the chat itself."""
    press = update.get("callback_query")
    if isinstance(press, dict):
        return _text(press.get("data"))
    message = update.get("message", update.get("channel_post"))
    if not isinstance(message, dict) or "migrate_to_chat_id" in message:
        return None
    return _text(message.get("text", message.get("caption")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _id(value: object) -> int:
    found = value.get("id") if isinstance(value, dict) else 0
    return found if isinstance(found, int) else 0


class Turns:
    """Updates that wait in memory, by chat; those of a chat that is being handled stand back."""

    def __init__(self) -> None:
        self._chats: OrderedDict[int, deque[tuple[Origin, Waiting]]] = OrderedDict()  # in the order of their turns
        self._busy: dict[int, deque[tuple[Origin, Waiting]]] = {}
        self._ids: set[int] = set()
        self._by_sender: Counter[Origin] = Counter()

    def __len__(self) -> int:
        """How many updates wait."""
        return sum(map(len, self._chats.values())) + sum(map(len, self._busy.values()))

    def count(self, where: Origin) -> int:
        """How many of this sender in this chat wait."""
        return self._by_sender[where]

    def add(self, updates: Iterable[tuple[Origin, Waiting]]) -> None:
        """Let them wait; one that waits already is passed over."""
        for where, waiting in updates:
            if waiting[0] not in self._ids:
                self._ids.add(waiting[0])
                self._by_sender[where] += 1
                queue = self._busy.get(where.chat)
                if queue is None:
                    queue = self._chats.setdefault(where.chat, deque())
                queue.append((where, waiting))
                if len(queue) > 1 and queue[-2][1] > waiting:  # brought late, or left by an earlier life
                    ordered = sorted(queue, key=lambda entry: entry[1][0])
                    queue.clear()
                    queue.extend(ordered)

    def take(self) -> tuple[Origin, Waiting] | None:
        """The next update of the chat whose turn it is, which then is busy until `done`; None when none may go."""
        if not self._chats:
            return None
        chat, queue = self._chats.popitem(last=False)
        where, waiting = queue.popleft()
        self._busy[chat] = queue
        return where, waiting

    def done(self, where: Origin, update_id: int) -> None:
        """It is handled: its chat has its next turn after all others."""
        self._ids.discard(update_id)
        self._by_sender[where] -= 1
        if self._by_sender[where] <= 0:
            del self._by_sender[where]
        queue = self._busy.pop(where.chat)
        if queue:
            self._chats[where.chat] = queue

    def back(self, where: Origin, waiting: Waiting) -> None:
        """It could not be handled: it is the next of its chat again."""
        queue = self._busy.pop(where.chat)
        queue.appendleft((where, waiting))
        self._chats[where.chat] = queue
