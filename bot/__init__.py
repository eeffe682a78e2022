"""Kentongan: a news portal's stories, brought to its readers' chats.

Where things are, in the order in which a story meets them:
`fetch`, `sandbox`, `news`    bytes of a feed become items and stories
`flow`                        poll -> spread -> deliver, and desk for people who write
`delivery`, `chat`            the pure deciding: pace and outcomes; the conversation
`channels`                    Telegram and the console: receive, render, send
`web`, `schedule`, `settings` one web server, one clock, one frozen configuration
`app`, `cli`                  builds and stops all parts; the commands
`simulator`                   the other side of the wire for demo, tests and benchmarks (imports nothing from here)
"""
