"""One meta-step of second-order MAML in JAX, compiled, on the CPU. The works are defined in works.py.

vmap   all tasks at once; a convolution with its own filters for every task becomes a grouped convolution,
       which the CPU backend does slowly
map    the tasks one by one inside the compiled step (lax.scan), the faster way for the conv works

Usage: JAX_PLATFORMS=cpu maml_jax.py WORK [vmap|map] [--once] [--repeats N] [--load FILE]
"""

import jax
import jax.numpy as jnp
import optax

import works


def mlp(params, x):
    h = jax.nn.relu(x @ params["dense1.kernel"] + params["dense1.bias"])
    h = jax.nn.relu(h @ params["dense2.kernel"] + params["dense2.bias"])
    return h @ params["head.kernel"] + params["head.bias"]


def conv4(params, x):
    h = x
    for block in range(1, 5):
        h = jax.lax.conv_general_dilated(
            h,
            params[f"conv{block}.kernel"],
            window_strides=(2, 2),
            padding=[(1, 1), (1, 1)],
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        mean = h.mean((0, 1, 2))
        variance = ((h - mean) ** 2).mean((0, 1, 2))
        normal = (h - mean) * jax.lax.rsqrt(variance + 1e-3)
        h = jax.nn.relu(normal * params[f"norm{block}.gain"] + params[f"norm{block}.bias"])
    return h.mean((1, 2)) @ params["head.kernel"] + params["head.bias"]


def mse(params, x, y):
    return ((mlp(params, x) - y) ** 2).mean()


def cross_entropy(params, x, y):
    log_prob = jax.nn.log_softmax(conv4(params, x))
    return -(log_prob * jax.nn.one_hot(y, log_prob.shape[-1])).sum(-1).mean()


def main():
    args = works.arguments(__doc__, hows=["vmap", "map"]).parse_args()
    work = works.WORKS[args.work]
    values = works.load(args.load) if args.load else works.values(work)
    params = {name: jnp.asarray(array) for name, array in works.params_of(values).items()}
    data = tuple(jnp.asarray(values[name]) for name in ("support.x", "support.y", "query.x", "query.y"))
    loss = cross_entropy if work.ways else mse

    def task_loss(params, xs, ys, xq, yq):
        for _ in range(work.steps):
            grads = jax.grad(loss)(params, xs, ys)
            params = jax.tree.map(lambda p, g: p - work.inner_lr * g, params, grads)
        return loss(params, xq, yq)

    def meta_gradient_vmap(params, data):
        return jax.value_and_grad(lambda p: jax.vmap(lambda *task: task_loss(p, *task))(*data).mean())(params)

    def meta_gradient_map(params, data):
        def add(total, task):
            return jax.tree.map(jnp.add, total, jax.value_and_grad(task_loss)(params, *task)), None

        zero = (jnp.float32(0), jax.tree.map(jnp.zeros_like, params))
        total, _ = jax.lax.scan(add, zero, data)
        return jax.tree.map(lambda sum: sum / work.tasks, total)

    meta_gradient = {"vmap": meta_gradient_vmap, "map": meta_gradient_map}[args.how]
    adam = optax.adam(1e-3)

    @jax.jit
    def update(params, state, data):
        value, grads = meta_gradient(params, data)
        updates, state = adam.update(grads, state)
        return optax.apply_updates(params, updates), state, value

    state = adam.init(params)

    def step():
        nonlocal params, state
        params, state, value = update(params, state, data)
        return value.block_until_ready()  # the others are ready with it: one program made them

    works.serve(args, f"jax {jax.__version__} {args.how}", step)


if __name__ == "__main__":
    main()
