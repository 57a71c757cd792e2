"""Recomputes the golden meta-gradients of MAML++ with the authors' own code, and asserts that they agree.

The network, the inner loop, the weights of the losses, the order of the derivatives and the running statistics are
those of AntreasAntoniou/HowToTrainYourMAMLPytorch@8696470, run in float64 on the parameters and tasks of the file. Their
convolutions have biases, which batch norm subtracts again (0 here), and their rates one entry more, never used.

Usage: python tools/golden/maml_plus_plus_authors.py CHECKOUT      (the environment: tools/golden/requirements.txt)
"""

import contextlib
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import torch

sys.path.insert(0, sys.argv[1])
from few_shot_learning_system import MAMLFewShotClassifier  # noqa: E402

torch.set_default_dtype(torch.float64)
FILE = Path(__file__).parents[2] / "test" / "golden" / "maml-plus-plus.json"
WAYS, FILTERS, IMAGE, STEPS = 3, 4, 16, 3
TOLERANCE = 1e-13


def tensor(array):
    return torch.tensor(array["data"]).reshape(array["shape"])


def system(case):
    """Their learner; what is the same in all cases is as in their Omniglot configs."""
    args = SimpleNamespace(
        batch_size=2, use_cuda=False, seed=0, dataset_name="omniglot", num_classes_per_set=WAYS,
        norm_layer="batch_norm", cnn_num_filters=FILTERS, num_stages=4, max_pooling=True, conv_padding=1,
        number_of_training_steps_per_iter=STEPS, task_learning_rate=0.1, meta_learning_rate=1e-3,
        min_learning_rate=1e-5, total_epochs=100, multi_step_loss_num_epochs=10,
        learnable_per_layer_per_step_inner_loop_learning_rate=True, enable_inner_loop_optimizable_bn_params=False,
        per_step_bn_statistics=True, learnable_bn_gamma=True, learnable_bn_beta=True, second_order=True,
        first_order_to_second_order_epoch=case["epoch"] if case["firstOrder"] else -1,
        use_multi_step_loss_optimization=True,
    )  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        learner = MAMLFewShotClassifier((2, 1, IMAGE, IMAGE), torch.device("cpu"), args)
    learner.current_epoch = case["epoch"]
    return learner.double()


def parameters(learner):
    """Their parameters by our names, with the view of them in our layout."""
    layers, rates = learner.classifier.layer_dict, learner.inner_loop_optimizer.names_learning_rates_dict
    same, used = lambda t: t, lambda t: t[:STEPS]
    named = {}
    for block in range(4):
        layer, name = layers[f"conv{block}"], f"blocks.{block}"
        named[f"{name}.conv.weight"] = layer.conv.weight, lambda t: t.permute(2, 3, 1, 0)
        named[f"{name}.norm.gain"] = layer.norm_layer.weight, same
        named[f"{name}.norm.bias"] = layer.norm_layer.bias, same
        named[f"rates.{name}.conv.weight"] = rates[f"layer_dict-conv{block}-conv-weight"], used
    named["head.weight"] = layers["linear"].weights, lambda t: t.T
    named["head.bias"] = layers["linear"].bias, same
    named["rates.head.weight"] = rates["layer_dict-linear-weights"], used
    named["rates.head.bias"] = rates["layer_dict-linear-bias"], used
    return named


def check(golden, case):
    learner = system(case)
    named = parameters(learner)
    norms = [learner.classifier.layer_dict[f"conv{block}"].norm_layer for block in range(4)]
    with torch.no_grad():
        for name, (theirs, to_ours) in named.items():
            to_ours(theirs).copy_(tensor(golden["params"][name]))
        for norm in norms:
            norm.running_mean.zero_()  # building the network has moved them

    def images(part):
        return torch.stack([tensor(task[part]["x"]).permute(0, 3, 1, 2).unsqueeze(1) for task in golden["tasks"]])

    labels = torch.arange(WAYS).reshape(1, WAYS, 1).repeat(len(golden["tasks"]), 1, 1)
    losses, _ = learner.train_forward_prop((images("support"), images("query"), labels, labels), case["epoch"])
    losses["loss"].backward()

    errors = [abs(losses["loss"].item() - case["loss"])]
    for name, (theirs, to_ours) in named.items():
        expected = tensor(case["metaGradient"][name])
        errors.append(((to_ours(theirs.grad) - expected).norm() / expected.norm()).item())
    for norm, statistics in zip(norms, case["statistics"]):
        errors.append((norm.running_mean - tensor(statistics["mean"])).abs().max().item())
    print(f"epoch {case['epoch']}: loss, gradients and running means agree to {max(errors):.1e}")
    assert max(errors) < TOLERANCE


if __name__ == "__main__":
    content = json.loads(FILE.read_text())
    for each in content["cases"]:
        check(content, each)
