"""What is looked at before an alert leaves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.newsroom.guard import APPROVAL_HOLDS, alike, approvable, fingerprint, like, may_alone, needs_two, original
from bot.chat.push import Aim, Colleague, Draft, Room, Stage, Told
from bot.chat.push_seal import pressed, sealed
from bot.delivery.content import BroadcastKind, Level, Note
from bot.delivery.plan import Status

NOW = datetime(2026, 2, 17, 5, tzinfo=UTC)
KEY = bytes(range(32))
DRAFT = Draft(7, 3, "telegram", "1", note=Note("Arus dialihkan.", "Jembatan Gajah Mada ditutup"))
TOLD = Told(4, BroadcastKind.ALERT, Level.ORDINARY, Status.DONE, "Jembatan Gajah Mada ditutup", NOW)


@pytest.mark.parametrize(
    ("one", "other", "percent"),
    [
        ("Jembatan Gajah Mada ditutup", "Jembatan Gajah Mada ditutup", 100),
        ("Jembatan Gajah Mada ditutup", "JEMBATAN  Gajah Mada: ditutup.", 100),
        ("Jembatan Gajah Mada ditutup", "Jembatan Gajah Mada ditutup lagi", 91),
        ("Jembatan Gajah Mada ditutup", "Jembatan Gajah Mada dibuka", 86),
        ("Jembatan Gajah Mada ditutup", "Pasar malam dipindah ke alun-alun", 33),
        ("Jembatan", "", 0), ("", "", 0), ("!!!", "!!!", 0), ("Hujan 🌧️ deras", "Hujan deras", 100),
    ],
)  # fmt: skip
def test_titles_are_alike_or_not(one: str, other: str, percent: int) -> None:
    assert alike(one, other) == alike(other, one) == percent


def test_the_most_alike_is_named_and_what_was_taken_back_is_not() -> None:
    near = replace(TOLD, id=5, title="Jembatan Gajah Mada ditutup lagi")
    assert like(DRAFT, [near, TOLD]) is not None
    assert getattr(like(DRAFT, [near, TOLD]), "told", None) == TOLD
    assert getattr(like(DRAFT, [near]), "percent", None) == 91
    for status in (Status.CANCELLED, Status.WITHDRAWN):
        assert like(DRAFT, [replace(TOLD, status=status)]) is None
    assert like(DRAFT, [replace(TOLD, kind=BroadcastKind.CORRECTION)]) is None


def test_what_is_only_planned_is_warned_of_and_cannot_be_followed_up() -> None:
    planned = replace(TOLD, id=6, status=Status.RUNNING, at=NOW + timedelta(minutes=1))
    assert like(DRAFT, [planned]) is not None
    assert original(DRAFT, [planned], NOW) is None
    assert original(DRAFT, [planned], planned.at) is not None
    begun = replace(TOLD, title="Jembatan Gajah Mada ditutup lagi")
    assert getattr(original(DRAFT, [planned, begun], NOW), "told", None) == begun


def test_the_same_link_is_the_same_news_whatever_the_title() -> None:
    linked = replace(
        DRAFT, note=replace(DRAFT.note, title="Lain sama sekali", link="https://portal.example/7/?utm_source=x")
    )
    told = replace(TOLD, title="Kereta terlambat", note=Note("", link="https://portal.example/7/"))
    found = like(linked, [told])
    assert found is not None
    assert found.percent == 100
    assert like(replace(linked, note=replace(linked.note, link="https://portal.example/8/")), [told]) is None


WAITING = replace(DRAFT, stage=Stage.WAITING, asked_hash=fingerprint(DRAFT), asked_at=NOW)


@pytest.mark.parametrize(
    ("draft", "version", "after", "holds"),
    [
        (WAITING, 3, timedelta(), True),
        (WAITING, 3, APPROVAL_HOLDS - timedelta(seconds=1), True),
        (WAITING, 3, APPROVAL_HOLDS, False),
        (WAITING, 3, -timedelta(seconds=1), False),  # a clock that went back
        (WAITING, 2, timedelta(), False),
        (WAITING, 4, timedelta(), False),
        (replace(WAITING, stage=Stage.OPEN), 3, timedelta(), False),
        (replace(WAITING, stage=Stage.SENT), 3, timedelta(), False),
        (replace(WAITING, note=Note("Lain.", "Jembatan Gajah Mada ditutup")), 3, timedelta(), False),
        (replace(WAITING, categories=("daerah",)), 3, timedelta(), False),
        (replace(WAITING, at=NOW + timedelta(hours=1)), 3, timedelta(), False),
        (replace(WAITING, asked_at=None), 3, timedelta(), False),
    ],
)
def test_an_approval_holds_for_exactly_what_was_seen(draft: Draft, version: int, after: timedelta, holds: bool) -> None:
    assert approvable(draft, version, NOW + after) is holds


def test_what_readers_see_is_in_the_fingerprint_and_nothing_else() -> None:
    same = replace(DRAFT, version=9, id=8, address="2", asked_at=NOW, screen="5", total=4)
    assert fingerprint(same) == fingerprint(DRAFT)
    changes = [
        {"note": replace(DRAFT.note, level=Level.URGENT)}, {"note": replace(DRAFT.note, link="https://x.example")},
        {"note": replace(DRAFT.note, place="Kota")}, {"note": replace(DRAFT.note, unverified=True)},
        {"aim": Aim.FOLLOW_UP}, {"about": 3}, {"story_id": 3}, {"categories": ("budaya",)}, {"at": NOW},
    ]  # fmt: skip
    prints = {fingerprint(replace(DRAFT, **change)) for change in changes}  # type: ignore[arg-type]
    assert len(prints | {fingerprint(DRAFT)}) == len(changes) + 1


def test_of_a_correction_also_what_it_corrects_is_in_the_fingerprint() -> None:
    told = Told(3, BroadcastKind.ALERT, Level.URGENT, Status.RUNNING, "Jembatan", NOW, Note("Tiga korban."))
    draft = replace(DRAFT, aim=Aim.CORRECTION, about=3, note=Note("Dua", wrong="Tiga"))
    changed = replace(told, note=Note("Empat korban."))
    assert len({fingerprint(draft), fingerprint(draft, told), fingerprint(draft, changed)}) == 3
    assert fingerprint(draft, replace(told, sent=9, status=Status.DONE)) == fingerprint(draft, told)
    assert fingerprint(DRAFT, told) == fingerprint(DRAFT, changed) == fingerprint(DRAFT)


def test_what_wakes_people_needs_two_also_when_it_is_put_right_and_taking_it_back_does_not() -> None:
    assert needs_two(DRAFT, Level.URGENT)
    assert needs_two(replace(DRAFT, aim=Aim.FOLLOW_UP), Level.URGENT)
    assert not needs_two(DRAFT, Level.IMPORTANT)
    assert needs_two(replace(DRAFT, aim=Aim.CORRECTION), Level.URGENT)
    assert not needs_two(replace(DRAFT, aim=Aim.CORRECTION), Level.IMPORTANT)
    assert not needs_two(replace(DRAFT, aim=Aim.WITHDRAWAL), Level.URGENT)


def test_only_an_only_editor_may_be_permitted_to_act_alone() -> None:
    admin = Colleague("telegram", "2", None, "id", "admin")
    assert may_alone(Room(KEY, 1, permission="malam", colleagues=(admin,)))
    assert may_alone(Room(KEY, 1, permission="malam"))
    assert not may_alone(Room(KEY, 1, permission="malam", colleagues=(admin,), editors=1))
    assert not may_alone(Room(KEY, 1, permission="malam", editors=1))
    assert not may_alone(Room(KEY, 1, colleagues=(admin,)))


# Seals ----------------------------------------------------------------------------------------------------------------


def test_a_sealed_button_holds_for_its_person_alone() -> None:
    action = sealed(KEY, "telegram", "77", "ok", 12, 3)
    button = pressed(action)
    assert button is not None
    assert (button.verb, button.id, button.number(1), button.number(2)) == ("ok", 12, 3, 0)
    assert button.holds(KEY, "telegram", "77")
    assert not button.holds(KEY, "telegram", "78")
    assert not button.holds(KEY, "console", "77")
    assert not button.holds(bytes(32), "telegram", "77")


@pytest.mark.parametrize(
    ("old", "new"), [("ok", "nok"), ("12.3", "12.4"), ("12.3", "13.3"), ("12.3", "12.3.1"), ("12.3", "123")]
)
def test_a_button_that_was_written_by_hand_has_no_seal(old: str, new: str) -> None:
    forged = pressed(sealed(KEY, "telegram", "77", "ok", 12, 3).replace(old, new, 1))
    assert forged is not None
    assert not forged.holds(KEY, "telegram", "77")


@pytest.mark.parametrize(
    "action", ["", "e:", "e:ok", "e:ok:1", "e:ok:1:2:3", "save:7", "e", "E:ok:1:x", "menu", "e:ok:1:\ud800", "e:::"]
)
def test_whatever_comes_in_is_a_button_or_none(action: str) -> None:
    button = pressed(action)
    assert button is None or not button.holds(KEY, "telegram", "77")


def test_the_longest_button_fits() -> None:
    action = sealed(KEY, "telegram", "9" * 20, "audt", 10**9, 10**4, "topik_ke_00000000001")
    assert len(action.encode()) <= 64
