"""Message templates: what may be said to people who have not written for a day, each approved by Meta beforehand.

files/    one TOML file a template and language     written   reads them, with line numbers for what is wrong
model     a template as a value                     rules     Meta's rules, and a few of ours
clean     what may stand in a parameter             fill      a content put into a template
graph     the account's templates over HTTP         sync      what is there, what is missing, what differs
watch     asks daily how they stand; hears refusals of sends
"""
