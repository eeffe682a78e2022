"""Every conversation of tests/chat/transcripts once more, over WhatsApp's own protocol."""

from pathlib import Path

import pytest

from tests.support.at_whatsapp import PERSON, at_whatsapp, for_whatsapp
from tests.support.transcript import Transcript, play, transcripts


@pytest.mark.parametrize("transcript", transcripts(), ids=lambda t: t.name)
async def test_whatsapp_says_what_the_transcript_says(transcript: Transcript, tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path) as person:
        # WhatsApp does not tell anybody's language, so whoever wants another one than the portal's has chosen it.
        if transcript.language != "id":
            await person.store.write(lambda tx: tx.set_language("whatsapp", PERSON, transcript.language))
        await play(for_whatsapp(transcript), person)
        assert set(person.whatsapp.counts) <= {0}, "the strict API refused something"
