"""What the store keeps for editors: drafts, screens, what is scheduled, the key of buttons, who may act alone."""

from dataclasses import replace
from datetime import timedelta

from bot.chat.push import Aim, Draft, Stage, Step
from bot.delivery.content import Level, Note
from bot.flow import newsroom
from bot.news import identity
from bot.news.item import Item
from bot.ports import Store, Tx
from tests.storage.conftest import MakeStore
from tests.storage.makers import NOW, TELEGRAM

MINUTE = timedelta(minutes=1)
FULL = Draft(
    1, 4, TELEGRAM, "1", Aim.FOLLOW_UP, Stage.WAITING, Step.RIGHT,
    Note("Isi “petik”\nbaris", "Judul 🌧️", "https://portal.example/1", Level.URGENT, "Kota", unverified=True, wrong="x"),
    story_id=3, categories=("budaya", "daerah"), at=NOW + MINUTE, about=2, broadcast_id=5, total=9812,
    asked_hash="ab" * 32, asked_at=NOW, screen="77",
)  # fmt: skip


async def test_a_draft_is_given_back_as_it_was_also_by_another_process(store: Store, make_store: MakeStore) -> None:
    await store.write(lambda tx: tx.keep_draft(FULL, NOW))
    assert await make_store().read(lambda tx: tx.draft(1)) == FULL
    changed = replace(FULL, version=5, stage=Stage.OPEN, at=None, asked_at=None)
    await store.write(lambda tx: tx.keep_draft(changed, NOW))
    assert await store.read(lambda tx: tx.draft(1)) == changed
    assert await store.read(lambda tx: tx.draft(2)) is None


async def test_ids_of_drafts_are_told_before_and_never_given_again(store: Store) -> None:
    def work(tx: Tx) -> list[int]:
        first = tx.next_draft()
        tx.keep_draft(replace(FULL, id=first), NOW)
        second = tx.next_draft()
        tx.keep_draft(replace(FULL, id=second), NOW)
        tx.conn.execute("DELETE FROM push_draft WHERE id = ?", (second,))  # type: ignore[attr-defined]
        return [first, second, tx.next_draft()]

    assert await store.write(work) == [1, 2, 3]


async def test_the_newest_unfinished_draft_is_somebodys_own(store: Store) -> None:
    def work(tx: Tx) -> None:
        for n, stage in enumerate((Stage.OPEN, Stage.WAITING, Stage.SENT, Stage.CLOSED), 1):
            tx.keep_draft(replace(FULL, id=n, stage=stage, broadcast_id=n), NOW)
        tx.keep_draft(replace(FULL, id=5, address="2"), NOW)

    await store.write(work)
    assert getattr(await store.read(lambda tx: tx.draft_of(TELEGRAM, "1")), "id", None) == 2
    assert getattr(await store.read(lambda tx: tx.draft_of(TELEGRAM, "2")), "id", None) == 5
    assert await store.read(lambda tx: tx.draft_of("console", "1")) is None
    assert getattr(await store.read(lambda tx: tx.draft_behind(3)), "id", None) == 3


async def test_what_a_waiting_correction_is_about_is_held_with_its_earlier_corrections(store: Store) -> None:
    def alerts(tx: Tx) -> list[int]:
        made = [newsroom.alert(tx, FULL.note, (), [TELEGRAM], "x", NOW) for _ in range(2)]
        fix = newsroom.correct(tx, made[0], Note("Dua", wrong="Tiga"), "x", NOW)
        news = newsroom.follow_up(tx, made[0], Note("Dibuka."), "x", NOW)
        return [*made, fix - 1, fix, news]

    def held(tx: Tx) -> list[bool]:
        return [tx.is_held(broadcast) for broadcast in made]

    def open_ones(tx: Tx) -> set[int]:
        return {one.id for one in tx.open_passes(TELEGRAM, NOW)}

    made = await store.write(alerts)
    waiting = replace(FULL, aim=Aim.CORRECTION, about=made[0], broadcast_id=None)
    for draft, is_held in (
        (waiting, [True, False, True, True, False]), (replace(waiting, stage=Stage.OPEN), [False] * 5),
        (replace(waiting, aim=Aim.FOLLOW_UP), [False] * 5), (replace(waiting, stage=Stage.CLOSED), [False] * 5),
    ):  # fmt: skip
        await store.write(lambda tx, draft=draft: tx.keep_draft(draft, NOW))  # type: ignore[misc]
        assert await store.read(held) == is_held
        assert await store.read(open_ones) == {b for b, stands in zip(made, is_held, strict=True) if not stands}
        waits = draft.stage is Stage.WAITING  # a follow-up that waits is given back too when nobody approves it
        assert await store.read(lambda tx: tx.waiting_drafts()) == ([draft] if waits else [])


async def test_the_key_of_buttons_is_made_once_and_kept(store: Store, make_store: MakeStore) -> None:
    assert await store.read(lambda tx: tx.button_key()) == b""
    key = await store.write(lambda tx: tx.button_key())
    assert len(key) == 32
    assert await store.write(lambda tx: tx.button_key()) == await make_store().read(lambda tx: tx.button_key()) == key


async def test_alerts_are_counted_on_the_day_on_which_they_leave(store: Store) -> None:
    def work(tx: Tx) -> tuple[int, int, list[int]]:
        for hours in (0, 5, 30):
            newsroom.alert(tx, Note(f"{hours}"), (), [TELEGRAM], "me", NOW, NOW + timedelta(hours=hours))
        held = newsroom.alert(tx, Note("ditahan"), (), [TELEGRAM], "me", NOW, NOW + MINUTE)
        newsroom.cancel(tx, held, "me", NOW)
        day = NOW + timedelta(days=1)
        scheduled = [sent.id for sent in tx.scheduled(NOW, 9)]
        return tx.alerts_between(NOW, day), tx.alerts_between(day, day + timedelta(days=1)), scheduled

    assert await store.write(work) == (2, 1, [2, 3])


async def test_an_alert_was_told_lately_when_it_left_lately_however_long_ago_it_was_written(store: Store) -> None:
    def work(tx: Tx) -> list[int]:
        three_days = timedelta(days=3)
        for title, begins in (("Sudah lama", NOW), ("Tadi pagi", NOW + three_days), ("Besok", NOW + three_days * 2)):
            newsroom.alert(tx, Note("x", title), (), [TELEGRAM], "editor", NOW, begins)
        return [sent.id for sent in tx.told_since(NOW + three_days - timedelta(hours=24), 9)]

    assert await store.write(work) == [3, 2]


async def test_a_screen_is_due_until_it_is_over(store: Store) -> None:
    def work(tx: Tx) -> list[int]:
        tx.watch_on(5, TELEGRAM, "1", "77", NOW)
        tx.watch_on(6, TELEGRAM, "1", "78", NOW + MINUTE)
        (first,) = tx.screens_due(NOW, 9)
        tx.screen_shown(first, "kini", NOW + 2 * MINUTE)
        due = [screen.broadcast_id for screen in tx.screens_due(NOW + MINUTE, 9)]
        (again,) = (s for s in tx.screens_due(NOW + 2 * MINUTE, 9) if s.broadcast_id == 5)
        assert (again.message_id, again.shown) == ("77", "kini")
        tx.screen_shown(again, "akhir", None)
        tx.unwatch(6, TELEGRAM, "1")
        return due + [screen.broadcast_id for screen in tx.screens_due(NOW + timedelta(days=9), 9)]

    assert await store.write(work) == [6]


async def test_an_edit_that_waits_to_leave_is_known(store: Store) -> None:
    def work(tx: Tx) -> tuple[bool, bool, bool]:
        tx.add_reply(TELEGRAM, "1", None, "[]", "replace", NOW, "77")
        return tuple(tx.is_on_its_way(TELEGRAM, who, what) for who, what in (("1", "77"), ("1", "78"), ("2", "77")))  # type: ignore[return-value]

    assert await store.write(work) == (True, False, False)


async def test_a_story_is_found_by_its_address_and_its_earlier_title(store: Store) -> None:
    item = Item("https://portal.example/?p=7", "https://portal.example/kabar/7/", "Judul lama")

    def work(tx: Tx) -> tuple[str, str, list[str]]:
        story_id = tx.add_story(item, NOW, ["daerah"], NOW)
        tx.add_keys(story_id, identity.keys(item, "portal.example"), NOW)
        before = tx.title_before(story_id)
        tx.add_revision(story_id, replace(item, title="Judul baru"), NOW)
        tx.add_revision(story_id, replace(item, title="Judul baru", summary="Lebih lengkap."), NOW)
        addresses = (
            "http://www.portal.example/kabar/7?utm_source=wa",
            item.link,
            "https://portal.example/kabar/8/",
            "x",
        )
        found = [getattr(tx.story_behind(address), "title", "-") for address in addresses]
        return before, tx.title_before(story_id), found

    assert await store.write(work) == ("", "Judul lama", ["Judul baru", "Judul baru", "-", "-"])


async def test_the_permission_to_act_alone_has_a_reason(store: Store) -> None:
    assert await store.read(lambda tx: tx.permission()) == ""
    await store.write(lambda tx: tx.permit("satu editor"))
    await store.write(lambda tx: tx.permit("satu editor saja"))
    assert await store.read(lambda tx: tx.permission()) == "satu editor saja"
    await store.write(lambda tx: tx.permit(""))
    assert await store.read(lambda tx: tx.permission()) == ""
