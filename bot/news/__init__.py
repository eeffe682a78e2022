"""Pure: what a feed says, and what of it is news."""
