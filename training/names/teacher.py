"""Persons in text that nobody has labelled: where both networks of LAC agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path

import numpy as np

from pii_audit.detection.names.network import Floats, Ints, Network
from training.names import sources
from training.names.sources import Spans

_LATIN = re.compile("[a-zA-Z0-9]")


class _Plain(Network):
    """A network that is not asked how sure it is: with its many labels that would take longer than all else."""

    def _marginals(self, scores: Floats, lengths: Ints, active: Ints, path: Ints) -> Floats:  # noqa: ARG002
        return np.zeros(path.shape, np.float32)


class Teacher:
    """A network of LAC with its own alphabet and labels; `lexicon` for the one that reads words where they are plain."""

    def __init__(self, weights: Path, words: Path, tags: Path, lexicon: Path | None = None) -> None:
        self._numbers = {word: int(number) for word, number in sources.table(words).items()}
        labels = {int(number): tag for tag, number in sources.table(tags).items()}
        self._person = {number: tag for number, tag in labels.items() if tag.startswith(("nr-", "PER-"))}
        size = max(labels) + 1
        loaded = sources.network(weights, max(self._numbers.values()) + 1, size)
        crf = loaded.pop("crf")
        self._network = _Plain({**loaded, "start": crf[0], "end": crf[1], "move": crf[2:]})
        self._known: set[str] = set()
        self._counts: dict[str, int] = {}
        if lexicon is not None:
            for line in lexicon.read_text(encoding="utf-8").splitlines():
                word, count = line.split(" ")
                self._counts[word] = int(count)
                self._known.update(word[:end] for end in range(1, len(word) + 1))
        self._total = log(max(1, sum(self._counts.values())))

    def persons(self, texts: Sequence[str]) -> Iterator[Spans]:
        """The persons of each text."""
        cut = [self._tokens(text) for text in texts]
        unknown = self._numbers["OOV"]
        numbers = [np.array([self._numbers.get(one, unknown) for one in tokens], np.int64) for tokens in cut]
        for tokens, (labels, _) in zip(cut, self._network.label(numbers), strict=True):
            spans: Spans = []
            place, inside = 0, False
            for token, label in zip(tokens, labels.tolist(), strict=True):
                tag = self._person.get(label)
                if tag and inside and tag.endswith("-I"):
                    spans[-1] = (spans[-1][0], place + len(token))
                elif tag:
                    spans.append((place, place + len(token)))
                inside = tag is not None
                place += len(token)
            yield spans

    def _tokens(self, text: str) -> list[str]:
        if not self._counts:
            return list(text)
        tokens: list[str] = []
        for piece in self._cut(text):
            if piece in self._numbers:
                tokens.append(piece)
            else:
                tokens.extend(piece)
        return tokens

    def _cut(self, text: str) -> list[str]:
        """LAC's `fast_cut`: the most probable segmentation by its word list."""
        best: list[tuple[float, int]] = [(0.0, 0)] * (len(text) + 1)
        for start in range(len(text) - 1, -1, -1):
            options = [start + 1]
            end = start + 1
            while end <= len(text) and text[start:end] in self._known:
                if text[start:end] in self._counts:
                    options.append(end)
                end += 1
            best[start] = max(
                (log(self._counts.get(text[start:end], 1)) - self._total + best[end][0], end) for end in options
            )
        tokens, start, run = [], 0, ""
        while start < len(text):
            end = best[start][1]
            word = text[start:end]
            if len(word) == 1 and _LATIN.match(word):
                run += word
            else:
                tokens += [run, word] if run else [word]
                run = ""
            start = end
        return [*tokens, run] if run else tokens
