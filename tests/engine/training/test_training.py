"""Training: it learns, repeats itself, keeps to its budget, and says when it cannot go on."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
import torch
from support.builders import one_line, short, tiny

from vae_engine import EngineError, train
from vae_engine.data import mnist as data
from vae_engine.measure.evaluation import held_out_terms, image_terms, observed
from vae_engine.model.models import build_model
from vae_engine.training.training import Checkpoint, Epoch, Event, Failed, Finished, Snapshot, Step, _standard_error


@pytest.fixture(scope="module")
def events_of(digits: data.Images) -> Any:
    """Trains on the 64 digits (48 for training, the rest held out) and collects every event."""

    def run(model: dict[str, Any] | None = None, *, images: data.Images | None = None, **settings: Any) -> list[Event]:
        held_out = data.Images(digits.images[48:], digits.labels[48:])
        return list(
            train(tiny(**model or {}), short(**settings), train_images=images or digits.head(48), validation_images=held_out)
        )

    return run


def only(kind: type, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def weights_of(events: list[Event]) -> dict[str, torch.Tensor]:
    assert isinstance(events[-1], Finished)
    return events[-1].model.state_dict()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("kind", ["vae", "ae"])
def test_one_batch_can_be_overfit(kind: str, events_of: Any, digits: data.Images) -> None:
    wide = {"kind": kind, "encoder_widths": (64,), "decoder_widths": (64, 64), "decoder": "fourier", "fourier_features": 16}
    events = events_of(wide, images=digits.head(8), steps=150, batch_size=8, learning_rate=2e-2, protocol="threshold")
    nll = held_out_terms(events[-1].model, digits.head(8), "threshold", 0)["nll"]
    assert nll < 15  # an untrained model pays 784 log 2 = 543


def test_same_seed_gives_the_same_weights_and_terms(events_of: Any) -> None:
    first, second = events_of(seed=3), events_of(seed=3)
    assert same(weights_of(first), weights_of(second))
    assert [e.terms for e in only(Epoch, first)] == [e.terms for e in only(Epoch, second)]
    assert first[-1].terms == second[-1].terms


def test_another_seed_gives_other_weights(events_of: Any) -> None:
    assert not same(weights_of(events_of(seed=3)), weights_of(events_of(seed=4)))


def test_global_random_state_does_not_matter(events_of: Any) -> None:
    torch.manual_seed(1)
    first = weights_of(events_of())
    torch.manual_seed(2)
    assert same(first, weights_of(events_of()))


def test_budget_in_steps_is_kept_exactly(events_of: Any) -> None:
    events = events_of(steps=7)
    assert events[-1].step == 7
    assert events[-1].reason == "budget"


@pytest.mark.parametrize(("epochs", "steps"), [(2.0, 6), (0.5, 2), (0.01, 1)])
def test_budget_in_epochs_is_that_many_passes(epochs: float, steps: int, events_of: Any) -> None:
    events = events_of(steps=0, epochs=epochs)
    assert events[-1].step == steps
    assert [e.epoch for e in only(Epoch, events)] == list(range(1, int(epochs) + 1))


def test_budget_in_seconds_is_spent_and_seconds_come_before_steps_and_epochs(
    events_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(10**6))
    monkeypatch.setattr("vae_engine.training.training.time.monotonic", lambda: next(ticks) / 100)
    events = events_of(seconds=2.0, steps=1)
    assert events[-1].step > 1
    assert events[-1].seconds >= 2.0
    assert only(Step, events)[-1].progress <= 1.0


def test_every_epoch_sees_each_image_once(events_of: Any, digits: data.Images, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    original = data.observe
    monkeypatch.setattr(data, "observe", lambda i, p, r: (seen.extend(image.tobytes() for image in i), original(i, p, r))[1])
    events_of(steps=6)
    epochs = [seen[:48], seen[48:96]]
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(image.tobytes() for image in digits.images[:48])


def test_events_end_with_exactly_one_finished_and_steps_never_fall(events_of: Any) -> None:
    events = events_of()
    assert [type(e) for e in events].count(Finished) == 1
    assert isinstance(events[-1], Finished)
    steps = [e.step for e in events]
    assert steps == sorted(steps)
    assert isinstance(events[0], Snapshot)
    assert events[0].step == 0


def test_epoch_terms_are_the_elbo_and_its_two_parts(events_of: Any) -> None:
    for epoch in only(Epoch, events_of(beta=4.0)):
        assert epoch.terms["elbo"] == pytest.approx(-epoch.terms["nll"] - epoch.terms["kl"])


def test_snapshots_are_logarithmically_spaced_and_end_with_the_final_weights(events_of: Any) -> None:
    events = events_of(steps=40)
    snapshots = only(Snapshot, events)
    assert [s.step for s in snapshots[:8]] == [0, 1, 2, 3, 4, 5, 6, 7]
    gaps = [after.step - before.step for before, after in itertools.pairwise(snapshots)]
    assert gaps[:-1] == sorted(gaps[:-1])
    assert same(snapshots[-1].weights, weights_of(events))


def test_training_stops_when_asked_and_leaves_a_checkpoint(digits: data.Images) -> None:
    asked = iter([False, False, False, True])
    events = list(train(tiny(), short(), train_images=digits, validation_images=digits, should_stop=lambda: next(asked)))
    assert events[-1].reason == "stopped"
    assert events[-1].step == 3
    assert [e.step for e in only(Checkpoint, events)] == [3]


def test_patience_ends_training_and_keeps_the_best_weights(events_of: Any) -> None:
    events = events_of(steps=3000, patience=2, learning_rate=3e-2, schedule="constant")
    epochs = [e.terms["elbo"] for e in only(Epoch, events)]
    assert events[-1].reason == "patience"
    assert events[-1].step < 3000
    best = max(epochs)
    assert epochs.index(best) == len(epochs) - 3
    assert events[-1].terms["elbo"] == best


def test_kl_warm_up_starts_without_the_kl_term(events_of: Any) -> None:
    first = only(Step, events_of(kl_warmup_epochs=10.0))[0]
    assert first.loss == first.nll
    plain = only(Step, events_of())[0]
    assert plain.loss == pytest.approx(plain.nll + plain.kl, rel=1e-5)


def test_beta_multiplies_the_kl_term_of_the_loss(events_of: Any) -> None:
    first = only(Step, events_of(beta=7.0))[0]
    assert first.loss == pytest.approx(first.nll + 7 * first.kl, rel=1e-5)


def test_large_beta_leads_to_posterior_collapse(events_of: Any) -> None:
    free, pressed = (events_of(steps=300, beta=beta, learning_rate=1e-2)[-1].terms["kl"] for beta in (0.1, 1000.0))
    assert pressed < 0.1 < 1 < free


def test_gradient_clipping_bounds_the_first_step(events_of: Any) -> None:
    def moved(**settings: Any) -> float:
        events = events_of(steps=1, optimizer="sgd", learning_rate=1.0, schedule="constant", **settings)
        before, after = only(Snapshot, events)[0].weights, weights_of(events)
        return math.sqrt(sum(((after[name] - before[name]) ** 2).sum().item() for name in before))

    assert moved(grad_clip=0.01) == pytest.approx(0.01, rel=1e-3)
    assert moved() > 1


@pytest.mark.parametrize(
    ("optimizer", "rate", "steps"),
    [("sgd", 10.0, 60), ("sgd", 10.0, 2), ("adam", 10.0, 1), ("adam", 10.0, 30), ("adagrad", 2.0, 1)],
)
def test_a_diverging_run_fails_in_one_line_instead_of_finishing(optimizer: str, rate: float, steps: int, events_of: Any) -> None:
    events = events_of(steps=steps, optimizer=optimizer, learning_rate=rate, schedule="constant")
    assert isinstance(events[-1], Failed)
    assert "learning rate" in events[-1].message
    assert one_line(EngineError(events[-1].message))


def test_training_on_no_images_is_refused_before_the_first_event(digits: data.Images) -> None:
    for training, validation in ((0, 10), (10, 0)):
        with pytest.raises(EngineError, match="at least one"):
            next(train(tiny(), short(), train_images=digits.head(training), validation_images=digits.head(validation)))


def test_fewer_images_than_a_batch_make_a_smaller_batch(events_of: Any, digits: data.Images) -> None:
    assert events_of(images=digits.head(5), steps=3)[-1].step == 3


def test_ema_keeps_an_average_of_the_weights(events_of: Any) -> None:
    plain, averaged = events_of(steps=30, batch_size=48), events_of(steps=30, batch_size=48, ema=0.9)
    start = only(Snapshot, plain)[0].weights

    def travelled(events: list[Event]) -> float:
        return sum((weights_of(events)[name] - start[name]).abs().sum().item() for name in start)

    assert 0 < travelled(averaged) < travelled(plain)


def test_a_step_says_the_standard_error_of_its_means_over_the_images_it_has_seen(events_of: Any, digits: data.Images) -> None:
    settings: dict[str, Any] = {"steps": 1, "batch_size": 48, "protocol": "grey"}
    events = events_of({"kind": "ae"}, **settings)
    untrained = build_model(tiny(kind="ae"))
    untrained.load_state_dict(only(Snapshot, events)[0].weights)
    nll = image_terms(untrained, observed(digits.head(48), "grey", 0), 0)["nll"]
    first = only(Step, events)[0]
    assert first.nll == pytest.approx(nll.mean().item(), rel=1e-3)  # training computes in half precision
    assert first.nll_se == pytest.approx(nll.std().item() / math.sqrt(48), rel=5e-3)
    assert only(Step, events_of(steps=1, batch_size=1))[0].nll_se is None
    assert [_standard_error(1e20, square, 48) for square in (math.inf, math.nan)] == [None, None], "JSON has neither"
