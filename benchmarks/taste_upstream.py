"""Upstream's two heads as rivals, for whoever has torch: re-implemented from what it does, bounded in steps.

`upstream_mlp` is its evaluator of one kind up to v0.3.15, `upstream_universal_emb` the transformer after it,
given the set's vectors in pieces of 1,024 instead of embedded text. Both as upstream trains them, but for
three things, two in their favour: the weights kept are those best on a tenth of the person's own ratings
and not on the test; the transformer sees no noise rows, so that its few steps go to ratings; steps are
bounded. They learn on a graphics card where torch finds one.
"""

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from taste_metrics import Forecast, Vector, normal
from taste_predictors import LEAST_DEVIATION, Predict
from taste_sets import Matrix, Rows

SEED, HELD_OUT = 42, 0.1
MLP_EPOCHS, MLP_BATCH, MLP_RATE = 90, 64, 1e-3
UNIVERSAL_STEPS, UNIVERSAL_BATCH, UNIVERSAL_RATE, CLIP = 60, 32, 2e-5, 0.8
"""Upstream's own batches, rates and clipping; 5,001 epochs there."""
CHUNK, LONGEST = 1024, 512
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
VALUES = torch.arange(11, dtype=torch.float32, device=DEVICE)


class Universal(nn.Module):
    """A sequence of chunks (n, s, 1024) to eleven logits (n, 11): 12,348,427 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(CHUNK, CHUNK)
        self.first = nn.Parameter(0.02 * torch.randn(1, 1, CHUNK))
        self.positions = nn.Parameter(0.02 * torch.randn(1, LONGEST + 1, CHUNK))
        layer = nn.TransformerEncoderLayer(CHUNK, 4, 512, 0.1, "relu", batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Sequential(
            nn.LayerNorm(CHUNK), nn.Linear(CHUNK, 256), nn.GELU(), nn.Dropout(0.1), nn.Linear(256, 11)
        )

    def forward(self, chunks: torch.Tensor) -> torch.Tensor:
        """The logits of a batch."""
        told = torch.cat([self.first.expand(len(chunks), -1, -1), self.project(chunks)], dim=1)
        told = self.layers(told + self.positions[:, : told.shape[1]])
        logits: torch.Tensor = self.head(told[:, 0])
        return logits


def expected(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The mean of the eleven values under the softmax, (n,)."""
    return torch.softmax(net(x), dim=1) @ VALUES


def accuracy(told: torch.Tensor, y: torch.Tensor) -> float:
    """Upstream's own: 1 / (1 + mean of |error| / (y + 1))."""
    return 1 / (1 + float(((told - y).abs() / (y + 1)).mean()))


def trained(
    net: nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    epoch: Callable[[torch.Tensor, torch.Tensor], int],
    steps: int,
) -> nn.Module:
    """`net` after `steps` at least, as it was in the epoch that was best on the tenth held out."""
    order = torch.from_numpy(np.random.default_rng(SEED).permutation(len(y)))
    held = max(1, round(HELD_OUT * len(y)))
    test, learned = order[:held], order[held:]
    best, kept, done = -1.0, copy.deepcopy(net.state_dict()), 0
    while done < steps:
        net.train()
        done += epoch(x[learned], y[learned])
        net.eval()
        with torch.no_grad():
            now = accuracy(expected(net, x[test]), y[test])
        if now > best:
            best, kept = now, copy.deepcopy(net.state_dict())
    net.load_state_dict(kept)
    return net


def descend(
    net: nn.Module, optimiser: torch.optim.Optimizer, batch: int, *, shuffled: bool, clip: float | None
) -> Callable[[torch.Tensor, torch.Tensor], int]:
    """One epoch of squared errors in batches; returns its steps."""

    def epoch(x: torch.Tensor, y: torch.Tensor) -> int:
        order = torch.randperm(len(y)) if shuffled else torch.arange(len(y))
        parts = order.split(batch)
        for part in parts:
            optimiser.zero_grad()
            (expected(net, x[part]) - y[part]).square().mean().backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(net.parameters(), clip)
            optimiser.step()
        return len(parts)

    return epoch


def said(net: nn.Module, x: torch.Tensor, y: Vector, came: Vector) -> Forecast:
    """What a trained net foretells; it knows no band, so it is given that of the person's ratings."""
    with torch.no_grad():
        mean = expected(net, x).double().cpu().numpy()
    return normal(mean, max(float(y.std(ddof=1)), LEAST_DEVIATION), came)


def upstream_mlp(x: Matrix) -> Predict:
    """d-768-256-11, ratings cut to whole numbers, batches in one order, Adam at 1e-3."""
    inputs = torch.from_numpy(x).float().to(DEVICE)

    def predicted(rated: Rows, y: Vector, asked: Rows, came: Vector) -> Forecast:
        torch.manual_seed(SEED)
        net = nn.Sequential(
            nn.Linear(inputs.shape[1], 768), nn.ReLU(), nn.Linear(768, 256), nn.ReLU(), nn.Linear(256, 11)
        ).to(DEVICE)
        epoch = descend(
            net, torch.optim.Adam(net.parameters(), MLP_RATE), MLP_BATCH, shuffled=False, clip=None
        )
        steps = MLP_EPOCHS * -(-len(y) // MLP_BATCH)
        trained(net, inputs[rated], torch.from_numpy(y).float().trunc().to(DEVICE), epoch, steps)
        return said(net, inputs[asked], y, came)

    return predicted


def upstream_universal_emb(x: Matrix) -> Predict:
    """The transformer over pieces of the vector, Adam at 2e-5, gradients clipped."""
    pieces = -(-x.shape[1] // CHUNK)
    padded = np.zeros((len(x), pieces * CHUNK), np.float32)
    padded[:, : x.shape[1]] = x
    inputs = torch.from_numpy(padded).reshape(len(x), pieces, CHUNK).to(DEVICE)

    def predicted(rated: Rows, y: Vector, asked: Rows, came: Vector) -> Forecast:
        torch.manual_seed(SEED)
        net = Universal().to(DEVICE)
        optimiser = torch.optim.Adam(net.parameters(), UNIVERSAL_RATE)
        epoch = descend(net, optimiser, UNIVERSAL_BATCH, shuffled=True, clip=CLIP)
        trained(net, inputs[rated], torch.from_numpy(y).float().to(DEVICE), epoch, UNIVERSAL_STEPS)
        return said(net, inputs[asked], y, came)

    return predicted


PREDICTORS = {"upstream_mlp": upstream_mlp, "upstream_universal_emb": upstream_universal_emb}
