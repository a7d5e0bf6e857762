"""Proof that digests are bare hashes: the workspace's own values, hashed, are among them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pii_audit.detection.encodings import from_base64, from_hex
from pii_audit.detection.sm3 import sm3


def _hashlib(name: str) -> Callable[[bytes], bytes]:
    return lambda content: hashlib.new(name, content, usedforsecurity=False).digest()


_ALGORITHMS: Mapping[str, tuple[int, Callable[[bytes], bytes]]] = {
    "MD5": (16, _hashlib("md5")),
    "SHA-1": (20, _hashlib("sha1")),
    "SHA-256": (32, _hashlib("sha256")),
    "SM3": (32, sm3),
    "SHA-512": (64, _hashlib("sha512")),
}
"""Bytes of the digest, and what computes it (RFC 1321, FIPS 180-4, GB/T 32905-2016)."""
_VARIANTS: Mapping[str, Callable[[str], str]] = {"as is": str, "upper case": str.upper, "lower case": str.lower}
_HALF = 8
"""Bytes of the middle half of an MD5, which many systems keep."""


@dataclass(frozen=True, slots=True)
class HashProof:
    """How many of the distinct digests are known values under one algorithm; `variant` is how the values were written when they were hashed."""

    algorithm: str
    variant: str
    matched: int
    digests: int


def hash_proof(values: Iterable[str], digests: Iterable[str]) -> tuple[HashProof, ...]:
    """By which algorithms and spellings some of the digests are hashes of the values, the best first; none where nothing agrees.

    Digests are hexadecimal or base64, with or without a prefix such as `{SHA}`; MD5 also as the 16 digits of its middle. No value and no
    digest is kept: what comes out are counts.
    """
    seen = {content for digest in digests if (content := _bytes(digest))}
    sizes = {len(content) for content in seen}
    known = set(values)
    proofs = [
        HashProof(algorithm, variant, matched, len(seen))
        for algorithm, variant, made in _hashed(known, sizes)
        if (matched := len(made & seen))
    ]
    return tuple(sorted(proofs, key=lambda proof: -proof.matched))


def _hashed(values: set[str], sizes: set[int]) -> Iterator[tuple[str, str, set[bytes]]]:
    """The digests of all values under each algorithm and spelling that could be among those seen; equal spellings once."""
    done: set[frozenset[str]] = set()
    for variant, spell in _VARIANTS.items():
        spelled = frozenset(map(spell, values))
        if spelled in done:
            continue
        done.add(spelled)
        contents = [text.encode(errors="surrogatepass") for text in spelled]
        for algorithm, (size, digest) in _ALGORITHMS.items():
            if size in sizes:
                yield algorithm, variant, set(map(digest, contents))
        if _HALF in sizes:
            whole = map(_ALGORITHMS["MD5"][1], contents)
            yield "MD5 (16)", variant, {content[4:12] for content in whole}


def _bytes(digest: str) -> bytes:
    """The bytes of a digest; nothing where it is none."""
    bare = digest.strip()
    if bare.startswith("{"):
        bare = bare.partition("}")[2]
    return from_hex(bare) or from_base64(bare)
