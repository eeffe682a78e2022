"""The program as a real process that is killed, starved and lied to; the strict simulator is another process."""
