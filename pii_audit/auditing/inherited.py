"""Rights on what a container holds: whoever may read the archive or the database file may read what is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pii_audit.model.grant import Grant
from pii_audit.model.run import Inspected
from pii_audit.policy.matching import INSIDE


def inherited(grants: Iterable[Grant], inspected: Iterable[Inspected]) -> Iterator[Grant]:
    """The grants of the outermost container, for each asset inside one that has no grants of its own."""
    by_asset: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        by_asset[grant.asset].append(grant)
    for asset in dict.fromkeys(one.asset.id for one in inspected):
        if asset in by_asset:
            continue
        parts = asset.split(INSIDE)
        outer = next((name for end in range(1, len(parts)) if (name := INSIDE.join(parts[:end])) in by_asset), None)
        for grant in by_asset[outer] if outer else ():
            yield replace(grant, asset=asset)
