"""`kentongan whatsapp`: what the newsroom's account at Meta needs.

`templates`  check the files, create what is missing, see how each one stands
"""

import typer

from bot.cli.whatsapp import templates

app = typer.Typer(no_args_is_help=True, help="WhatsApp's message templates: check, create and look after them.")
app.add_typer(templates.app, name="templates")
