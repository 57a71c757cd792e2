"""Losses and one update of A2C, PPO, DQN and Rainbow, and V-trace, in PyTorch, for src/rl/golden.test.ts.

    python tools/golden/agents.py > test/golden/agents.json

The formulas are those of the papers, as CleanRL's single files have them, written here without this library: loops where
it has scans, projection by floor and ceil where it has a kernel, torch.optim where it has its own optimisers. Everything is
float64. Weights are [inputs, outputs], as this library has them.
"""

import json
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
random = torch.Generator().manual_seed(3)
OBSERVATION, HIDDEN, ACTIONS = 3, 4, 3
T, B = 5, 2
GAMMA = 0.9


def draw(*shape, low=-1.0, high=1.0):
    return torch.rand(*shape, generator=random) * (high - low) + low


def plain(x):
    if isinstance(x, torch.Tensor):
        return x.detach().tolist()
    if isinstance(x, dict):
        return {name: plain(value) for name, value in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(value) for value in x]
    return x


def layer(inputs, outputs):
    return {"weight": draw(inputs, outputs).requires_grad_(), "bias": draw(outputs).requires_grad_()}


def linear(p, x):
    return x @ p["weight"] + p["bias"]


def leaves(x):
    if isinstance(x, torch.Tensor):
        return [x]
    return [leaf for value in (x.values() if isinstance(x, dict) else x) for leaf in leaves(value)]


def one_step(params, loss, optimizer, max_norm=None):
    """The parameters after one step."""
    optimizer.zero_grad()
    loss.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(leaves(params), max_norm)
    optimizer.step()
    return plain(params)


# actor-critics


def actor_critic():
    def tower(outputs):
        return {"torso": [layer(OBSERVATION, HIDDEN)], "head": layer(HIDDEN, outputs)}

    return {"actor": tower(ACTIONS), "critic": tower(1)}


def judge(params, observations):
    def head(tower):
        return linear(tower["head"], torch.tanh(linear(tower["torso"][0], observations)))

    policy = torch.distributions.Categorical(logits=head(params["actor"]))
    return policy, head(params["critic"]).squeeze(-1)


trajectory = {
    "observations": draw(T + 1, B, OBSERVATION),
    "actions": torch.randint(ACTIONS, (T, B), generator=random),
    "rewards": draw(T, B),
    "continues": torch.tensor([[1, 1], [1, 0], [0, 1], [1, 1], [1, 1]], dtype=torch.float64),
    "cut": {
        "truncated": torch.tensor([[0, 0], [0, 0], [1, 0], [0, 0], [0, 0]], dtype=torch.float64),
        "observations": draw(T, B, OBSERVATION),
    },
}


def values_after(params):
    """Value of what followed each step."""
    with torch.no_grad():
        value = judge(params, trajectory["observations"])[1]
        last = judge(params, trajectory["cut"]["observations"])[1]
    after = torch.zeros(T, B)
    for t in range(T):
        for b in range(B):
            if trajectory["cut"]["truncated"][t, b] == 1:
                after[t, b] = last[t, b]
            elif trajectory["continues"][t, b] == 1:
                after[t, b] = value[t + 1, b]
    return value[:T], after


def gae(values, after, lam):
    advantages = torch.zeros(T, B)
    for b in range(B):
        running = 0.0
        for t in reversed(range(T)):
            delta = trajectory["rewards"][t, b] + GAMMA * after[t, b] - values[t, b]
            running = delta + GAMMA * lam * trajectory["continues"][t, b] * running
            advantages[t, b] = running
    return advantages


def a2c():
    params = actor_critic()
    before = plain(params)
    values, after = values_after(params)
    advantages = gae(values, after, 0.8)
    returns = advantages + values
    policy, value = judge(params, trajectory["observations"][:T])
    policy_loss = -(policy.log_prob(trajectory["actions"]) * advantages).mean()
    value_loss = 0.5 * ((returns - value) ** 2).mean()
    entropy = policy.entropy().mean()
    loss = policy_loss + 0.5 * value_loss - 0.01 * entropy
    optimizer = torch.optim.RMSprop(leaves(params), lr=7e-4, alpha=0.99, eps=1e-5)
    return {
        "params": before,
        "metrics": plain({"policyLoss": policy_loss, "valueLoss": value_loss, "entropy": entropy}),
        "loss": loss.item(),
        "after": one_step(params, loss, optimizer, 0.5),
    }


def ppo(objective):
    params = actor_critic()
    old = actor_critic()  # the policy that played; further away than a real one, so that much is clipped
    before = plain(params)
    with torch.no_grad():
        for new, was in zip(leaves(params), leaves(old)):
            was.copy_(new + 0.8 * was)
    values, after = values_after(old)
    advantages = gae(values, after, 0.95).reshape(-1)
    observations = trajectory["observations"][:T].reshape(-1, OBSERVATION)
    actions = trajectory["actions"].reshape(-1)
    b_values = values.reshape(-1)
    returns = advantages + b_values
    with torch.no_grad():
        log_probs = judge(old, observations)[0].log_prob(actions)
    policy, value = judge(params, observations)
    log_ratio = policy.log_prob(actions) - log_probs
    ratio = log_ratio.exp()
    norm = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    if objective == "clip":
        policy_loss = torch.max(-norm * ratio, -norm * torch.clamp(ratio, 0.8, 1.2)).mean()
    else:
        gain = torch.relu((ratio - 1) * norm - 2 * torch.tanh((ratio - 1) * norm / 2))
        cost = torch.relu(log_ratio * norm - 0.6 * torch.tanh(log_ratio * norm / 0.6))
        policy_loss = -(ratio * norm - torch.where(norm >= 0, gain, cost)).mean()
    unclipped = (value - returns) ** 2
    clipped = (b_values + torch.clamp(value - b_values, -0.2, 0.2) - returns) ** 2
    value_loss = 0.5 * torch.max(unclipped, clipped).mean()
    entropy = policy.entropy().mean()
    loss = policy_loss - 0.01 * entropy + value_loss * 0.5
    metrics = {
        "policyLoss": policy_loss,
        "valueLoss": value_loss,
        "entropy": entropy,
        "kl": ((ratio - 1) - log_ratio).mean(),
        "clipped": ((ratio - 1).abs() > 0.2).double().mean(),
    }
    optimizer = torch.optim.Adam(leaves(params), lr=2.5e-4, eps=1e-5)
    return {
        "params": before,
        "old": plain(old),
        "metrics": plain(metrics),
        "loss": loss.item(),
        "advantages": plain(advantages),
        "after": one_step(params, loss, optimizer, 0.5),
    }


def vtrace():
    """By the definition: a sum over what follows, not a recursion."""
    values, after = draw(T, B), draw(T, B)
    log_ratios = draw(T, B)
    terminal = (trajectory["continues"] == 0) & (trajectory["cut"]["truncated"] == 0)
    after = torch.where(terminal, 0.0, after)
    for t in range(T - 1):  # where an episode goes on, what follows is the next step
        for b in range(B):
            if trajectory["continues"][t, b] == 1:
                after[t, b] = values[t + 1, b]
    rho_bar, c_bar, lam = 1.0, 0.9, 0.95
    returns = torch.zeros(T, B)
    for b in range(B):
        for s in range(T):
            total, weight = values[s, b].clone(), 1.0
            for t in range(s, T):
                rho = min(rho_bar, math.exp(log_ratios[t, b]))
                delta = rho * (trajectory["rewards"][t, b] + GAMMA * after[t, b] - values[t, b])
                total = total + weight * delta
                if trajectory["continues"][t, b] == 0:
                    break
                weight = weight * GAMMA * lam * min(c_bar, math.exp(log_ratios[t, b]))
            returns[s, b] = total
    advantages = torch.zeros(T, B)
    for b in range(B):
        for t in range(T):
            goes_on = t + 1 < T and trajectory["continues"][t, b] == 1
            following = returns[t + 1, b] if goes_on else after[t, b]
            rho = min(rho_bar, math.exp(log_ratios[t, b]))
            advantages[t, b] = rho * (trajectory["rewards"][t, b] + GAMMA * following - values[t, b])
    return plain(
        {
            **{"values": values, "nextValues": after, "logRatios": log_ratios},
            **{"cBar": c_bar, "lambda": lam, "returns": returns, "advantages": advantages},
        }
    )


# values of actions

N = 6
transitions = {
    "observations": draw(N, OBSERVATION),
    "actions": torch.randint(ACTIONS, (N,), generator=random),
    "returns": draw(N, low=-2.0, high=2.0),
    "discounts": torch.tensor([0.729, 0.729, 0.0, 0.81, 0.9, 0.0]),
    "nextObservations": draw(N, OBSERVATION),
}
transitions["returns"][2] = 0.5  # on an atom of the support below, with a discount of 0
weights = draw(N, low=0.2, high=1.0)


def dqn(double, kind):
    def q_network():
        return {"front": [], "dense": [{"layer": layer(OBSERVATION, HIDDEN), "norm": []}], "heads": [layer(HIDDEN, ACTIONS)]}

    def q(p, x):
        return linear(p["heads"][0], torch.relu(linear(p["dense"][0]["layer"], x)))

    params, target = q_network(), q_network()
    before = plain(params)
    with torch.no_grad():
        after = q(target, transitions["nextObservations"])
        best = q(params, transitions["nextObservations"]).argmax(1) if double else after.argmax(1)
        y = transitions["returns"] + transitions["discounts"] * after.gather(1, best[:, None]).squeeze(1)
    value = q(params, transitions["observations"]).gather(1, transitions["actions"][:, None]).squeeze(1)
    each = nn.functional.smooth_l1_loss if kind == "huber" else lambda a, b, reduction: 0.5 * (a - b) ** 2
    loss = (each(value, y, reduction="none") * weights).mean()
    errors = plain(y - value)
    optimizer = torch.optim.Adam(leaves(params), lr=1e-3)
    return {
        **{"params": before, "target": plain(target), "targets": plain(y), "errors": errors},
        **{"loss": loss.item(), "after": one_step(params, loss, optimizer)},
    }


ATOMS, LOW, HIGH = 7, -1.5, 1.5


def rainbow():
    def noisy(inputs, outputs):
        return {"mean": layer(inputs, outputs), "spread": layer(inputs, outputs)}

    def noise_of(inputs, outputs):
        return {"inputs": torch.randn(inputs, generator=random), "outputs": torch.randn(outputs, generator=random)}

    def q_network():
        heads = [noisy(HIDDEN, ATOMS), noisy(HIDDEN, ACTIONS * ATOMS)]
        return {"front": [], "dense": [{"layer": noisy(OBSERVATION, HIDDEN), "norm": []}], "heads": heads}

    def noise():
        return [noise_of(OBSERVATION, HIDDEN), noise_of(HIDDEN, ATOMS), noise_of(HIDDEN, ACTIONS * ATOMS)]

    def f(x):
        return x.sign() * x.abs().sqrt()

    def noisy_linear(p, x, eps):
        weight = p["mean"]["weight"] + p["spread"]["weight"] * torch.outer(f(eps["inputs"]), f(eps["outputs"]))
        return x @ weight + p["mean"]["bias"] + p["spread"]["bias"] * f(eps["outputs"])

    def logits(p, x, eps):
        h = torch.relu(noisy_linear(p["dense"][0]["layer"], x, eps[0]))
        value = noisy_linear(p["heads"][0], h, eps[1]).view(-1, 1, ATOMS)
        advantage = noisy_linear(p["heads"][1], h, eps[2]).view(-1, ACTIONS, ATOMS)
        return value + advantage - advantage.mean(1, keepdim=True)

    params, target = q_network(), q_network()
    before = plain(params)
    eps = {"online": noise(), "choice": noise(), "target": noise()}
    support = torch.linspace(LOW, HIGH, ATOMS)
    delta = (HIGH - LOW) / (ATOMS - 1)
    with torch.no_grad():
        choice = (logits(params, transitions["nextObservations"], eps["choice"]).softmax(2) * support).sum(2).argmax(1)
        probs = logits(target, transitions["nextObservations"], eps["target"]).softmax(2)[torch.arange(N), choice]
        moved = transitions["returns"][:, None] + transitions["discounts"][:, None] * support
        b = (moved.clamp(LOW, HIGH) - LOW) / delta
        projected = torch.zeros(N, ATOMS)
        for i in range(N):
            for j in range(ATOMS):
                lower, upper = math.floor(b[i, j]), math.ceil(b[i, j])
                if lower == upper:
                    projected[i, lower] += probs[i, j]
                else:
                    projected[i, lower] += probs[i, j] * (upper - b[i, j])
                    projected[i, upper] += probs[i, j] * (b[i, j] - lower)
    log_probs = logits(params, transitions["observations"], eps["online"]).log_softmax(2)
    taken = log_probs[torch.arange(N), transitions["actions"]]
    each = -(projected * taken).sum(1)
    kl = (torch.special.xlogy(projected, projected) - projected * taken).sum(1)
    loss = (each * weights).mean()
    optimizer = torch.optim.Adam(leaves(params), lr=6.25e-5, eps=1.5e-4)
    return {
        **{"params": before, "target": plain(target), "noise": plain(eps), "targets": plain(projected)},
        **{"errors": plain(kl), "loss": loss.item(), "after": one_step(params, loss, optimizer)},
        "support": {"low": LOW, "high": HIGH, "atoms": ATOMS},
    }


golden = {
    "trajectory": plain(trajectory),
    "a2c": a2c(),
    "ppo": {"clip": ppo("clip"), "dpo": ppo("dpo")},
    "vtrace": vtrace(),
    "transitions": plain(transitions),
    "weights": plain(weights),
    "dqn": {"huber": dqn(False, "huber"), "double": dqn(True, "huber"), "square": dqn(False, "square")},
    "rainbow": rainbow(),
}
print(json.dumps(golden))
