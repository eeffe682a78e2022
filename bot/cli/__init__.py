"""The commands: `kentongan …`, the same as `python -m bot …`."""

import sys

import typer

from bot.cli import backup, broadcasts, demo, diagnose, feeds, operate, push, run, sending, subscribers, whatsapp
from bot.cli.common import errors
from bot.errors import KentonganError, UsageError

app = typer.Typer(
    name="kentongan",
    help="Brings a news portal's stories to its readers' chats: filtered by category, once each, nothing lost.",
    epilog="First time here? `kentongan demo` shows everything on this machine; `kentongan doctor` says what to mend.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run.run)
app.command()(demo.demo)
app.command()(diagnose.doctor)
app.command()(push.push)
app.add_typer(broadcasts.app, name="broadcasts")
app.command()(sending.pause)
app.command()(sending.resume)
app.add_typer(feeds.app, name="feeds")
app.add_typer(subscribers.app, name="subscribers")
app.add_typer(whatsapp.app, name="whatsapp")
for command in (operate.invite, operate.stats, operate.healthcheck, operate.migrate, operate.version):
    app.command()(command)
app.command()(backup.backup)
app.command()(backup.restore)


def main() -> None:
    """Run a command; a fault in operation ends with 1, wrong usage with 2, each with one clear message."""
    try:
        app()
    except UsageError as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(2)
    except KentonganError as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(1)
