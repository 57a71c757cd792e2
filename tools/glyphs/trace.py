"""Traces a character of a font as the pen strokes that would draw it.

The glyph is rendered large, thinned to its skeleton, and the skeleton is cut at its crossings into
polylines. Short side branches, which thinning leaves at the corners of a stroke's end, are dropped.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import convolve, distance_transform_edt
from skimage.morphology import skeletonize

EM = 320  # pixels to an em while tracing
SPUR = 1.25  # a side branch shorter than this many pen radii is no stroke
TOLERANCE = 2.0  # pixels that a simplified polyline may stray
NEIGHBOURS = [(-1, 0), (0, -1), (0, 1), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)]

Pixel = tuple[int, int]
Stroke = np.ndarray  # [points, 2], x and y in pixels of the em, y down


def trace(font: ImageFont.FreeTypeFont, character: str) -> list[Stroke]:
    """Returns the strokes of `character`, or an empty list when the font draws nothing."""
    ink = render(font, character)
    if ink is None:
        return []
    radius = distance_transform_edt(ink)
    skeleton = {(int(r), int(c)) for r, c in np.argwhere(skeletonize(ink))}
    for _ in range(2):  # the first cut turns some crossings into plain corners
        skeleton = without_spurs(skeleton, radius)
    return [simplified(smoothed(np.array(path, float)[:, ::-1])) for path in paths(skeleton)]


def render(font: ImageFont.FreeTypeFont, character: str) -> np.ndarray | None:
    """Returns the inked pixels of `character`, with a margin, or None when there are none."""
    left, top, right, bottom = font.getbbox(character)
    if right <= left or bottom <= top:
        return None
    image = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(image).text((4 - left, 4 - top), character, fill=255, font=font)
    ink = np.asarray(image) > 127
    return ink if ink.any() else None


def around(pixel: Pixel, skeleton: set[Pixel]) -> list[Pixel]:
    """Returns the skeleton pixels next to `pixel`; a diagonal one only where no straight one leads there."""
    r, c = pixel
    found = []
    for dr, dc in NEIGHBOURS:
        if (r + dr, c + dc) not in skeleton:
            continue
        if dr and dc and ((r + dr, c) in skeleton or (r, c + dc) in skeleton):
            continue
        found.append((r + dr, c + dc))
    return found


def paths(skeleton: set[Pixel]) -> list[list[Pixel]]:
    """Cuts the skeleton at its ends and crossings into paths; a closed loop starts and ends alike."""
    links = {pixel: around(pixel, skeleton) for pixel in sorted(skeleton)}
    walked: set[tuple[Pixel, Pixel]] = set()

    def walk(start: Pixel, step: Pixel) -> list[Pixel]:
        path = [start, step]
        walked.update({(start, step), (step, start)})
        while len(links[path[-1]]) == 2 and path[-1] != start:
            a, b = links[path[-1]]
            onward = b if a == path[-2] else a
            walked.update({(path[-1], onward), (onward, path[-1])})
            path.append(onward)
        return path

    found = []
    nodes = [pixel for pixel, near in links.items() if len(near) != 2]
    for pixel in nodes + [pixel for pixel in links if pixel not in nodes]:
        if not links[pixel]:
            found.append([pixel])
        for near in links[pixel]:
            if (pixel, near) not in walked:
                found.append(walk(pixel, near))
    return found


def without_spurs(skeleton: set[Pixel], radius: np.ndarray) -> set[Pixel]:
    """Drops every side branch that is shorter than the pen is wide where it leaves."""
    kept = set(skeleton)
    for path in paths(skeleton):
        ends = [len(around(pixel, skeleton)) for pixel in (path[0], path[-1])]
        if sorted(ends)[0] != 1 or sorted(ends)[1] < 3:
            continue
        if ends[0] == 1:
            path = path[::-1]
        if len(path) < SPUR * radius[path[0]] + 1:
            kept -= set(path[1:])
    return kept


def smoothed(path: Stroke, width: int = 4) -> Stroke:
    """Returns the path with each point averaged with its neighbours; the ends stay where they are."""
    if len(path) <= 2 * width:
        return path
    closed = bool((path[0] == path[-1]).all())
    kernel = np.ones((2 * width + 1, 1)) / (2 * width + 1)
    if closed:
        ring = convolve(path[:-1], kernel, mode="wrap")
        return np.vstack([ring, ring[:1]])
    inner = convolve(path, kernel, mode="nearest")
    inner[[0, -1]] = path[[0, -1]]
    return inner


def simplified(path: Stroke) -> Stroke:
    """Returns the fewest points that stay within TOLERANCE of the path (Ramer-Douglas-Peucker)."""
    if len(path) < 3:
        return path
    chord = path[-1] - path[0]
    length = np.hypot(*chord)
    offset = path - path[0]
    away = np.hypot(*offset.T) if length == 0 else abs(offset[:, 0] * chord[1] - offset[:, 1] * chord[0]) / length
    k = int(away.argmax())
    if away[k] <= TOLERANCE:
        return path[[0, -1]]
    return np.vstack([simplified(path[: k + 1])[:-1], simplified(path[k:])])
