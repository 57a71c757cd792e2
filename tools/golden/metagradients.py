"""Writes the golden meta-gradients in test/golden/metagradients: PyTorch, float64, double backward.

Each file holds one small learner (parameters and two tasks) and, for eight inner loops (1 or 5 steps of
SGD, of momentum or of Adam at two epsRoots), the query loss and its exact gradient with respect to the
initial parameters:

    φᵢ = inner loop from θ on the support set of task i
    L(θ) = mean over tasks of loss(φᵢ, queryᵢ)
    metaGradient = ∇θ L(θ), through every inner step (second order)

Everything is written out on `torch.autograd.grad(create_graph=True)`: no optimiser, no cell and no
meta-learning library has a say in the numbers. Run in float32, the same code tells how well-conditioned
each case is (float32Distance). Before a file is written the script asserts that

- the recurrent cells agree with torch.nn.LSTM and torch.nn.GRU,
- the inner optimisers agree with torch.optim.SGD and, at epsRoot = 0, with torch.optim.Adam,
- each meta-gradient agrees with central differences of L along random directions,
- no ReLU input and no maximum comes close to a kink, so the numbers are those of a smooth function,
- the first-order gradient (inner gradients held constant) is far from the exact one,
- float32 comes within WELL_CONDITIONED of every gradient but those of Adam at epsRoot = 1e-8.

Usage: python tools/golden/metagradients.py [OUT_DIR]      (the environment: tools/golden/requirements.txt)
"""

import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

TASKS = 2

INNER_OPTIMIZERS = [
    {"name": "sgd", "lr": 0.1},
    {"name": "momentum", "lr": 0.05, "momentum": 0.9},
    {"name": "adam", "lr": 0.01, "b1": 0.9, "b2": 0.999, "eps": 1e-8, "epsRoot": 1e-8},
    {"name": "adam", "lr": 0.01, "b1": 0.9, "b2": 0.999, "eps": 1e-8, "epsRoot": 1e-5},
]
INNER_STEPS = [1, 5]

# The derivative of Adam's first step, epsRoot / (g^2 + epsRoot)^(3/2), turns with |g| near the root of epsRoot: at
# 1e-8 that is 1e-4, where the 1e-8 by which float32 misses a gradient made of terms of 0.1 is 1e-4 of |g| already.
# 1e-5 is the smallest power of ten at which every learner is well-conditioned: the worst distance of float32 is
# 2.9e-4 at 1e-7, 1.3e-4 at 1e-6, 1.9e-5 at 1e-5.
WELL_CONDITIONED = 5e-5
ILL_CONDITIONED_EPS_ROOT = 1e-8
ROUNDINGS = 16


# Distance to the nearest kink of everything computed since it was last reset.
nearest_kink = math.inf


def note_kink(distance):
    global nearest_kink
    nearest_kink = min(nearest_kink, distance)


# Layers. Images are NHWC and filters HWIO in the files, so they are here too.


def relu(x):
    note_kink(x.detach().abs().min().item())
    return F.relu(x)


def conv2d(x, kernel, stride):
    """3x3, one pixel of zeros on each side, no bias. x: [n, h, w, in], kernel: [3, 3, in, out]."""
    y = F.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), stride=stride, padding=1)
    return y.permute(0, 2, 3, 1)


def batch_norm(x, gain, bias):
    """Normalises with the statistics of this batch: mean and biased variance over images and pixels."""
    mean = x.mean((0, 1, 2))
    variance = ((x - mean) ** 2).mean((0, 1, 2))
    return (x - mean) / torch.sqrt(variance + 1e-3) * gain + bias


def max_pool(x):
    """2x2 windows, stride 2, no padding: an odd last row or column is dropped. x: after ReLU, so >= 0."""
    n, h, w, c = x.shape
    x = x[:, : h // 2 * 2, : w // 2 * 2]
    windows = x.reshape(n, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 5, 2, 4).flatten(-2)
    first, second = windows.detach().topk(2).values.unbind(-1)
    # zeros that tie are no kink: ReLU passes no gradient to any of them
    note_kink((first - second)[first > 0].min().item())
    return windows.amax(-1)


def lstm(params, x):
    """Last hidden state, [n, hidden]. x: [n, time, in]; the state starts at 0; gates in the order i, f, g, o."""
    hidden = params["lstm.recurrent"].shape[0]
    h = c = x.new_zeros(x.shape[0], hidden)
    for x_t in x.unbind(1):
        gates = x_t @ params["lstm.kernel"] + h @ params["lstm.recurrent"] + params["lstm.bias"]
        i, f, g, o = gates.chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    return h


def gru(params, x):
    """Last hidden state, [n, hidden]; gates r, z, n, the reset applied after the recurrent product."""
    hidden = params["gru.recurrent"].shape[0]
    h = x.new_zeros(x.shape[0], hidden)
    for x_t in x.unbind(1):
        xr, xz, xn = (x_t @ params["gru.kernel"] + params["gru.bias"]).chunk(3, -1)
        hr, hz, hn = (h @ params["gru.recurrent"] + params["gru.recurrentBias"]).chunk(3, -1)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        n = torch.tanh(xn + r * hn)
        h = (1 - z) * n + z * h
    return h


def dense(params, name, x):
    return x @ params[f"{name}.kernel"] + params[f"{name}.bias"]


def mse(prediction, y):
    return ((prediction - y) ** 2).mean()


def cross_entropy(logits, y):
    """Mean over examples; y holds one-hot rows."""
    return -(F.log_softmax(logits, -1) * y).sum(-1).mean()


# Learners: a generator makes parameters and tasks, `predict` maps inputs to outputs.
# Data and parameters are rounded to a few decimals: exact in the file, and the files stay small.


class Draw:
    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape, scale=1.0, decimals=4):
        return (torch.randn(*shape, generator=self.generator) * scale).round(decimals=decimals)

    def uniform(self, *shape, decimals=2):
        return torch.rand(*shape, generator=self.generator).round(decimals=decimals)


def dense_params(draw, name, inputs, outputs):
    kernel = draw.normal(inputs, outputs, scale=inputs**-0.5)
    return {f"{name}.kernel": kernel, f"{name}.bias": draw.normal(outputs, scale=0.1)}


class Mlp:
    """2-8-8-3: two hidden layers."""

    margin = 1e-4  # smallest distance to a kink: float32 stays on the same side of it
    loss = staticmethod(mse)
    loss_name = "mse"

    def __init__(self, activation):
        self.name = f"mlp-{activation}"
        self.activation = {"tanh": torch.tanh, "relu": relu, "softplus": F.softplus}[activation]
        self.config = {"kind": "mlp", "sizes": [2, 8, 8, 3], "activation": activation}

    def params(self, draw):
        return {
            **dense_params(draw, "dense1", 2, 8),
            **dense_params(draw, "dense2", 8, 8),
            **dense_params(draw, "head", 8, 3),
        }

    def batch(self, draw):
        return draw.normal(5, 2), draw.normal(5, 3)

    def predict(self, params, x):
        h = self.activation(dense(params, "dense1", x))
        h = self.activation(dense(params, "dense2", h))
        return dense(params, "head", h)


class Conv4:
    """Four blocks of 3x3 convolution, batch norm, ReLU; then a linear classifier."""

    margin = 1e-6  # tens of thousands of activations: no seed does much better
    loss = staticmethod(cross_entropy)
    loss_name = "crossEntropy"
    ways, shots, filters = 3, 2, 4

    def __init__(self, pooled):
        self.pooled = pooled
        self.name = "conv4-pooled" if pooled else "conv4-strided"
        # sizes that meet odd widths on the way, and end with more than one pixel
        self.image = (18, 34, 1) if pooled else (20, 20, 1)
        self.features = 1 * 2 * self.filters if pooled else self.filters
        self.config = {
            "kind": "conv4",
            "image": list(self.image),
            "filters": self.filters,
            "stride": 1 if pooled else 2,
            "pool": 2 if pooled else None,
            "readout": "flatten" if pooled else "mean",
            "classes": self.ways,
            "normEps": 1e-3,
        }

    def params(self, draw):
        params, channels = {}, self.image[-1]
        for block in range(1, 5):
            scale = (2 / (9 * channels)) ** 0.5
            params[f"conv{block}.kernel"] = draw.normal(3, 3, channels, self.filters, scale=scale)
            params[f"norm{block}.gain"] = 1 + draw.normal(self.filters, scale=0.1)
            params[f"norm{block}.bias"] = draw.normal(self.filters, scale=0.1)
            channels = self.filters
        return {**params, **dense_params(draw, "head", self.features, self.ways)}

    def batch(self, draw):
        labels = torch.arange(self.ways).repeat(self.shots)
        return draw.uniform(self.ways * self.shots, *self.image), F.one_hot(labels).to(torch.float64)

    def predict(self, params, x):
        for block in range(1, 5):
            x = conv2d(x, params[f"conv{block}.kernel"], stride=1 if self.pooled else 2)
            x = relu(batch_norm(x, params[f"norm{block}.gain"], params[f"norm{block}.bias"]))
            if self.pooled:
                x = max_pool(x)
        features = x.flatten(1) if self.pooled else x.mean((1, 2))
        return dense(params, "head", features)


class Recurrent:
    """LSTM or GRU over six inputs; the last hidden state goes through a linear layer."""

    margin = 0  # smooth
    loss = staticmethod(mse)
    loss_name = "mse"
    inputs, hidden, time, outputs, examples = 2, 5, 6, 2, 3

    def __init__(self, cell):
        self.name = cell
        self.cell = {"lstm": lstm, "gru": gru}[cell]
        self.config = {"kind": cell, "inputs": self.inputs, "hidden": self.hidden, "time": self.time}

    def params(self, draw):
        gates = {"lstm": 4, "gru": 3}[self.name] * self.hidden
        biases = {"lstm": ["bias"], "gru": ["bias", "recurrentBias"]}[self.name]
        return {
            f"{self.name}.kernel": draw.normal(self.inputs, gates, scale=0.7),
            f"{self.name}.recurrent": draw.normal(self.hidden, gates, scale=0.5),
            **{f"{self.name}.{bias}": draw.normal(gates, scale=0.2) for bias in biases},
            **dense_params(draw, "head", self.hidden, self.outputs),
        }

    def batch(self, draw):
        return draw.normal(self.examples, self.time, self.inputs), draw.normal(self.examples, self.outputs)

    def predict(self, params, x):
        return dense(params, "head", self.cell(params, x))


# Inner optimisers: (gradient, state, step number from 1) -> (what to subtract from the parameter, state).


def update(optimizer, g, state, t):
    lr = optimizer["lr"]
    if optimizer["name"] == "sgd":
        return lr * g, state
    if optimizer["name"] == "momentum":
        v = g if state is None else optimizer["momentum"] * state + g
        return lr * v, v
    b1, b2 = optimizer["b1"], optimizer["b2"]
    m, v = (0, 0) if state is None else state
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return lr * m_hat / (torch.sqrt(v_hat + optimizer["epsRoot"]) + optimizer["eps"]), (m, v)


def adapt(learner, params, support, optimizer, steps, first_order=False):
    """Adapted parameters, and the support loss before each inner step."""
    x, y = support
    phi, states, losses = params, {name: None for name in params}, []
    for t in range(1, steps + 1):
        loss = learner.loss(learner.predict(phi, x), y)
        losses.append(loss.item())
        grads = dict(zip(phi, torch.autograd.grad(loss, list(phi.values()), create_graph=True)))
        following = {}
        for name, p in phi.items():
            g = grads[name].detach() if first_order else grads[name]
            delta, states[name] = update(optimizer, g, states[name], t)
            following[name] = p - delta
        phi = following
    return phi, losses


def query_losses(learner, params, tasks, optimizer, steps, first_order=False):
    losses, support_losses = [], []
    for support, (x, y) in tasks:
        phi, before = adapt(learner, params, support, optimizer, steps, first_order)
        losses.append(learner.loss(learner.predict(phi, x), y))
        support_losses.append(before)
    return torch.stack(losses), support_losses


def leaves(params):
    return {name: p.detach().clone().requires_grad_() for name, p in params.items()}


def meta_gradient(learner, params, tasks, optimizer, steps, first_order=False):
    params = leaves(params)
    losses, support_losses = query_losses(learner, params, tasks, optimizer, steps, first_order)
    grads = dict(zip(params, torch.autograd.grad(losses.mean(), list(params.values()))))
    return losses.detach(), support_losses, grads


def to_float32(x, generator=None):
    """The nearest float32; with a generator, one of the two neighbours, at random."""
    nearest = x.to(torch.float32)
    if generator is None:
        return nearest
    other = torch.nextafter(nearest, torch.where(x > nearest, math.inf, -math.inf).to(torch.float32))
    return torch.where((x != nearest) & (torch.rand(x.shape, generator=generator) < 0.5), other, nearest)


def distance_of_float32(learner, params, tasks, optimizer, steps, grads):
    """The largest distance, over tensors and roundings of parameters and data, of PyTorch's float32 meta-gradient.

    One rounding would say little: where a case is ill-conditioned, luck moves the distance more than tenfold.
    """
    worst = 0.0
    for seed in range(ROUNDINGS):
        generator = torch.Generator().manual_seed(seed) if seed else None
        rounded_params = {name: to_float32(p, generator) for name, p in params.items()}
        rounded_tasks = [
            tuple(tuple(to_float32(x, generator) for x in batch) for batch in task) for task in tasks
        ]
        got = meta_gradient(learner, rounded_params, rounded_tasks, optimizer, steps)[2]
        for name, g in grads.items():
            assert got[name].dtype == torch.float32
            worst = max(worst, ((got[name].double() - g).norm() / g.norm()).item())
    return worst


def flat(tree):
    return torch.cat([leaf.reshape(-1) for leaf in tree.values()])


def check_by_differences(learner, params, tasks, optimizer, steps, grads, directions=3, h=1e-6):
    """Largest error of a directional derivative, in units of the gradient's norm."""
    draw, worst = Draw(0), 0.0
    for _ in range(directions):
        direction = {name: draw.normal(*p.shape, decimals=15) for name, p in params.items()}
        norm = flat(direction).norm()
        direction = {name: d / norm for name, d in direction.items()}

        def moved(step):
            there = leaves({name: p + step * direction[name] for name, p in params.items()})
            return query_losses(learner, there, tasks, optimizer, steps)[0].mean().item()

        by_differences = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
        exact = sum((grads[name] * direction[name]).sum().item() for name in params)
        worst = max(worst, abs(by_differences - exact) / flat(grads).norm().item())
    return worst


def check_cells():
    """Our cells against PyTorch's, with the weights moved to PyTorch's layout."""
    for cell, module in (("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)):
        learner, draw = Recurrent(cell), Draw(1)
        params, (x, _) = learner.params(draw), learner.batch(draw)
        theirs = module(learner.inputs, learner.hidden, batch_first=True)
        with torch.no_grad():
            theirs.weight_ih_l0.copy_(params[f"{cell}.kernel"].T)
            theirs.weight_hh_l0.copy_(params[f"{cell}.recurrent"].T)
            theirs.bias_ih_l0.copy_(params[f"{cell}.bias"])
            theirs.bias_hh_l0.copy_(params.get(f"{cell}.recurrentBias", torch.zeros(4 * learner.hidden)))
            torch.testing.assert_close(theirs(x)[0][:, -1], learner.cell(params, x), rtol=1e-13, atol=1e-13)


def check_optimizers():
    """Our updates against torch.optim, whose Adam has no epsRoot."""
    rivals = {
        "sgd": lambda p, o: torch.optim.SGD(p, o["lr"]),
        "momentum": lambda p, o: torch.optim.SGD(p, o["lr"], momentum=o["momentum"]),
        "adam": lambda p, o: torch.optim.Adam(p, o["lr"], (o["b1"], o["b2"]), o["eps"]),
    }
    for optimizer in INNER_OPTIMIZERS:
        optimizer = {**optimizer, "epsRoot": 0.0}
        ours, theirs, state = torch.ones(4), torch.ones(4, requires_grad=True), None
        rival = rivals[optimizer["name"]]([theirs], optimizer)
        for t in range(1, 6):
            g = Draw(t).normal(4)
            delta, state = update(optimizer, g, state, t)
            ours = ours - delta
            theirs.grad = g
            rival.step()
        torch.testing.assert_close(theirs.detach(), ours, rtol=1e-13, atol=1e-13)


def label(optimizer):
    return optimizer["name"] + (f" (epsRoot {optimizer['epsRoot']:g})" if "epsRoot" in optimizer else "")


def array(tensor):
    return {"shape": list(tensor.shape), "data": tensor.reshape(-1).tolist()}


def arrays(tree):
    return {name: array(leaf) for name, leaf in tree.items()}


def batch_json(batch):
    x, y = batch
    return {"x": array(x), "y": array(y)}


def golden(learner, seed):
    """The content of one file, or None when a value of this seed lies too close to a kink."""
    global nearest_kink
    draw = Draw(seed)
    params = learner.params(draw)
    tasks = [(learner.batch(draw), learner.batch(draw)) for _ in range(TASKS)]

    cases = []
    for optimizer in INNER_OPTIMIZERS:
        for steps in INNER_STEPS:
            nearest_kink = math.inf
            losses, support_losses, grads = meta_gradient(learner, params, tasks, optimizer, steps)
            margin = nearest_kink
            if margin < learner.margin:
                return None

            error = check_by_differences(learner, params, tasks, optimizer, steps, grads)
            first_order = meta_gradient(learner, params, tasks, optimizer, steps, first_order=True)[2]
            distance = ((flat(first_order) - flat(grads)).norm() / flat(grads).norm()).item()
            distance32 = distance_of_float32(learner, params, tasks, optimizer, steps, grads)
            ill_conditioned = optimizer.get("epsRoot") == ILL_CONDITIONED_EPS_ROOT
            report = (
                f"{learner.name}, {steps} x {label(optimizer)}: error by differences {error:.1e}, "
                f"distance of the first-order gradient {distance:.3f}, of float32 {distance32:.1e}, "
                f"of a kink {margin:.1e}"
            )
            print(report, flush=True)
            assert error < 1e-6, report
            assert distance > 1e-3, report
            assert ill_conditioned or distance32 < WELL_CONDITIONED, report

            cases.append(
                {
                    "optimizer": optimizer,
                    "steps": steps,
                    "supportLosses": support_losses,
                    "queryLosses": losses.tolist(),
                    "queryLoss": losses.mean().item(),
                    "firstOrderDistance": distance,
                    "float32Distance": float(f"{distance32:.1e}"),  # more digits differ between machines
                    "kinkDistance": margin if math.isfinite(margin) else None,
                    "metaGradient": arrays(grads),
                }
            )
    return {
        "learner": {"name": learner.name, **learner.config, "loss": learner.loss_name},
        "source": f"tools/golden/metagradients.py, torch {torch.__version__.split('+')[0]}, float64, seed {seed}",
        "params": arrays(params),
        "tasks": [{"support": batch_json(s), "query": batch_json(q)} for s, q in tasks],
        "cases": cases,
    }


def main():
    default = Path(__file__).parents[2] / "test" / "golden" / "metagradients"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    check_cells()
    check_optimizers()
    learners = [Mlp("tanh"), Mlp("relu"), Mlp("softplus"), Conv4(pooled=False), Conv4(pooled=True)]
    for learner in [*learners, Recurrent("lstm"), Recurrent("gru")]:
        found = next(found for seed in range(1, 100) if (found := golden(learner, seed)))
        # json writes the shortest digits (up to 17) that read back as the same float64
        text = json.dumps(found, separators=(",", ":"))
        (folder / f"{learner.name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
