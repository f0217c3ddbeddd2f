"""The work that a pickle would make of itself, told from its steps without running it.

Three hundred bytes can hold a tuple of two tuples of two tuples …, forty levels deep:
as a key it is hashed for ever, and written as text it fills the memory. A hundred
thousand whole numbers can be chosen so that all have one hash, and each new key is
compared with all before it. Neither is in a list of tensors: keys are texts, whose
hashes nobody can foresee, and tuples are sizes.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass

# What a tuple holds, written out.
MAX_TUPLE = 100_000
# What a function of the pickle is given: the largest make a set of names.
MAX_ARGUMENTS = 10_000
# Keys that are no texts, such as the numbers of an optimiser's parameters.
MAX_OTHER_KEYS = 10_000

_TEXTS = ("UNICODE", "STRING", "BYTES")
_ADDING = {"APPEND", "APPENDS", "SETITEM", "SETITEMS", "ADDITEMS", "BUILD"}
_OF_PAIRS = {"SETITEM", "SETITEMS", "DICT"}


@dataclass(slots=True)
class _Item:
    """A value on the stack or in the memo."""

    # Values in it, written out, and itself.
    size: int = 1
    is_text: bool = False
    # Within a tuple, whose size is counted already.
    is_counted: bool = False
    # The class that it is, or is an object of, if that is not looked up.
    unread: str = ""


class Work:
    """The stack of a pickle that is read step by step, with sizes in place of values.

    Raises ValueError, IndexError and KeyError for what no list of tensors holds.
    """

    def __init__(self) -> None:
        # None is a mark.
        self._stack: list[_Item | None] = []
        self._memo: dict[int, _Item] = {}
        self._num_other_keys = 0
        # By the class: whether its objects are used as "dict", "list" or neither.
        self.unread: dict[str, str] = {}

    def add(
        self, opcode: pickletools.OpcodeInfo, argument: object, unread: str = ""
    ) -> None:
        """Take one step; `unread` is a class that it names and that is not read."""
        name, stack = opcode.name, self._stack
        if name == "MARK":
            stack.append(None)
        elif name in {"PUT", "BINPUT", "LONG_BINPUT"}:
            self._memo[_number(argument)] = self._top()
        elif name == "MEMOIZE":
            self._memo[len(self._memo)] = self._top()
        elif name in {"GET", "BINGET", "LONG_BINGET"}:
            stack.append(self._memo[_number(argument)])
        elif name == "DUP":
            stack.append(self._top())
        else:
            holders, items = self._taken(opcode)
            made = self._made(name, holders, items)
            if unread:
                made.unread = unread
                self.unread.setdefault(unread, "")
            stack.extend(made for _ in opcode.stack_after)

    def _top(self) -> _Item:
        item = self._stack[-1]
        if item is None:
            raise ValueError("a mark is no value")
        return item

    def _taken(self, opcode: pickletools.OpcodeInfo) -> tuple[list[_Item], list[_Item]]:
        """Take from the stack; return what is under a mark's items, and the items."""
        before = opcode.stack_before
        items: list[_Item] = []
        num_values = len(before)
        if pickletools.markobject in before:
            while (item := self._stack.pop()) is not None:
                items.append(item)
            items.reverse()
            num_values = before.index(pickletools.markobject)
        values = [self._stack.pop() for _ in range(num_values)][::-1]
        holders = [value for value in values if value is not None]
        if len(holders) != num_values:
            raise ValueError("a mark is no value")
        if pickletools.markobject not in before:
            holders, items = holders[:1], holders[1:]
        return holders, items

    def _made(self, name: str, holders: list[_Item], items: list[_Item]) -> _Item:
        """Return what a step puts on the stack."""
        if name in _OF_PAIRS:
            self._num_other_keys += sum(not key.is_text for key in items[::2])
            if self._num_other_keys > MAX_OTHER_KEYS:
                raise ValueError("too many keys are no texts")
        size = sum(item.size for item in items)
        if name in _ADDING:
            (holder,) = holders
            if holder.is_counted:
                raise ValueError("a tuple's content changes")
            if holder.unread and name != "BUILD":
                self.unread[holder.unread] = "dict" if name in _OF_PAIRS else "list"
            holder.size += size
            return holder
        values = [*holders, *items]
        if name.startswith("TUPLE"):
            size = 1 + sum(value.size for value in values)
            if size > MAX_TUPLE:
                raise ValueError("a tuple holds too much")
            for value in values:
                value.is_counted = True
            return _Item(size)
        if name in {"REDUCE", "NEWOBJ"} and size > MAX_ARGUMENTS:
            raise ValueError("a function is given too much")
        if name in {"LIST", "DICT"}:
            return _Item(1 + size)
        made = _Item(is_text=any(kind in name for kind in _TEXTS))
        if name in {"REDUCE", "NEWOBJ"}:
            made.unread = holders[0].unread
        return made


def _number(argument: object) -> int:
    assert isinstance(argument, int)
    return argument
