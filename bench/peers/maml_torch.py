"""One meta-step of second-order MAML in PyTorch, on the CPU. The works are defined in works.py.

loop   the tasks one by one, with autograd.grad(create_graph=True), as most published code does
func   torch.func: vmap(grad) over all tasks at once

Usage: maml_torch.py WORK [loop|func] [--once] [--repeats N] [--threads N] [--load FILE] [--dump FILE] [--images FILE]

--images draws new episodes of the images in FILE for every step, as training does.
--dump writes weights, data, and before the first step the loss (`loss`), the meta-gradient (`metaGradient.*`) and
each task's share of it (`taskGradient.*`), these three computed in float64, as .safetensors or .npz.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch.func import grad, grad_and_value, vmap

import works


def to_torch(name, array):
    """PyTorch has filters as OIHW, the files HWIO."""
    return torch.tensor(array.transpose(3, 2, 0, 1).copy() if is_filter(name) else array)


def from_torch(name, tensor):
    array = tensor.detach().numpy()
    return array.transpose(2, 3, 1, 0) if is_filter(name) else array


def is_filter(name):
    return name.startswith("conv") and name.endswith("kernel")


def mlp(params, x):
    h = F.relu(x @ params["dense1.kernel"] + params["dense1.bias"])
    h = F.relu(h @ params["dense2.kernel"] + params["dense2.bias"])
    return h @ params["head.kernel"] + params["head.bias"]


def conv4(params, x):
    """x: [n, channel, h, w]"""
    h = x
    for block in range(1, 5):
        h = F.conv2d(h, params[f"conv{block}.kernel"], stride=2, padding=1)
        mean = h.mean((0, 2, 3), keepdim=True)
        variance = ((h - mean) ** 2).mean((0, 2, 3), keepdim=True)
        gain, bias = (params[f"norm{block}.{part}"].view(1, -1, 1, 1) for part in ("gain", "bias"))
        h = F.relu((h - mean) * torch.rsqrt(variance + 1e-3) * gain + bias)
    return h.mean((2, 3)) @ params["head.kernel"] + params["head.bias"]


def mse(params, x, y):
    return ((mlp(params, x) - y) ** 2).mean()


def cross_entropy(params, x, y):
    log_prob = F.log_softmax(conv4(params, x), -1)
    one_hot = (y.unsqueeze(-1) == torch.arange(log_prob.shape[-1])).to(log_prob.dtype)
    return -(log_prob * one_hot).sum(-1).mean()


def double_backward(loss):
    """∇loss as a graph of its own, without torch.func."""

    def gradient(params, x, y):
        grads = torch.autograd.grad(loss(params, x, y), list(params.values()), create_graph=True)
        return dict(zip(params, grads))

    return gradient


def task_loss(work, loss, gradient, params, xs, ys, xq, yq):
    for _ in range(work.steps):
        grads = gradient(params, xs, ys)
        params = {name: p - work.inner_lr * grads[name] for name, p in params.items()}
    return loss(params, xq, yq)


def dump(path, values, work, loss, params, data):
    theta = {name: p.detach().double().requires_grad_() for name, p in params.items()}
    data = [d.double() if d.is_floating_point() else d for d in data]
    total, grads = 0.0, {name: [] for name in theta}
    for task in zip(*data):
        value = task_loss(work, loss, double_backward(loss), theta, *task)
        for name, g in zip(theta, torch.autograd.grad(value, list(theta.values()))):
            grads[name].append(from_torch(name, g))
        total += value.item() / work.tasks
    of_tasks = {f"taskGradient.{name}": np.stack(g) for name, g in grads.items()}
    mean = {f"metaGradient.{name}": np.mean(g, 0) for name, g in grads.items()}
    works.save(path, {**values, "loss": np.float64(total), **mean, **of_tasks})


def main():
    parser = works.arguments(__doc__, hows=["loop", "func"])
    parser.add_argument("--dump", metavar="FILE", help="write weights, data, loss and meta-gradient")
    parser.add_argument("--images", metavar="FILE", help="draw new episodes of these for every step")
    args = parser.parse_args()
    work = works.WORKS[args.work]
    torch.set_num_threads(args.threads)

    values = works.load(args.load) if args.load else works.values(work)
    params = {name: to_torch(name, array) for name, array in works.params_of(values).items()}
    data = [torch.tensor(values[name]) for name in ("support.x", "support.y", "query.x", "query.y")]
    if work.ways:
        data = [d.movedim(-1, 2).contiguous() if d.is_floating_point() else d for d in data]  # NHWC -> NCHW
    loss = cross_entropy if work.ways else mse
    if args.dump:
        dump(args.dump, values, work, loss, params, data)

    if args.images:
        episodes = works.Episodes(work, args.images)

    def tasks():
        return [torch.from_numpy(d) for d in episodes.draw()] if args.images else data

    for p in params.values():
        p.requires_grad_(args.how == "loop")
    adam = torch.optim.Adam(params.values(), 1e-3)

    def step_loop():
        adam.zero_grad()
        total = 0.0
        for task in zip(*tasks()):
            mean_loss = task_loss(work, loss, double_backward(loss), params, *task) / work.tasks
            mean_loss.backward()
            total += mean_loss.item()
        adam.step()
        return total

    def meta_loss(theta, drawn):
        return vmap(lambda *task: task_loss(work, loss, grad(loss), theta, *task))(*drawn).mean()

    def step_func():
        grads, value = grad_and_value(meta_loss)(params, tasks())
        for name, p in params.items():
            p.grad = grads[name]
        adam.step()
        return value.item()

    threads = "" if args.threads == 1 else f" {args.threads} threads"
    peer = f"torch {torch.__version__.split('+')[0]} {args.how}{threads}"
    works.serve(args, peer, {"loop": step_loop, "func": step_func}[args.how])


if __name__ == "__main__":
    main()
