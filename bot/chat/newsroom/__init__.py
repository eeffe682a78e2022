"""What editors do in the chat: write, look, send, correct."""
