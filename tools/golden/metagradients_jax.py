"""Recomputes the golden meta-gradients with JAX and optax in float64, from the files and their README alone.

A second witness, with its own derivatives, cells and optimisers: prints the largest difference of each case and
fails over 1e-11. Usage: JAX_PLATFORMS=cpu python tools/golden/metagradients_jax.py      (jax==0.10.2 optax==0.2.8)
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import optax

jax.config.update("jax_enable_x64", True)


def array(a):
    return jnp.array(a["data"], jnp.float64).reshape(a["shape"])


def dense(params, name, x):
    return x @ params[f"{name}.kernel"] + params[f"{name}.bias"]


def mlp(learner, params, x):
    activation = {"tanh": jnp.tanh, "relu": jax.nn.relu, "softplus": jax.nn.softplus}[learner["activation"]]
    return activation(dense(params, "dense2", activation(dense(params, "dense1", x))))


def conv4(learner, params, x):
    for block in range(1, 5):
        x = jax.lax.conv_general_dilated(
            x,
            params[f"conv{block}.kernel"],
            window_strides=(learner["stride"],) * 2,
            padding=[(1, 1), (1, 1)],
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        x = (x - x.mean((0, 1, 2))) / jnp.sqrt(x.var((0, 1, 2)) + learner["normEps"])
        x = jax.nn.relu(x * params[f"norm{block}.gain"] + params[f"norm{block}.bias"])
        if learner["pool"]:
            h, w = (size // 2 * 2 for size in x.shape[1:3])
            rows = jnp.maximum(x[:, 0:h:2, :w], x[:, 1:h:2, :w])
            x = jnp.maximum(rows[:, :, 0::2], rows[:, :, 1::2])
    return x.reshape(x.shape[0], -1) if learner["readout"] == "flatten" else x.mean((1, 2))


def lstm(learner, params, x):
    h = c = jnp.zeros((x.shape[0], learner["hidden"]))
    for t in range(learner["time"]):
        gates = x[:, t] @ params["lstm.kernel"] + h @ params["lstm.recurrent"] + params["lstm.bias"]
        i, f, g, o = jnp.split(gates, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return h


def gru(learner, params, x):
    h = jnp.zeros((x.shape[0], learner["hidden"]))
    for t in range(learner["time"]):
        xr, xz, xn = jnp.split(x[:, t] @ params["gru.kernel"] + params["gru.bias"], 3, -1)
        hr, hz, hn = jnp.split(h @ params["gru.recurrent"] + params["gru.recurrentBias"], 3, -1)
        r, z = jax.nn.sigmoid(xr + hr), jax.nn.sigmoid(xz + hz)
        h = (1 - z) * jnp.tanh(xn + r * hn) + z * h
    return h


BODIES = {"mlp": mlp, "conv4": conv4, "lstm": lstm, "gru": gru}


def loss(learner, params, batch):
    prediction = dense(params, "head", BODIES[learner["kind"]](learner, params, batch["x"]))
    if learner["loss"] == "mse":
        return ((prediction - batch["y"]) ** 2).mean()
    return -(jax.nn.log_softmax(prediction) * batch["y"]).sum(-1).mean()


def inner_optimizer(o):
    if o["name"] == "adam":
        return optax.adam(o["lr"], o["b1"], o["b2"], o["eps"], o["epsRoot"])
    return optax.sgd(o["lr"], o.get("momentum"))


def meta_loss(params, learner, tasks, case):
    optimizer, losses = inner_optimizer(case["optimizer"]), []
    for task in tasks:
        phi, state = params, optimizer.init(params)
        for _ in range(case["steps"]):
            grads = jax.grad(loss, argnums=1)(learner, phi, task["support"])
            updates, state = optimizer.update(grads, state)
            phi = optax.apply_updates(phi, updates)
        losses.append(loss(learner, phi, task["query"]))
    return jnp.stack(losses).mean()


def main():
    folder = Path(__file__).parents[2] / "test" / "golden" / "metagradients"
    for file in sorted(folder.glob("*.json")):
        golden = json.loads(file.read_text())
        params = {name: array(a) for name, a in golden["params"].items()}
        tasks = jax.tree.map(array, golden["tasks"], is_leaf=lambda node: isinstance(node, dict) and "data" in node)
        for case in golden["cases"]:
            value, grads = jax.value_and_grad(meta_loss)(params, golden["learner"], tasks, case)
            errors = [jnp.abs(grads[name] - array(a)).max().item() for name, a in case["metaGradient"].items()]
            worst = max(abs(value.item() - case["queryLoss"]), *errors)
            optimizer = " ".join(f"{value}" for key, value in case["optimizer"].items() if key in ("name", "epsRoot"))
            print(f"{file.stem}, {case['steps']} x {optimizer}: {worst:.1e}", flush=True)
            assert worst < 1e-11


if __name__ == "__main__":
    main()
