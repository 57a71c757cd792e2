"""Writes test/golden/locomotion.json: half cheetahs and ants of Gymnasium and of native MuJoCo, with random actions.

Each trace has the joint positions and velocities that it began with, its actions, the rewards of all steps, and every
fifth state. "gymnasium" traces are of Gymnasium's own environments; the others run its model as rllab's environments
do (a forward pass after each step, velocities of the centre of mass, forces from outside), for the reward of a speed.

"models" has what moves and touches in Gymnasium's compiled models, by MuJoCo's names of the arrays; "contacts" what happens
in them where all parts touch the floor.

Usage: python tools/golden/locomotion.py            (gymnasium==1.4.0, mujoco==3.14.0, numpy==2.4.6)
"""

import json
from pathlib import Path

import gymnasium
import mujoco
import numpy as np

STEPS = 100
EVERY = 5
VELOCITY = 1.25

# what moves and touches; booleans cannot be read in WebAssembly
ARRAYS = """
body_parentid body_pos body_quat body_ipos body_iquat body_mass body_inertia body_invweight0
jnt_type jnt_pos jnt_axis jnt_range jnt_stiffness jnt_margin jnt_solref jnt_solimp
dof_armature dof_damping dof_frictionloss dof_invweight0 qpos0 qpos_spring
geom_type geom_bodyid geom_size geom_pos geom_quat
actuator_trnid actuator_gear actuator_ctrlrange actuator_gainprm actuator_biasprm actuator_acc0
""".split()
OPTIONS = "timestep integrator solver cone jacobian iterations tolerance gravity enableflags".split()


def numbers(array):
    # whole numbers as such, which is shorter
    return [int(x) if x == int(x) else x for x in np.asarray(array, float).ravel().tolist()]


def physics(model):
    arrays = {name: numbers(getattr(model, name)) for name in ARRAYS}
    return arrays | {f"opt.{name}": numbers(getattr(model.opt, name)) for name in OPTIONS}


def contacts(model):
    """All contacts of a body that is pressed so far into the floor that every part touches it."""
    data = mujoco.MjData(model)
    data.qpos[1 if model.nq == 9 else 2] = -0.75 if model.nq == 9 else 0.05
    mujoco.mj_forward(model, data)
    assert set(data.contact.geom[:, 1]) == set(range(1, model.ngeom))
    names = ["geom", "dim", "dist", "pos", "friction", "solref", "solimp", "includemargin"]
    found = [{name: numbers(getattr(contact, name)) for name in names} for contact in data.contact]
    return {"qpos": numbers(data.qpos), "contacts": found, "qacc": numbers(data.qacc)}


def start(model, positions, rng):
    return positions + rng.uniform(-0.1, 0.1, model.nq), 0.1 * rng.standard_normal(model.nv)


def actions(model, rng):
    # short in the file, exact in memory
    return rng.integers(-64, 65, (STEPS, model.nu)) / 64


def trace(name, options, task, data, qpos, qvel, acts, step):
    rewards, states = [], []
    begun = {"qpos": numbers(qpos), "qvel": numbers(qvel)}
    for t, act in enumerate(acts):
        rewards.append(float(step(act)))
        if (t + 1) % EVERY == 0:
            states.append(numbers(np.concatenate([data.qpos, data.qvel])))
    return {"env": name, "options": options, "task": task, **begun,
            "actions": acts.tolist(), "rewards": rewards, "every": EVERY, "states": states}


def gymnasium_trace(name, options, id, seed, **weights):
    env = gymnasium.make(id, disable_env_checker=True, **weights).unwrapped
    rng = np.random.default_rng(seed)
    env.reset(seed=0)
    qpos, qvel = start(env.model, env.init_qpos, rng)
    mujoco.mj_resetData(env.model, env.data)
    env.set_state(qpos, qvel)
    acts = actions(env.model, rng)
    return trace(name, options, {"direction": [1, 0]}, env.data, qpos, qvel, acts, lambda act: env.step(act)[1])


def rllab_trace(name, model, positions, bonus, control, contact, alive, seed):
    data = mujoco.MjData(model)
    rng = np.random.default_rng(seed)
    qpos, qvel = start(model, positions, rng)
    data.qpos[:], data.qvel[:] = qpos, qvel
    mujoco.mj_forward(model, data)
    torso = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "torso")

    def step(act):
        data.ctrl[:] = act
        mujoco.mj_step(model, data)
        mujoco.mj_forward(model, data)
        mujoco.mj_rnePostConstraint(model, data)
        mujoco.mj_subtreeVel(model, data)
        forces = np.clip(data.cfrc_ext, -1, 1)
        goal = bonus - abs(data.subtree_linvel[torso][0] - VELOCITY)
        return goal - control * np.sum(act**2) - contact * np.sum(forces**2) + alive

    acts = actions(model, rng)
    return trace(name, {"paper": "maml"}, {"velocity": VELOCITY}, data, qpos, qvel, acts, step)


def model_of(id):
    return gymnasium.make(id, disable_env_checker=True).unwrapped.model


def rllab_ant():
    model = model_of("Ant-v5")
    model.opt.timestep = 0.02
    model.geom_solimp[:, :3] = [0.8, 0.8, 0.01]
    return model


BENT = np.array([0, 0, 0.55, 1, 0, 0, 0, 0, 1, 0, -1, 0, -1, 0, 1])

cheetah = model_of("HalfCheetah-v5")
golden = {
    "about": f"Gymnasium {gymnasium.__version__} and MuJoCo {mujoco.__version__}, by tools/golden/locomotion.py",
    "models": {"half-cheetah": physics(cheetah), "ant": physics(model_of("Ant-v5"))},
    "contacts": {"half-cheetah": contacts(cheetah), "ant": contacts(model_of("Ant-v5"))},
    "traces": [
        gymnasium_trace("half-cheetah/direction", {"paper": "pearl"}, "HalfCheetah-v5", 1, ctrl_cost_weight=0.05),
        gymnasium_trace("ant/direction", {"paper": "pearl", "contactForces": True}, "Ant-v5", 2),
        rllab_trace("half-cheetah/velocity", cheetah, cheetah.qpos0, 0, 0.05, 0, 0, 3),
        rllab_trace("ant/velocity", rllab_ant(), BENT, 1, 0.005, 0.0005, 0.05, 4),
    ],
}
out = Path(__file__).parents[2] / "test/golden/locomotion.json"
out.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(out, out.stat().st_size)
