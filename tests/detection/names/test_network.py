from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from pii_audit.detection.names.network import Network

LABELS = 3


@pytest.fixture
def network():
    draw = np.random.default_rng(1)

    def random(*shape):
        return draw.normal(0, 0.3, shape).astype(np.float32)

    weights = {"emb": random(20, 128), "wo": random(256, LABELS), "bo": random(LABELS)}
    for unit in range(4):
        width = 128 if unit < 2 else 256
        weights |= {
            f"w{unit}": random(width, 384),
            f"b{unit}": random(384),
            f"u{unit}": random(128, 256),
            f"c{unit}": random(128, 128),
        }
    weights |= {"start": random(LABELS), "end": random(LABELS), "move": 3 * random(LABELS, LABELS)}
    return Network(weights)


def test_the_labels_are_the_most_probable_sequence_and_their_certainty_is_the_marginal(network):
    numbers = np.array([3, 7, 1, 12])
    scores = network.emissions(numbers[:, None], np.ones(4, np.int64))[:, 0]
    start, end, move = (network.weights[name] for name in ("start", "end", "move"))
    totals = {
        path: start[path[0]]
        + end[path[-1]]
        + sum(scores[step, label] for step, label in enumerate(path))
        + sum(move[a, b] for a, b in pairwise(path))
        for path in product(range(LABELS), repeat=4)
    }
    best = max(totals, key=totals.__getitem__)
    mass = sum(np.exp(value) for value in totals.values())
    ((labels, sure),) = network.label([numbers])
    assert labels.any()
    assert tuple(labels.tolist()) == best
    for step, label in enumerate(best):
        expected = sum(np.exp(value) for path, value in totals.items() if path[step] == label) / mass
        assert sure[step] == pytest.approx(expected, rel=1e-3)


def test_a_sequence_is_labelled_alike_alone_and_among_others(network):
    draw = np.random.default_rng(2)
    sequences = [draw.integers(0, 20, length) for length in (5, 0, 1, 40, 17, 40)]
    together = network.label(sequences)
    for sequence, (labels, sure) in zip(sequences, together, strict=True):
        ((alone, certain),) = network.label([sequence])
        assert labels.tolist() == alone.tolist()
        assert sure == pytest.approx(certain, abs=1e-4)
