"""The embedded engine: one SQLite file, one writer, readers apart; sqlite-utils owns the schema.

`store` runs transactions on `worker` threads; `connection` opens files; `schema` is append-only. What a transaction can
say is split by subject and put together in `tx`.
"""
