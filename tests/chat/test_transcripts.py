"""Every conversation in tests/chat/transcripts, on the channels that need no wire."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from bot.chat.texts import Texts
from tests.chat.test_catalogs import keys_of, po
from tests.support.alone import Alone
from tests.support.at_console import at_console
from tests.support.town import TEXTS, board
from tests.support.transcript import Transcript, play, transcripts

ALL = transcripts()
# What this town and this moment never say; test_answer.py makes them be said.
ELSEWHERE = {
    "error.no_story", "error.portal", "invitation.expired", "latest.none", "menu.instant", "start.welcome_anywhere",
    "topics.none",
}  # fmt: skip
# test_broadcasts.py, test_notices.py
BROADCAST = ("broadcast.", "digest.", "more.", "button.see_all", "button.see_more", "notice.")
WISHES = {  # test_wishes.py
    "contact.answered_later", "contact.for_later", "contact.gone", "contact.only_words", "contact.too_long",
    "contact.words_alone", "reason.alert_all", "reason.alert_topics", "reason.correction",
    "reason.digest", "reason.follow_up", "reason.followed", "search.no_more", "share.how", "share.text",
    "data.chosen_at", "data.consent_at", "data.consent_wording", "data.contacts", "data.daily_limit", "data.deliveries",
    "data.draft", "data.id", "data.joined_at", "data.open", "data.paused_until", "data.quiet_from", "data.quiet_to",
    "data.saved", "data.staff", "data.stopped_at", "data.thread", "data.too_much", "data.updates", "data.urgent",
    "data.covered_until", "data.covered_telling", "data.day", "data.day_count", "data.digest_at", "data.never",
    "data.no", "data.status_gone", "data.status_new", "data.status_stopped", "data.technical", "data.window_until",
    "data.yes", "data.posts",
}  # fmt: skip
EDITORS = ("desk.", "about.permit", "error.staff_only", "stop.staff", "start.staff_back")  # test_editors_transcripts.py
OFFICE = (  # test_admins_transcripts.py, test_every_screen_on_every_channel.py
    "office.", "feeds.", "find.", "labels.", "fault.", "team.", "audit.", "health.", "backup.", "figures.", "deed.",
    "group.", "error.too_fast", "data.last_admin",  # test_groups.py, test_patience.py, test_the_last_admin.py
    "about.feeds", "about.team", "about.invite", "about.audit", "about.health", "about.backup", "about.statistics",
)  # fmt: skip


class Heard(Texts):
    """The real texts, and which of them were said in which language."""

    said: ClassVar[set[tuple[str, str]]] = set()

    def template(self, language: str, key: str, n: int | None = None) -> str:
        """The text, noted."""
        self.said.add((self.known(language), key))
        return super().template(language, key, n)


@pytest.mark.parametrize("transcript", ALL, ids=lambda t: t.name)
async def test_the_conversation_alone_says_what_the_transcript_says(transcript: Transcript) -> None:
    await play(transcript, Alone(transcript.language))


@pytest.mark.parametrize("transcript", [t for t in ALL if not t.old_buttons], ids=lambda t: t.name)
async def test_the_console_says_what_the_transcript_says(transcript: Transcript, tmp_path: Path) -> None:
    async with at_console(tmp_path, transcript.language) as person:
        await play(transcript, person)


async def test_every_text_is_said_in_a_conversation_of_each_language() -> None:
    listening = replace(board(), texts=Heard(TEXTS.catalogs))
    for transcript in ALL:
        await play(transcript, Alone(transcript.language, at=listening))
    for language in TEXTS.catalogs:
        silent = keys_of(po(language)) - {key for said, key in Heard.said if said == language}
        elsewhere = (*BROADCAST, *EDITORS, *OFFICE, "typed.")
        assert {key for key in silent if not key.startswith(elsewhere)} == ELSEWHERE | WISHES, language
