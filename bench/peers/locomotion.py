"""Steps of Gymnasium's half cheetah and ant with random actions.

Usage: locomotion.py. Prints "ready"; then answers each line `ID STEPS` with {"ms": of each step, resets included, "versions"}.
Needs gymnasium==1.4.0 and mujoco==3.14.0.
"""

import json
import sys
import time
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")
import gymnasium  # noqa: E402
import numpy  # noqa: E402

VERSIONS = {name: version(name) for name in ("gymnasium", "mujoco")}
envs = {}


def run(name, steps):
    if name not in envs:
        envs[name] = gymnasium.make(name)
    env = envs[name]
    env.reset(seed=0)
    space = env.action_space
    actions = numpy.random.default_rng(0).uniform(space.low, space.high, (steps, *space.shape))
    start = time.perf_counter()
    for action in actions:
        _, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            env.reset()
    return {"ms": 1e3 * (time.perf_counter() - start) / steps, "versions": VERSIONS}


print("ready", flush=True)
for line in sys.stdin:
    name, count = line.split()
    print(json.dumps(run(name, int(count))), flush=True)
