"""The scaled rewards in src/envs/wrapped.test.ts, by the originals. Needs gymnasium and metaworld (3.1.1)."""

import gymnasium
import numpy
from metaworld.wrappers import NormalizeRewardsExponential

REWARDS = [0.1, 0.5, 2, 0, 10, 3.25]
TERMINATED = [False, False, True, False, False, False]


class Paying(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (1,))
    action_space = gymnasium.spaces.Box(-1, 1, (1,))

    def reset(self, **_):
        self.time = 0
        return numpy.zeros(1), {}

    def step(self, _):
        reward, terminated = REWARDS[self.time], TERMINATED[self.time]
        self.time += 1
        return numpy.zeros(1), reward, terminated, False, {}


for env in (gymnasium.wrappers.NormalizeReward(Paying()), NormalizeRewardsExponential(0.001, Paying())):
    env.reset()
    print([float(env.step(numpy.zeros(1))[1]) for _ in REWARDS])
