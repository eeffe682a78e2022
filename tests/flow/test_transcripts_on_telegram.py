"""Every conversation of tests/chat/transcripts once more, over Telegram's own protocol."""

from pathlib import Path

import pytest

from tests.support.at_telegram import at_telegram
from tests.support.transcript import Transcript, play, transcripts


@pytest.mark.parametrize("transcript", transcripts(), ids=lambda t: t.name)
async def test_telegram_says_what_the_transcript_says(transcript: Transcript, tmp_path: Path, canary: str) -> None:
    async with at_telegram(tmp_path, canary, transcript.language) as person:
        await play(transcript, person)
