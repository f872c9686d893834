"""Teaching a committee: which ratings each member sees, when it has learned enough, and what survives a kill.

The ratings but the fresh ones are dealt into as many folds as there are members. Each member is taught on all
folds but its own and keeps the weights that foretold its own best: together they have seen everything, and
each stops by what it has not seen (Krogh & Vedelsby 1995, Neural network ensembles, cross validation, and
active learning). Where nothing can be gained the weights of the beginning are the best, and the head says
what the linear taste says. It is not taught again on the fresh ratings: so the figures shown are those of
the very head in use, and the linear part, which matters most, is always current.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch
from msgspec import Struct
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from anagnorisis.train.files import Exercises
from anagnorisis.train.network import MEMBERS, Committee

EPOCHS, PATIENCE, BATCH = 200, 30, 64
RATE, DECAY, LONGEST_STEP = 3e-3, 1.0, 1.0
SEED = 20260101

Tell = Callable[[int, float], None]
"""(epochs done, seconds of learning)"""


class Course(NamedTuple):
    """The exercises on the device, one row each, and the member that is not taught it (-1: fresh)."""

    rows: Tensor
    kind: Tensor
    person: Tensor
    rating: Tensor
    linear: Tensor
    variance: Tensor
    fold: Tensor


class Progress(Struct):
    """How far learning is; with the tensors beside it, all there is to go on from."""

    epoch: int = 0
    seconds: float = 0.0
    waited: list[int] = msgspec.field(default_factory=lambda: [0] * MEMBERS)
    """Epochs since each member was at its best."""
    best: list[float] = msgspec.field(default_factory=lambda: [float("inf")] * MEMBERS)

    @property
    def over(self) -> bool:
        """Whether no member can be expected to learn more."""
        return self.epoch >= EPOCHS or min(self.waited) >= PATIENCE


class Learning:
    """A committee being taught. An epoch follows from its number and what was before, also after a pause."""

    def __init__(self, exercises: Exercises, checkpoint: Path, device: str = "") -> None:
        """`device`: what torch calls it; without one, a graphics card where torch finds one."""
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        torch.manual_seed(SEED)
        width = exercises.rows.shape[1]
        self.committee = Committee(width, len(exercises.kinds), exercises.people).to(self.device)
        self.best = {name: value.clone() for name, value in self.committee.state_dict().items()}
        self.progress = Progress()
        self._optimiser = torch.optim.AdamW(self.committee.parameters(), RATE, weight_decay=DECAY)
        self._checkpoint = checkpoint
        self._course = _course(exercises, self.device)
        self._resume()

    def learn(self, budget_s: float, tell: Tell) -> None:
        """Go on until nothing is gained or the seconds are used up; an epoch is kept before it is told."""
        if self.progress.epoch == 0:
            self._judge()
        while not self.progress.over and self.progress.seconds < budget_s:
            began = time.monotonic()
            self._epoch()
            self._judge()
            self.progress.epoch += 1
            self.progress.seconds += time.monotonic() - began
            self._keep()
            tell(self.progress.epoch, self.progress.seconds)
        self.committee.load_state_dict(self.best)
        self.committee.eval()

    def _epoch(self) -> None:
        torch.manual_seed(SEED + self.progress.epoch + 1)
        self.committee.train()
        course = self._course
        taught = [torch.where((course.fold >= 0) & (course.fold != member))[0] for member in range(MEMBERS)]
        least = min(map(len, taught))
        order = torch.stack([one[torch.randperm(len(one))[:least].to(self.device)] for one in taught])
        for batch in order.split(BATCH, dim=1):
            self._optimiser.zero_grad()
            shift, log = self.committee.taught(course.rows[batch], course.kind[batch], course.person[batch])
            loss = _surprise(course, batch, shift, log).mean(dim=1).sum()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.committee.parameters(), LONGEST_STEP * MEMBERS)
            self._optimiser.step()

    def _judge(self) -> None:
        """Keep each member's weights where they foretell its own fold better than before."""
        self.committee.eval()
        course, progress = self._course, self.progress
        with torch.no_grad():
            every = torch.arange(len(course.fold), device=self.device)[None]
            shift, log = self.committee.taught(course.rows, course.kind[None], course.person[None])
            surprise = _surprise(course, every, shift, log)
        for member in range(MEMBERS):
            lost = float(surprise[member, course.fold == member].mean())
            progress.waited[member] += 1
            if lost < progress.best[member]:
                progress.best[member], progress.waited[member] = lost, 0
                for name, value in self.committee.state_dict().items():
                    _of(self.best[name], name, member).copy_(_of(value, name, member))

    def _keep(self) -> None:
        tensors = {f"now.{name}": value for name, value in self.committee.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self.best.items()}
        for number, state in self._optimiser.state_dict()["state"].items():
            tensors |= {f"step.{number}.{name}": value for name, value in state.items()}
        aside = self._checkpoint.with_suffix(".part")
        aside.write_bytes(save(tensors, {"progress": msgspec.json.encode(self.progress).decode()}))
        aside.replace(self._checkpoint)

    def _resume(self) -> None:
        if not self._checkpoint.exists():
            return
        with safe_open(self._checkpoint, "pt", device=str(self.device)) as held:
            tensors = {name: held.get_tensor(name) for name in held.keys()}  # noqa: SIM118
            self.progress = msgspec.json.decode(held.metadata()["progress"], type=Progress)
        self.committee.load_state_dict(_below("now.", tensors))
        self.best = _below("best.", tensors)
        optimiser = self._optimiser.state_dict()
        for name, value in _below("step.", tensors).items():
            number, _, part = name.partition(".")
            optimiser["state"].setdefault(int(number), {})[part] = value
        self._optimiser.load_state_dict(optimiser)


def _course(exercises: Exercises, device: torch.device) -> Course:
    def on(array: object, as_: torch.dtype) -> Tensor:
        return torch.as_tensor(array).to(device, as_)

    dealt = torch.randperm(len(exercises.rating), generator=torch.Generator().manual_seed(SEED)) % MEMBERS
    fold = torch.where(torch.as_tensor(exercises.fresh), -1, dealt).to(device)
    return Course(
        on(exercises.rows, torch.float32),
        on(exercises.kind, torch.int64),
        on(exercises.person, torch.int64),
        on(exercises.rating, torch.float32),
        on(exercises.linear, torch.float32),
        on(exercises.variance, torch.float32),
        fold,
    )


def _surprise(course: Course, which: Tensor, shift: Tensor, log: Tensor) -> Tensor:
    """Minus the log density (m, n) under N(linear + shift, variance * exp(log)), up to a constant."""
    error = course.rating[which] - course.linear[which] - shift
    return 0.5 * (error.square() / (course.variance[which] * log.exp()) + log)


def _of(tensor: Tensor, name: str, member: int) -> Tensor:
    """The part of a parameter that is a member's own."""
    leading = name.startswith(("adapter", "inner", "outer"))
    return tensor[:, member] if leading else tensor[member]


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
