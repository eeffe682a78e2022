"""YAML read as people wrote it: every fault is collected with its line, nothing is guessed.

The tree is composed, never constructed, so no tag of the file can make an object, and `no` stays the word "no".
"""

import difflib
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

import yaml

T = TypeVar("T")
NULL = "tag:yaml.org,2002:null"


class YamlFile:
    """One YAML file and the faults found in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._faults: list[tuple[int, str]] = []

    def faults(self) -> list[str]:
        """The faults from top to bottom, each with file and line."""
        return [f"{self.path}{f':{line}' if line else ''}: {text}" for line, text in sorted(self._faults)]

    def fault(self, where: yaml.Node | int, text: str) -> None:
        """Note a fault at a node or a line (0: the file as a whole)."""
        line = where if isinstance(where, int) else where.start_mark.line + 1
        self._faults.append((line, text))

    def root(self) -> yaml.Node | None:
        """The document's node, or None with the fault noted."""
        text = ""
        try:
            text = self.path.read_text("utf-8-sig")
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except FileNotFoundError:
            self.fault(
                0, "there is no such file; write one (the project brings an example) or set FEEDS_FILE to where it is"
            )
        except OSError as error:
            self.fault(0, f"cannot be read ({error.strerror}); make it a file that this user may read")
        except UnicodeDecodeError:
            self.fault(0, "is not UTF-8 text; save it as UTF-8")
        except RecursionError:
            self.fault(0, "is nested too deeply; write it like the project's example")
        except yaml.YAMLError as error:
            self.fault(*syntax_fault(error, text))
        else:
            if node is None:
                self.fault(0, "is empty; write portal, categories and feeds, as in the project's example")
            return node
        return None

    def mapping(self, node: yaml.Node, what: str, keys: Collection[str]) -> dict[str, yaml.Node]:
        """The values by key; unknown and repeated keys are faults. A misspelt key counts as the one it resembles."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(
                node,
                f"{what} must be a block of `key: value` lines; write for example `{next(iter(keys))}: …` below it",
            )
            return {}
        found: dict[str, yaml.Node] = {}
        guessed: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in keys:
                self.fault(key, f"{what} has no key {quoted(name)}; {suggestion(name, keys)}")
                guessed |= dict.fromkeys(closest(name, keys), value)
            elif name in found:
                first = found[name].start_mark.line + 1
                self.fault(
                    key, f"{what} has the key {quoted(name)} twice (first in line {first}); leave one of them out"
                )
            else:
                found[name] = value
        return guessed | found

    def entries(self, node: yaml.Node | None, what: str) -> list[yaml.Node]:
        """The nodes of a list."""
        if node is None or is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.fault(node, f"{what} must be a list; write each one on a line that begins with a dash")
            return []
        return list(node.value)

    def text(self, node: yaml.Node | None, what: str, *, example: str) -> str | None:
        """A scalar exactly as it was written (a bare `no` or `2024` is meant as text), never empty."""
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip() or is_null(node):
            self.fault(node, f"{what} must be a text; write for example {example}")
            return None
        return " ".join(str(node.value).split())

    def word(self, node: yaml.Node | None, what: str, read: Callable[[str], T], default: T, *, example: str) -> T:
        """A scalar that `read` understands; its ValueError becomes a fault."""
        text = self.text(node, what, example=example)
        if node is None or text is None:
            return default
        try:
            return read(text)
        except ValueError as error:
            self.fault(node, f"{what} {quoted(text)} {error}")
            return default

    def required(self, block: yaml.Node, values: dict[str, yaml.Node], what: str, examples: dict[str, str]) -> None:
        """Note the keys that are missing from a block."""
        for key, example in examples.items():
            if key not in values and isinstance(block, yaml.MappingNode):
                self.fault(block, f"{what} has no {key}; write for example {example}")


def is_null(node: yaml.Node) -> bool:
    """Whether nothing, `~` or `null` stands there."""
    return isinstance(node, yaml.ScalarNode) and node.tag == NULL


def quoted(text: str) -> str:
    """Foreign text in quotes, on one line, not too long, and without the password of an address."""
    clean = "".join(c if c.isprintable() else "?" for c in re.sub(r"://[^/\s]*@", "://…@", text))
    return f'"{clean}"' if len(clean) <= 60 else f'"{clean[:59]}…"'  # noqa: PLR2004 — a fault is one readable line


def closest(word: str, known: Collection[str]) -> list[str]:
    """The one known word that this one resembles, or none."""
    return difflib.get_close_matches(word.lower(), known, 1)


def suggestion(word: str, known: Collection[str]) -> str:
    """The likeliest correct word, else all of them."""
    close = closest(word, known)
    return f"did you mean {close[0]}?" if close else f"write one of {', '.join(sorted(known))}"


def syntax_fault(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Where the YAML breaks, and why as far as the parser can tell."""
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1, "has a character that YAML does not allow; delete it"
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 0
    problem = str(getattr(error, "problem", None) or "it is not clear why")
    if "\\t" in problem:
        return line, "YAML allows no tab at the beginning of a line; write spaces"
    return line, f"is not valid YAML here ({problem}); look at indentation, colons and quotes"
