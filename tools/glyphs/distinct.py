"""Tells which characters look alike, however they are turned.

Two characters are alike when the ink of each lies close to the ink of the other, in the root mean
square, at any multiple of 90 degrees: rotations become classes of their own in few-shot learning, so
`b` and `q` may not both be characters.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt

from trace import Stroke

SIZE = 28  # pixels of the larger side of a character
GRID = 36
ALIKE = 1.2  # pixels


def keep_distinct(characters: list[list[Stroke]]) -> list[int]:
    """Returns the indices of the characters that are not like an earlier one that is kept."""
    masks = np.array([mask(strokes) for strokes in characters])
    away = np.array([distance_transform_edt(~ink) ** 2 for ink in masks]).reshape(len(masks), -1)
    ink = weights(masks)
    nearest = np.full((len(masks), len(masks)), np.inf)
    for turns in range(4):
        turned = np.rot90(masks, turns, axes=(1, 2))
        turned_away = np.rot90(away.reshape(masks.shape), turns, axes=(1, 2)).reshape(len(masks), -1)
        nearest = np.minimum(nearest, np.maximum(weights(turned) @ away.T, turned_away @ ink.T))

    kept: list[int] = []
    for i in range(len(masks)):
        if not kept or nearest[i, kept].min() >= ALIKE**2:
            kept.append(i)
    return kept


def weights(masks: np.ndarray) -> np.ndarray:
    """Returns one row a character, in which its inked pixels share a weight of 1."""
    flat = masks.reshape(len(masks), -1)
    return flat / flat.sum(1, keepdims=True)


def mask(strokes: list[Stroke]) -> np.ndarray:
    """Returns the pixels under a thin pen, `[GRID, GRID]`, for a character centred and made `SIZE` large."""
    ink = np.zeros((GRID, GRID), bool)
    for path in fitted(strokes, SIZE):
        for a, b in zip(path, path[1:] if len(path) > 1 else path):
            steps = np.linspace(0, 1, int(np.hypot(*(b - a)) * 2) + 2)[:, None]
            x, y = np.rint(a + (b - a) * steps + (GRID - 1) / 2).astype(int).T
            ink[y, x] = True
    return ink


def fitted(strokes: list[Stroke], size: float) -> list[Stroke]:
    """Returns the strokes moved and scaled so that their box is centred on 0 and its larger side is `size`."""
    points = np.vstack(strokes)
    low, high = points.min(0), points.max(0)
    scale = size / max((high - low).max(), 1e-9)
    return [(path - (low + high) / 2) * scale for path in strokes]
