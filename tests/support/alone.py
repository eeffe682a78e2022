"""The conversation with nothing around it: no store, no channel, no wire."""

from dataclasses import replace

from bot.chat.answer import answer
from bot.chat.message import Button, Message
from bot.chat.newsroom.undone import undone
from bot.chat.office import Enquire, Errand, OfficeAct
from bot.chat.push import Did, Keep, LookIn, Move, Permit, Send, Show, Steer, Watch
from bot.chat.stories import story_message
from bot.chat.turn import (
    Answer,
    Board,
    Change,
    Draft,
    FindSaved,
    FindStories,
    FindStory,
    Follow,
    Incoming,
    InvitationChecked,
    Mode,
    Moved,
    Person,
    Press,
    RedeemInvitation,
    Reply,
    Save,
    SetLanguage,
    Status,
    Stop,
    StoriesFound,
    StoryFound,
    Text,
)
from bot.chat.wishes import Erase
from bot.errors import NewsroomError
from bot.flow.desk import Asked
from tests.support.newsroom import MemoryNewsroom
from tests.support.portal_behind import InMemory, errands, memory_mapping
from tests.support.town import INVITATIONS, STORIES, board, newest
from tests.support.transcript import PHOTO, Screen, same
from tests.support.wishes import Wishing, wished, words_in

WRONG_TRIES = 5  # as the store counts them


class Alone:
    """One person who talks straight to `answer`; what follows from it happens to a value in memory."""

    without: frozenset[str] = frozenset()

    def __init__(self, language: str = "id", person: Person | None = None, at: Board | None = None) -> None:
        self.person = person or Person("telegram", "1", language=language)
        self.board = at or board()
        self.saved: list[int] = []
        self.used: set[str] = set()
        self.wrong = 0  # codes that were none
        self.wordings: list[str] = []
        self.replies: list[Reply] = []  # since the last look
        self.messages: list[Message] = []  # ever
        self.sent_for: list[Errand] = []
        self._newsroom: MemoryNewsroom | None = None
        self.wishing = Wishing(self.board)

    @property
    def newsroom(self) -> MemoryNewsroom:
        """Where editors work; made when somebody does."""
        if self._newsroom is None:
            self._newsroom = MemoryNewsroom(self.board)
        return self._newsroom

    # The driver's part ----------------------------------------------------------------------------------------------

    async def say(self, text: str) -> None:
        """Type and send."""
        self.meet(Text(text))
        await self.errands_done()

    async def send_photo(self, caption: str) -> None:
        """Send a photo."""
        self.meet(Text(caption, "AgACphoto"))

    async def press(self, label: str) -> None:
        """Tap the newest button with this label."""
        self.meet(Press(self.button(label).action))
        await self.errands_done()

    async def errands_done(self) -> None:
        """What was sent for comes back as an event of its own."""
        world = errands(InMemory(self.newsroom.tx), memory_mapping()) if self.sent_for else None
        while self.sent_for and world is not None:
            self.meet(await world.run(self.sent_for.pop(0)))

    async def publish(self, number: int) -> None:
        """The story comes if the person follows one of its topics."""
        story, person = STORIES[number], self.person
        followed = person.follows_all or person.categories.intersection(story.categories) or words_in(number, person)
        held = person.paused_until is not None or person.mode != "instant"
        if person.status is Status.ACTIVE and followed and not held:
            self.wishing.received.append(("story", number, ()))
            self._see(Reply(story_message(story, person.language, self.board)))

    async def shown(self) -> list[Screen]:
        """What has appeared since the last call."""
        seen, self.replies = self.replies, []
        return [_screen(reply) for reply in seen]

    # What follows from what is said ---------------------------------------------------------------------------------

    def meet(self, incoming: Incoming) -> list[Reply]:
        """One event and all that follows from it; the replies."""
        events, begun = [incoming], len(self.replies)
        while events:
            self.person = self.known()
            turn = answer(self.person, events.pop(0), self.board)
            try:
                for change in turn.changes:
                    self._apply(change)
            except NewsroomError as fault:
                self._see(Reply(undone(fault.reason, self.board.texts.voice(self.person.language))))
                break
            for reply in turn.replies:
                self._see(reply)
            for ask in turn.asks:
                if isinstance(ask, Errand):
                    self.sent_for.append(ask)
                else:
                    events.append(self._look_up(ask))
        return self.replies[begun:]

    def known(self) -> Person:
        """Who they are by now: a role may have been given or taken."""
        return self.person if self._newsroom is None else self._newsroom.as_known(self.person)

    def button(self, label: str) -> Button:
        """The newest button with this label."""
        for message in reversed(self.messages):
            for button in (b for row in message.rows for b in row):
                if same(button.label, label) and button.action:
                    return button
        raise AssertionError(f"no button {label!r}")

    def _see(self, reply: Reply) -> None:
        self.replies.append(reply)
        self.messages.append(reply.message)

    def _apply(self, change: Change) -> None:
        if isinstance(change, OfficeAct):
            self.newsroom.attend(change, self.person, self.board.now)
            return
        match change:
            case Follow(categories, follows_all, wording):
                quiet = self.person.quiet if self.person.status is Status.ACTIVE else self.board.quiet
                self.wordings.append(wording)
                paused = self.person.paused_until if self.person.status is Status.ACTIVE else None
                self.person = replace(
                    self.person, status=Status.ACTIVE, categories=categories, follows_all=follows_all, quiet=quiet,
                    paused_until=paused,
                )  # fmt: skip
            case Draft(categories):
                self.person = replace(self.person, draft=categories)
            case Stop(gone):
                status = Status.GONE if gone else Status.STOPPED
                self.person = replace(
                    self.person, status=status, categories=frozenset(), follows_all=False, draft=None,
                    words=(), paused_until=None,
                )  # fmt: skip
            case SetLanguage(language):
                self.person = replace(self.person, language=language)
            case Save(story_id, keep):
                self.saved = [s for s in self.saved if s != story_id] + [story_id] * keep
            case Moved(address):
                self.person = replace(self.person, address=address)
            case Keep() | Send() | Steer() | Move() | Show() | Watch() | Permit() | Did():
                self.newsroom.do(change, self.person, self.board.now)
            case _:
                self.person = wished(self.person, change, self.board)
                self.saved = [] if isinstance(change, Erase) else self.saved

    def _look_up(self, ask: Asked) -> Answer:  # noqa: PLR0911 — one line for each question
        match ask:
            case FindStories(categories, limit, after):
                return StoriesFound(newest(categories, limit), after=after)
            case FindSaved(limit):
                return StoriesFound(tuple(STORIES[s] for s in reversed(self.saved))[:limit], saved=True)
            case FindStory(story_id, purpose):
                return StoryFound(STORIES.get(story_id), purpose, words_in(story_id, self.person))
            case RedeemInvitation(code):
                return self._redeem(code)
            case Enquire():
                return self.newsroom.consult(ask, self.person, self.board.now)
            case LookIn():
                return self.newsroom.look(ask, self.person, self.board.now)
            case _:
                found, said = self.wishing.find(ask, self.person)
                for reply in said:
                    self._see(reply)
                return found

    def _redeem(self, code: str) -> InvitationChecked:
        role = INVITATIONS.get(code)
        if self.wrong >= WRONG_TRIES:
            return InvitationChecked(None, "too_many")
        if role is None or code in self.used:
            self.wrong += 1
            return InvitationChecked(None, "used" if role else "unknown")
        self.used.add(code)
        self.person = replace(self.person, role=role)
        return InvitationChecked(role)


def _screen(reply: Reply) -> Screen:
    rows = tuple(tuple(button.label for button in row) for row in reply.message.rows)
    text = reply.message.plain()
    pictured = reply.message.photo or reply.message.caption
    return Screen(f"{PHOTO}\n{text}" if pictured else text, rows, passing=reply.mode is Mode.TOAST)
