"""Text corpora: written as a stream, with a sidecar that says where each identifier and each hard negative stands."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from benchmarks.corpus import held_out, layouts
from benchmarks.corpus.decoys import HELD_OUT_DECOYS
from benchmarks.corpus.layouts import Layout
from benchmarks.corpus.people import FIRST, HELD_OUT
from benchmarks.corpus.scribe import Piece, Scribe
from benchmarks.corpus.values import Value

BYTES_PER_IDENTIFIER = 300
"""About one identifier in so many bytes."""
SEED, HELD_OUT_SEED = 20260131, 977
NONE = "-"
"""Marks a hard negative in the sidecar; its kind follows."""


@dataclass(frozen=True, slots=True)
class Label:
    """Where something stands: offsets in characters and in bytes of UTF-8; `identifier` is empty for a hard negative of a `style` (kind)."""

    identifier: str
    start: int
    end: int
    byte_start: int
    byte_end: int
    style: str
    layout: str


@dataclass(frozen=True, slots=True)
class TextCorpus:
    """A corpus on disk."""

    text: Path
    labels: Path

    @classmethod
    def at(cls, folder: Path, name: str) -> TextCorpus:
        """The files of a corpus of that name."""
        return cls(folder / f"{name}.txt", folder / f"{name}.labels.tsv")

    def read_labels(self) -> Iterator[Label]:
        """The sidecar, in the order of the text."""
        with self.labels.open(encoding="utf-8", newline="") as file:
            for kind, start, end, byte_start, byte_end, style, layout in csv.reader(file, delimiter="\t"):
                yield Label(
                    kind.removeprefix(NONE), int(start), int(end), int(byte_start), int(byte_end), style, layout
                )


class _Writer:
    """Writes pieces and their labels, keeping count of characters and bytes."""

    def __init__(self, corpus: TextCorpus) -> None:
        self._text = corpus.text.open("w", encoding="utf-8", newline="")
        self._labels = corpus.labels.open("w", encoding="utf-8", newline="")
        self._characters = self.bytes = self.identifiers = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()
        self._labels.close()

    def write(self, pieces: Sequence[Piece], layout: str) -> None:
        """Some pieces of one layout."""
        for piece in pieces:
            text = piece if isinstance(piece, str) else piece.text
            characters, size = self._characters + len(text), self.bytes + len(text.encode())
            if not isinstance(piece, str):
                true = isinstance(piece, Value)
                kind, style = (piece.identifier, piece.style) if isinstance(piece, Value) else (NONE, piece.kind)
                row = (kind, self._characters, characters, self.bytes, size, style, layout)
                self._labels.write("\t".join(map(str, row)) + "\n")
                self.identifiers += true
            self._text.write(text)
            self._characters, self.bytes = characters, size


def write_text(corpus: TextCorpus, size: int, *, unseen: bool = False, seed: int | None = None) -> None:
    """Writes a corpus of at least `size` bytes; with `unseen`, the held-out one: other layouts, names, hard negatives and seed."""
    shapes: Mapping[str, Layout] = held_out.LAYOUTS if unseen else layouts.LAYOUTS
    default = HELD_OUT_SEED if unseen else SEED
    scribe = Scribe(
        default if seed is None else seed, HELD_OUT if unseen else FIRST, tuple(HELD_OUT_DECOYS) if unseen else ()
    )
    names = tuple(shapes)
    with _Writer(corpus) as writer:
        while writer.bytes < size:
            due = writer.bytes >= BYTES_PER_IDENTIFIER * writer.identifiers
            values = [scribe.value() for _ in range(scribe.random.choice((1, 1, 2, 3)))] if due else []
            layout = scribe.random.choice(names)
            writer.write(shapes[layout](scribe, values), layout)
