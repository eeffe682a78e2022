"""Every command of the registry is said in a transcript, in both languages, by somebody who may say it."""

import pytest

from bot.chat.commands import COMMANDS, Entry
from bot.chat.words import understand
from tests.support.group import group_transcripts
from tests.support.office import office_transcripts
from tests.support.team import team_transcripts
from tests.support.town import TEXTS
from tests.support.transcript import Step, Transcript, transcripts

ALL = [*transcripts(), *team_transcripts(), *office_transcripts(), *group_transcripts()]
LANGUAGES = sorted(TEXTS.catalogs)


def heard(step: Step, language: str) -> str:
    """The command that is typed here and not refused, "" when there is none."""
    command = understand(step.act.removeprefix("> ")) if step.act.startswith("> ") else None
    refusal = TEXTS.voice(language).t("error.staff_only")
    return "" if command is None or step.expected[:1] == [refusal] else command.name


def said(language: str) -> set[str]:
    """Every command that is given in a conversation of this language."""
    return {heard(step, t.language) for t in ALL if t.language == language for step in t.steps}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_command_of_every_role_has_a_transcript(entry: Entry, language: str) -> None:
    assert entry.name in said(language)


def test_a_command_that_is_only_refused_counts_for_nothing() -> None:
    refusal = TEXTS.voice("id").t("error.staff_only")
    refused = Transcript("x", steps=[Step("> /antrean", 1, [refusal]), Step("> /antrean", 2, ["…"])])
    assert [heard(step, "id") for step in refused.steps] == ["", "queue"]


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 60
