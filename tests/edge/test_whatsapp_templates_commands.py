"""`kentongan whatsapp templates …` as a shell sees it, with Meta's account at the other end of real HTTP."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.channels.whatsapp.templates.written import FOLDER, read_folder
from bot.chat.turn import Role
from bot.ports import Tx
from bot.simulator.portal import Portal
from bot.simulator.server import Simulator
from bot.simulator.telegram import Telegram
from bot.simulator.whatsapp import CloudError, Template, WhatsApp
from storage import open_store
from tests.storage.makers import NOW
from tests.support.world import CATEGORIES, FEEDS_YAML

TOKEN = "wa-canary-token"
OURS = read_folder().templates
FIRST = OURS[0]


@dataclass
class Shell:
    """A folder with feeds.yaml, and the account."""

    folder: Path
    whatsapp: WhatsApp
    url: str

    async def runs(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`kentongan whatsapp templates …`; the token is shown nowhere."""
        base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {
            "WHATSAPP_ACCESS_TOKEN": TOKEN, "WHATSAPP_PHONE_NUMBER_ID": "1122334455667", "WHATSAPP_APP_SECRET": "s3",
            "WHATSAPP_VERIFY_TOKEN": "v3", "WHATSAPP_API_URL": self.url,
            "WHATSAPP_BUSINESS_ACCOUNT_ID": self.whatsapp.business_id, "TELEGRAM_BOT_TOKEN": "7001234567:" + "A" * 35,
        }  # fmt: skip
        ended = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", "bot", "whatsapp", "templates", *arguments], cwd=self.folder,
            env={**base, "COLUMNS": "400", **own, **environment}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "canary" not in ended.stdout + ended.stderr
        return ended

    async def data(self, *arguments: str) -> Any:
        ended = await self.runs(*arguments, "--json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    async def in_store(self, work: Any) -> Any:
        store = open_store(f"sqlite:///{self.folder}/var/kentongan.db", now=NOW)
        try:
            return await store.write(work)
        finally:
            store.close()

    def approve_all(self) -> None:
        for name, language in list(self.whatsapp.templates.by_name):
            self.whatsapp.management.review(name, language, "APPROVED")

    def posts(self) -> int:
        return sum(method == "POST" for method, _ in self.whatsapp.management.asked)


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    whatsapp = WhatsApp(TOKEN, "s3")
    portal = Portal(name="Target 24 Jam", categories=CATEGORIES)
    simulator = Simulator(Telegram("1:" + "x" * 35), portal, extra_routes=whatsapp.routes())
    url = await simulator.start()
    (tmp_path / "feeds.yaml").write_text(FEEDS_YAML.format(url=url, feeds=f"  - {{url: '{url}/feed/'}}"))
    try:
        yield Shell(tmp_path, whatsapp, url)
    finally:
        await whatsapp.close()
        await simulator.stop()


# Check --------------------------------------------------------------------------------------------------------------


async def test_our_files_are_checked_without_asking_anybody(shell: Shell) -> None:
    ended = await shell.runs("check", WHATSAPP_ACCESS_TOKEN="", WHATSAPP_API_URL="http://127.0.0.1:9")
    assert (ended.returncode, ended.stdout) == (0, f"{len(OURS)} templates, no fault\n")
    assert shell.whatsapp.management.asked == []


async def test_all_faults_are_told_with_file_and_line_and_the_exit_status_says_so(shell: Shell) -> None:
    folder = shell.folder / "files"
    folder.mkdir()
    text = (FOLDER / "digest_2.id.toml").read_text("utf-8")
    (folder / "a.toml").write_text(text.replace("_v1", "_V1").replace("{{2}}", "{{3}}"), "utf-8")
    ended = await shell.runs("check", "--folder", "files")
    assert ended.returncode == 1
    assert ended.stdout == "1 template, 2 faults\n"
    assert [line.split(": ")[0] for line in ended.stderr.splitlines()] == ["files/a.toml:3", "files/a.toml:10"]
    ended = await shell.runs("check", "--folder", "files", "--json")
    assert ended.returncode == 1
    assert [fault["line"] for fault in json.loads(ended.stdout)["faults"]] == [3, 10]


# Sync ---------------------------------------------------------------------------------------------------------------


async def test_what_is_missing_is_created_once(shell: Shell) -> None:
    ended = await shell.runs("sync")
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == f"1/{len(OURS)} {FIRST.name} ({FIRST.language}) is created: PENDING"
    assert lines[-2:] == [
        f"{len(OURS)} templates created, 0 were there",
        f"{len(OURS)} wait for Meta's approval: kentongan whatsapp templates status shows when it has come",
    ]
    assert {t.key for t in OURS} == {f"{name}/{language}" for name, language in shell.whatsapp.templates.by_name}
    shell.approve_all()
    again = await shell.runs("sync")
    assert again.stdout == f"0 templates created, {len(OURS)} were there\n"
    assert shell.posts() == len(OURS)


async def test_a_dry_run_creates_nothing(shell: Shell) -> None:
    ended = await shell.runs("sync", "--dry-run")
    assert ended.returncode == 0, ended.stderr
    assert f"{FIRST.name} ({FIRST.language}) would be created as {FIRST.category}" in ended.stdout
    assert ended.stdout.splitlines()[-1] == f"{len(OURS)} templates would be created, 0 were there"
    assert shell.posts() == 0


async def test_what_the_account_has_besides_is_left_alone_however_many_pages_it_takes(shell: Shell) -> None:
    for n in range(250):
        shell.whatsapp.approve(Template(f"promo_{n}", "id", "marketing", "Promo."))
    await shell.runs("sync")
    assert len(shell.whatsapp.templates.by_name) == 250 + len(OURS)
    assert {method for method, _ in shell.whatsapp.management.asked} == {"GET", "POST"}
    assert sum(method == "GET" for method, _ in shell.whatsapp.management.asked) == 3
    ended = await shell.runs("status")
    assert "the account has 250 other templates, of which this program knows nothing" in ended.stdout


async def test_a_name_with_another_text_is_told_with_the_name_that_ours_needs(shell: Shell) -> None:
    other = Template(FIRST.name, FIRST.language, "marketing", "Teks lama: {{1}} dan {{2}} saja.", quick_replies=("A",))
    shell.whatsapp.approve(other)
    ended = await shell.runs("sync")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].endswith(
        f"{FIRST.name} ({FIRST.language}): the account has another text under this name (body, buttons, footer, "
        f"header); name yours {FIRST.next_name()}"
    )
    assert shell.whatsapp.templates.by_name[FIRST.name, FIRST.language].body == other.body
    assert len(shell.whatsapp.templates.by_name) == len(OURS), "the others were created all the same"
    row = (await shell.data("status"))[0]
    assert (row["status"], row["to_do"]) == (
        "OTHER_TEXT (body, buttons, footer, header)",
        f"the account has another text under this name: name yours {FIRST.next_name()}, then sync",
    )


REFUSALS: dict[str, tuple[list[CloudError | int], dict[str, str], int, str]] = {
    "a wrong token": ([], {"WHATSAPP_ACCESS_TOKEN": "wrong"}, 1, "put a new one into WHATSAPP_ACCESS_TOKEN"),
    "another account": ([], {"WHATSAPP_BUSINESS_ACCOUNT_ID": "1"}, 1, "check WHATSAPP_BUSINESS_ACCOUNT_ID"),
    "no permission": ([CloudError(200)], {}, 1, "give it whatsapp_business_management"),
    "no account's id": ([], {"WHATSAPP_BUSINESS_ACCOUNT_ID": ""}, 2, "WHATSAPP_BUSINESS_ACCOUNT_ID is not set"),
}


@pytest.mark.parametrize(("refusals", "environment", "ends", "said"), REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_is_told_with_what_to_do(
    shell: Shell, refusals: list[CloudError | int], environment: dict[str, str], ends: int, said: str
) -> None:
    shell.whatsapp.management.refusals.extend(refusals)
    ended = await shell.runs("status" if said.endswith("not set") else "sync", **environment)
    assert (ended.returncode, ended.stdout) == (ends, "")
    assert said in ended.stderr


async def test_a_busy_moment_is_waited_for(shell: Shell) -> None:
    shell.whatsapp.management.refusals.extend([CloudError(4)])
    ended = await shell.runs("sync")
    assert ended.returncode == 0
    assert "Meta is busy: once more in 1 s" in ended.stderr
    assert len(shell.whatsapp.templates.by_name) == len(OURS)


# Status -------------------------------------------------------------------------------------------------------------


async def test_each_template_is_shown_with_what_to_do(shell: Shell) -> None:
    await shell.runs("sync")
    shell.approve_all()
    reviewers = shell.whatsapp.management
    by_use = {t.use.value: t for t in OURS if t.language == "id" and not t.reserve}
    reviewers.review(by_use["digest_1"].name, "id", "REJECTED", "INVALID_FORMAT")
    reviewers.review(by_use["digest_2"].name, "id", "PAUSED")
    reviewers.rate(by_use["digest_3"].name, "id", "RED")
    reviewers.recategorise(by_use["alert_urgent"].name, "id", "marketing")
    rows = {(row["name"], row["language"]): row for row in await shell.data("status")}
    assert len(rows) == len(OURS)

    def shown(use: str) -> tuple[str, str, str, str]:
        row = rows[by_use[use].name, "id"]
        return row["status"], row["category"], row["quality"], row["to_do"]

    assert shown("alert") == ("APPROVED", "marketing", "UNKNOWN", "")
    assert shown("digest_1")[0] == "REJECTED (INVALID_FORMAT)"
    assert "kentongan_digest_1_v2" in shown("digest_1")[3]
    assert shown("digest_2")[3].startswith("Meta lets it go after some hours")
    assert shown("digest_3") == ("APPROVED", "marketing", "RED", "readers complain: say less, or less often")
    assert shown("alert_urgent")[3].startswith("Meta takes it for marketing: it is not sent.")
    table = (await shell.runs("status")).stdout.splitlines()
    assert table[0].split() == ["name", "language", "category", "status", "quality", "what", "to", "do"]
    assert len(table) == len(OURS) + 1


async def test_what_status_finds_is_what_the_program_goes_by_and_admins_hear_of_it(shell: Shell) -> None:
    def admin(tx: Tx) -> None:
        tx.add_invitation("h", Role.ADMIN, NOW, NOW.replace(year=NOW.year + 1))
        tx.redeem_invitation("telegram", "11", "h", NOW)

    def look(tx: Tx) -> tuple[str | None, str | None, list[str]]:
        waiting = [reply.message for reply in tx.claim_replies("telegram", 1, NOW.replace(year=NOW.year + 20), 10)]
        return tx.usable_template("digest_1", "id"), tx.usable_template("digest_1", "en"), waiting

    await shell.in_store(admin)
    await shell.runs("sync")
    assert (await shell.in_store(look))[:2] == (None, None)
    shell.approve_all()
    await shell.runs("status")
    shell.whatsapp.management.review("kentongan_digest_1_v1", "id", "DISABLED")
    await shell.runs("status")
    indonesian, english, told = await shell.in_store(look)
    assert (indonesian, english) == ("kentongan_digest_1_reserve_v1/id", "kentongan_digest_1_v1/en")
    assert any("kentongan_digest_1_v1/id: DISABLED" in text for text in told), told
