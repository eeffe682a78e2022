"""Every screen in two languages: the transcripts are played, and each step that says something new is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.chat.texts import Texts
from bot.chat.turn import Person, Press, Reply
from bot.ports import Tx
from tests.support.alone import Alone
from tests.support.group import GroupAlone, group_transcripts, play_group
from tests.support.office import office_transcripts, play_office
from tests.support.team import TeamAlone, play_team, team_transcripts
from tests.support.town import TEXTS, board
from tests.support.transcript import Screen, Transcript, play, transcripts

LANGUAGES = ("id", "en")


class Heard(Texts):
    """The real texts, and which were said since the last look."""

    def listen(self) -> None:
        """Begin to note what is said."""
        self.__dict__["said"] = set()

    def template(self, language: str, key: str, n: int | None = None) -> str:
        """The text, noted."""
        self.__dict__["said"].add(key)
        return super().template(language, key, n)

    def news(self) -> set[str]:
        """The keys since the last look."""
        said: set[str] = self.__dict__["said"]
        self.listen()
        return said


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did, and what then stood on their phone, by language."""

    name: str  # a file's name without its end
    title: str  # of the conversation
    acts: dict[str, str]  # "" when they did nothing
    replies: dict[str, tuple[Reply, ...]]
    group: bool = False


@dataclass
class Pair:
    """The same people in two languages: what one taps, the other taps too, whatever it is called there."""

    people: dict[str, Alone | TeamAlone]
    heard: Heard
    without: frozenset[str] = frozenset()
    steps: list[tuple[dict[str, str], set[str], dict[str, tuple[Reply, ...]]]] = field(default_factory=list)
    states: list[Person] = field(default_factory=list)  # everybody after each step
    _acts: dict[str, str] = field(default_factory=dict)

    def _who(self, language: str) -> Alone:
        person = self.people[language]
        return person.person if isinstance(person, TeamAlone) else person

    async def say(self, text: str) -> None:
        """Type and send."""
        self._acts = dict.fromkeys(self.people, text)
        for person in self.people.values():
            await person.say(text)

    async def press(self, label: str) -> None:
        """Tap the newest button with this label, and the one that does the same in the other language."""
        wanted = self._who("id").button(label).action
        wanted = wanted.rpartition(":")[0] if wanted.startswith(("e:", "a:")) else wanted
        for language, person in self.people.items():
            who = self._who(language)
            buttons = [b for m in who.messages for row in m.rows for b in row if b.action.startswith(wanted)]
            self._acts[language] = f"[{buttons[-1].label}]"
            who.meet(Press(buttons[-1].action))
            await who.errands_done()
            if isinstance(person, TeamAlone):
                person.settle()

    async def send_photo(self, caption: str) -> None:
        """Send a photo."""
        self._acts = dict.fromkeys(self.people, f"🖼 {caption}".strip())
        for person in self.people.values():
            await person.send_photo(caption)

    async def publish(self, number: int) -> None:
        """A story comes."""
        self._acts = {}
        for person in self.people.values():
            await person.publish(number)

    async def wait(self, span: timedelta) -> None:
        """Time passes."""
        self._acts = {}
        for person in self._teams():
            await person.wait(span)

    async def turn_to(self, number: int) -> None:
        """Look at another's phone."""
        self._acts = {}
        for person in self._teams():
            await person.turn_to(number)

    async def change(self, work: Callable[[Tx], None]) -> None:
        """Something happens elsewhere."""
        self._acts = {}
        for person in self._teams():
            await person.change(work)

    def speaks(self, who: str) -> None:
        """Who acts next in a group."""
        for person in self.people.values():
            if isinstance(person, GroupAlone):
                person.speaks(who)

    async def shown(self) -> list[Screen]:
        """What has appeared in Indonesian; the step is noted."""
        replies = {language: tuple(self._who(language).replies) for language in self.people}
        screens = {language: await person.shown() for language, person in self.people.items()}
        self.states += self._everybody()
        self.steps.append((self._acts, self.heard.news(), replies))
        self._acts = {}
        return screens["id"]

    def _everybody(self) -> Iterator[Person]:
        for person in self.people.values():
            for alone in person.members() if isinstance(person, TeamAlone) else (person,):
                yield alone.known()

    def _teams(self) -> list[TeamAlone]:
        return [person for person in self.people.values() if isinstance(person, TeamAlone)]


Maker = Callable[[str, Heard], Alone | TeamAlone]


def _alone(language: str, heard: Heard) -> Alone:
    return Alone(language, at=replace(board(), texts=heard))


def _team(language: str, heard: Heard) -> TeamAlone:
    return TeamAlone(language, replace(board(), texts=heard))


def _group(language: str, heard: Heard) -> GroupAlone:
    return GroupAlone(language, replace(board(), texts=heard))


async def played() -> list[tuple[Transcript, Pair, str]]:
    """Every conversation that is written in Indonesian, played in both languages; with its room's name."""
    rooms: list[tuple[str, Transcript, Maker]] = [
        *(("warga", t, _alone) for t in transcripts()), *(("redaksi", t, _team) for t in team_transcripts()),
        *(("admin", t, _team) for t in office_transcripts()), *(("grup", t, _group) for t in group_transcripts()),
    ]  # fmt: skip
    done = []
    for room, transcript, make in rooms:
        if transcript.language == "id":
            pair = _pair(make)
            await _play(room, transcript, pair)
            done.append((transcript, pair, room))
    return done


def _pair(make: Maker) -> Pair:
    heard = Heard(TEXTS.catalogs)
    heard.listen()
    return Pair({language: make(language, heard) for language in LANGUAGES}, heard)


async def _play(room: str, transcript: Transcript, pair: Pair) -> None:
    if room == "redaksi":
        await play_team(transcript, pair, "telegram")
    elif room == "admin":
        await play_office(transcript, pair, "telegram")
    elif room == "grup":
        await play_group(transcript, pair)
    else:
        await play(transcript, pair)


async def steps() -> list[Step]:
    """Every step that says something which none before it has said."""
    return list(_new(await played()))


def _new(done: list[tuple[Transcript, Pair, str]]) -> Iterator[Step]:
    known: set[str] = set()
    for transcript, pair, room in done:
        for number, (acts, keys, replies) in enumerate(pair.steps, 1):
            if all(replies.values()) and not keys <= known:
                known |= keys
                name = f"{room}-{transcript.name}-{number:02d}"
                yield Step(name, f"{room}: {transcript.title}", acts, replies, group=room == "grup")
