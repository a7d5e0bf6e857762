"""What is not known when a script is read: variables, and whatever a template asks for that only its own system can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from jinja2 import TemplateError, Undefined

MARK = "ⵥ"
"""Stands for what is not known: a letter of a script in which nobody names columns."""
UNKNOWN_TEXT = MARK * 3


def unknown_words(decide: Callable[[str], bool]) -> type[Undefined]:
    """A kind of value for what Jinja does not find: whatever is asked of it is not known either, yes or no are decided by `decide`."""
    return type("Unknown", (_Unknown,), {"_decide": staticmethod(decide)})


class _Unknown(Undefined):
    """What is not known, by the words with which the template asks for it."""

    _decide: ClassVar[Any]

    def __init__(self, hint: str | None = None, obj: Any = None, name: Any = None, exc: Any = None) -> None:  # noqa: ARG002 - Jinja's signature
        object.__setattr__(self, "_said", str(name))

    def _words(self) -> str:
        return str(object.__getattribute__(self, "_said"))

    def _more(self, said: str) -> _Unknown:
        return type(self)(name=f"{self._words()}{said}")

    def __getattr__(self, name: str) -> _Unknown:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._more(f".{name}")

    def _compared(self, other: object) -> _Unknown:
        return self._more(f" ? {other!r}")

    def _indexed(self, key: object) -> _Unknown:
        return self._more(f"[{key!r}]")

    def _called(self, *arguments: object, **named: object) -> _Unknown:
        return self._more(f"({', '.join(map(repr, (*arguments, *named.items())))})")

    __getitem__ = _indexed  # type: ignore[assignment]  # Jinja's own raises
    __call__ = _called  # type: ignore[assignment]  # as above
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = _compared  # type: ignore[assignment]  # as above
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __mod__ = _compared  # type: ignore[assignment]  # as above
    __hash__ = object.__hash__

    def __contains__(self, other: object) -> bool:
        return bool(self._compared(other))

    def __bool__(self) -> bool:
        return bool(self._decide(self._words()))

    def __str__(self) -> str:
        return UNKNOWN_TEXT

    __html__ = __repr__ = __str__

    def __len__(self) -> int:
        raise TemplateError(f"the length of {self._words()} is not known")  # noqa: EM102, TRY003 - for people

    def __iter__(self) -> Iterator[Any]:
        raise TemplateError(f"what {self._words()} goes through is not known")  # noqa: EM102, TRY003 - for people
