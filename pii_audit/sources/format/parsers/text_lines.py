"""Where lines of text stand in an image: looked for in all of it, and again from near where there is ink that no line covers.

The recogniser's network judges a place by what is around it: a single number in the corner of a blank page it passes over, and it
finds the same number in a frame of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_det import TextDetector, TextDetOutput
from rapidocr.utils.output import RapidOCROutput

LONGEST, AREA = 2_400, 4_000_000
"""Pixels of the longer side, and in all, at which lines are looked for: A4 at 200 dpi, for which the parsers' memory is enough."""
FRAME = 736
"""Pixels of a side for which the network was made; the recogniser enlarges what is smaller."""
FRAMES = 8
"""Of an image that are looked at from near: as many pixels again as the whole has."""
_CONTRAST = 30
"""Levels of grey by which ink differs from what is around it."""
_AROUND = 31
_JOINS = (15, 3)
"""Pixels, across and down, by which the characters of a line are apart at most."""
_LOWEST, _HIGHEST, _SHORTEST = 5, 120, 20
"""Pixels: of the shorter side of a line, and of its longer one."""
_TINY = 10
"""Pixels of a line's height below which the frame around it is half as wide."""
_NUMBER = (6.0, 40.0)
"""How many times longer than high a line is that holds a number: those are looked at first."""
_NOTHING = np.empty((0, 4, 2), np.float32)
_COVERED = 0.3
"""From this share on, ink belongs to a line that was found."""


@dataclass(frozen=True, slots=True)
class _Ink:
    """What may be a line: its left, top, width and height in the reduced image."""

    left: int
    top: int
    width: int
    height: int

    @property
    def side(self) -> int:
        """Of the frame in which it is looked at."""
        return FRAME if min(self.width, self.height) >= _TINY else FRAME // 2

    @property
    def rank(self) -> tuple[bool, int]:
        """What is more like a number comes first, then what is longer."""
        least, most = _NUMBER
        ratio = max(self.width, self.height) / max(min(self.width, self.height), 1)
        return not least <= ratio <= most, -max(self.width, self.height)


def lines_of(image: np.ndarray, recogniser: RapidOCR) -> np.ndarray:
    """The corners of every line (upper left, then clockwise; n × 4 × 2 pixels), from the top down."""
    height, width = image.shape[:2]
    scale = max(1.0, max(height, width) / LONGEST, (height * width / AREA) ** 0.5)
    reduced = cv2.resize(image, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA) if scale > 1 else image
    ink = _ink(reduced)
    if not ink.any():
        return _NOTHING
    found = _found(reduced, recogniser)
    lines = [_widened(box, 1.0) * scale for box in found]
    if max(reduced.shape[:2]) > FRAME:
        covered = np.zeros(reduced.shape[:2], np.uint8)
        cv2.fillPoly(covered, [box.astype(np.int32) for box in found], 1)
        for left, top, side in _frames(_uncovered(ink, covered)):
            lines += _from_near(image, (left, top, side), scale, covered, recogniser)
    if not lines:
        return _NOTHING
    return TextDetector.sorted_boxes(np.array(lines, np.float32))


def _found(image: np.ndarray, recogniser: RapidOCR) -> np.ndarray:
    found = recogniser(image, use_det=True, use_cls=False, use_rec=False)
    if not isinstance(found, TextDetOutput | RapidOCROutput) or found.boxes is None:
        return _NOTHING
    return np.asarray(found.boxes, np.float32)


def _ink(image: np.ndarray) -> np.ndarray:
    """Where an image is darker or lighter than it is around: 1, elsewhere 0."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image  # noqa: PLR2004 - colours are a third axis
    grey = cv2.GaussianBlur(grey, (3, 3), 0)
    ink: np.ndarray = (cv2.absdiff(grey, cv2.blur(grey, (_AROUND, _AROUND))) > _CONTRAST).astype(np.uint8)
    return ink


def _uncovered(ink: np.ndarray, covered: np.ndarray) -> list[_Ink]:
    """What has the shape of a line, and is covered by none."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(_JOINS[::-1], np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for left, top, width, height, _ in stats[1:].tolist():
        low, long = sorted((width, height))
        if _LOWEST <= low <= _HIGHEST and long >= max(_SHORTEST, 2 * low):
            there = covered[top : top + height, left : left + width]
            if float(there.mean()) < _COVERED:
                found.append(_Ink(left, top, width, height))
    return sorted(found, key=lambda one: one.rank)


def _frames(inks: list[_Ink]) -> Iterator[tuple[int, int, int]]:
    """Frames that hold them, most of them one after the other: left, top and side."""
    waiting, count = inks, 0
    while waiting and count < FRAMES:
        first, side = waiting[0], waiting[0].side
        left = max(0, first.left - (side - min(first.width, side)) // 2)
        top = max(0, first.top - (side - min(first.height, side)) // 2)
        yield left, top, side
        count += 1
        waiting = [
            one
            for one in waiting[1:]
            if one.side < side
            or one.left < left
            or one.top < top
            or one.left + one.width > left + side
            or one.top + one.height > top + side
        ]
        if first.width > side:  # what is left of a line that is longer than its frame
            rest = first.left + side - side // 3
            waiting.insert(0, _Ink(rest, first.top, first.left + first.width - rest, first.height))


def _from_near(
    image: np.ndarray, frame: tuple[int, int, int], scale: float, covered: np.ndarray, recogniser: RapidOCR
) -> Iterator[np.ndarray]:
    """The lines in a frame of the reduced image that were not found before; they count as covered from then on."""
    left, top, side = (int(one * scale) for one in frame)
    part = image[top : top + side, left : left + side]
    shrunk = max(1.0, side / FRAME)
    seen = cv2.resize(part, None, fx=1 / shrunk, fy=1 / shrunk, interpolation=cv2.INTER_AREA) if shrunk > 1 else part
    for box in _found(seen, recogniser):
        line = _widened(box, 1.0) * shrunk + np.array((left, top), np.float32)
        corners = (line / scale).astype(np.int32)
        here = np.zeros_like(covered)
        cv2.fillPoly(here, [corners], 1)
        if here.any() and float(covered[here == 1].mean()) < _COVERED:
            cv2.fillPoly(covered, [corners], 1)
            yield line


def _widened(box: np.ndarray, by: float) -> np.ndarray:
    """The corners of a line a little further out: at its edges the image in which it was found is a coarse one."""
    along, across = (side / max(float(np.linalg.norm(side)), 1.0) for side in (box[1] - box[0], box[3] - box[0]))
    out = (-along - across, along - across, along + across, across - along)
    return np.array([corner + by * way for corner, way in zip(box, out, strict=True)], np.float32)
