"""Writes the golden meta-gradients of MAML++ in test/golden/maml-plus-plus.json: PyTorch, float64, double backward.

The learner is the network of MAML++ (four blocks of 3x3 convolution, batch norm, leaky ReLU, 2x2 max-pool; a linear
head) with all five options on:

    phi_(i,k+1) = phi_(i,k) - rate_k * grad loss(phi_(i,k), norm_k; support_i)     a rate for each tensor and step
    L = mean over tasks of sum_k w_k loss(phi_(i,k+1), norm_k; query_i)            gains and biases for each step

Cases differ in epoch and phase: multi-step loss or last step only, first or second order. Each holds the weights
w, the query loss after the last step, the gradient of L with respect to initialisation, norms and rates, and the
running statistics after the step. Weights are computed as AntreasAntoniou/HowToTrainYourMAMLPytorch@8696470 does,
few_shot_learning_system.py:83-103, loop by loop; batch norm is `torch.nn.functional.batch_norm(training=True)`. The
outer rates of cosine annealing are those of `torch.optim.lr_scheduler.CosineAnnealingLR`, epoch by epoch.

Before the file is written the script asserts that second-order gradients agree with central differences, and that
nothing comes close to a kink. `maml_plus_plus_authors.py` recomputes losses, gradients and running means with the
authors' own code from this file: they agree to 1e-14.

Usage: python tools/golden/maml_plus_plus.py [OUT_FILE]      (the environment: tools/golden/requirements.txt)
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from metagradients import Draw, array, arrays, batch_json, cross_entropy, flat

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

WAYS, FILTERS, IMAGE, STEPS, TASKS = 3, 4, 16, 3, 2
EPS, SLOPE, MOMENTUM = 1e-5, 0.01, 0.1
MULTI_STEP_EPOCHS = 10
MARGIN = 2e-6  # smallest distance to a kink
CASES = [
    {"epoch": 0, "multiStep": True, "firstOrder": False},
    {"epoch": 4, "multiStep": True, "firstOrder": False},
    {"epoch": 9, "multiStep": True, "firstOrder": True},
    {"epoch": 12, "multiStep": False, "firstOrder": False},
]


class Kinks:
    nearest = np.inf

    @classmethod
    def note(cls, distances):
        cls.nearest = min(cls.nearest, distances.detach().abs().min().item())


def draw_params(draw):
    theta, rates, inputs = {}, {}, 1
    for block in range(4):
        scale = (2 / (9 * inputs)) ** 0.5
        theta[f"blocks.{block}.conv.weight"] = draw.normal(3, 3, inputs, FILTERS, scale=scale)
        theta[f"blocks.{block}.norm.gain"] = 1 + draw.normal(STEPS, FILTERS, scale=0.1)
        theta[f"blocks.{block}.norm.bias"] = draw.normal(STEPS, FILTERS, scale=0.1)
        inputs = FILTERS
    theta["head.weight"] = draw.normal(FILTERS, WAYS, scale=0.5)
    theta["head.bias"] = draw.normal(WAYS, scale=0.1)
    for name in theta:
        if "norm" not in name:
            rates[f"rates.{name}"] = 0.1 + draw.uniform(STEPS) / 10
    return {**theta, **rates}


def draw_batch(draw):
    return draw.uniform(WAYS, IMAGE, IMAGE, 1), torch.eye(WAYS)


def predict(params, phi, step, x, observed):
    """Logits; appends mean and variance (divided by the count) of each batch norm to `observed[step]`."""
    x, seen = x.permute(0, 3, 1, 2), []
    for block in range(4):
        x = F.conv2d(x, phi[f"blocks.{block}.conv.weight"].permute(3, 2, 0, 1), padding=1)
        seen.append((x.detach().mean((0, 2, 3)), x.detach().var((0, 2, 3), unbiased=False)))
        gain, bias = (params[f"blocks.{block}.norm.{name}"][step] for name in ("gain", "bias"))
        x = F.batch_norm(x, None, None, gain, bias, training=True, eps=EPS)
        Kinks.note(x)
        x = F.leaky_relu(x, SLOPE)
        n, c, h, w = x.shape
        windows = x.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 1, 2, 4, 3, 5).flatten(-2)
        top = windows.topk(2).values
        Kinks.note(top[..., 0] - top[..., 1])
        x = F.max_pool2d(x, 2)
    observed[step].append(seen)
    return x.flatten(1) @ phi["head.weight"] + phi["head.bias"]


def loss_weights(epoch):
    weights = np.ones(STEPS) / STEPS
    decay = 1.0 / STEPS / MULTI_STEP_EPOCHS
    least = 0.03 / STEPS
    for k in range(STEPS - 1):
        weights[k] = max(weights[k] - epoch * decay, least)
    weights[-1] = min(weights[-1] + epoch * (STEPS - 1) * decay, 1 - (STEPS - 1) * least)
    return weights.tolist()


def task_loss(params, support, query, case, observed):
    """The loss of one task, and its query loss after the last step."""
    adapted = [name for name in params if "norm" not in name and not name.startswith("rates.")]
    phi, total, weights = {name: params[name] for name in adapted}, 0, loss_weights(case["epoch"])
    for step in range(STEPS):
        loss = cross_entropy(predict(params, phi, step, support[0], observed), support[1])
        grads = torch.autograd.grad(loss, list(phi.values()), create_graph=True)
        if case["firstOrder"]:
            grads = [g.detach() for g in grads]
        phi = {name: phi[name] - params[f"rates.{name}"][step] * g for name, g in zip(adapted, grads)}
        if case["multiStep"] or step == STEPS - 1:
            query_loss = cross_entropy(predict(params, phi, step, query[0], observed), query[1])
            total = total + (weights[step] * query_loss if case["multiStep"] else query_loss)
    return total, query_loss


def run(params, tasks, case):
    observed = [[] for _ in range(STEPS)]
    results = [task_loss(params, support, query, case, observed) for support, query in tasks]
    return torch.stack([total for total, _ in results]).mean(), [q.item() for _, q in results], observed


def meta_gradient(params, tasks, case):
    params = {name: p.clone().requires_grad_() for name, p in params.items()}
    loss, query_losses, observed = run(params, tasks, case)
    grads = torch.autograd.grad(loss, list(params.values()))
    return loss.item(), query_losses, dict(zip(params, grads)), observed


def running_statistics(observed):
    """`[step, features]` of each block, batch after batch."""
    statistics = []
    for block in range(4):
        mean, variance = torch.zeros(STEPS, FILTERS), torch.ones(STEPS, FILTERS)
        for step, batches in enumerate(observed):
            for seen in batches:
                mean[step] = (1 - MOMENTUM) * mean[step] + MOMENTUM * seen[block][0]
                variance[step] = (1 - MOMENTUM) * variance[step] + MOMENTUM * seen[block][1]
        statistics.append({"mean": array(mean), "variance": array(variance)})
    return statistics


def error_by_differences(params, tasks, case, grads, h=1e-6):
    draw, worst = Draw(0), 0.0
    for _ in range(3):
        direction = {name: draw.normal(*p.shape, decimals=15) for name, p in params.items()}
        norm = flat(direction).norm()

        def moved(step):
            there = {n: (p + step * direction[n] / norm).requires_grad_() for n, p in params.items()}
            return run(there, tasks, case)[0].item()

        differences = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
        exact = sum((grads[n] * direction[n]).sum().item() for n in params) / norm.item()
        worst = max(worst, abs(differences - exact) / flat(grads).norm().item())
    return worst


def golden(seed):
    draw = Draw(seed)
    params = draw_params(draw)
    tasks = [(draw_batch(draw), draw_batch(draw)) for _ in range(TASKS)]
    cases = []
    for case in CASES:
        Kinks.nearest = np.inf
        loss, query_losses, grads, observed = meta_gradient(params, tasks, case)
        if Kinks.nearest < MARGIN:
            return None
        if not case["firstOrder"]:
            error = error_by_differences(params, tasks, case, grads)
            print(f"seed {seed}, {case}: error {error:.1e}, distance of a kink {Kinks.nearest:.1e}", flush=True)
            assert error < 1e-6
        cases.append(
            {
                **case,
                "weights": loss_weights(case["epoch"]) if case["multiStep"] else None,
                "loss": loss,
                "queryLosses": query_losses,
                "metaGradient": arrays(grads),
                "statistics": running_statistics(observed),
            }
        )
    return {
        "source": f"tools/golden/maml_plus_plus.py, torch {torch.__version__.split('+')[0]}, float64, seed {seed}",
        "params": arrays(params),
        "tasks": [{"support": batch_json(s), "query": batch_json(q)} for s, q in tasks],
        "cosineRates": cosine_rates(),
        "cases": cases,
    }


def cosine_rates(epochs=100, start=1e-3, end=1e-5):
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=start)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs, eta_min=end)
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def main():
    default = Path(__file__).parents[2] / "test" / "golden" / "maml-plus-plus.json"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    found = next(found for seed in range(1, 10_000) if (found := golden(seed)))
    path.write_text(json.dumps(found, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
