"""Every conversation of the newsroom and of the office once more, over WhatsApp's own protocol."""

from pathlib import Path

import pytest

from tests.support.at_whatsapp import at_whatsapp, for_whatsapp
from tests.support.office import office_transcripts, play_office
from tests.support.team import play_team, team_transcripts
from tests.support.transcript import Transcript


@pytest.mark.parametrize("transcript", office_transcripts(), ids=lambda t: t.name)
async def test_whatsapp_says_what_the_offices_transcript_says(transcript: Transcript, tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path) as person:
        person.language = transcript.language
        await play_office(for_whatsapp(transcript), person, "whatsapp")
        assert set(person.whatsapp.counts) <= {0}, "the strict API refused something"


# Photos come from Telegram alone (bot/chat/push.py).
WITHOUT_PHOTOS = [t for t in team_transcripts() if not any(step.act.startswith("* kirim foto") for step in t.steps)]


@pytest.mark.parametrize("transcript", WITHOUT_PHOTOS, ids=lambda t: t.name)
async def test_whatsapp_says_what_the_newsrooms_transcript_says(transcript: Transcript, tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path) as person:
        person.language = transcript.language
        await play_team(for_whatsapp(transcript), person, "whatsapp")
        assert set(person.whatsapp.counts) <= {0}, "the strict API refused something"
