"""Pure: who is next, at what pace, and what an outcome means."""
