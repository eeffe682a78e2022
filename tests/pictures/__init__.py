"""A picture of every screen, as a phone shows it: `python -m tests.pictures FOLDER`, then open FOLDER/index.html."""
