"""The four stages of a story (docs/design.md); they meet only in the store."""
