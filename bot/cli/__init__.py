"""The commands: `kentongan …`, the same as `python -m bot …`."""

import importlib
import sys
from collections.abc import Sequence
from typing import Final

import typer

from bot.cli.common import errors
from bot.errors import KentonganError, UsageError

# In the order of the help; a group has an `app` of its own.
_ROOMS: Final = {
    "run": "run", "demo": "demo", "doctor": "diagnose", "push": "push", "broadcasts": "broadcasts", "pause": "sending",
    "resume": "sending", "feeds": "feeds", "subscribers": "subscribers", "whatsapp": "whatsapp", "invite": "operate",
    "stats": "operate", "healthcheck": "operate", "migrate": "operate", "version": "operate", "backup": "backup",
    "restore": "backup",
}  # fmt: skip


_FIRST: Final = (
    "First time here? `kentongan demo` shows everything on this machine; `kentongan doctor` says what to mend."
)


def build(words: Sequence[str] = ()) -> typer.Typer:
    """All commands, or only the one that these words begin with: what it does not need is not loaded."""
    app = typer.Typer(
        name="kentongan",
        help="Brings a news portal's stories to its readers' chats: filtered by category, once each, nothing lost.",
        epilog=_FIRST,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(lambda: None)  # also one command alone is named
    for name in words[:1] if {*words[:1]} & _ROOMS.keys() else _ROOMS:
        room = importlib.import_module(f"bot.cli.{_ROOMS[name]}")
        group = getattr(room, "app", None)
        if group is not None:
            app.add_typer(group, name=name)
        else:
            app.command()(getattr(room, name))
    return app


def main() -> None:
    """Run a command; a fault in operation ends with 1, wrong usage with 2, each with one clear message."""
    try:
        build(sys.argv[1:])()
    except UsageError as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(2)
    except KentonganError as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(1)
