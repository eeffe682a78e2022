"""Every conversation of the office in tests/chat/transcripts/admin, alone and at the console, in both languages."""

from pathlib import Path

import pytest

from bot.chat.admins.acts import COMMANDS
from bot.chat.fit import LONGEST_ACTION
from bot.chat.words import ADMINS, understand
from bot.chat.words import COMMANDS as WORDS
from tests.chat.test_catalogs import keys_of, po
from tests.chat.test_editors_transcripts import Both, Heard
from tests.chat.test_every_screen import faults
from tests.support.at_console import at_console
from tests.support.office import office_transcripts, play_office
from tests.support.team import TeamAlone, takes_two
from tests.support.town import TEXTS
from tests.support.transcript import Transcript

ALL = office_transcripts()
OURS = (
    "office.", "feeds.", "find.", "labels.", "fault.", "team.", "audit.", "health.", "backup.", "figures.", "deed.",
    "stop.staff", "start.staff_back",
)  # fmt: skip
# What needs trouble that a transcript cannot make is said in test_every_screen_on_every_channel.py.
ELSEWHERE = (
    "fault.", "deed.", "health.", "backup.failed", "backup.none", "figures.no_picture", "figures.none", "audit.none",
    "office.never", "office.just_now", "office.days_ago", "office.button.before", "office.button.after", "feeds.moved",
    "feeds.state.gone", "feeds.held_old", "feeds.none_failing", "feeds.no_such", "feeds.opml_too_long", "find.gone",
    "find.unreadable", "labels.gone", "team.gone", "team.last_admin", "team.invitation", "team.away.gone",
)  # fmt: skip


@pytest.mark.parametrize("transcript", ALL, ids=lambda t: t.name)
async def test_the_offices_conversation_alone_says_what_the_transcript_says(transcript: Transcript) -> None:
    await play_office(transcript, TeamAlone(transcript.language), "telegram")


@pytest.mark.parametrize("transcript", [t for t in ALL if not (takes_two(t) or t.old_buttons)], ids=lambda t: t.name)
async def test_the_console_says_what_the_offices_transcript_says(transcript: Transcript, tmp_path: Path) -> None:
    async with at_console(tmp_path, transcript.language) as person:
        await play_office(transcript, person, "console")


def test_every_command_of_the_office_is_said() -> None:
    typed = [step.act[2:] for t in ALL for step in t.steps if step.act[0] == ">"]
    called = {command.name for command in map(understand, typed) if command}
    assert set(COMMANDS) - called == set()
    assert set(COMMANDS) <= {entry.name for entry in WORDS if entry.roles == ADMINS and entry.shown}


async def test_every_text_of_the_office_is_said_in_both_languages_within_the_limits() -> None:
    for transcript in ALL:
        if transcript.language != "id":
            continue
        both = Both()
        await play_office(transcript, both, "telegram")
        for message in both.messages():
            assert list(faults(message)) == [], f"{transcript.name}: {message.plain()[:200]}"
            actions = [b.action for row in message.rows for b in row if b.action]
            assert all(len(action.encode()) <= LONGEST_ACTION for action in actions)
    for language in TEXTS.catalogs:
        ours = {key for key in keys_of(po(language)) if key.startswith(OURS) and not key.startswith(ELSEWHERE)}
        assert ours - {key for said, key in Heard.said if said == language} == set(), language
