"""What the variables of a shell may hold at a place: every value that some way through the script gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pii_audit.lineage.hosts.commands import Ways, Word, kept, unknown
from pii_audit.lineage.hosts.embedded import ENTANGLED
from pii_audit.lineage.hosts.literals import merged
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped

WAYS = 16
"""So many ways in which one word may come about are told apart; of one with more, what varies is not known."""

_PIECES = 128
"""So many pieces of the script may be in one value."""
_LOOPS = 3
"""Loops within one another of which the bodies are gone through twice."""
_STEPS = 4_000_000
"""Values that are looked at on one way through a script."""
_OF_A_PIECE = 4
"""So often each piece of a word is looked at until the word is whole."""


class Putting:
    """A word that is put together, in every way in which that may come about."""

    def __init__(self) -> None:
        self._ways: list[list[tuple[str, int, bool] | Word]] = [[]]

    def add(self, text: str, origin: int, *, made: bool = False) -> None:
        """A text that stands there."""
        if text:
            for way in self._ways:
                way.append((text, origin, made))

    def put(self, values: Sequence[Word | None], said: str, origin: int) -> None:
        """Any of several values; `said` is how the script asks for one that is not known."""
        if len(values) * len(self._ways) > WAYS:
            values = (None,)
        given = [one if one is not None else (said, origin, True) for one in values]
        if len(given) == 1:
            for way in self._ways:
                way.extend(given)
        else:
            self._ways = [[*way, one] for way in self._ways for one in given]

    def words(self) -> Ways:
        """The word."""
        return tuple(dict.fromkeys(map(_word, self._ways)))


def _word(way: list[tuple[str, int, bool] | Word]) -> Word:
    parts: list[tuple[str, int, bool]] = []
    held: tuple[Mapped, int] | None = None
    for one in way:
        said = kept(one) if isinstance(one, Word) else [one]
        if isinstance(one, Word) and one.held is not None:
            held = (one.held, one.held_at + sum(len(text) for text, *_ in parts)) if held is None else None
        elif any(text.strip(_ENDS) for text, *_ in said):
            held = None
        parts += said
    return Word(Mapped.built(merged(parts)), *(held or ()))


_ENDS = " \t\r\n;"
Values = tuple[Word | None, ...]
"""What a variable may hold; None is what is not known."""


class _Held(dict[str, Values]):
    """What variables hold after a way through the script; `gone`, that way has ended (`exit`)."""

    gone = False


@dataclass
class _Block:
    """A block that is open: what variables hold before it and after each branch; `complete`, one of these is taken for certain.

    `body` is where the body of a loop begins, until that is gone through again.
    """

    kind: str
    before: _Held
    branches: list[_Held] = field(default_factory=list)
    complete: bool = False
    body: int | None = None


class Variables:
    """What variables hold, on the way through a script.

    `elsewhere` is all that any of them holds anywhere in it: a function may be called wherever that is so. `every` is that of this way, `chain`
    what they hold before each `&&` and `||` of the list of commands.
    """

    def __init__(self, elsewhere: Mapping[str, Values]) -> None:
        self._elsewhere = elsewhere
        self._held = _Held()
        self._blocks: list[_Block] = []
        self._functions: list[str] = []
        self._loops = 0
        self._steps = 0
        self.chain: list[_Held] = []
        self._arrays: dict[str, list[Ways] | None] = {}
        self.every: dict[str, Values] = {}

    @property
    def function(self) -> str:
        """The function in whose body this is."""
        return self._functions[-1] if self._functions else ""

    def made(self, ways: Ways) -> Ways:
        """A word of the script that was put together; raises Untraceable where that was too much."""
        self._spend(_OF_A_PIECE * sum(len(one.mapped.pieces) for one in ways))
        return ways

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _STEPS:
            raise Untraceable(ENTANGLED)

    def inside(self, kind: str) -> bool:
        """Whether the innermost block is of a kind."""
        return bool(self._blocks) and self._blocks[-1].kind == kind

    def find(self, name: str) -> Values:
        """What a variable may hold."""
        return self._held.get(name) or self._around(name)

    def _around(self, name: str) -> Values:
        return self._elsewhere.get(name, (None,)) if self.function else (None,)

    def set(self, name: str, values: Values) -> None:
        """It holds something else."""
        several = tuple(
            dict.fromkeys(one if one is not None and len(one.mapped.pieces) <= _PIECES else None for one in values)
        )
        self._held[name] = several if len(several) <= WAYS else (None,)
        # One more than is told apart says that there are too many.
        self.every[name] = tuple(dict.fromkeys((*self.every.get(name, ()), *self._held[name])))[: WAYS + 1]

    def members(self, name: str) -> list[Ways]:
        """The members of an array, one that is not known where they are not."""
        found = self._arrays.get(name)
        return found if found is not None else [(unknown(0),)]

    def fill(self, name: str, members: list[Ways], *, more: bool) -> None:
        """An array is set, or gets more members: it is known where that happens once, or is certain to."""
        known = name not in self._arrays or (more and self._arrays[name] is not None and not self._blocks)
        self._arrays[name] = [*(self._arrays.get(name) or ()), *members] if known else None

    # Blocks

    def open(self, kind: str, function: str = "") -> None:
        """A block begins."""
        self._blocks.append(_Block(kind, _Held(self._held)))
        self._loops += kind == "loop"
        if kind == "function":
            self._functions.append(function)
            self._held = _Held()

    def branch(self) -> None:
        """A branch of the block ends."""
        if self._blocks:
            self._blocks[-1].branches.append(self._held)
            self._held = _Held(self._blocks[-1].before)

    def certain(self) -> None:
        """One of the branches of the block is taken for certain."""
        if self._blocks:
            self._blocks[-1].complete = True

    def close(self, *kinds: str) -> None:
        """The block ends, if it is of one of these kinds."""
        if not self._blocks or self._blocks[-1].kind not in kinds:
            return
        block = self._blocks.pop()
        self._loops -= block.kind == "loop"
        if block.kind == "function":
            self._functions.pop()
        match block.kind:
            case "if" | "case":
                ways = [*block.branches, *([] if block.complete else [block.before])]
            case "{":
                return
            case "(":
                ways = [block.before]
            case _:
                # A loop that may not be gone through, a function that may not be called.
                ways = [block.before, _Held({**block.before, **self._held})]
        self._held = self._either(ways)

    def body(self, at: int) -> None:
        """The body of a loop begins at an offset."""
        if self.inside("loop") and self._loops <= _LOOPS:
            self._blocks[-1].body = at

    def again(self) -> int | None:
        """Where the body of the loop that ends is to be gone through again, as it is where it sets what it may have read before."""
        if not self.inside("loop"):
            return None
        block, held = self._blocks[-1], self._held
        at, block.body = block.body, None
        if at is None or all(held.get(name) == values for name, values in block.before.items()):
            return None
        self._held = block.before = self._either([block.before, held])
        return at

    def chained(self) -> None:
        """`&&` or `||`: what follows may not be run."""
        self.chain.append(_Held(self._held))

    def unchained(self) -> None:
        """The list of commands ends."""
        if self.chain:
            self._held = self._either([*self.chain, self._held])
            self.chain = []

    def leave(self) -> None:
        """The script ends here."""
        self._held.gone = True

    def _either(self, ways: Sequence[_Held]) -> _Held:
        several = [one for one in ways if not one.gone]
        self._spend(sum(map(len, several)))
        found = _Held()
        found.gone = not several
        for name in dict.fromkeys(name for one in several for name in one):
            values = tuple(dict.fromkeys(value for one in several for value in one.get(name) or self._around(name)))
            found[name] = values if len(values) <= WAYS else (None,)
        return found
