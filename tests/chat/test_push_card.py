"""The card where there are two channels: whom it reaches on which, in which form, and what that costs."""

from dataclasses import replace

import pytest

from bot.chat.answer import answer
from bot.chat.newsroom import card as push_card
from bot.chat.newsroom.audience import MOST_WORDS
from bot.chat.newsroom.guard import fingerprint
from bot.chat.newsroom.visit import Visit
from bot.chat.push import Draft, Keep, LookedIn, LookIn, Room, Step
from bot.chat.push_seal import sealed
from bot.chat.scene import Scene
from bot.chat.turn import Turn
from bot.delivery.content import Level
from bot.delivery.cost import ALL, OUTSIDE, Cost
from tests.chat.test_editors import DRAFT, KEY, ME, person, room, said
from tests.support.town import board

BOTH = {"telegram": 30.0, "whatsapp": 80.0}
FORMS = {"whatsapp": lambda message: f"*{message.plain()}*"}
COST = Cost(500, 372, 300, 120_480_000_000, "IDR", left=2_000_000_000_000, budget="day", room=250)


def two(draft: Draft = DRAFT, **fields: object) -> Room:
    known = {"rates": BOTH, "audience": {"telegram": 8940, "whatsapp": 872}, "forms": FORMS}
    return room(draft, **(known | fields))


def card(found: Room, language: str = "id") -> str:
    return push_card.card(Visit(Scene(person(language=language), board()), LookIn("card 7"), found)).plain()


def tap(verb: str, *subject: str, draft: Draft = DRAFT) -> Turn:
    action = sealed(KEY, "telegram", ME, verb, draft.id, draft.version, *subject)
    return answer(person(), LookedIn(LookIn(action, screen="9", pressed=True), two(draft)), board())


def kept(turn: Turn) -> Draft:
    (change,) = turn.changes
    assert isinstance(change, Keep)
    return change.draft


# Forms ----------------------------------------------------------------------------------------------------------------


def shown(draft: Draft = DRAFT) -> list[str]:
    turn = answer(person(), LookedIn(LookIn(f"preview {draft.id}"), two(draft)), board())
    return [reply.message.plain() for reply in turn.replies]


def test_the_message_is_shown_as_each_channel_writes_it() -> None:
    real, theirs, below = shown()
    assert real.startswith("KABAR\nJembatan ditutup")
    assert theirs == f"Di WhatsApp tampil begini:\n\n*{real}*"
    assert below.startswith("Tingkat:")


def test_a_photo_is_telegrams_alone_and_that_is_said() -> None:
    real, theirs, _ = shown(replace(DRAFT, note=replace(DRAFT.note, photo="AgAC1")))
    assert theirs == f"Di WhatsApp tampil begini: (tanpa foto)\n\n*{real}*"


def test_a_channel_on_which_it_does_not_go_out_is_not_shown() -> None:
    assert len(shown(replace(DRAFT, channels=("telegram",)))) == 2
    assert len(shown(replace(DRAFT, channels=("whatsapp",)))) == 3


def test_words_that_stand_below_no_photo_have_more_room() -> None:
    long = replace(DRAFT, note=replace(DRAFT.note, text="Kalimat. " * 200, photo="AgAC1"))
    real, theirs, _ = shown(long)
    assert len(real) <= 1024 < len(theirs)
    assert "…" in real
    assert "…" not in theirs


def test_an_editor_on_the_other_channel_sees_telegrams_form() -> None:
    forms = FORMS | {"telegram": lambda message: message.plain()}
    found = LookedIn(LookIn("preview 7"), two(replace(DRAFT, channel="whatsapp"), forms=forms))
    turn = answer(replace(person(), channel="whatsapp"), found, board())
    first = [reply.message.plain().split("\n")[0] for reply in turn.replies]
    assert first == ["KABAR", "Di Telegram tampil begini:", "Tingkat: Biasa"]


def test_what_does_not_fit_below_a_photo_is_said() -> None:
    long = replace(DRAFT, note=replace(DRAFT.note, text="Kalimat. " * 200, photo="AgAC1"))
    assert "Di bawah foto hanya muat 1.024 huruf" in card(two(long))
    assert "Di bawah foto" not in card(two(replace(long, note=replace(long.note, photo=""))))
    assert "Di bawah foto" not in card(two(replace(DRAFT, note=replace(DRAFT.note, photo="AgAC1"))))


# Channels and words ---------------------------------------------------------------------------------------------------


def test_channels_are_offered_where_there_are_several() -> None:
    labels = [b.label for r in tap("aud").replies for row in r.message.rows for b in row]
    assert "Pilih saluran" in labels
    alone = LookedIn(LookIn(sealed(KEY, "telegram", ME, "aud", 7, 3), pressed=True), room())
    assert "Pilih saluran" not in repr(answer(person(), alone, board()))
    (screen,) = tap("chn").replies
    assert [b.label for row in screen.message.rows for b in row] == [
        "✅ Semua saluran", "Telegram saja", "WhatsApp saja", "Kembali",
    ]  # fmt: skip


@pytest.mark.parametrize(("named", "channels"), [("telegram", ("telegram",)), ("whatsapp", ("whatsapp",)), ("-", ())])
def test_a_channel_is_chosen(named: str, channels: tuple[str, ...]) -> None:
    assert kept(tap("chns", named, draft=replace(DRAFT, channels=("x",)))).channels == channels


def test_a_channel_that_is_none_is_not_chosen() -> None:
    assert tap("chns", "sms").changes == ()


def test_the_card_says_on_which_channel_and_for_which_words() -> None:
    chosen = replace(DRAFT, channels=("whatsapp",), categories=("daerah", "kata:pacet"))
    aimed = "Tujuan: Daerah dan “pacet”\nPengikut semua topik juga mendapatnya.\nSaluran: WhatsApp saja"
    assert aimed in card(two(chosen))


def test_the_approval_is_bound_to_channel_words_and_photo() -> None:
    others = [
        replace(DRAFT, channels=("telegram",)), replace(DRAFT, categories=("kata:pacet",)),
        replace(DRAFT, note=replace(DRAFT.note, photo="AgAC1")), replace(DRAFT, note=replace(DRAFT.note, place="Kota")),
        replace(DRAFT, note=replace(DRAFT.note, unverified=True)),
    ]  # fmt: skip
    assert len({fingerprint(draft) for draft in (DRAFT, *others)}) == 6


def test_so_many_words_and_no_more() -> None:
    many = replace(DRAFT, step=Step.WORD, categories=tuple(f"kata:kata{n}" for n in range(MOST_WORDS)))
    turn = answer(person(), LookedIn(LookIn("say", "pacet"), two(many)), board())
    assert said(turn) == f"Paling banyak {MOST_WORDS} kata."
    assert turn.changes == ()


# Cost -----------------------------------------------------------------------------------------------------------------


def test_the_card_says_what_it_costs_for_whom_and_what_is_left() -> None:
    assert (
        "Penerima: 9.812 (Telegram 8.940 · WhatsApp 872)\n"
        "WhatsApp ±Rp 120.480: 500 dalam jendela 24 jam, 372 di luarnya\n"
        "Di luar jendela: 300 lewat templat, 72 mendapatnya saat mereka menulis\n"
        "Sisa anggaran hari ini Rp 2.000.000 · portofolio memuat 250 orang lagi"
    ) in card(two(costs={"whatsapp": COST}))


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (replace(COST, budget="month", room=None), "Left of this month's budget IDR 2,000,000\n"),
        (replace(COST, budget="broadcast"), "Left of the budget for one broadcast IDR 2,000,000 · the portfolio"),
        (replace(COST, left=None, budget="", room=0), "the portfolio has room for 0 more people"),
        (replace(COST, closed=0, paid=0, left=None, room=None), "500 within the 24-hour window, 0 outside\nIt takes"),
        (
            replace(COST, unpaid=1200),
            "outside\nOf those within the window, 1,200 wait until there is budget again\nOutside",
        ),
        (
            replace(COST, held=ALL),
            "372 outside\nWhatsApp is holding back what we send: this waits until WhatsApp takes it again\nOutside",
        ),
        (
            replace(COST, held=OUTSIDE),
            "back our marketing messages: those outside the window wait until WhatsApp takes them again\nOutside",
        ),
    ],
    ids=[
        "a month",
        "a broadcast",
        "no budget",
        "nobody outside",
        "windows that nothing is left for",
        "all is held back",
        "marketing is held back",
    ],
)
def test_whatever_is_left_is_said(cost: Cost, words: str) -> None:
    assert words in card(two(costs={"whatsapp": cost}), "en")


# Longer than it is news -----------------------------------------------------------------------------------------------


OUTLIVED = {  # level, readers at 30 a second, what stands on the card
    "an urgent alert to more than six hours of readers": (Level.URGENT, 700_000, "(6 jam)"),
    "an important one to as many": (Level.IMPORTANT, 700_000, ""),
    "an important one to more than fourteen hours of readers": (Level.IMPORTANT, 1_600_000, "(14 jam)"),
}


@pytest.mark.parametrize("name", OUTLIVED)
def test_what_takes_longer_than_it_is_news_says_so_on_the_card(name: str) -> None:
    level, readers, life = OUTLIVED[name]
    draft = replace(DRAFT, note=replace(DRAFT.note, level=level))
    found = two(draft, audience={"telegram": readers}, rates={"telegram": 30.0})
    assert (f"masa berlakunya {life}" in card(found)) == bool(life)
    assert ("masa berlakunya" in card(found)) == ("Longer than it is news" in card(found, "en")) == bool(life)
