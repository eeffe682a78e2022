"""Commands that an operator reaches for: invite, stats, healthcheck, migrate, version."""

import http.client
import json as library
import platform
import secrets
import urllib.error
import urllib.request
from datetime import timedelta
from importlib.metadata import version as installed
from typing import Annotated, Any

import typer

from bot import app as composition
from bot import clock
from bot.chat.turn import Role
from bot.cli.common import Json, health_url, print_json, print_tree, settings, with_store
from bot.errors import OperationError, UsageError
from bot.flow.desk import hash_code

INVITATION_LIVES = timedelta(hours=24)
HEALTH = 64 * 1024  # bytes of an answer; ours is far shorter


def new_code() -> str:
    """A one-time code of 128 random bits, in characters that a deep link carries."""
    return secrets.token_urlsafe(16)


def invite(
    role: Annotated[str, typer.Argument(help="editor or admin")],
    json: Json = False,
) -> None:
    """Make a one-time code for a colleague; its holder sends /start undang-CODE to the bot within 24 hours.

    Example: kentongan invite editor
    """
    if role not in (Role.EDITOR, Role.ADMIN):
        raise UsageError(f"a role is editor or admin, not {role!r}; for example: kentongan invite editor")
    code, now = new_code(), clock.now()
    until = now + INVITATION_LIVES
    with_store(
        settings(), lambda store: store.write(lambda tx: tx.add_invitation(hash_code(code), Role(role), now, until))
    )  # fmt: skip
    if json:
        print_json({"role": role, "code": code, "message": f"/start undang-{code}", "expires_at": until.isoformat()})
        return
    print(f"Send this to your new {role}; it works once, within 24 hours. They send it to the bot:")
    print(f"/start undang-{code}")


def stats(json: Json = False) -> None:
    """Counts of subscribers, stories, broadcasts and deliveries; what WhatsApp has cost and what is left of its budget.

    Of a running program also how sending goes.

    Example: kentongan stats --json
    """
    now, loaded = clock.now(), settings()
    numbers: dict[str, Any] = with_store(
        loaded, lambda store: store.read(lambda tx: composition.stats_of(tx, loaded, now))
    )
    numbers["running"] = bool(composition.running(loaded))
    if not numbers["running"]:
        numbers["sending"] = {}  # what a program said that is no more
    print_json(numbers) if json else print_tree(numbers)


def healthcheck() -> None:
    """Ask the running program whether it is well; for containers and monitors.

    Exit status 0 when it is, 1 when it is not or when nothing answers.

    Example: kentongan healthcheck
    """
    url = health_url(settings())
    health, well = _ask_health(url)
    if not health.startswith(b'{"ok":'):
        raise OperationError(f"something else answers at {url}; set LISTEN as the running program has it")
    if not well:
        raise OperationError(f"not well: {health.decode(errors='replace')}")
    print(health.decode())


def _ask_health(url: str) -> tuple[bytes, bool]:
    """What the program says about itself, and whether it calls that well."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 — always http, our own address
            return answer.read(HEALTH), True
    except urllib.error.HTTPError as error:
        return error.read(HEALTH), False
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        told = getattr(why, "strerror", None) or why
        raise OperationError(f"nothing answers at {url} ({told}); is `kentongan run` running?") from error


def migrate(json: Json = False) -> None:
    """Bring the database to this version's form; the program must be stopped.

    Example: kentongan migrate
    """
    loaded = settings()
    with composition.hold_database(loaded):
        applied = composition.migrate(loaded)
    if json:
        print_json({"applied": applied})
    else:
        print("\n".join(f"applied {name}" for name in applied) or "nothing to do: the database is up to date")


def version(json: Json = False) -> None:
    """Say what runs here.

    Example: kentongan version --json
    """
    facts = {
        "kentongan": installed("kentongan"),
        "python": platform.python_version(),
        "sqlite": composition.sqlite_version(),
        "python-telegram-bot": installed("python-telegram-bot"),
    }
    if json:
        print(library.dumps(facts))
    else:
        print(" · ".join(f"{name} {number}" for name, number in facts.items()))
