"""Bare digests and the values behind them, made comparable: both become keyed hashes of digests, so that nothing else is ever kept of either."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from pii_audit.detection.encodings import from_base64, from_hex
from pii_audit.detection.sm3 import offered, sm3
from pii_audit.identifiers.model import Identifier
from pii_audit.model.asset import Chunk, TableChunk
from pii_audit.model.evidence import Digests, Hashed
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.sketch import Sketch

SM3 = "SM3"


def _hashlib(name: str) -> Callable[[bytes], bytes]:
    make = getattr(hashlib, name)
    return lambda content: make(content, usedforsecurity=False).digest()


_MD5 = _hashlib("md5")
ALGORITHMS: Mapping[str, tuple[int, Callable[[bytes], bytes]]] = {
    "MD5": (16, _MD5),
    "MD5 (16)": (8, lambda content: _MD5(content)[4:12]),
    "SHA-1": (20, _hashlib("sha1")),
    "SHA-256": (32, _hashlib("sha256")),
    "SHA-512": (64, _hashlib("sha512")),
    SM3: (32, sm3),
}
"""Bytes of a digest, and what computes it (RFC 1321, of which many systems keep the middle half, FIPS 180-4, GB/T 32905-2016)."""

_SIZES = frozenset(size for size, _ in ALGORITHMS.values())
LENGTHS = frozenset(
    length
    for size in _SIZES
    for length in (2 * size, 2 * size + 2, (4 * size + 2) // 3, (size + 2) // 3 * 4)
    if length >= 16  # noqa: PLR2004 - shorter ones are words and numbers
)
"""Characters of digests: hexadecimal, the same behind 0x or \\\\x, and base64 without and with padding (RFC 4648)."""
MOSTLY = 0.5
"""A column is one of digests from this share of its values on."""
_FIRST_LOOK = 40
_LONGEST = 256
PEOPLE = frozenset({"identity_document", "phone", "contact", "account"})
"""Groups of identifiers whose hashes stand for people."""

DRAWN_FIRST, DRAWN, DRAWN_CHUNKS, DRAWN_BESIDE = 256, 64, 16, 16
"""Values that are hashed of a column in the first chunk of an asset, in one of so many of the others, and in each that holds digests itself."""
_FIRST_ROWS = 1_000
"""Of a sample, the first row need not be the first of the table."""


def digest(cell: str) -> bytes:
    """The bytes of a cell that is a bare digest by its shape; nothing where it is none."""
    bare = cell.strip()
    if len(bare) not in LENGTHS or bare.isdecimal():
        return b""
    content = from_hex(bare) or (b"" if bare.isalpha() else from_base64(bare))
    return content if len(content) in _SIZES else b""


def may_be_digests(cells: Iterable[str | None]) -> bool:
    """Whether a column may be one of digests, by a first look at a few of its cells."""
    few = list(islice(filter(None, cells), _FIRST_LOOK))
    return bool(few) and sum(bool(digest(cell)) for cell in few) >= MOSTLY * len(few)


def digests(values: Sequence[str], rows: Sequence[int], fingerprinter: Fingerprinter) -> Digests:
    """The digests that a column's distinct values are, each with the rows in which it stands; none where too few of them are."""
    if not may_be_digests(values):
        return Digests()
    found = [(content, number) for value, number in zip(values, rows, strict=True) if (content := digest(value))]
    if len(found) < MOSTLY * len(values):
        return Digests()
    sizes: Counter[int] = Counter()
    for content, number in found:
        sizes[len(content)] += number
    return Digests(dict(sizes), Sketch.of(keyed((content for content, _ in found), fingerprinter)))


def draw_of(chunk: Chunk) -> int:
    """How many values of each column of a chunk are hashed: enough to meet those of a column of digests, few enough to cost next to nothing."""
    first = chunk.rows[:1] if isinstance(chunk, TableChunk) else (chunk.offset,)
    if all(row < _FIRST_ROWS for row in first):
        return DRAWN_FIRST
    name = hashlib.blake2b(chunk.id.encode("utf-8", "surrogatepass")).digest()
    if name[0] % DRAWN_CHUNKS == 0:
        return DRAWN
    beside = isinstance(chunk, TableChunk) and any(map(may_be_digests, chunk.columns.values()))
    return DRAWN_BESIDE if beside else 0


def is_hashed(definition: Identifier) -> bool:
    """Whether values of an identifier are hashed, to be found again: those that stand for people and are told by themselves."""
    return definition.column_only is None and not PEOPLE.isdisjoint(definition.groups)


def hashed(definition: Identifier, canonical: Mapping[str, str], count: int, fingerprinter: Fingerprinter) -> Hashed:
    """So many of some values, evenly drawn, under each algorithm; `canonical` gives for each spelling the value without separators.

    As they are written, canonical, and in upper and lower case: one of these is what systems hash.
    """
    step = -(-len(canonical) // count)
    drawn = dict(islice(canonical.items(), 0, None, step))
    spelled = {spelling for text, bare in drawn.items() for one in (text, bare) for spelling in spellings(one)}
    contents = [text.encode("utf-8", "surrogatepass") for text in sorted(spelled)]
    usual = (make(one) for name, (_, make) in ALGORITHMS.items() if name != SM3 for one in contents)
    # Without OpenSSL's, SM3 would take as long as all else that is done with a column.
    national = map(sm3, contents) if offered() else ()
    return Hashed(
        Sketch.of(fingerprinter.numbers(definition.id, sorted(set(drawn.values())))),
        Sketch.of(keyed(usual, fingerprinter)),
        Sketch.of(keyed(national, fingerprinter)),
    )


def spellings(value: str) -> set[str]:
    """How a value may have been written when it was hashed."""
    bare = value.strip()
    return {bare, bare.upper(), bare.lower()}


def keyed(contents: Iterable[bytes], fingerprinter: Fingerprinter) -> Iterable[int]:
    """The keyed hashes of digests: all that is kept of them."""
    return fingerprinter.numbers("digest", (content.hex() for content in contents))
