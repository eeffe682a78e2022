"""Every conversation in tests/chat/transcripts, on the channels that need no wire."""

from pathlib import Path

import pytest

from tests.support.alone import Alone
from tests.support.at_console import at_console
from tests.support.transcript import Transcript, play, transcripts

ALL = transcripts()


@pytest.mark.parametrize("transcript", ALL, ids=lambda t: t.name)
async def test_the_conversation_alone_says_what_the_transcript_says(transcript: Transcript) -> None:
    await play(transcript, Alone(transcript.language))


@pytest.mark.parametrize("transcript", [t for t in ALL if not t.old_buttons], ids=lambda t: t.name)
async def test_the_console_says_what_the_transcript_says(transcript: Transcript, tmp_path: Path) -> None:
    async with at_console(tmp_path, transcript.language) as person:
        await play(transcript, person)
