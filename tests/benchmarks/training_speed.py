"""The engine's training loop against the loop that everyone starts from: PyTorch's own VAE example with a DataLoader.

    cd tests && python -m benchmarks.training_speed            measure and write README's table
    cd tests && python -m benchmarks.training_speed --quick    a tenth of it, printed only

(a) the same network, images, batch and optimiser: seconds per epoch. (b) another route to the same place: the shortest
run of the live recipe whose held-out ELBO is that of the example's loop after ten epochs. Seconds of one processor, of
one thread: so that whatever else this machine does counts for neither.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from benchmarks import report
from benchmarks.report import Row
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from vae_engine import ModelConfig, TrainConfig, build_model, train
from vae_engine.data import mnist as data
from vae_engine.measure.evaluation import held_out_terms
from vae_engine.model.models import VAE
from vae_engine.stored.config import LIVE_MODEL, LIVE_TRAIN
from vae_engine.training.training import Finished

# The example's network, batch and optimiser; two latent dimensions as everywhere here.
NETWORK = ModelConfig(encoder_widths=(400,), decoder="mlp", decoder_widths=(400,), activation="relu")
BATCH, RATE, EPOCHS, PAIRS, HELD_OUT = 128, 1e-3, 10, 3, 10_000
BUDGETS = (250, 350, 500, 700, 1000, 1400, 2000, 2800, 4000, 5600, 8000)  # steps of the live recipe


class Pictures(Dataset[tuple[Tensor, int]]):
    """Images as torchvision's MNIST with ToTensor gives them: a picture object each, then a float tensor; then drawn 0 or 1."""

    def __init__(self, images: data.Images) -> None:
        self.images, self.labels = torch.from_numpy(images.images.copy()), torch.from_numpy(images.labels.copy())

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        picture = Image.fromarray(self.images[index].numpy())
        pixels = torch.from_numpy(np.array(picture, np.uint8, copy=True)).view(1, 28, 28).contiguous()
        return torch.bernoulli(pixels.to(torch.get_default_dtype()).div(255)), int(self.labels[index])


def example_epochs(images: data.Images, count: int) -> Iterator[tuple[VAE, float]]:
    """The loop of the example: after each epoch the model, and the processor's seconds for that epoch."""
    torch.manual_seed(0)
    model = build_model(NETWORK, 0)
    assert isinstance(model, VAE)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    loader = DataLoader(Pictures(images), batch_size=BATCH, shuffle=True)
    for _ in range(count):
        began = time.process_time()
        model.train()
        train_loss = 0.0
        for batch, _ in loader:
            optimizer.zero_grad()
            x = batch.view(-1, 784)
            mu, logvar = model.encode(x)
            z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
            recon = torch.sigmoid(model.decode_logits(z))
            nll = F.binary_cross_entropy(recon, x, reduction="sum")
            kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
            # The example adds up over the batch; over its size is the same step for Adam, and comparable.
            loss = (nll + kl) / len(x)
            loss.backward()
            train_loss += loss.item()
            optimizer.step()
        yield model, time.process_time() - began


def engine_run(model: ModelConfig, config: TrainConfig, images: data.Images, held_out: data.Images) -> tuple[Finished, float]:
    """A run of the engine, and the processor's seconds that it took from the first event to the last step."""
    events = train(model, config, train_images=images, validation_images=held_out.head(1))
    next(events)
    began = time.process_time()
    last = list(events)[-1]
    assert isinstance(last, Finished)
    return last, time.process_time() - began


def per_epoch(images: data.Images, held_out: data.Images, pairs: int) -> tuple[float, float, float]:
    """Seconds per epoch of the example's loop and of the engine's, taken in turn, and the median of their ratios."""
    config = TrainConfig(
        epochs=1.0, batch_size=BATCH, learning_rate=RATE, schedule="constant", held_out=1, train_size=len(images)
    )
    both = []
    for _ in range(pairs):
        _, example = next(example_epochs(images, 1))
        both.append((example, engine_run(NETWORK, config, images, held_out)[1]))
    example, engine = (statistics.median(times) for times in zip(*both, strict=True))
    return example, engine, statistics.median(one / other for one, other in both)


def to_same_elbo(images: data.Images, held_out: data.Images, epochs: int) -> tuple[float, float, float, float]:
    """The example's ELBO after so many epochs and its seconds; that of the shortest live run as good, and its seconds."""

    def elbo(model: VAE) -> float:
        return held_out_terms(model.eval(), held_out, "dynamic", 0)["elbo"]

    example = 0.0
    for model, seconds in example_epochs(images, epochs):  # noqa: B007
        example += seconds
    target = elbo(model)
    for steps in BUDGETS:
        config = dataclasses.replace(LIVE_TRAIN, seconds=0.0, steps=steps, train_size=len(images))
        last, engine = engine_run(LIVE_MODEL, config, images, held_out)
        assert isinstance(last.model, VAE)
        if (reached := elbo(last.model)) >= target:
            return target, example, reached, engine
    raise SystemExit(f"The live recipe does not reach {target:.1f} nats within {BUDGETS[-1]} steps.")


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "a tenth of the images and one repeat, printed only")
    torch.set_num_threads(1)
    images, held_out = data.load("train"), data.load("validation").head(HELD_OUT)
    if quick:
        images = images.head(5000)
    engine_run(NETWORK, TrainConfig(steps=20), images, held_out)  # both find torch warm
    slow, fast, ratio = per_epoch(images, held_out, 1 if quick else PAIRS)
    target, example, reached, engine = to_same_elbo(images, held_out, EPOCHS)
    rows = [
        Row("an epoch of the DataLoader loop of PyTorch's VAE example (784-400-2-400-784, batch 128, Adam)", slow, "s"),
        Row("the same epoch of the engine: same network, images, batch, optimiser", fast, "s"),
        Row("… times faster, median of pairs", ratio, "×", least=2.5),
        Row(f"that loop, {EPOCHS} epochs: held-out ELBO", target, "nats/image"),
        Row("… after", example, "s"),
        Row("the shortest run of the live recipe that is as good: held-out ELBO", reached, "nats/image"),
        Row("… after", engine, "s"),
        Row("… times faster to the same ELBO", example / engine, "×", least=8),
    ]
    print(report.table(rows))
    if not quick:
        software = f"torch {torch.__version__.split('+')[0]}, CPU time of one thread"
        report.keep("training_speed", "The training loop", rows, software)


if __name__ == "__main__":
    main()
