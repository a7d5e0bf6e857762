"""Bare hashes told: by values that were met elsewhere, and by trying numbers out until some are among the digests of a column.

What is tried are PRC mobile numbers (5.3 billion), in an order that is spread over all of them, for as long as somebody allows. One number in
a column of n digests is met after about 5.3 billion / n of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from pii_audit.detection.digests import ALGORITHMS, keyed
from pii_audit.detection.hash_proof import proven
from pii_audit.detection.proofs import Proof, is_proven, with_proofs
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.networks import mobile_prefixes
from pii_audit.language import Text
from pii_audit.model.evidence import Digests
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import EXACT_PERSONS, Sketch

MOBILE = "cn_mobile"
_AT_ONCE = EXACT_PERSONS - 1
"""Numbers whose sketch drops none of them."""
_REST = 10**8
"""Numbers under one prefix."""
_STRIDE = 2_971_215_073
"""A prime that divides no number of numbers, so that steps of it come by each of them once."""


def with_hashes_told(
    inspected: Iterable[Inspected],
    catalogue: Mapping[str, Identifier],
    fingerprinter: Fingerprinter,
    seconds: float = 0,
    shown: Callable[[str], str] = str,
) -> list[Inspected]:
    """All assets that were looked at, with what is known of their columns of digests: by values of all of them, then by trying numbers out.

    `shown` gives names as they may be shown; for `seconds` of processor time numbers are tried out.
    """
    told = proven(inspected, catalogue, shown)
    return enumerated(told, catalogue, fingerprinter, seconds) if seconds else told


def enumerated(
    inspected: Iterable[Inspected], catalogue: Mapping[str, Identifier], fingerprinter: Fingerprinter, seconds: float
) -> list[Inspected]:
    """Assets with what trying out numbers for so many seconds of processor time proves of their columns of digests; nothing found proves nothing."""
    assets = list(inspected)
    waiting = {
        (place, name): field.digests
        for place, one in enumerate(assets)
        for name, field in one.tally.fields.items()
        if field.digests.seen.payload and not is_proven(one, name)
    }
    if MOBILE not in catalogue or not waiting:
        return assets
    found: dict[int, dict[str, list[Proof]]] = {}
    for place, name, proof in _tried(waiting, catalogue[MOBILE], fingerprinter, seconds):
        found.setdefault(place, {})[name] = [proof]
    return [with_proofs(one, found.get(place, {}), catalogue) for place, one in enumerate(assets)]


def mobile_numbers() -> Iterator[str]:
    """All of them, each once, one far from the next."""
    prefixes = mobile_prefixes()
    total = len(prefixes) * _REST
    for count in range(total):
        prefix, rest = divmod(count * _STRIDE % total, _REST)
        yield f"{prefixes[prefix]}{rest:08d}"


def _tried(
    waiting: dict[tuple[int, str], Digests], identifier: Identifier, fingerprinter: Fingerprinter, seconds: float
) -> Iterator[tuple[int, str, Proof]]:
    """What is proven of which field; a field of which something is proven waits no longer."""
    end = time.process_time() + seconds
    numbers = mobile_numbers()
    tried = 0
    while waiting and time.process_time() < end and (some := list(islice(numbers, _AT_ONCE))):
        tried += len(some)
        sizes = {size for digests in waiting.values() for size in digests.rows}
        for name, (size, make) in ALGORITHMS.items():
            if size not in sizes:
                continue
            made = Sketch.of(keyed((make(number.encode()) for number in some), fingerprinter))
            for (place, field), digests in list(waiting.items()):
                matched, _ = digests.seen.met(made) if size in digests.rows else (0, 0.0)
                if matched:
                    del waiting[place, field]
                    yield place, field, Proof(identifier, matched, 1.0, _said(name, tried, matched))


def _said(algorithm: str, tried: int, matched: int) -> Text:
    return Text(
        f"逐个试算 {tried} 个号码，其中 {matched} 个经 {algorithm} 无密钥散列后就在此列：任何人都能这样还原",
        f"of {tried} numbers tried out, {matched}, hashed by {algorithm} without a key, are here: anybody can undo them like that",
    )
