"""Whatever is written into the audit log has words in every language, and is shown with the role of who did it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bot.chat.admins.team import deed_key
from bot.chat.answer import answer
from bot.chat.office import Deed, Enquire, Enquired, Office
from bot.chat.turn import Person, Role, Status
from tests.chat.test_catalogs import keys_of, po
from tests.support.town import NOW, TEXTS, board

BOT = Path(__file__).parents[2] / "bot"
Function = ast.FunctionDef | ast.AsyncFunctionDef
Call = tuple[str, Function, ast.Call]  # the file and the function in which it stands
Sink = tuple[str, str, int]  # how the path of its callers begins, a function's name, the place of the act
# Where a line of the log begins: the store's own words, and the values whose act the desk writes down.
BEGINNINGS: tuple[Sink, ...] = (("", "add_audit", 1), ("", "Keep", 1), ("", "Did", 0))


@cache
def calls() -> dict[str, list[Call]]:
    """Every call in the program, by the name of what is called."""
    found: dict[str, list[Call]] = defaultdict(list)
    for path in sorted(BOT.rglob("*.py")):
        file = str(path.relative_to(BOT))
        for function in (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, Function)):
            for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                found[called(call)].append((file, function, call))
    return found


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
        case _:
            return ""


def said(given: ast.expr) -> Iterator[str]:
    """The acts that an argument can be, where it says so itself."""
    match given:
        case ast.Constant(str() as act):
            yield act
        case ast.IfExp(_, then, other):
            yield from (*said(then), *said(other))


def taken_apart(function: Function, given: ast.expr) -> bool:
    """Whether the name is what a pattern found in a value that is a beginning itself."""
    patterns = (p for m in ast.walk(function) if isinstance(m, ast.MatchClass) for p in m.patterns)
    return isinstance(given, ast.Name) and any(isinstance(p, ast.MatchAs) and p.name == given.id for p in patterns)


def acts() -> tuple[set[str], list[str]]:
    """Every act that the program writes into the log, and the places at which it cannot be told which."""
    found, unclear, open_, done = set[str](), list[str](), list(BEGINNINGS), set[Sink]()
    while open_:
        sink = open_.pop()
        done.add(sink)
        for file, function, call in calls().get(sink[1], ()):
            if not file.startswith(sink[0]) or sink[2] >= len(call.args):
                continue  # another function that is called so
            given = call.args[sink[2]]
            direct, passed = list(said(given)), passed_on(file, function, given)
            found.update(filter(None, direct))  # "": another act says it
            if passed is not None and passed not in done:
                open_.append(passed)
            if not direct and passed is None and not taken_apart(function, given):
                unclear.append(f"{file}:{call.lineno} {ast.unparse(call)}")
    return found, unclear


def passed_on(file: str, function: Function, given: ast.expr) -> Sink | None:
    """The function itself, where it was told the act by its caller."""
    names = [a.arg for a in function.args.args]
    if not isinstance(given, ast.Name) or given.id not in names:
        return None
    callers = file if function.name.startswith("_") else file.partition("/")[0] + "/"
    return callers, function.name, names.index(given.id) - (names[0] == "self")


def test_it_can_be_told_from_the_code_which_acts_are_written_down() -> None:
    found, unclear = acts()
    assert unclear == []
    assert {"push", "answer_letter", "draft_sent", "approval_asked", "feeds_undo", "join", "backup"} <= found


@pytest.mark.parametrize("language", TEXTS.catalogs)
def test_every_act_that_is_written_down_has_words(language: str) -> None:
    found, _ = acts()
    known = keys_of(po(language))
    assert {act for act in found if deed_key(act) not in known} == set()


def shown(deed: Deed, language: str = "id") -> str:
    admin = Person("telegram", "1", Status.ACTIVE, Role.ADMIN, language, follows_all=True)
    (reply,) = answer(admin, Enquired(Enquire("audit"), Office(b"k" * 32, deeds=(deed,))), board()).replies
    return reply.message.plain().splitlines()[-1]


@pytest.mark.parametrize(
    ("role", "language", "line"),
    [
        ("editor", "id", "Sari · editor · 28 Feb 2024, 13.45 WIB · surat pembaca dijawab · #3"),
        ("admin", "en", "Sari · admin · 28 Feb 2024, 13:45 WIB · letter answered · #3"),
        ("", "id", "Sari · 28 Feb 2024, 13.45 WIB · surat pembaca dijawab · #3"),
        ("strange", "id", "Sari · 28 Feb 2024, 13.45 WIB · surat pembaca dijawab · #3"),
    ],
)
def test_an_act_is_shown_with_the_role_of_who_did_it(role: str, language: str, line: str) -> None:
    deed = Deed(NOW, "Sari", "answer_letter", "#3", role)
    assert shown(deed, language) == line
    assert shown(replace(deed, act="never_heard_of"), language).endswith("never_heard_of · #3")
