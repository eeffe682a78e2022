"""`kentongan feeds`: what is polled, a try of one address, and what admins may change.

`listing`   health of all feeds
`trial`     a try that changes nothing; `verdicts` says what the headers mean
`change`    add, pause, resume, remove
`exchange`  import and export
`decide`    floods that are held, copies that were taken for known stories
"""

import typer

from bot.cli.feeds import change, decide, exchange, listing, trial

app = typer.Typer(no_args_is_help=True, help="List, test and change feeds.")
app.command("list")(listing.list_)
app.command("test")(trial.test)
app.command()(change.add)
app.command()(change.pause)
app.command()(change.resume)
app.command()(change.remove)
app.command("import")(exchange.import_)
app.command("export")(exchange.export)
app.command()(decide.release)
app.command()(decide.suppressions)
app.command()(decide.undo)
