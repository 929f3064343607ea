"""Owns one training: steps by the clock, a state that another process goes on from, and how well the network does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ..neural.parameters import Pooling
from .classifier import MIRRORED, ZEROS, Classifier
from .pictures import Labelled, augmented, canvases, scaled
from .schedule import Phase, highest_rate, phase, rate

MOMENTUM = 0.9
DECAY = 5e-4  # of weights; biases and norms are free
SMOOTHED = 0.1  # share of a label that the other classes get (Szegedy et al. 2016)
LONGEST_GRADIENT = 5.0  # norm
JUDGED = 200  # pictures at once
Clock = Callable[[], float]
"""Seconds, from any moment on."""


class UnusableState(Exception):
    """A kept state does not fit this training; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands. share: of its time; epochs: of the pictures; loss: of the last step."""

    share: float
    epochs: float
    phase: Phase
    rate: float
    loss: float


class Training:
    """Trains a classifier for some seconds of wall time. Not for two threads at once."""

    def __init__(self, learned: Labelled, seconds: float, batch: int, pooling: Pooling = Pooling.MAX, seed: int = 0, clock: Clock = time.monotonic) -> None:
        torch.manual_seed(seed)
        device = learned.pictures.device
        self._learned, self._seconds, self._batch, self._clock = learned, seconds, batch, clock
        self.classifier = Classifier(int(learned.labels.max()) + 1, pooling).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._parameters = list(self.classifier.parameters())
        groups = [
            {"params": [p for p in self._parameters if p.ndim > 1], "weight_decay": DECAY},
            {"params": [p for p in self._parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self._optimiser = torch.optim.SGD(groups, lr=highest_rate(batch), momentum=MOMENTUM, nesterov=True)
        self._order = torch.empty(0, dtype=torch.int64, device=device)
        self._spent, self.seen = 0.0, 0
        self._began = clock()

    @property
    def share(self) -> float:
        """Of the time that has passed, 0–1."""
        return min(1.0, self._passed() / self._seconds)

    def _passed(self) -> float:
        """Seconds, those of runs before counted in."""
        return self._spent + self._clock() - self._began

    def step(self) -> Progress:
        """Learns from one batch."""
        share = self.share
        now, slow = phase(share), rate(share, highest_rate(self._batch))
        for group in self._optimiser.param_groups:
            group["lr"] = slow
        self.classifier.train()
        self.classifier.border = ZEROS if now.cells == 1 else MIRRORED
        chosen = self._next()
        canvas = canvases(augmented(scaled(self._learned.pictures[chosen]), now.side), now.cells)
        with torch.autocast(canvas.device.type, torch.bfloat16):
            logits = self.classifier(canvas, now.cells)
        loss = F.cross_entropy(logits, self._learned.labels[chosen], label_smoothing=SMOOTHED)
        self._optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self._parameters, LONGEST_GRADIENT)
        self._optimiser.step()
        self.seen += len(chosen)
        return Progress(share, self.seen / len(self._learned.labels), now, slow, float(loss.detach()))

    def _next(self) -> Tensor:
        """Numbers of the next batch's pictures; every picture once before any comes again."""
        while len(self._order) < self._batch:
            self._order = torch.cat((self._order, torch.randperm(len(self._learned.labels), device=self._order.device)))
        chosen, self._order = self._order[: self._batch], self._order[self._batch :]
        return chosen

    @torch.no_grad()
    def accuracy(self, pictures: Labelled) -> float:
        """Share of pictures that are named rightly at the first guess, 0–1."""
        self.classifier.eval()
        right = 0
        for part, labels in zip(torch.split(pictures.pictures, JUDGED), torch.split(pictures.labels, JUDGED), strict=True):
            with torch.autocast(part.device.type, torch.bfloat16):
                right += int((self.classifier(scaled(part)).argmax(1) == labels).sum())
        return right / len(pictures.labels)

    def keep(self, path: Path) -> None:
        """Writes the state, for go_on. OSError."""
        tensors = {f"network.{name}": tensor for name, tensor in self.classifier.state_dict().items()}
        for i, parameter in enumerate(self._parameters):
            if "momentum_buffer" in self._optimiser.state[parameter]:
                tensors[f"momentum.{i}"] = self._optimiser.state[parameter]["momentum_buffer"]
        told = {"spent": self._passed(), "seen": self.seen}
        beside = path.with_name(path.name + ".part")
        save_file({name: tensor.contiguous().cpu() for name, tensor in tensors.items()}, beside, {"training": json.dumps(told)})
        beside.replace(path)

    def go_on(self, path: Path) -> None:
        """Takes up a state where it was kept: network, momentum, time. UnusableState."""
        try:
            with safe_open(path, "pt", device=str(self._order.device)) as kept:
                told = json.loads((kept.metadata() or {})["training"])
                tensors = {name: kept.get_tensor(name) for name in kept.keys()}  # noqa: SIM118  # it is no dict
            self.classifier.load_state_dict({name.removeprefix("network."): one for name, one in tensors.items() if name.startswith("network.")})
            self._spent, self.seen, self._began = float(told["spent"]), int(told["seen"]), self._clock()
        except (OSError, SafetensorError, RuntimeError, KeyError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise UnusableState(f"{path} is no state of this training ({reason}); give the file that it wrote when it stopped, or begin anew.") from error
        for i, parameter in enumerate(self._parameters):
            if f"momentum.{i}" in tensors:
                self._optimiser.state[parameter]["momentum_buffer"] = tensors[f"momentum.{i}"].clone(memory_format=torch.preserve_format)
