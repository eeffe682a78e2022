"""A matrix of role and action, made from the registries of handlers: whatever is allowed was said so."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from bot.chat.admins import acts as admins
from bot.chat.answer import ACTIONS, answer
from bot.chat.newsroom import acts as editors
from bot.chat.office import BackedUp, Drawn, Enquire, Enquired, Looked, LookFor, Office, Tried, TryFeed
from bot.chat.push import LookIn
from bot.chat.push_seal import ADMINS as OFFICE
from bot.chat.push_seal import PREFIX as DESK
from bot.chat.push_seal import sealed
from bot.chat.registry import Handler, InGroup
from bot.chat.turn import Command, Incoming, Person, Press, Role, Status, Turn
from bot.chat.words import COMMANDS
from tests.support.town import board

KEY = b"k" * 32
STAFF_ONLY = "Perintah ini khusus redaksi. Kalau Anda anggota tim, minta undangan kepada admin."
REGISTRIES: dict[str, Mapping[str, Any]] = {
    "buttons of residents": ACTIONS,
    "buttons of editors": editors.BUTTONS,
    "commands of editors": editors.COMMANDS,
    "buttons of admins": admins.BUTTONS,
    "commands of admins": admins.COMMANDS,
    "commands": {entry.name: entry for entry in COMMANDS},
}
ROLES = {role: Person("telegram", "1", Status.ACTIVE, role, categories=frozenset({"daerah"})) for role in Role}


@pytest.mark.parametrize("registry", REGISTRIES.values(), ids=REGISTRIES)
def test_every_handler_declares_who_may_use_it(registry: Mapping[str, Any]) -> None:
    assert registry
    for name, handler in registry.items():
        assert isinstance(handler.roles, frozenset), name
        assert handler.roles, name
        assert handler.roles <= set(Role), name
        assert Role.ADMIN in handler.roles, name


def test_a_handler_without_roles_cannot_be_made() -> None:
    for kind in (Handler, admins.Handler, editors.Handler):
        (role_field,) = [field for field in fields(kind) if field.name == "roles"]
        assert role_field.default.__class__.__name__ == "_MISSING_TYPE", kind


def test_commands_in_words_and_in_the_registries_agree_about_roles() -> None:
    declared = {name: handler.roles for name, handler in editors.COMMANDS.items()}
    declared |= {name: handler.roles for name, handler in admins.COMMANDS.items()}
    assert {entry.name: entry.roles for entry in COMMANDS if entry.name in declared} == declared


def cells() -> Iterator[tuple[str, Role, Incoming, frozenset[Role]]]:
    for role in Role:
        for entry in COMMANDS:
            yield f"/{entry.name}", role, Command(entry.name), entry.roles
        for verb, handler in ACTIONS.items():
            yield verb, role, Press(f"{verb}:5"), handler.roles
        for prefix, buttons in ((DESK, editors.BUTTONS), (OFFICE, admins.BUTTONS)):
            for verb, staff in buttons.items():
                action = sealed(KEY, "telegram", "1", verb, 1, 1, prefix=prefix)
                yield f"{prefix}{verb}", role, Press(action), staff.roles


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_not_do_has_no_effect_and_is_said_so(role: Role) -> None:
    seen = 0
    for name, whose, incoming, roles in cells():
        if whose is role and role not in roles:
            seen += 1
            turn = answer(ROLES[role], incoming, board())
            assert turn.changes == (), name
            assert turn.asks == (), name
            assert [reply.message.plain() for reply in turn.replies] == [STAFF_ONLY], name
    assert seen == 0 if role is Role.ADMIN else seen > 20


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_do_leads_on(role: Role) -> None:
    for name, whose, incoming, roles in cells():
        if whose is role and role in roles:
            turn = answer(ROLES[role], incoming, board())
            assert STAFF_ONLY not in [reply.message.plain() for reply in turn.replies], name
            if name.startswith((DESK, OFFICE)):
                assert [type(ask) for ask in turn.asks] == [LookIn if name.startswith(DESK) else Enquire], name


# The role is asked again when what was looked up, or sent for, comes back ---------------------------------------------

LATE: list[Any] = [
    *(Enquired(Enquire(name), Office(KEY)) for name in admins.COMMANDS),
    *(
        Enquired(Enquire(sealed(KEY, "telegram", "1", verb, 1, prefix=OFFICE), pressed=True), Office(KEY))
        for verb in admins.BUTTONS
    ),
    Looked(LookFor("a.example"), KEY), Tried(TryFeed("https://a.example"), KEY), BackedUp(None, "x"), Drawn(b"x", "y"),
]  # fmt: skip


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.EDITOR])
def test_a_role_that_was_taken_meanwhile_does_nothing_with_what_comes_back(role: Role) -> None:
    for found in LATE:
        turn = answer(ROLES[role], found, board())
        assert (turn.changes, turn.asks) == ((), ()), found
        assert {reply.message.plain() for reply in turn.replies} <= {STAFF_ONLY}, found


# Seals ----------------------------------------------------------------------------------------------------------------


def enquired(action: str, person: Person) -> Turn:
    return answer(person, Enquired(Enquire(action, pressed=True), Office(KEY)), board())


FORGED = {
    "without a seal": "a:fz:1:AAAAAAAAAAA",
    "another's": sealed(KEY, "telegram", "2", "fz", 1, prefix=OFFICE),
    "of another channel": sealed(KEY, "console", "1", "fz", 1, prefix=OFFICE),
    "by another key": sealed(b"x" * 32, "telegram", "1", "fz", 1, prefix=OFFICE),
    "for another subject": sealed(KEY, "telegram", "1", "fz", 1, prefix=OFFICE).replace(":1:", ":2:"),
    "for another verb": sealed(KEY, "telegram", "1", "fg", 1, prefix=OFFICE).replace(":fg:", ":fz:"),
}


@pytest.mark.parametrize("action", FORGED.values(), ids=FORGED)
def test_a_button_that_was_not_made_for_this_person_does_nothing(action: str) -> None:
    turn = enquired(action, ROLES[Role.ADMIN])
    assert (turn.changes, turn.asks) == ((), ())
    assert turn.replies[0].message.plain().startswith("Tombol ini sudah kedaluwarsa")


def test_a_button_of_ones_own_holds() -> None:
    action = sealed(KEY, "telegram", "1", "fl", prefix=OFFICE)
    assert enquired(action, ROLES[Role.ADMIN]).replies[0].message.plain().startswith("Sumber berita")


def test_in_a_group_what_is_not_said_to_be_for_all_is_for_its_administrators() -> None:
    member = replace(ROLES[Role.RESIDENT], group=True, manages=False)
    theirs = [verb for verb, handler in ACTIONS.items() if handler.group is InGroup.MANAGERS]
    assert {"stop", "t"} <= set(theirs)
    for verb in theirs:
        assert answer(member, Press(f"{verb}:5"), board()).changes == (), verb
