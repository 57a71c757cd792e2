"""Writes safetensors.json, npy.json and npz.json in test/golden/formats: files of other people's writers, and what is in them.

Every file is base64. What is in it is told by NumPy or PyTorch, as the type that elements have once they are read
(float16 and bfloat16: float32; integers: int32), shape and flat values; NaN and infinities as strings. Files that
must be refused have a part of the expected message instead.

Usage: python tools/golden/formats.py [OUT_DIR]           (the environment: tools/golden/requirements.txt)
"""

import base64
import io
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save as save_numpy
from safetensors.torch import save as save_torch


def values(array):
    flat = np.asarray(array).reshape(-1).tolist()
    return [x if isinstance(x, (int, bool)) or np.isfinite(x) else str(x) for x in flat]


def described(array, dtype):
    return {"dtype": dtype, "shape": list(array.shape), "data": values(array)}


IN_MEMORY = {
    "float16": "float32", "bfloat16": "float32", "float32": "float32", "float64": "float64",
    "int8": "int32", "int16": "int32", "int32": "int32", "int64": "int32",
    "uint8": "uint8", "uint16": "int32", "uint32": "int32", "uint64": "int32", "bool": "bool",
}


def file(name, content, **what):
    return {"name": name, "bytes": base64.b64encode(content).decode(), **what}


def safetensors_files():
    # every kind of float16: zero, subnormal, largest, infinite, NaN, and a third
    halves = [0.0, -0.0, 5.9604645e-08, 6.0975552e-05, 1 / 3, -65504.0, float("inf"), float("-inf"), float("nan")]
    tensors = {
        "weight.half": torch.tensor(halves, dtype=torch.float16),
        "weight.brain": torch.tensor([1 / 3, -3.0e38, 1e-40, float("inf"), float("nan"), -0.0], dtype=torch.bfloat16),
        "double": torch.tensor([[0.1, 1e300]], dtype=torch.float64),
        "float": torch.tensor([[0.1], [-2.5]], dtype=torch.float32),
        "norm.num_batches_tracked": torch.tensor(7, dtype=torch.int64),
        "limits.int64": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int64),
        "limits.int8": torch.tensor([-128, 127], dtype=torch.int8),
        "limits.int16": torch.tensor([-32768, 32767], dtype=torch.int16),
        "limits.uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "mask": torch.tensor([True, False, True]),
        "empty": torch.zeros(3, 0, 2),
        "scalar": torch.tensor(-1.5),
        "int": torch.tensor([[1, -2]], dtype=torch.int32),
        'naïve "name" 键': torch.tensor([1.0]),
    }

    def content(named):
        return {
            name: described(x.double().numpy() if x.is_floating_point() else x.numpy(),
                            IN_MEMORY[str(x.dtype).removeprefix("torch.")])
            for name, x in named.items()
        }

    torch_file = save_torch(tensors, metadata={"format": "pt", "note": "of PyTorch"})
    unsigned = {"u16": np.array([0, 65535], np.uint16), "u32": np.array([7], np.uint32), "u64": np.array([2**31 - 1], np.uint64)}
    no_tensors = save_numpy({})

    # the header of the same file without blanks at its end, after which nothing is aligned
    length = struct.unpack("<Q", torch_file[:8])[0]
    header = torch_file[8 : 8 + length].rstrip(b" ")
    while len(header) % 4 != 1:
        header += b" "
    odd = struct.pack("<Q", len(header)) + header + torch_file[8 + length :]

    metadata = {"format": "pt", "note": "of PyTorch"}
    return [
        file("torch", torch_file, tensors=content(tensors), metadata=metadata),
        file("unaligned", odd, tensors=content(tensors), metadata=metadata),
        file("numpy-unsigned", save_numpy(unsigned),
             tensors={name: described(x, "int32") for name, x in unsigned.items()}, metadata={}),
        file("nothing", no_tensors, tensors={}, metadata={}),
        file("wide-int64", save_torch({"step": torch.tensor([0, 2**31])}),
             error="expected step to hold int64 values that fit int32, got 2147483648 at element 1"),
        file("float8", save_torch({"w": torch.tensor([1.0]).to(torch.float8_e4m3fn)}), error="got F8_E4M3"),
        file("complex", save_torch({"w": torch.tensor([1j])}), error="got C64"),
    ]


def npy(array, version=None, **options):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version, **options)
    return out.getvalue()


def npy_files():
    grid = np.arange(6).reshape(2, 3)
    cube = np.arange(24, dtype="<f4").reshape(2, 3, 4) / 8
    halves = np.array([0.0, -0.0, 5.9604645e-08, 1 / 3, -65504.0, np.inf, -np.inf, np.nan], "<f2")
    good = {
        "float32": grid.astype("<f4") / 4,
        "float64": np.array([0.1, -1e300, np.nan]),
        "float16": halves,
        "int8": np.array([-128, 127], "<i1"),
        "int16": np.array([-32768, 32767], "<i2"),
        "int32": np.array([-(2**31), 2**31 - 1], "<i4"),
        "int64": np.array([-(2**31), 2**31 - 1], "<i8"),
        "uint8": np.array([0, 255], "<u1"),
        "uint16": np.array([0, 65535], "<u2"),
        "uint32": np.array([0, 2**31 - 1], "<u4"),
        "uint64": np.array([0, 2**31 - 1], "<u8"),
        "bool": np.array([[True], [False]]),
        "scalar": np.array(2.5, "<f4"),
        "one-axis": np.array([7.0], "<f4"),
        "empty": np.zeros((0, 3), "<f4"),
        "fortran": np.asfortranarray(cube),
        "fortran-big": np.asfortranarray(grid.astype(">f8") / 3),
        "big-float32": grid.astype(">f4") / 4,
        "big-float16": halves.astype(">f2"),
        "big-int16": np.array([-2, 258], ">i2"),
        "big-int64": np.array([-2, 258], ">i8"),
        "big-uint32": np.array([258], ">u4"),
    }
    files = [file(name, npy(x), dtype=IN_MEMORY[x.dtype.name], shape=list(x.shape), data=values(x)) for name, x in good.items()]
    for version in [(2, 0), (3, 0)]:
        files.append(file(f"version-{version[0]}", npy(cube, version), **described(cube, "float32")))
    files += [
        file("object", npy(np.array([{}], object), allow_pickle=True), error="got |O"),
        file("structured", npy(np.zeros(2, [("x", "<f4"), ("y", "<i2")])), error="got a structured array"),
        file("text", npy(np.array(["ink"])), error="got <U3"),
        file("complex", npy(np.array([1j])), error="got <c16"),
        file("time", npy(np.array(["2026-11-22"], "datetime64[D]")), error="got <M8[D]"),
        file("wide", npy(np.array([1, 2**40])), error="expected an array of int64 values that fit int32, got 1099511627776 at element 1"),
    ]
    return files


def npz_files():
    arrays = {"weights/0": np.arange(300, dtype="<f4").reshape(3, 100), "labels": np.array([2, 0]), "rate": np.array(0.5)}
    content = {name: described(x, IN_MEMORY[x.dtype.name]) for name, x in arrays.items()}
    files = []
    for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
        out = io.BytesIO()
        save(out, **arrays)
        files.append(file(name, out.getvalue(), arrays=content))
    return files


def main():
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "test/golden/formats")
    out.mkdir(parents=True, exist_ok=True)
    for name, files in [("safetensors", safetensors_files()), ("npy", npy_files()), ("npz", npz_files())]:
        lines = [json.dumps(file, ensure_ascii=False) for file in files]
        (out / f"{name}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
