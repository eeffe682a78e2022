"""Which template may be sent for what: what files declare, what the platform tells, in whatever order it comes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.delivery.content import BroadcastKind, Level
from bot.delivery.templates import DeclaredTemplate, TemplateNews, Use, uses
from bot.ports import Store, Tx
from tests.storage.makers import NOW

DIGEST = [
    DeclaredTemplate("kabar_v2", "id", "digest_1", "marketing"),
    DeclaredTemplate("kabar_v1", "id", "digest_1", "marketing"),
    DeclaredTemplate("kabar_v2", "en", "digest_1", "marketing"),
]
ALERT = DeclaredTemplate("siaga_v1", "id", "alert_urgent", "utility")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def told(name: str, language: str = "id", seconds: float = 0, **facts: str) -> TemplateNews:
    return TemplateNews(name, language, at(seconds), **facts)


APPROVED = [told(t.name, t.language, status="APPROVED", category=t.category) for t in [*DIGEST, ALERT]]


async def usable(
    store: Store, news: Sequence[TemplateNews], use: str = "digest_1", language: str = "id"
) -> str | None:  # fmt: skip
    def work(tx: Tx) -> str | None:
        tx.declare_templates([*DIGEST, ALERT])
        tx.template_news(news)
        return tx.usable_template(use, language)

    return await store.write(work)


CASES: dict[str, tuple[list[TemplateNews], str, str, str | None]] = {
    "nothing is known yet": ([], "digest_1", "id", None),
    "the newest version": (APPROVED, "digest_1", "id", "kabar_v2/id"),
    "the reader's language": (APPROVED, "digest_1", "en", "kabar_v2/en"),
    "a language of which there is none": (APPROVED, "digest_1", "jv", "kabar_v2/id"),
    "a use that no file serves": (APPROVED, "digest_3", "id", None),
    "another version while the newest is paused": (
        [*APPROVED, told("kabar_v2", seconds=1, status="PAUSED")], "digest_1", "id", "kabar_v1/id",
    ),
    "the fallback language while the reader's is disabled": (
        [*APPROVED, told("kabar_v2", "en", 1, status="DISABLED")], "digest_1", "en", "kabar_v2/id",
    ),
    "one that readers complain of may still be sent": (
        [*APPROVED, told("kabar_v2", seconds=1, status="FLAGGED", quality="RED")], "digest_1", "id", "kabar_v2/id",
    ),
    "no third language": (
        [*APPROVED, told("kabar_v2", seconds=1, status="PAUSED"), told("kabar_v1", seconds=1, status="PAUSED")],
        "digest_1", "id", None,
    ),
    "nothing when the only one is recategorised": (
        [*APPROVED, told("siaga_v1", seconds=1, category="marketing")], "alert_urgent", "id", None,
    ),
    "one whose category comes back": (
        [*APPROVED, told("siaga_v1", seconds=1, category="marketing"), told("siaga_v1", seconds=2, category="utility")],
        "alert_urgent", "id", "siaga_v1/id",
    ),
    "an old word that comes late changes nothing": (
        [*APPROVED, told("kabar_v2", seconds=5, status="PAUSED"), told("kabar_v2", seconds=4, status="APPROVED")],
        "digest_1", "id", "kabar_v1/id",
    ),
    "an old status and a new category both count": (
        [told("siaga_v1", seconds=5, category="utility"), told("siaga_v1", seconds=1, status="APPROVED")],
        "alert_urgent", "id", "siaga_v1/id",
    ),
    "approved, and its category was never told": (
        [told("siaga_v1", status="APPROVED")], "alert_urgent", "id", "siaga_v1/id",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("news", "use", "language", "expected"), CASES.values(), ids=CASES)
async def test_what_may_be_sent(
    store: Store, news: list[TemplateNews], use: str, language: str, expected: str | None
) -> None:
    assert await usable(store, news, use, language) == expected


async def test_a_template_whose_file_is_gone_serves_nothing_and_is_still_listed(store: Store) -> None:
    await usable(store, APPROVED)

    def drop(tx: Tx) -> tuple[str | None, list[tuple[str, str | None]]]:
        tx.declare_templates(DIGEST[1:2])
        return tx.usable_template("digest_1", "id"), [(t.key, t.use) for t in tx.templates()]

    left, listed = await store.write(drop)
    assert left == "kabar_v1/id"
    assert listed[0] == ("kabar_v1/id", "digest_1")
    assert sorted(listed[1:]) == [("kabar_v2/en", None), ("kabar_v2/id", None), ("siaga_v1/id", None)]


async def test_a_template_of_somebody_else_is_known_and_never_sent(store: Store) -> None:
    assert await usable(store, [told("promo", status="APPROVED", category="marketing")]) is None
    (known,) = await store.read(lambda tx: tx.templates(["promo/id"]))
    assert (known.use, known.status, known.usable) == (None, "APPROVED", False)


async def test_the_fallback_is_the_portals_language(store: Store) -> None:
    await usable(store, APPROVED)

    def english(tx: Tx) -> str | None:
        tx.declare_templates(DIGEST, "en")
        return tx.usable_template("digest_1", "jv")

    assert await store.write(english) == "kabar_v2/en"


@pytest.mark.parametrize(
    ("key", "category"),
    [("siaga_v1/id", "utility"), ("kabar_v1/id", "marketing"), ("tidak_ada/id", None)],
)
async def test_what_a_template_is_billed_as(store: Store, key: str, category: str | None) -> None:
    """The platform's word counts; before it says anything, the file's."""
    await usable(store, [told("kabar_v1", status="APPROVED")])
    assert await store.read(lambda tx: tx.template_category(key)) == category
    await store.write(lambda tx: tx.template_news([told("siaga_v1", category="marketing")]))
    assert await store.read(lambda tx: tx.template_category("siaga_v1/id")) == "marketing"


USES: dict[str, tuple[tuple[Use, ...], list[str]]] = {
    "a digest of many": (uses(BroadcastKind.DIGEST, headlines=9), ["digest_3", "digest_2", "digest_1"]),
    "a digest of two": (uses(BroadcastKind.DIGEST, headlines=2), ["digest_2", "digest_1"]),
    "a digest of nothing": (uses(BroadcastKind.DIGEST, headlines=0), []),
    "a story": (uses(BroadcastKind.STORY), ["digest_1"]),
    "an ordinary alert": (uses(BroadcastKind.ALERT), ["alert"]),
    "an urgent alert": (
        uses(BroadcastKind.ALERT, level=Level.URGENT), ["alert_urgent", "alert_important", "alert"],
    ),
    "a correction": (uses(BroadcastKind.CORRECTION), ["correction"]),
    "a test": (uses(BroadcastKind.TEST), []),
}  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), USES.values(), ids=USES)
def test_which_uses_can_say_it(found: tuple[Use, ...], expected: list[str]) -> None:
    assert [use.value for use in found] == expected
