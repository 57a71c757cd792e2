"""One meta-step of second-order MAML with higher on PyTorch, as its own examples do it: the sinusoid works.

The works are defined in works.py. Usage: maml_higher.py WORK [--once] [--repeats N] [--threads N] [--load FILE]
"""

import higher
import torch
from torch import nn

import works

SINUSOIDS = [name for name, work in works.WORKS.items() if work.ways is None]


def main():
    args = works.arguments(__doc__, hows=[], works=SINUSOIDS).parse_args()
    work = works.WORKS[args.work]
    torch.set_num_threads(args.threads)

    values = works.load(args.load) if args.load else works.values(work)
    net = nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1))
    with torch.no_grad():
        for layer, name in ((net[0], "dense1"), (net[2], "dense2"), (net[4], "head")):
            layer.weight.copy_(torch.tensor(values[f"params.{name}.kernel"].T.copy()))
            layer.bias.copy_(torch.tensor(values[f"params.{name}.bias"]))
    data = [torch.tensor(values[name]) for name in ("support.x", "support.y", "query.x", "query.y")]

    mse = nn.functional.mse_loss
    outer = torch.optim.Adam(net.parameters(), 1e-3)
    inner = torch.optim.SGD(net.parameters(), work.inner_lr)

    def step():
        outer.zero_grad()
        total = 0.0
        for xs, ys, xq, yq in zip(*data):
            with higher.innerloop_ctx(net, inner, copy_initial_weights=False) as (adapted, differentiable):
                for _ in range(work.steps):
                    differentiable.step(mse(adapted(xs), ys))
                mean_loss = mse(adapted(xq), yq) / work.tasks
                mean_loss.backward()
                total += mean_loss.item()
        outer.step()
        return total

    works.serve(args, f"higher 0.2.1 torch {torch.__version__.split('+')[0]}", step)


if __name__ == "__main__":
    main()
