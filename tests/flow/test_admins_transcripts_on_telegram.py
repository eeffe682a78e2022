"""Every conversation of the office once more, over Telegram's own protocol."""

from pathlib import Path

import pytest

from tests.support.at_telegram import at_telegram
from tests.support.office import office_transcripts, play_office
from tests.support.transcript import Transcript


@pytest.mark.parametrize("transcript", office_transcripts(), ids=lambda t: t.name)
async def test_telegram_says_what_the_offices_transcript_says(
    transcript: Transcript, tmp_path: Path, canary: str
) -> None:
    async with at_telegram(tmp_path, canary, transcript.language) as person:
        await play_office(transcript, person, "telegram")
