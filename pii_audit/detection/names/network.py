"""A recurrent network in plain NumPy: characters in, label scores out, and the best sequence of labels with its certainty.

Two layers of gated recurrent units in both directions, a projection and a linear-chain conditional random field: the architecture of LAC
(Jiao, Sun, Sun: Chinese Lexical Analysis with Deep Bi-GRU-CRF Network, 2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_BATCH = 4096
"""Characters, at least, that go through the network together: enough for matrices to be worth their while, little enough for the cache."""
_ROWS = 192


def _sigmoid(values: Floats) -> Floats:
    np.multiply(values, np.float32(0.5), out=values)
    np.tanh(values, out=values)
    values += np.float32(1.0)
    values *= np.float32(0.5)
    return values


@dataclass(frozen=True, slots=True)
class Network:
    """The network, as its weights by name.

    `emb` (characters × width); for each of four units, the forward ones at even places, `w` and `b` for its input, `u` for the update and reset
    gates, `c` for the candidate; `wo`, `bo` the projection; `start`, `end`, `move` the transitions between labels.
    """

    weights: Mapping[str, Floats]

    def label(self, sequences: Sequence[Ints]) -> list[tuple[Ints, Floats]]:
        """For each sequence of character numbers its labels and, for each label, the probability that it is right.

        Where all labels are the first one (nothing found) the probabilities are 1.
        """
        order = sorted(range(len(sequences)), key=lambda place: -len(sequences[place]))
        found: dict[int, tuple[Ints, Floats]] = {}
        place = 0
        while place < len(order):
            longest = max(1, len(sequences[order[place]]))
            size = max(_ROWS, _BATCH // longest)
            batch = order[place : place + size]
            place += size
            found.update(zip(batch, self._batch([sequences[number] for number in batch]), strict=True))
        return [found[number] for number in range(len(sequences))]

    def _batch(self, sequences: Sequence[Ints]) -> list[tuple[Ints, Floats]]:
        """The same for sequences that go together, longest first."""
        lengths = np.array([len(one) for one in sequences])
        if not lengths[0]:
            return [(np.zeros(0, np.int64), np.zeros(0, np.float32)) for _ in sequences]
        numbers = np.zeros((lengths[0], len(sequences)), np.int64)
        for row, one in enumerate(sequences):
            numbers[: len(one), row] = one
        active = (lengths[None, :] > np.arange(lengths[0])[:, None]).sum(1)
        return self._decode(self.emissions(numbers, active), lengths, active)

    def emissions(self, numbers: Ints, active: Ints) -> Floats:
        """Scores (steps × rows × labels) of character numbers (steps × rows); `active` rows are still running at each step."""
        values: Floats = self.weights["emb"][numbers]
        for layer in (0, 2):
            both = np.empty((*numbers.shape, 256), np.float32)
            self._run(layer, values, active, both[:, :, :128], range(len(numbers)))
            self._run(layer + 1, values, active, both[:, :, 128:], range(len(numbers) - 1, -1, -1))
            values = both
        return values @ self.weights["wo"] + self.weights["bo"]

    def _run(self, unit: int, values: Floats, active: Ints, out: Floats, steps: range) -> None:
        """One unit in one direction; a row that has not begun, or has ended, stays at zero."""
        gates, candidate = self.weights[f"u{unit}"], self.weights[f"c{unit}"]
        pre = values.reshape(-1, values.shape[2]) @ self.weights[f"w{unit}"]
        pre += self.weights[f"b{unit}"]
        pre = pre.reshape(*values.shape[:2], -1)
        state = np.zeros((values.shape[1], 128), np.float32)
        for step in steps:
            rows = int(active[step])
            now = state[:rows]
            gate = now @ gates
            gate += pre[step, :rows, :256]
            _sigmoid(gate)
            new = (gate[:, 128:] * now) @ candidate
            new += pre[step, :rows, 256:]
            np.tanh(new, out=new)
            new -= now
            new *= gate[:, :128]
            now += new
            out[step, :rows] = now
            out[step, rows:] = 0

    def _decode(self, scores: Floats, lengths: Ints, active: Ints) -> list[tuple[Ints, Floats]]:
        """The best labels of each row, and their probabilities; a row of nothing but the first label is not asked how sure it is."""
        path = self._viterbi(scores, active)
        sure = np.ones(path.shape, np.float32)
        rows = np.flatnonzero(path.any(0))
        if rows.size:
            steps = lengths[rows[0]]
            running = (lengths[rows][None, :] > np.arange(steps)[:, None]).sum(1)
            certain = self._marginals(scores[:steps, rows], lengths[rows], running, path[:steps, rows])
            sure[:steps, rows] = np.exp(np.minimum(certain, 0))
        return [(path[:length, row], sure[:length, row]) for row, length in enumerate(lengths.tolist())]

    def _viterbi(self, scores: Floats, active: Ints) -> Ints:
        """The best sequence of labels (steps × rows)."""
        steps, rows, labels = scores.shape
        best, back = scores[0] + self.weights["start"], np.zeros((steps, rows, labels), np.int8)
        for step in range(1, steps):
            count = int(active[step])
            reached = best[:count, :, None] + self.weights["move"]
            back[step, :count] = reached.argmax(1)
            best[:count] = reached.max(1) + scores[step, :count]
        path = np.zeros((steps, rows), np.int64)
        label = (best + self.weights["end"]).argmax(1)
        for step in range(steps - 1, -1, -1):
            count = int(active[step])
            path[step, :count] = label[:count]
            label[:count] = back[step, np.arange(count), label[:count]]
        return path

    def _marginals(self, scores: Floats, lengths: Ints, active: Ints, path: Ints) -> Floats:
        """The logarithm of the probability of each label of a path (steps × rows), by forward-backward."""
        end, move = self.weights["end"], self.weights["move"]
        steps, rows, _ = scores.shape
        last = (lengths - 1, np.arange(rows))
        ahead, behind = np.zeros_like(scores), np.zeros_like(scores)
        ahead[0] = scores[0] + self.weights["start"]
        for step in range(1, steps):
            count = int(active[step])
            ahead[step, :count] = _log_sum(ahead[step - 1, :count, :, None] + move, 1) + scores[step, :count]
        behind[last] = end
        for step in range(steps - 2, -1, -1):
            count = int(active[step + 1])
            behind[step, :count] = _log_sum(move + (scores[step + 1, :count] + behind[step + 1, :count])[:, None, :], 2)
        total = _log_sum(ahead[last] + end, 1)
        sure: Floats = np.take_along_axis(ahead + behind, path[:, :, None], 2)[:, :, 0] - total
        return sure


def _log_sum(values: Floats, axis: int) -> Floats:
    top = values.max(axis, keepdims=True)
    total: Floats = np.log(np.exp(values - top).sum(axis)) + np.squeeze(top, axis)
    return total
