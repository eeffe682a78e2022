"""Whole days of a newsroom with WhatsApp, on virtual time: `python -m tests.days` plays them."""
