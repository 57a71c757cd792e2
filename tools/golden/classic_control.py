"""Writes test/golden/classic-control.json: episodes of Gymnasium's classic control with random actions.

Each has the internal state that it began with, its actions, and after each step the internal state, the reward and
whether the task was over. Usage: python tools/golden/classic_control.py            (gymnasium==1.4.0, numpy)
"""

import json
from pathlib import Path

import gymnasium
import numpy as np

STEPS = 60
EPISODES = 3
NAMES = {
    "cart-pole": "CartPole-v1",
    "mountain-car": "MountainCar-v0",
    "acrobot": "Acrobot-v1",
    "pendulum": "Pendulum-v1",
}


def episode(env, rng, push):
    env.reset(seed=int(rng.integers(1 << 30)))
    inner = env.unwrapped
    start, actions, states, rewards, over = list(map(float, inner.state)), [], [], [], []
    for t in range(STEPS):
        if env.action_space.shape == ():
            # a push in one direction for a while reaches limits of speed, walls and ends
            action = int((t // 20) % env.action_space.n) if push else int(rng.integers(env.action_space.n))
        else:
            action = float(rng.uniform(-3, 3))
        _, reward, terminated, truncated, _ = env.step(action if env.action_space.shape == () else np.array([action]))
        actions.append(action if isinstance(action, int) else float(action))
        states.append(list(map(float, inner.state)))
        rewards.append(float(np.asarray(reward).item()))
        over.append(bool(terminated))
        if terminated or truncated:
            break
    return {"start": start, "actions": actions, "states": states, "rewards": rewards, "terminated": over}


rng = np.random.default_rng(0)
golden = {
    name: [episode(gymnasium.make(gym), rng, push=k == EPISODES - 1) for k in range(EPISODES)]
    for name, gym in NAMES.items()
}
about = f"Gymnasium {gymnasium.__version__}, by tools/golden/classic_control.py"
Path("test/golden/classic-control.json").write_text(json.dumps({"about": about, "episodes": golden}, separators=(",", ":")))
