"""A transaction is put together from parts; none may hide what another means by the same private name."""

from collections import defaultdict
from itertools import pairwise

from storage.sqlite.tx import SqliteTx


def test_no_two_parts_of_a_transaction_have_a_private_name_in_common() -> None:
    defined = defaultdict(list)
    for part in SqliteTx.__mro__:
        for name in vars(part):
            if name.startswith("_") and not name.startswith("__") and not name.startswith("_abc"):
                defined[name].append(part)
    # A part that is built on another may mean the same, and says what is different.
    strangers = {
        name: [part.__name__ for part in parts]
        for name, parts in defined.items()
        if not all(issubclass(above, below) for above, below in pairwise(parts))
    }
    assert strangers == {}
