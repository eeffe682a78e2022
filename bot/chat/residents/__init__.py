"""What residents can do in the chat."""
