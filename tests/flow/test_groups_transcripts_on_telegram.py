"""Every conversation of a group once more, over Telegram's own protocol."""

from pathlib import Path

import pytest

from tests.support.group import group_at_telegram, group_transcripts, play_group
from tests.support.transcript import Transcript


@pytest.mark.parametrize("transcript", group_transcripts(), ids=lambda t: t.name)
async def test_telegram_says_what_the_groups_transcript_says(
    transcript: Transcript, tmp_path: Path, canary: str
) -> None:
    async with group_at_telegram(tmp_path, canary, transcript.language) as person:
        await play_group(transcript, person)
