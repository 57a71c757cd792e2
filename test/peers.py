"""Reads files of ours with the libraries that they are for, and tells what is in them: test/peers.test.ts.

Usage: python test/peers.py KIND FOLDER      reads FOLDER/requests.json, prints one JSON object a request

    onnx          checks the model, runs it on the inputs by their names, and prints its outputs
    safetensors   by safetensors.numpy and, where there is PyTorch, safetensors.torch
    npz           by numpy.load, of npz and npy alike
    tfevents      scalars by TensorBoard's EventAccumulator
"""

import json
import sys
from pathlib import Path

import numpy as np

DTYPES = {"float32": np.float32, "float64": np.float64, "int32": np.int32, "uint8": np.uint8, "bool": np.bool_}


def told(array):
    array = np.asarray(array)
    values = [x if not isinstance(x, float) or np.isfinite(x) else str(x) for x in array.reshape(-1).tolist()]
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": values}


def run_onnx(file, request):
    import onnx
    import onnxruntime

    onnx.checker.check_model(onnx.load(file), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    inputs = {
        name: np.array(x["data"], DTYPES[x["dtype"]]).reshape(x["shape"]) for name, x in request["inputs"].items()
    }
    names = [output.name for output in session.get_outputs()]
    return {
        "inputs": {x.name: x.shape for x in session.get_inputs()},
        "outputs": {name: told(y) for name, y in zip(names, session.run(names, inputs))},
    }


def read_safetensors(file, _):
    import safetensors.numpy

    tensors = {name: told(x) for name, x in safetensors.numpy.load_file(file).items()}
    try:
        import safetensors.torch
    except ImportError:
        return tensors
    for name, x in safetensors.torch.load_file(file).items():
        assert told(x.numpy()) == tensors[name], name
    return tensors


def read_npz(file, _):
    loaded = np.load(file)
    return {name: told(x) for name, x in (loaded.items() if file.suffix == ".npz" else [("", loaded)])}


def read_tfevents(file, _):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(file), size_guidance={"scalars": 0}).Reload()
    return {
        tag: [[e.wall_time, e.step, e.value] for e in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }


READERS = {"onnx": run_onnx, "safetensors": read_safetensors, "npz": read_npz, "tfevents": read_tfevents}


def main():
    kind, folder = sys.argv[1], Path(sys.argv[2])
    for request in json.loads((folder / "requests.json").read_text()):
        try:
            print(json.dumps(READERS[kind](folder / request["file"], request)))
        except Exception as error:
            print(json.dumps({"error": f"{request['file']}: {type(error).__name__}: {error}"}))


if __name__ == "__main__":
    main()
