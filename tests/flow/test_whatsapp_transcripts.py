"""Every conversation of tests/chat/transcripts once more, over WhatsApp's own protocol."""

from pathlib import Path

import pytest

from tests.support.at_whatsapp import at_whatsapp, for_whatsapp
from tests.support.transcript import Transcript, play, transcripts


@pytest.mark.parametrize("transcript", transcripts(), ids=lambda t: t.name)
async def test_whatsapp_says_what_the_transcript_says(transcript: Transcript, tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path) as person:
        several = sum(step.act.startswith("* terbit") for step in transcript.steps) > 1
        person.language, person.apart = transcript.language, 300.0 if several else 0.0
        await play(for_whatsapp(transcript), person)
        assert set(person.whatsapp.counts) <= {0}, "the strict API refused something"
