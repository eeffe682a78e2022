"""Payloads of links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.choice import Choice, everything
from bot.chat.deeplink import Link, read_link
from bot.chat.turn import Board, Category
from tests.support.town import NOW, TEXTS, ZONE, board

NOTHING = Choice(frozenset())


def ids(*categories: str) -> Choice:
    return Choice(frozenset(categories))


@pytest.mark.parametrize(
    ("payload", "link"),
    [
        ("daerah", Link(ids("daerah"))),
        ("daerah-hukrim", Link(ids("daerah", "hukrim"))),
        ("DAERAH-Hukrim", Link(ids("daerah", "hukrim"))),
        ("daerah--hukrim-", Link(ids("daerah", "hukrim"))),
        ("daerah hukrim", Link(ids("daerah", "hukrim"))),
        ("daerah, hukrim", Link(ids("daerah", "hukrim"))),
        ("daerah-daerah", Link(ids("daerah"))),
        ("semua", Link(everything(board()))),
        ("semua-daerah", Link(everything(board()))),
        ("olahraga-daerah-cuaca-olahraga", Link(ids("daerah"), ("olahraga", "cuaca"))),
        ("olahraga", Link(NOTHING, ("olahraga",))),
        ("semua-olahraga", Link(everything(board()), ("olahraga",))),
        ("undang-KodeEditor-1", Link(NOTHING, invitation="KodeEditor-1")),
        ("UNDANG-KodeEditor-1", Link(NOTHING, invitation="KodeEditor-1")),
        ("undang-", Link(NOTHING, invitation="")),
        ("undang-\ud800", Link(NOTHING, invitation="")),
        ("undang-a b", Link(NOTHING, invitation="")),
        ("undang", Link(NOTHING, ("undang",))),
        ("", Link(NOTHING)),
        ("---", Link(NOTHING)),
        ("daerah&x=1", Link(NOTHING)),
        ("daerah" * 11, Link(NOTHING)),
    ],
)
def test_a_payload_is_read(payload: str, link: Link) -> None:
    assert read_link(payload, board()) == link


def test_a_topic_may_carry_an_underscore() -> None:
    here = Board("P", "p.id", "", ZONE, (Category("kota_tua", {"id": "Kota Tua"}),), TEXTS, NOW)
    assert read_link("kota_tua", here) == Link(ids("kota_tua"))


@given(st.text(max_size=80))
def test_any_payload_gives_topics_that_exist(payload: str) -> None:
    link = read_link(payload, board())
    assert link.choice.ids <= frozenset(board().by_id)
    assert all(0 < len(word) <= 64 for word in link.unknown)
