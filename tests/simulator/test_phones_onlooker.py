"""What an onlooker can tell from a phone's screen about the topics that it follows."""

from datetime import UTC, datetime

import pytest

from bot.simulator.phones.onlooker import Following, look
from bot.simulator.stories import BY_ID, CATEGORIES
from bot.simulator.telegram import Button, Shown

NEW, ALL = Following(), frozenset(BY_ID)
SRI = Following("active", frozenset({"kesehatan", "budaya"}))


def shown(text: str, *labels: str, from_bot: bool = True) -> Shown:
    rows = tuple((Button(label, "x"),) for label in labels)
    return Shown(1, from_bot, text, text, (), rows, edited=False, date=datetime(2026, 11, 24, tzinfo=UTC), sender="bot")


def keyboard(*ticked: str, english: bool = False) -> list[str]:
    names = [c.name_en if english else c.name_id for c in CATEGORIES]
    return [("✅ " if c.id in ticked else "") + name for c, name in zip(CATEGORIES, names, strict=True)]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Siap. Anda mengikuti Kesehatan dan Budaya, kira-kira 9 kiriman seminggu. Berita dikirim langsung.", SRI),
        ("Siap, langganan Anda aktif: Kesehatan dan Budaya. Ingin berhenti? Balas BERHENTI kapan saja.", SRI),
        ("Done, your subscription is active: Health and Culture. To stop, reply STOP at any time.", SRI),
        ("Done. You follow Health and Culture. News is sent as it is published.", SRI),
        ("Topik: Kesehatan dan Budaya\nBahasa: Indonesia", SRI),
        ("Baik. Topik Daerah sudah dilepas. Anda masih mengikuti Kesehatan dan Budaya.", SRI),
        ("All right. Regional is off your list. You still follow Health and Culture.", SRI),
        ("Panen Kesehatan\nBerita ini kami kirim karena Anda mengikuti topik di bawah.", NEW),
        ("Daerah satu-satunya topik Anda. Kalau dilepas, tidak ada lagi yang kami kirim.", NEW),
        ("Anda memang belum berlangganan Kabar Pendopo, jadi tidak ada yang kami kirim.", NEW),
        ("Siap. Anda mengikuti semua topik.", Following("active", ALL)),
        ("Done. You follow all topics.", Following("active", ALL)),
        ("Anda sudah berhenti. Kami tidak akan mengirim apa-apa lagi.", Following("stopped")),
        ("You have stopped. We will not send you anything any more.", Following("stopped")),
        ("Maaf, kami belum paham. Balas MENU untuk melihat pilihan.", NEW),
        ("Dinas Kesehatan dan sanggar Budaya membuka pendaftaran.", NEW),
    ],
)
def test_a_sentence_of_the_bot_tells(text: str, after: Following) -> None:
    assert look(shown(text), NEW) == after


def test_what_the_owner_types_tells_nothing() -> None:
    assert look(shown("Anda mengikuti Kesehatan.", from_bot=False), NEW) == NEW


def test_a_newcomers_ticks_are_a_draft() -> None:
    assert look(shown("Ketuk topik yang ingin Anda ikuti.", *keyboard("daerah")), NEW) == NEW


@pytest.mark.parametrize("english", [False, True])
def test_a_followers_ticks_count_at_once(english: bool) -> None:
    after = look(shown("Ketuk topik.", *keyboard("daerah", english=english)), SRI)
    assert after == Following("active", frozenset({"daerah"}))


@pytest.mark.parametrize(
    ("following", "categories", "reason"),
    [
        (NEW, {"kesehatan"}, "new"),
        (Following("stopped"), {"kesehatan"}, "stopped"),
        (SRI, {"kesehatan", "hukrim"}, "follows"),
        (SRI, {"hukrim"}, "other_topics"),
    ],
)
def test_the_reason_why_a_story_comes_or_not(following: Following, categories: set[str], reason: str) -> None:
    assert following.reason(frozenset(categories)) == reason
