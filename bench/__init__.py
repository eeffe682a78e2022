"""Measurements: `python -m bench` runs all of them, each beside its baseline in the same run."""
