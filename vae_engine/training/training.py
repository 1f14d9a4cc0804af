"""Training as an iterator of typed events. No printing, no plotting, no files.

Every random number of step n is a function of (seed, purpose, n), so that a run continued from a
`Checkpoint` is bit for bit the run that was never stopped, its knobs turned at the same steps.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.inference.quasi_monte_carlo import log_px_by_points
from vae_engine.measure.evaluation import held_out_terms, observed
from vae_engine.measure.means import means
from vae_engine.model import loading, objectives
from vae_engine.model.models import VAE, Autoencoder, Model, Posterior, build_model, start_at_mean_image, start_balanced
from vae_engine.stored import beginning
from vae_engine.stored.config import ModelConfig, TrainConfig, why_not_exact
from vae_engine.stored.knobs import Turned, Value
from vae_engine.training import exact_learning
from vae_engine.training.devices import autocast, resolve_device
from vae_engine.training.dials import Dials
from vae_engine.training.events import Checkpoint, Epoch, Event, Failed, Finished, Live, Snapshot, Step
from vae_engine.training.optimisers import Averaged, Optimiser, learning_rate_factor

_BATCH, _PIXELS, _NOISE = 1, 2, 3  # purposes of randomness
_SNAPSHOT_RATIO, _SNAPSHOT_BYTES, _LAST_STEP = 1.3, 256 * 2**20, 1e8
_STEP_EVENT_SECONDS = 0.2
_LIVE_SECONDS = 0.33
_POLL_SECONDS = 0.01
_CHECKPOINT_SECONDS = 30.0


@dataclass
class _Patience:
    """Early stopping: the best held-out loss seen, its weights, and how long ago it was."""

    limit: int
    best: float = math.inf
    waited: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)

    def exhausted(self, loss: float, model: Model) -> bool:
        if not self.limit:
            return False
        if loss < self.best:
            self.best, self.waited, self.weights = loss, 0, _copy(model.state_dict())
        else:
            self.waited += 1
        return self.waited >= self.limit


def train(
    model_config: ModelConfig,
    config: TrainConfig,
    *,
    train_images: data.Images | None = None,
    validation_images: data.Images | None = None,
    device: str = "cpu",
    resume: Checkpoint | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    holding: Callable[[int], bool] = lambda step: False,
    asked: Callable[[], Mapping[str, Value]] = dict,
    turns: Sequence[Turned] = (),
    live: bool = False,
) -> Iterator[Event]:
    """Train a model and yield what happens, ending with exactly one Finished or Failed.

    The images default to the splits of the config's data set. `should_stop` is asked before every step,
    and so is `holding` with the number of steps done: while it says true, training waits. `asked` says where knobs
    (`stored.knobs`) are to stand from the next step on, and `turns` are those of the record: of the run so far, and to be
    replayed at their steps. `live` adds Live events.
    A budget in seconds counts everything between the first step and Finished but waiting and the final evaluation.
    Exact learning trains the decoder first; in the last `encoder_share` of the budget that is held, and the encoder alone fitted
    to it. Each part has the schedule of the learning rate to itself.
    Raises EngineError for impossible requests before the first event.
    """
    if reason := why_not_exact(model_config, config):
        raise EngineError(reason)
    train_images = datasets.load(config.data, "train") if train_images is None else train_images
    validation_images = datasets.load(config.data, "validation") if validation_images is None else validation_images
    images, held_out = train_images.head(config.train_size).images, validation_images.head(config.held_out)
    if not (len(images) and len(held_out)):
        raise EngineError("There are no training or no validation images; give at least one of each.")
    if images[0].size != model_config.pixels:
        sizes = " × ".join(map(str, images.shape[1:])), f"{model_config.side} × {model_config.side}"
        raise EngineError(f"The images are of {sizes[0]} pixels, and the model takes {sizes[1]}.")
    target = resolve_device(device)
    dials = Dials(model_config, config, turns, resume.step if resume else -1)
    torch.set_flush_denormal(True)  # numbers too small to matter make a processor ten times slower
    model = build_model(model_config, config.seed)
    model.trained = config
    if config.initialisation == "he":
        start_balanced(model, config.seed)
    start_at_mean_image(model, images)
    if not resume:
        loading.begin_with(model, beginning.weights(model_config, config))
    model.set_noise(dials.settings.noise)
    if not resume:
        yield Snapshot(0, _copy(model.state_dict()))
    model = model.to(target)
    optimiser = Optimiser(model.parameters(), config)
    averaged = Averaged(model, config.ema)
    patience = _Patience(config.patience)
    batch = min(config.batch_size, len(images))
    per_epoch = len(images) // batch
    total = math.inf if config.seconds else config.steps or max(1, round(config.epochs * per_epoch))
    step, before = 0, 0.0
    if resume:
        try:
            step, before = resume.step, float(resume.numbers["seconds"])
            _restore(resume, model, optimiser, averaged, patience)
        except (KeyError, TypeError, ValueError, RuntimeError):
            raise EngineError("The checkpoint does not fit this run; delete it to train from the beginning.") from None
    started, held = time.monotonic(), 0.0

    def elapsed() -> float:
        return before + time.monotonic() - started - held

    def progress() -> float:
        return min(1.0, elapsed() / config.seconds if config.seconds else step / total)

    def checkpoint() -> Checkpoint:
        return _checkpoint(step, elapsed(), model, optimiser, averaged, patience)

    rng = torch.Generator(target)
    order, order_epoch = None, -1
    is_exact = config.is_exact and isinstance(model, VAE)
    fits_encoder, decoder_share = False, 1 - config.encoder_share if is_exact else 1.0
    totals, counted, last_event, last_checkpoint = torch.zeros(6, device=target), 0, elapsed(), elapsed()
    last_live = -math.inf
    ratio = _snapshot_ratio(model)
    next_snapshot = _next_snapshot(step, ratio)
    reason, waits = "budget", holding(step)
    while progress() < 1.0:
        if waits:
            since = time.monotonic()
            while holding(step) and not should_stop():
                time.sleep(_POLL_SECONDS)
            held += time.monotonic() - since
        if should_stop():
            reason = "stopped"
            break
        epoch, place = divmod(step, per_epoch)
        if order is None or epoch != order_epoch:
            order, order_epoch = data.generator(config.seed, _BATCH, epoch).permutation(len(images)), epoch
        yield from dials.turn(step, asked())
        model.set_noise(dials.settings.noise)
        done = progress()
        if done >= decoder_share and not fits_encoder:
            model.decoder.load_state_dict(averaged.model.decoder.state_dict())  # that which is kept
            fits_encoder = True
        within = (done - decoder_share) / (1 - decoder_share) if fits_encoder else done / decoder_share
        rate = dials.settings.learning_rate * learning_rate_factor(config, within)
        chosen = images[order[place * batch : (place + 1) * batch]]
        x = torch.from_numpy(data.observe(chosen, config.protocol, data.generator(config.seed, _PIXELS, step))).to(target)
        rng.manual_seed(config.seed * 2**32 + step)
        totals += _one_step(model, optimiser, rate, dials.settings, x, rng, step / per_epoch, fits_encoder)
        averaged.update(model)
        step, counted = step + 1, counted + 1
        now, waits = elapsed(), holding(step)
        if waits or now - last_event >= _STEP_EVENT_SECONDS or counted == 1 == step:
            loss, nll, kl, *squares, halving = (totals / counted).tolist()
            if not math.isfinite(loss):
                yield Failed(step, f"The loss stopped being a finite number at step {step:,}: lower the learning rate.")
                return
            speed = counted * batch / max(now - last_event, 1e-9)
            nll_se, kl_se = (_standard_error(*of, counted * batch) for of in zip((nll, kl), squares, strict=True))
            told = halving if is_exact and not fits_encoder else None
            yield Step(step, step / per_epoch, progress(), now, loss, nll, kl, rate, speed, nll_se, kl_se, told)
            totals, counted, last_event = torch.zeros_like(totals), 0, now
        if live and (waits or now - last_live >= _LIVE_SECONDS):
            yield Live(step, _copy(averaged.model.state_dict()))
            last_live = now
        if step == next_snapshot:
            yield Snapshot(step, _copy(averaged.model.state_dict()))
            next_snapshot = _next_snapshot(step, ratio)
        if step % per_epoch == 0:
            terms = _held_out(averaged.model, held_out, config)
            yield Epoch(step, step // per_epoch, elapsed(), terms, len(held_out))
            if patience.exhausted(-terms["elbo"] if "elbo" in terms else terms["nll"], averaged.model):
                reason = "patience"
                break
        if elapsed() - last_checkpoint >= _CHECKPOINT_SECONDS:
            yield checkpoint()
            last_checkpoint = elapsed()
    yield checkpoint()
    if patience.weights:
        averaged.model.load_state_dict(patience.weights)
    final = averaged.model.eval().cpu()
    seconds = elapsed()
    terms = _held_out(final, held_out, config)
    sound = all(weight.isfinite().all() for weight in final.state_dict().values())
    if not (sound and all(map(math.isfinite, terms.values()))):
        yield Failed(step, f"The weights or the terms stopped being finite numbers by step {step:,}: lower the learning rate.")
        return
    yield Snapshot(step, _copy(final.state_dict()))
    yield Finished(step, seconds, reason, final, terms, len(held_out))


def _held_out(model: Model, images: data.Images, config: TrainConfig) -> dict[str, float]:
    """What is measured of held-out images; of exact learning log p(x) by its points, too, which no encoder has a part in."""
    terms = held_out_terms(model, images, config.protocol, config.seed)
    if not (config.is_exact and isinstance(model, VAE)):
        return terms
    device = next(model.parameters()).device
    x = observed(images, config.protocol, config.seed).to(device)
    by_points = log_px_by_points(model, x, config.points, config.seed)
    return terms | means({"log_px_points": by_points.cpu().double()})


def _one_step(
    model: Model,
    optimiser: Optimiser,
    rate: float,
    config: TrainConfig,
    x: Tensor,
    rng: torch.Generator,
    epoch: float,
    fits_encoder: bool,
) -> Tensor:
    """One update; returns (loss, nll, kl, nll², kl², halving) averaged over the batch, detached."""
    model.train()
    halving = x.new_zeros(1)
    beta = config.beta * min(1.0, epoch / config.kl_warmup_epochs) if config.kl_warmup_epochs else config.beta
    # Dropout draws from torch's own generator, which is left as it was found.
    with autocast(x.device), torch.random.fork_rng(devices=[], enabled=model.config.dropout > 0):
        if model.config.dropout:
            torch.manual_seed(-1 - rng.initial_seed())  # not the numbers of the latent noise
        if fits_encoder and isinstance(model, VAE):
            loss, nll, kl = exact_learning.encoder_losses(model, x, config.samples, rng)
        elif config.is_exact and isinstance(model, VAE):
            loss, nll, kl, halving = exact_learning.losses(model, x, config.points, rng, config.objective == "exact-em")
        else:
            loss, nll, kl = batch_loss(model, config, x, rng, beta)
    optimiser.clear()
    loss.backward()
    if config.grad_clip:
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.grad_clip)
    optimiser.step(rate)
    told = [loss, nll.mean(), kl.mean(), nll.square().mean(), kl.square().mean(), halving.mean()]
    return torch.stack([one.float() for one in told]).detach()


def _standard_error(mean: float, square: float, count: int) -> float | None:
    """Of the mean of `count` numbers, from theirs and that of their squares; none of one number, nor where squares overflow."""
    variance = square - mean * mean
    return math.sqrt(max(variance, 0.0) / (count - 1)) if count > 1 and math.isfinite(variance) else None


def batch_loss(model: Model, config: TrainConfig, x: Tensor, rng: torch.Generator, beta: float) -> tuple[Tensor, Tensor, Tensor]:
    """(loss, nll, kl) of a batch x [b, side²]: the mean loss, and [b] each of nll and kl, nats; kl is 0 for an autoencoder.

    The terms are computed in float32 whatever the precision of the networks.
    """
    mean = objectives.mean_over_batch
    likelihood = model.likelihood
    if isinstance(model, Autoencoder):
        nll = objectives.nll(likelihood, x, model.decode_logits(model.encode(x)).float())
        return mean(nll), nll, torch.zeros_like(nll)
    mu, logvar = model.encode(x)
    q = Posterior(mu.float(), logvar.float())
    z = q.sample(rng, config.samples)
    raw = model.decode_logits(z).float()
    nll, kl = objectives.nll(likelihood, x, raw).mean(0), objectives.kl(q)
    if config.objective == "B":
        loss = objectives.vae_loss(nll, kl, beta)
    elif config.objective == "A":
        loss = objectives.vae_loss(nll, (objectives.log_q(q, z) - objectives.log_prior(z)).mean(0), beta)
    else:
        loss = -objectives.iwae(objectives.log_weights(likelihood, x, raw, q, z))
    return mean(loss), nll, kl


def _snapshot_ratio(model: Model) -> float:
    """How far apart snapshots lie, so that those of even the longest run fit their share of the disk in half precision."""
    size = 2 * sum(tensor.numel() for tensor in model.state_dict().values())
    return max(_SNAPSHOT_RATIO, _LAST_STEP ** (size / _SNAPSHOT_BYTES))


def _next_snapshot(step: int, ratio: float) -> int:
    """1, 2, 3, 4, 6, 8, … : the same steps whether or not the run was interrupted."""
    following = 1
    while following <= step:
        following = max(following + 1, math.floor(following * ratio))
    return following


def _copy(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}


def _checkpoint(
    step: int, seconds: float, model: Model, optimiser: Optimiser, averaged: Averaged, patience: _Patience
) -> Checkpoint:
    parts = {"model": model.state_dict(), "optimiser": optimiser.state(), "best": patience.weights}
    if averaged.model is not model:
        parts["averaged"] = averaged.model.state_dict()
    tensors = {f"{part}/{name}": t for part, named in parts.items() for name, t in _copy(named).items()}
    best = None if math.isinf(patience.best) else patience.best
    return Checkpoint(step, tensors, {"seconds": seconds, "best": best, "waited": patience.waited})


def _restore(saved: Checkpoint, model: Model, optimiser: Optimiser, averaged: Averaged, patience: _Patience) -> None:
    parts: dict[str, dict[str, Tensor]] = {"model": {}, "optimiser": {}, "best": {}, "averaged": {}}
    for name, tensor in saved.tensors.items():
        part, _, rest = name.partition("/")
        parts[part][rest] = tensor
    model.load_state_dict(parts["model"])
    optimiser.restore(parts["optimiser"])
    if parts["averaged"]:
        averaged.model.load_state_dict(parts["averaged"])
    averaged.updates = saved.step
    patience.weights = parts["best"]
    patience.best = math.inf if saved.numbers["best"] is None else saved.numbers["best"]
    patience.waited = saved.numbers["waited"]
