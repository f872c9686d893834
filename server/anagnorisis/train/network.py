"""The committee of `forward` in torch, all members side by side; and one face of it for export."""

import torch
from torch import Tensor, nn

MEMBERS, EMBEDDING, HIDDEN, LAYERS = 5, 16, 32, 2
DROPOUT = 0.2


class Committee(nn.Module):
    """Members that differ by where they begin and by what they are taught; every tensor leads with them.

    Its output layer begins at zero: an untaught head says what the linear taste says.
    """

    def __init__(self, width: int, kinds: int, people: int) -> None:
        super().__init__()

        def spread(*shape: int, by: float = 1.0) -> nn.Parameter:
            return nn.Parameter(torch.randn(*shape) * by / shape[-2] ** 0.5)

        def zeros(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.zeros(*shape))

        self.adapter = nn.Parameter(torch.randn(kinds, MEMBERS, width, HIDDEN) * 0.5)
        self.adapter_bias = zeros(kinds, MEMBERS, HIDDEN)
        self.embedding = nn.Parameter(torch.randn(MEMBERS, people, EMBEDDING))
        self.gain, self.lift = spread(MEMBERS, EMBEDDING, HIDDEN), spread(MEMBERS, EMBEDDING, HIDDEN)
        self.inner, self.inner_bias = spread(LAYERS, MEMBERS, HIDDEN, HIDDEN), zeros(LAYERS, MEMBERS, HIDDEN)
        self.outer, self.outer_bias = spread(LAYERS, MEMBERS, HIDDEN, HIDDEN), zeros(LAYERS, MEMBERS, HIDDEN)
        self.out, self.out_bias = zeros(MEMBERS, HIDDEN, 2), zeros(MEMBERS, 2)

    def forward(self, adapted: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
        """Shift and log-stretch (m, n), of what the adapters made (m, n, hidden) and embeddings (m, n, e)."""
        h = torch.relu(adapted) * (1 + told @ self.gain) + told @ self.lift
        for layer in range(LAYERS):
            inner = torch.relu(h @ self.inner[layer] + self.inner_bias[layer][:, None])
            inner = nn.functional.dropout(inner, DROPOUT, self.training)
            h = h + inner @ self.outer[layer] + self.outer_bias[layer][:, None]
        out = h @ self.out + self.out_bias[:, None]
        return out[..., 0], torch.tanh(out[..., 1])

    def taught(self, rows: Tensor, kind: Tensor, person: Tensor) -> tuple[Tensor, Tensor]:
        """`forward` of a batch (m, n, …) with rows of every kind and person in it."""
        adapted = torch.zeros(1, device=rows.device)
        for number in range(len(self.adapter)):
            part = rows @ self.adapter[number] + self.adapter_bias[number][:, None]
            adapted = adapted + part * (kind == number)[..., None]
        members = torch.arange(MEMBERS, device=rows.device)[:, None]
        return self(adapted, self.embedding[members, person])


class Face(nn.Module):
    """The committee as others run it: rows (n, width) of one kind and one person, as in `forward.say`."""

    def __init__(self, committee: Committee) -> None:
        super().__init__()
        self.committee = committee

    def forward(self, rows: Tensor, kind: Tensor, person: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Shift, stretch and unsure (n,), of rows (n, width) and two numbers (1,)."""
        of = self.committee
        adapter, bias = of.adapter[kind][0], of.adapter_bias[kind][0]
        shifts, logs = of(rows @ adapter + bias[:, None], of.embedding[:, person])
        return shifts.mean(0), logs.exp().mean(0), shifts.var(0, unbiased=False)
