"""Every conversation of the newsroom in tests/chat/transcripts/redaksi, alone and at the console, in both languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from bot.chat.fit import LONGEST_ACTION
from bot.chat.message import Message
from bot.chat.newsroom.acts import COMMANDS
from bot.chat.texts import Texts
from bot.chat.turn import Press
from bot.chat.words import understand
from bot.ports import Tx
from tests.chat.test_catalogs import keys_of, po
from tests.chat.test_every_screen import faults
from tests.support.at_console import at_console
from tests.support.team import TeamAlone, play_team, takes_photos, takes_two, team_transcripts
from tests.support.town import TEXTS, board
from tests.support.transcript import Screen, Transcript

ALL = team_transcripts()
# What needs trouble or slow readers is said in test_push_progress.py and test_push_corrections.py; what needs two
# channels in test_push_card.py, what needs many broadcasts in tests/flow/test_choosing_what_was_told.py; the rest in
# test_editors.py.
ELSEWHERE = (
    "desk.sending", "desk.paused", "desk.left", "desk.failed", "desk.waiting", "desk.not_known", "desk.digested",
    "desk.end.", "desk.code.", "desk.state.", "desk.time.", "desk.really_stop", "desk.stands_still", "desk.kind.",
    "desk.button.pause", "desk.button.go_on", "desk.button.stop_rest", "desk.button.really_stop", "desk.button.again",
    "desk.button.pass_on_", "desk.portal_withdrew", "desk.approve.own", "desk.pick_none",
    "desk.cost.", "desk.form", "desk.channels", "desk.button.channels", "desk.button.all_channels", "desk.button.only",
    "desk.card.channels", "desk.card.cut", "desk.card.outlived", "desk.enough_words", "desk.undone.", "desk.rest.",
    "desk.more_such", "desk.approve.later", "desk.cancelled_already", "desk.is_ours",
)  # fmt: skip


@pytest.mark.parametrize("transcript", ALL, ids=lambda t: t.name)
async def test_the_newsrooms_conversation_alone_says_what_the_transcript_says(transcript: Transcript) -> None:
    await play_team(transcript, TeamAlone(transcript.language), "telegram")


@pytest.mark.parametrize(
    "transcript", [t for t in ALL if not (takes_two(t) or takes_photos(t) or t.old_buttons)], ids=lambda t: t.name
)
async def test_the_console_says_what_the_newsrooms_transcript_says(transcript: Transcript, tmp_path: Path) -> None:
    async with at_console(tmp_path, transcript.language) as person:
        await play_team(transcript, person, "console")


def test_every_command_of_the_newsroom_is_said() -> None:
    assert len(ALL) >= 15
    typed = [step.act[2:] for t in ALL for step in t.steps if step.act[0] == ">"]
    called = {command.name for command in map(understand, typed) if command}
    assert COMMANDS.keys() - called == set()


# In both languages ----------------------------------------------------------------------------------------------------


class Heard(Texts):
    """The real texts, and which of them were said in which language."""

    said: ClassVar[set[tuple[str, str]]] = set()

    def template(self, language: str, key: str, n: int | None = None) -> str:
        """The text, noted."""
        self.said.add((self.known(language), key))
        return super().template(language, key, n)


class Both:
    """The same people in two languages: what one taps, the other taps too, whatever it is called there."""

    without: frozenset[str] = frozenset()

    def __init__(self) -> None:
        listening = replace(board(), texts=Heard(TEXTS.catalogs))
        self.theirs, self.english = TeamAlone("id", listening), TeamAlone("en", listening)

    async def say(self, text: str) -> None:
        """Type and send."""
        await self.theirs.say(text)
        await self.english.say(text)

    async def press(self, label: str) -> None:
        """Tap the newest button with this label, and the one that does the same."""
        unsealed = self.theirs.person.button(label).action.rpartition(":")[0]
        await self.theirs.press(label)
        self.english.person.meet(Press(self._like(unsealed or label)))
        await self.english.person.errands_done()
        self.english.settle()

    def _like(self, unsealed: str) -> str:
        actions = [b.action for m in self.english.person.messages for row in m.rows for b in row if b.action]
        return next(a for a in reversed(actions) if a.startswith(unsealed))

    async def send_photo(self, caption: str) -> None:
        """Send a photo."""
        await self.theirs.send_photo(caption)
        await self.english.send_photo(caption)

    async def publish(self, number: int) -> None:
        """Story `number` of the town is sent to its readers."""
        await self.theirs.publish(number)
        await self.english.publish(number)

    async def wait(self, span: timedelta) -> None:
        """Time passes."""
        await self.theirs.wait(span)
        await self.english.wait(span)

    async def turn_to(self, number: int) -> None:
        """Look at the phone of another person."""
        await self.theirs.turn_to(number)
        await self.english.turn_to(number)

    async def change(self, work: Callable[[Tx], None]) -> None:
        """Something happens elsewhere."""
        await self.theirs.change(work)
        await self.english.change(work)

    async def shown(self) -> list[Screen]:
        """What has appeared in Indonesian."""
        await self.english.shown()
        return await self.theirs.shown()

    def messages(self) -> list[Message]:
        """Every message that any of them has ever seen."""
        return [message for team in (self.theirs, self.english) for message in team.messages()]


async def test_every_text_of_the_newsroom_is_said_in_both_languages_within_the_limits() -> None:
    for transcript in (t for t in ALL if t.language == "id"):  # the other language says the same beside it
        both = Both()
        await play_team(transcript, both, "telegram")
        for message in both.messages():
            assert list(faults(message)) == [], f"{transcript.name}: {message.plain()[:200]}"
            actions = [b.action for row in message.rows for b in row if b.action]
            assert all(len(action.encode()) <= LONGEST_ACTION for action in actions)
    for language in TEXTS.catalogs:
        desk = {key for key in keys_of(po(language)) if key.startswith("desk.") and not key.startswith(ELSEWHERE)}
        assert desk - {key for said, key in Heard.said if said == language} == set(), language
