"""The measured works, and what the Python peers share: weights and data, files, timing.

One work is one meta-step of second-order MAML in float32:

    φᵢ ← θ, then `steps` times φᵢ ← φᵢ − α ∇φ loss(φᵢ, supportᵢ)      for each task i
    θ  ← Adam(θ, ∇θ mean over tasks of loss(φᵢ, queryᵢ)), step size 1e-3

on the same tasks every time, every parameter adapted.

- sinusoid: MLP 1-40-40-1 with ReLU, mean squared error, α = 0.01.
- conv: images 28x28x1; four times 3x3 convolution (stride 2, one pixel of zeros on each side, 64 filters, no
  bias), batch norm with the statistics of the batch (eps 1e-3, gain and bias), ReLU; mean over the pixels;
  linear; mean cross-entropy; α = 0.4.

Weights and data come from NumPy's generator with seed 0 (`values`), so they are the same for every peer, or
from a file (`load`). Layouts: kernels [in, out] and HWIO, images NHWC; task data has a leading axis `task`.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Work:
    tasks: int
    support: int  # examples per task
    query: int
    steps: int  # inner steps
    ways: int | None = None  # None: the sinusoid's regression

    @property
    def inner_lr(self):
        return 0.4 if self.ways else 0.01


WORKS = {
    "maml/sinusoid": Work(25, 10, 10, 1),
    "maml/sinusoid-5": Work(25, 10, 10, 5),
    "maml/conv-5w1s": Work(32, 5, 5, 1, ways=5),
    "maml/conv-5w1s-5": Work(32, 5, 5, 5, ways=5),
    "maml/conv-5w5s": Work(32, 25, 25, 1, ways=5),
    "maml/conv-20w1s-5": Work(16, 20, 20, 5, ways=20),
}


def values(work):
    """Weights `params.*` and data `support.x|y`, `query.x|y`, float32; labels are int32, [task, example]."""
    rng = np.random.default_rng(0)

    def normal(*shape, scale=1.0):
        return (rng.standard_normal(shape) * scale).astype(np.float32)

    def zeros(*shape):
        return np.zeros(shape, np.float32)

    if work.ways is None:
        return {
            "params.dense1.kernel": normal(1, 40, scale=0.5),
            "params.dense1.bias": zeros(40),
            "params.dense2.kernel": normal(40, 40, scale=0.15),
            "params.dense2.bias": zeros(40),
            "params.head.kernel": normal(40, 1, scale=0.15),
            "params.head.bias": zeros(1),
            "support.x": normal(work.tasks, work.support, 1),
            "support.y": normal(work.tasks, work.support, 1),
            "query.x": normal(work.tasks, work.query, 1),
            "query.y": normal(work.tasks, work.query, 1),
        }

    found, channels = {}, 1
    for block in range(1, 5):
        found[f"params.conv{block}.kernel"] = normal(3, 3, channels, 64, scale=(2 / (9 * channels)) ** 0.5)
        found[f"params.norm{block}.gain"] = np.ones(64, np.float32)
        found[f"params.norm{block}.bias"] = zeros(64)
        channels = 64
    found["params.head.kernel"] = normal(64, work.ways, scale=0.1)
    found["params.head.bias"] = zeros(work.ways)
    for part, examples in (("support", work.support), ("query", work.query)):
        found[f"{part}.x"] = rng.random((work.tasks, examples, 28, 28, 1), np.float32)
        labels = np.arange(examples, dtype=np.int32) % work.ways
        found[f"{part}.y"] = np.tile(labels, (work.tasks, 1))
    return found


def params_of(found):
    """The weights of `values`, their names without `params.`."""
    return {name.removeprefix("params."): v for name, v in found.items() if name.startswith("params.")}


# Files: https://huggingface.co/docs/safetensors - the header's length in 8 bytes, a JSON header, the data.

DTYPES = {"F64": np.float64, "F32": np.float32, "I32": np.int32, "U8": np.uint8}


def save(path, arrays):
    """Writes named arrays as safetensors, or as .npz if the path says so."""
    if str(path).endswith(".npz"):
        return np.savez(path, **arrays)
    codes = {np.dtype(dtype): code for code, dtype in DTYPES.items()}
    header, chunks, offset = {}, [], 0
    # wide types first, so that every array is aligned to its own size
    for name, array in sorted(arrays.items(), key=lambda item: -np.asarray(item[1]).itemsize):
        array = np.asarray(array, order="C")
        end = offset + array.nbytes
        header[name] = {"dtype": codes[array.dtype], "shape": array.shape, "data_offsets": [offset, end]}
        chunks.append(array.tobytes())
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(chunks))


def load(path):
    """Reads a safetensors file."""
    content = Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(content[start + a["data_offsets"][0] : start + a["data_offsets"][1]], DTYPES[a["dtype"]])
        .reshape(a["shape"])
        .copy()
        for name, a in header.items()
    }


# Episodes


class Episodes:
    """Draws the tasks of one step after another from `images: [class, image, 28, 28]` of a file, bytes of ink.

    Multiples of 90 degrees are classes of their own.
    """

    def __init__(self, work, path):
        self.work = work
        self.images = load(path)["images"]
        self.rng = np.random.default_rng(0)

    def draw(self):
        """support.x, support.y, query.x, query.y: float32 NCHW in 0..1, and int64."""
        tasks, ways = self.work.tasks, self.work.ways
        shots = self.work.support // ways
        classes, each = self.images.shape[:2]
        x = np.empty((tasks, ways, 2 * shots, 28, 28), np.uint8)
        for task in range(tasks):
            for way, number in enumerate(self.rng.choice(4 * classes, ways, replace=False)):
                chosen = self.images[number // 4, self.rng.choice(each, 2 * shots, replace=False)]
                x[task, way] = np.rot90(chosen, number % 4, (1, 2))
        x = (x.astype(np.float32) / np.float32(255)).reshape(tasks, ways, 2 * shots, 1, 28, 28)
        y = np.tile(np.repeat(np.arange(ways), shots), (tasks, 1))
        parts = [x[:, :, :shots], x[:, :, shots:]]
        support, query = (part.reshape(tasks, ways * shots, 1, 28, 28) for part in parts)
        return support, y, query, y


# Command line and timing


def arguments(description, hows, works=tuple(WORKS)):
    """The peers' common command line; `how` is absent where there is only one way."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", choices=works)
    if hows:
        parser.add_argument("how", choices=hows, nargs="?", default=hows[0])
    parser.add_argument("--once", action="store_true", help="time --repeats steps, print one line and end")
    parser.add_argument("--repeats", type=int, help="steps timed by --once (sinusoid 200, conv 6)")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch (JAX takes what it is given)")
    parser.add_argument("--load", metavar="FILE", help="weights and data, .safetensors")
    return parser


def serve(args, peer, step, **notes):
    """Times `step`, which takes one meta-step to its end and returns the loss before it.

    With --once: prints { peer, work, ms_median, ms_min, loss, ... }. Otherwise prints `ready`, and for every
    line `run N` on stdin { peer, work, ms: [N numbers], loss, ... }, until stdin ends.
    """
    about = {"peer": peer, "work": args.work}
    start = time.perf_counter()
    notes["loss"] = float(step())  # of the weights that it started from: the same for every peer
    notes["first_ms"] = round((time.perf_counter() - start) * 1e3, 1)  # with compilation, where there is any

    def timed(count):
        ms = []
        for _ in range(count):
            start = time.perf_counter()
            step()
            ms.append(round((time.perf_counter() - start) * 1e3, 4))
        return ms

    repeats = args.repeats or (200 if WORKS[args.work].ways is None else 6)
    timed(max(2, repeats // 10))
    if args.once:
        ms = timed(repeats)
        print(json.dumps({**about, "ms_median": round(statistics.median(ms), 4), "ms_min": min(ms), **notes}))
        return

    print("ready", flush=True)
    for line in sys.stdin:
        match line.split():
            case ["run", count] if count.isdigit() and int(count) > 0:
                print(json.dumps({**about, "ms": timed(int(count)), **notes}), flush=True)
            case _:
                sys.exit(f'{Path(sys.argv[0]).name}: expected "run N" on stdin, got {line.strip()!r}')
