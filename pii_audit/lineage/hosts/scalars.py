"""The texts in a document of YAML, each with its path and the places of its characters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from pii_audit.lineage.hosts.literals import Parts, quoted

_DEEPEST = 200


class Unreadable(Exception):  # noqa: N818 - it ends in a gap
    """The document cannot be read on from an offset."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


@dataclass(frozen=True)
class Scalar:
    """One text: the keys (and numbers) that lead to it, what it says, and from where to where it stands in the `source`."""

    path: tuple[str | int, ...]
    value: str
    source: str
    start: int
    end: int
    read: Callable[[str, str, int, int], Parts] = quoted

    @cached_property
    def parts(self) -> Parts:
        """Its parts with their offsets in the source."""
        return self.read(self.value, self.source, self.start, self.end)


def scalars(text: str) -> Iterator[Scalar]:
    """Every text that is a value, in order; raises Unreadable."""
    path: list[list[Any]] = []
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.ScalarEvent):
                if path and path[-1][0] == "map" and path[-1][2]:
                    path[-1][1:] = [event.value, False]
                    continue
                at = _index(event.start_mark), _index(event.end_mark)
                yield Scalar(tuple(one[1] for one in path), event.value, text, *at)
                end_of_value(path)
            elif isinstance(event, yaml.AliasEvent):
                end_of_value(path)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                if len(path) > _DEEPEST:
                    raise Unreadable(_index(event.start_mark))
                path.append(["map", "", True] if isinstance(event, yaml.MappingStartEvent) else ["list", 0, False])
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                path.pop()
                end_of_value(path)
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_index(error.problem_mark or error.context_mark)) from None
    except yaml.YAMLError:
        raise Unreadable(0) from None


def _index(mark: Any) -> int:
    # PyYAML's own marks and those of libyaml have no class in common.
    return int(mark.index) if mark is not None else 0


def end_of_value(path: list[list[Any]]) -> None:
    """A value has ended: in a mapping a key follows, in a list the next number."""
    if not path:
        return
    if path[-1][0] == "map":
        path[-1][2] = not path[-1][2]
    else:
        path[-1][1] += 1
