"""Which flow an asset belongs to: by source, and by a glob on its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from pii_audit.errors import ConfigurationError, Problem
from pii_audit.language import Text
from pii_audit.policy.model import Flow, Policy

_WILD = re.compile(r"[*?\[]")
INSIDE = "!"
"""Separates a container from what it contains, as in `a.zip!b.csv`."""


class FlowMatcher:
    """The flows of a policy, found by the beginnings of their globs: thousands of flows cost an asset a few look-ups."""

    def __init__(self, policy: Policy) -> None:
        self._by_source: dict[str, dict[str, list[Flow]]] = {}
        for flow in policy.flows.values():
            if flow.source is not None:
                beginnings = self._by_source.setdefault(flow.source, {})
                for beginning in {_WILD.split(pattern, maxsplit=1)[0] for pattern in flow.match or ("",)}:
                    beginnings.setdefault(beginning, []).append(flow)
        self._lengths = {source: sorted({*map(len, found)}) for source, found in self._by_source.items()}

    def find(self, source_id: str, asset_name: str) -> Flow | None:
        """The flow of an asset, None when none claims it (an undeclared feed, SHR006).

        `*` in a `match` spans folders; a pattern without a folder is tried on the base name, and what a container holds
        belongs to the container's flow too. Raises ConfigurationError when two flows claim the asset.
        """
        beginnings = self._by_source.get(source_id, {})
        names = dict.fromkeys(_names(asset_name))
        likely = (
            flow
            for name in names
            for length in self._lengths.get(source_id, ())
            for flow in beginnings.get(name[:length], ())
        )
        found = [flow for flow in {flow.id: flow for flow in likely}.values() if claims(flow, source_id, asset_name)]
        if len(found) > 1:
            raise _claimed_twice(source_id, *sorted(found, key=lambda flow: flow.position)[:2])
        return found[0] if found else None


def _claimed_twice(source_id: str, first: Flow, second: Flow) -> ConfigurationError:
    at = first.at("match").to_line
    message = Text(
        f"数据源 {source_id} 的一个资产同时属于 {first.id}（{at}）和 {second.id}：每个资产只能属于一个数据流",
        f"an asset of {source_id} belongs to {first.id} ({at}) and to {second.id}: narrow one of the two matches",
    )
    return ConfigurationError([Problem(second.at("match"), message)])


def claims(flow: Flow, source_id: str, asset_name: str) -> bool:
    """Whether a flow says that an asset is its own; one without `match` claims its whole source."""
    if flow.source != source_id:
        return False
    return not flow.match or any(fnmatchcase(name, pattern) for pattern in flow.match for name in _names(asset_name))


def _names(asset_name: str) -> Iterator[str]:
    """The names that a pattern may be written for: the whole, its base name, and those of the containers."""
    parts = asset_name.split(INSIDE)
    for depth in range(len(parts), 0, -1):
        name = INSIDE.join(parts[:depth])
        yield name
        yield name.rpartition("/")[2]
    yield parts[-1]


def undeclared(policy: Policy, source_id: str, asset_names: Iterable[str]) -> tuple[str, ...]:
    """The assets of a feed that no flow claims: undeclared feeds (SHR006)."""
    flows = FlowMatcher(policy)
    return tuple(name for name in asset_names if flows.find(source_id, name) is None)
