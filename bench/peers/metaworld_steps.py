"""Steps of the Python package's environments with random actions.

Usage: metaworld_steps.py. Prints "ready"; then answers each line `TASK STEPS SEED` with {"ms": of each step, "reset": ms,
"versions"}.
Needs metaworld==3.1.1, which brings its own version of MuJoCo.
"""

import json
import sys
import time
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")
import metaworld  # noqa: E402
import numpy  # noqa: E402

VERSIONS = {name: version(name) for name in ("metaworld", "mujoco")}
envs = {}


def environment(name):
    if name not in envs:
        benchmark = metaworld.MT1(f"{name}-v3", seed=42)
        env = benchmark.train_classes[f"{name}-v3"]()
        env.max_path_length = 10**6
        env.set_task(benchmark.train_tasks[0])
        envs.clear()  # one at a time: they are large
        envs[name] = env
    return envs[name]


def run(name, steps, seed):
    env = environment(name)
    actions = numpy.random.RandomState(seed).uniform(-1, 1, (steps, 4)).astype(numpy.float32)
    begin = time.perf_counter()
    env.reset()
    start = time.perf_counter()
    for action in actions:
        env.step(action)
    end = time.perf_counter()
    return {"ms": 1e3 * (end - start) / steps, "reset": 1e3 * (start - begin), "versions": VERSIONS}


print("ready", flush=True)
for line in sys.stdin:
    task, count, seed = line.split()
    print(json.dumps(run(task, int(count), int(seed))), flush=True)
