"""Every conversation of the newsroom once more, over Telegram's own protocol."""

from pathlib import Path

import pytest

from tests.support.at_telegram import at_telegram
from tests.support.team import play_team, team_transcripts
from tests.support.transcript import Transcript


@pytest.mark.parametrize("transcript", team_transcripts(), ids=lambda t: t.name)
async def test_telegram_says_what_the_newsrooms_transcript_says(
    transcript: Transcript, tmp_path: Path, canary: str
) -> None:
    async with at_telegram(tmp_path, canary, transcript.language) as person:
        await play_team(transcript, person, "telegram")
