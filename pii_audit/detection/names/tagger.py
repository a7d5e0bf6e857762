"""Persons and postal addresses in Chinese running text, by the network that the wheel carries.

The model is `scanners/names/zh.npz`; how it was made, from what data under which licences, and what it misses stands in docs/names.md.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from pii_audit import content
from pii_audit.detection.names.alphabet import Alphabet, Ints, pieces
from pii_audit.detection.names.network import Floats, Network
from pii_audit.detection.names.span import ADDRESS, PERSON, Found, Method

MODEL = "scanners/names/zh.npz"
_HAN = re.compile("[\u3400-\u9fff]")
_TOGETHER = 2000
"""Pieces that go to the network at once: their scores are what takes memory."""
_KINDS = {"P": PERSON, "A": ADDRESS}


@dataclass(frozen=True, slots=True)
class Tagger:
    """The network, its alphabet, and the meaning of its labels: kind and place (begin, inside, end, single), or `O`."""

    alphabet: Alphabet
    network: Network
    labels: tuple[str, ...]

    def spans(self, text: str) -> list[Found]:
        """Persons and addresses of a text in reading order; the score is the probability of the least probable of their labels."""
        places = [(start, piece) for start, piece in pieces(text) if _HAN.search(piece)]
        # Logs and forms repeat their lines.
        distinct = list(dict.fromkeys(piece for _, piece in places))
        found: dict[str, list[Found]] = {}
        for begin in range(0, len(distinct), _TOGETHER):
            some = distinct[begin : begin + _TOGETHER]
            found.update(zip(some, self._tag(some), strict=True))
        return [
            Found(one.start + start, one.end + start, one.identifier, one.score, one.method)
            for start, piece in places
            for one in found[piece]
        ]

    def _tag(self, some: Sequence[str]) -> Iterator[list[Found]]:
        read = [self.alphabet.read(piece) for piece in some]
        tagged = self.network.label([numbers for numbers, _ in read])
        for (_, stands), (labels, sure) in zip(read, tagged, strict=True):
            yield list(self._found(stands, labels, sure)) if labels.any() else []

    def _found(self, stands: Ints, labels: Ints, sure: Floats) -> Iterator[Found]:
        begin = -1
        for place in np.flatnonzero(labels).tolist():
            kind, _, part = self.labels[labels[place]].partition("-")
            if part in ("B", "S"):
                begin = place
            if part in ("E", "S") and begin >= 0:
                score = float(sure[begin : place + 1].min())
                yield Found(int(stands[begin]), int(stands[place]) + 1, _KINDS[kind], score, Method.MODEL)
                begin = -1


def unpacked(arrays: Mapping[str, np.ndarray]) -> Tagger:
    """A tagger from the arrays of a model file."""
    weights = {name: np.asarray(array, np.float32) for name, array in arrays.items() if array.dtype == np.float16}
    weights["emb"] = arrays["emb"].astype(np.float32) * arrays["emb_scale"][:, None]
    alphabet = Alphabet.of(str(arrays["characters"]), str(arrays["aliases"]))
    return Tagger(alphabet, Network(weights), tuple(str(label) for label in arrays["labels"]))


@cache
def load_tagger() -> Tagger:
    """The tagger that ships; loaded once."""
    with np.load(io.BytesIO(content.data(MODEL)), allow_pickle=False) as arrays:
        return unpacked(dict(arrays))
