"""Whatever can end an attempt has words: every code of the channels' tables and of the outbox itself."""

import ast
import re
from pathlib import Path

import pytest

from bot import catalogs
from bot.channels.telegram import outcome as telegram
from bot.channels.telegram.outcome import GONE_CHATS, HELD_CHATS, REFUSED_CONTENT, SHUT_OUT
from bot.channels.whatsapp.outcome import TABLE
from bot.chat.codes import in_words
from bot.delivery.halts import HALTED
from bot.flow.means import BUDGET, PORTFOLIO
from bot.simulator.whatsapp import CODES

TEXTS = catalogs.load()
OF_THE_OUTBOX = {HALTED, BUDGET, PORTFOLIO, "expired", "stopped", "unfollowed", "cancelled", "withdrawn", "paused",
                 "digest", "moved", "gone", "crash", "our_fault"}  # fmt: skip
# What surely is no failure: a message that did not have to change, or cannot any more.
NO_FAILURE = {"not_modified"}


def in_source(module: object) -> set[str]:
    """Codes that are written as the second value of an Outcome."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))  # type: ignore[attr-defined]
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Outcome")
    parts = (part for call in calls for code in call.args[1:2] for part in ast.walk(code))
    words = [part for part in parts if isinstance(part, ast.Constant)]
    return {str(word.value) for word in words if re.fullmatch("[a-z_]+", str(word.value))}


EVERY = sorted(
    {outcome.code for outcome in TABLE.values()}
    | {code for table in (GONE_CHATS, HELD_CHATS, SHUT_OUT, REFUSED_CONTENT) for code in table.values()}
    | in_source(telegram) - NO_FAILURE
    | OF_THE_OUTBOX
)


def test_these_are_the_codes_of_both_channels() -> None:
    assert set(CODES) - {131051} <= set(TABLE)
    assert {"blocked", "flood", "server_error", "window_closed", "template_paused", "forbidden"} <= set(EVERY)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_code_has_words(language: str) -> None:
    say = TEXTS.voice(language)
    bare = [code for code in EVERY if in_words(code, say) == code and code not in {"blocked", "withdrawn"}]
    assert bare == []
    assert not any("_" in in_words(code, say) for code in EVERY)


def test_a_code_that_nobody_foresaw_is_shown_as_it_is() -> None:
    assert in_words("error_999999", TEXTS.voice("id")) == "error_999999"
    assert len(in_words("a" * 500, TEXTS.voice("id"))) <= 40
