"""What admins do in the chat: feeds, the team, health."""
