"""The other side of the wire: a strict local Telegram and a WordPress-shaped portal, for demo, tests and benchmarks.

It imports nothing of the program: whatever reaches it came over HTTP, as in production.
"""
