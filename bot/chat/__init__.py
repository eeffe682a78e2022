"""Pure: the conversation, written once for every channel."""
