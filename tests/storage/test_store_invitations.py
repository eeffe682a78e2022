"""Invitations: one-time codes, roles that only rise, wrong tries that run out."""

import pytest

from bot.chat.turn import Role, Status
from bot.ports import Store, Tx
from tests.storage.makers import NOW, TELEGRAM, follow, hours, topics


def invite(tx: Tx, code: str, role: Role) -> None:
    tx.add_invitation(code, role, NOW, NOW + hours(24))


def redeem(tx: Tx, address: str, code: str, after: float = 0) -> tuple[Role | None, str]:
    return tx.redeem_invitation(TELEGRAM, address, code, NOW + hours(after))


async def test_a_code_gives_its_role_once_and_makes_a_stranger_known(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[Role | None, str]]:
        invite(tx, "abc", Role.EDITOR)
        return [redeem(tx, "1", "abc"), redeem(tx, "2", "abc"), redeem(tx, "1", "abc")]

    assert await store.write(work) == [(Role.EDITOR, ""), (None, "used"), (None, "used")]
    person = await store.read(lambda tx: tx.person(TELEGRAM, "1"))
    assert (person.role, person.status) == (Role.EDITOR, Status.NEW)
    assert await store.read(lambda tx: tx.subscribers(0, 10)) == []


async def test_a_subscriber_with_a_role_stays_a_subscriber(store: Store) -> None:
    def work(tx: Tx) -> None:
        follow(tx, "1", "daerah")
        invite(tx, "abc", Role.ADMIN)
        redeem(tx, "1", "abc")

    await store.write(work)
    person = await store.read(lambda tx: tx.person(TELEGRAM, "1"))
    assert (person.role, person.status, person.categories) == (Role.ADMIN, Status.ACTIVE, topics("daerah"))


ROLES = {
    "rises": ([Role.EDITOR, Role.ADMIN], [Role.EDITOR, Role.ADMIN]),
    "never falls": ([Role.ADMIN, Role.EDITOR], [Role.ADMIN, Role.ADMIN]),
    "stays": ([Role.EDITOR, Role.EDITOR], [Role.EDITOR, Role.EDITOR]),
}


@pytest.mark.parametrize("name", ROLES)
async def test_a_role_rises_only(store: Store, name: str) -> None:
    invited, held = ROLES[name]

    def work(tx: Tx) -> list[Role | None]:
        for n, role in enumerate(invited):
            invite(tx, str(n), role)
        return [redeem(tx, "1", str(n))[0] for n in range(len(invited))]

    assert await store.write(work) == held


async def test_codes_that_do_not_open(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[Role | None, str]]:
        invite(tx, "abc", Role.EDITOR)
        return [redeem(tx, "1", "abd"), redeem(tx, "1", "abc", after=24), redeem(tx, "1", "abc", after=23.9)]

    assert await store.write(work) == [(None, "unknown"), (None, "expired"), (Role.EDITOR, "")]


async def test_after_five_wrong_tries_in_a_day_even_the_right_code_must_wait(store: Store) -> None:
    def work(tx: Tx) -> list[tuple[Role | None, str]]:
        invite(tx, "abc", Role.EDITOR)
        wrong = [redeem(tx, "1", f"wrong{n}", after=n / 10) for n in range(5)]
        return [*wrong, redeem(tx, "1", "abc", after=1), redeem(tx, "2", "nope", after=1)]

    *wrong, right, other = await store.write(work)
    assert wrong == [(None, "unknown")] * 5
    assert (right, other) == ((None, "too_many"), (None, "unknown"))

    def next_day(tx: Tx) -> tuple[Role | None, str]:
        tx.add_invitation("new", Role.EDITOR, NOW, NOW + hours(48))
        return redeem(tx, "1", "new", after=24)

    assert await store.write(next_day) == (Role.EDITOR, "")


async def test_whether_there_is_an_admin(store: Store) -> None:
    def work(tx: Tx) -> list[bool]:
        seen = [tx.has_admin()]
        for role in (Role.EDITOR, Role.ADMIN):
            invite(tx, role.value, role)
            redeem(tx, "1", role.value)
            seen.append(tx.has_admin())
        return seen

    assert await store.write(work) == [False, False, True]
