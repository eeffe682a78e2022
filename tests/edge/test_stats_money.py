"""`kentongan stats` says what WhatsApp has cost, and `resume` lets go what it did not take."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import clock
from bot.delivery.budget import Charge
from bot.delivery.halts import Halt, Scope
from bot.delivery.receipts import Billed, DeliveryTag, Receipt, ReplyTag
from bot.delivery.tariff import Category, Prices
from bot.ports import Charged, Tx
from storage import open_store
from tests.edge.test_settings_whatsapp import FEEDS, FOUR

Shell = Callable[..., subprocess.CompletedProcess[str]]
PRICES = Prices(41_100, 25_000)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs `kentongan …` with WhatsApp on and a budget."""
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    env = {**FOUR, "PATH": os.environ["PATH"], "WHATSAPP_BUDGET_DAY": "1", "DATABASE_URL": "sqlite:///k.db"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False
        )  # fmt: skip

    return run


async def book(folder: Path, work: Callable[[Tx], object]) -> None:
    store = open_store(f"sqlite:///{folder / 'k.db'}", now=clock.now())
    await store.write(work)
    store.close()


def spend(tx: Tx) -> None:
    """Two templates, of which one is billed, and an answer."""
    now = clock.now()
    digests = [Charged(DeliveryTag(9, n, 1), Charge(Category.MARKETING, 41_100, PRICES), "d/id") for n in (1, 2)]
    answer = Charged(ReplyTag(1, 1), Charge(Category.SERVICE, 0, PRICES))
    tx.charge([*digests, answer], now.astimezone(ZoneInfo("Asia/Jakarta")).date())
    tx.take_receipts([Receipt("wamid.1", "sent", digests[0].tag, billed=Billed(True, "marketing"))], now)


async def test_spending_stands_in_the_stats(shell: Shell, tmp_path: Path) -> None:
    await book(tmp_path, spend)
    told = shell("stats", "--json")
    assert told.returncode == 0, told.stderr
    money = json.loads(told.stdout)["whatsapp"]
    assert money["today"] == {
        "messages": 3, "amount": 0.0822,
        "by_category": {"marketing": {"messages": 2, "amount": 0.0822}, "service": {"messages": 1, "amount": 0.0}},
    }  # fmt: skip
    assert money["month"] == money["today"]
    assert money["reserved"] == 0.0411
    assert money["budget"] == {"day": {"limit": 1.0, "left": 0.9178}, "month": None}
    assert money["free_service_left"] == 999
    assert money["currency"] == "USD"
    assert money["held_back"] == []
    assert "left: 0.9178" in shell("stats").stdout


async def test_resume_ends_what_whatsapp_did_not_take(shell: Shell, tmp_path: Path) -> None:
    now = clock.now()
    await book(tmp_path, lambda tx: tx.halt(Halt(Scope.MARKETING, "spam_limit", now, now)))
    (held,) = json.loads(shell("stats", "--json").stdout)["whatsapp"]["held_back"]
    assert (held["what"], held["code"]) == ("marketing", "spam_limit")
    assert shell("resume").stdout == "broadcasts are sent again (whatsapp marketing: spam_limit)\n"
    assert json.loads(shell("resume", "--json").stdout) == {"resumed": False}
    assert json.loads(shell("stats", "--json").stdout)["whatsapp"]["held_back"] == []
