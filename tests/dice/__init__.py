"""Worlds of dice by the thousand: `python -m tests.dice 0:20000`, or one seed to see what went wrong in it."""
