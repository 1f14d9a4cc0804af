"""The lectures as data: whole, taken from the source, and right about the numbers they speak of."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.builders import ROOT
from support.links import in_node, read_by_the_browser
from support.questions import READINGS, answer_of

from dashboard.learn import wording
from dashboard.learn.steps import STEPS
from dashboard.learn.steps.reconstruction import compared, reconstruction
from dashboard.learn.steps.step import NATS, PIXELS, RATIO, SHARE
from dashboard.lecture.claims import Claims
from dashboard.shared.glossary import GLOSSARY
from dashboard.shared.links import read
from dashboard.shared.source import source_of
from dashboard.stock import catalogue, material, measures
from dashboard.stock.material import Material, ladder_of
from vae_engine.base.errors import EngineError
from vae_engine.base.places import place
from vae_engine.data import mnist
from vae_engine.exchange.bundle import write_bundle
from vae_engine.experiments import BUNDLED, result
from vae_engine.inference.exact import ExactInference, exact_log_px
from vae_engine.inference.gaps import elbo_by_quadrature
from vae_engine.model import loading, objectives
from vae_engine.model.models import VAE, Posterior
from vae_engine.stored import registry, terms

NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def subject() -> Material:
    return catalogue.material()


@pytest.fixture(scope="module")
def vae(subject: Material) -> VAE:
    return loading.to_torch(subject.vae)


def image(subject: Material, index: int) -> torch.Tensor:
    return torch.from_numpy(subject.x[index].astype(np.float32))


def test_the_steps_are_those_of_the_live_views_in_their_order() -> None:
    table = place("dashboard/browser/learn/steps.js").read_text(encoding="utf-8")
    views = re.findall(r'^  "?([\w-]+)"?: \w+View,$', table, re.MULTILINE)
    assert [step.name for step in STEPS] == views == list(READINGS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_is_whole_and_short(step, subject: Material) -> None:
    assert 2 <= len(step.question.options) <= 3
    assert 1 <= step.idea.count(". ") + 1 <= 4
    assert len(step.idea) < 320, "it has to fit beside the live view"
    assert step.mathematics
    excerpt = step.source.excerpt()
    lines = (ROOT / excerpt.path).read_text(encoding="utf-8").splitlines()
    assert lines[excerpt.line - 1].strip() == excerpt.code.splitlines()[0].strip()
    link = step.link(subject)
    (there,) = read_by_the_browser([link])
    assert there["refused"] == []
    assert read(f"#{link}").mode == there["mode"]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_an_answer_is_one_of_the_options_and_says_numbers(step, subject: Material) -> None:
    if step.name == "beta" and not subject.ladder:
        pytest.skip("the models of the β ladder are not bundled")
    answer = step.question.answer(subject)
    assert 0 <= answer.right < len(step.question.options)
    assert NUMBER.search(answer.because)
    assert "nan" not in answer.because.lower().split()
    assert "-" not in [word[0] for word in answer.because.split()], "a minus is a minus, not a hyphen"
    assert set(step.words) <= GLOSSARY.keys()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_by_line_names_the_units_and_the_models_of_what_was_measured(step, subject: Material) -> None:
    if step.name == "beta" and not subject.ladder:
        pytest.skip("the models of the β ladder are not bundled")
    answer = step.question.answer(subject)
    units = {NATS: " nats", SHARE: " %", PIXELS: "of 784 pixels", RATIO: " times"}
    assert set(answer.basis.units) == {unit for unit, sign in units.items() if sign in answer.because}
    models = {
        "beta": [one.name for one in subject.ladder],
        "why": [subject.ae.name],
        "autoencoder": [subject.vae.name, subject.ae.name],
    }
    assert list(answer.basis.models) == models.get(step.name, [subject.vae.name])
    assert answer.basis.images == "test split, dynamic pixels, seed 0"
    assert all(unit in wording.protocol(answer.basis) for unit in answer.basis.units)


def test_a_statement_is_found_by_name_or_refused() -> None:
    assert source_of("vae_engine/model/objectives.py", "vae_loss").code == "return nll + beta * kl"
    assert source_of("vae_engine/model/models.py", "Posterior.std").code == "return torch.exp(0.5 * self.logvar)"
    for name, assigns in (("nothing", ""), ("Posterior.nothing", ""), ("vae_loss", "elbo")):
        with pytest.raises(LookupError):
            source_of("vae_engine/model/objectives.py", name, assigns)


def test_per_image_numbers_are_the_engines(subject: Material, vae: VAE) -> None:
    x = torch.stack([image(subject, index) for index in range(3)])
    torch.testing.assert_close(exact_log_px(vae, x).log_px, torch.from_numpy(subject.truths.log_px[:3]), rtol=0, atol=0.02)
    q = vae.encode(x)
    for index in range(3):
        one = Posterior(q.mu[index : index + 1], q.logvar[index : index + 1])
        assert elbo_by_quadrature(vae, x[index], one, 20).item() == pytest.approx(subject.truths.elbo[index], abs=0.02)
        np.testing.assert_allclose(subject.mu[index], one.mu[0], atol=2e-4)
        np.testing.assert_allclose(subject.std[index], one.std[0], rtol=2e-3)


def test_a_coarse_lattice_sum_is_the_engines_sum(subject: Material, vae: VAE) -> None:
    along = (torch.arange(20) + 0.5) * 0.5 - 5
    z = torch.cartesian_prod(along, along)
    raw = vae.decode_logits(z)
    joint = vae.likelihood.log_prob(image(subject, 0), raw) + objectives.log_prior(z)
    assert measures.lattice_log_px(subject, 0, 20) == pytest.approx((joint.logsumexp(0) + 2 * np.log(0.5)).item(), abs=0.01)


def test_gradient_variances_are_those_of_automatic_differentiation(subject: Material, vae: VAE) -> None:
    draws = 200
    noise = torch.from_numpy(np.random.default_rng(0).standard_normal((draws, 2)))
    mu, std = (torch.from_numpy(one[0]) for one in (subject.mu, subject.std))
    z = (mu + std * noise).float().requires_grad_()
    q = Posterior(mu[None].float(), std[None].log().float() * 2)
    joint = vae.likelihood.log_prob(image(subject, 0), vae.decode_logits(z)) + objectives.log_prior(z)
    (slopes,) = torch.autograd.grad(joint.sum(), z)
    values = (joint - objectives.log_q(q, z)).detach()[:, None]
    score = (noise / std).float()
    wanted = [slopes.var(0).sum(), (values * score).var(0).sum()]
    got = measures.gradient_variances(subject, 0, draws)
    assert got[0] == pytest.approx(wanted[0].item(), rel=0.05)
    assert got[1] == pytest.approx(wanted[1].item(), rel=0.001)
    assert got[2] < got[1]


def test_estimator_spreads_shrink_to_nothing_for_a_where_q_is_the_posterior(subject: Material) -> None:
    closest = int(subject.truths.gap.argmin())
    a, b = measures.estimator_spreads(subject, closest)
    assert a < 0.5 * b


def test_shares_within_a_radius(subject: Material) -> None:
    draws = np.hypot(*np.random.default_rng(0).standard_normal((2, 200_000)))
    assert measures.prior_within(2.0) == pytest.approx((draws <= 2).mean(), abs=0.004)
    assert 0.5 < measures.aggregate_within(subject, 2.0) < measures.aggregate_within(subject, 3.0) <= 1


def test_far_draws_are_counted_against_the_usual_distance(subject: Material) -> None:
    noise = measures.spread_normal(1000)
    np.testing.assert_allclose(noise.mean(0), 0, atol=0.01)
    np.testing.assert_allclose(np.cov(noise.T), np.eye(2), atol=0.02)
    for kind, spread in (("vae", subject.std[:1000] * noise), ("ae", 0)):
        z = subject.places(kind)[:1000] + spread
        distances = measures.nearest_training_code(subject, kind, z)
        assert (distances <= measures.usual_distance(subject, kind)).mean() == pytest.approx(measures.USUAL / 100, abs=0.001)
        by_hand = np.hypot(*(subject.training[kind] - z[7]).T).min()
        assert distances[7] == pytest.approx(by_hand)
    vae, ae, own = measures.far_shares(subject, draws=500)
    assert 0 < vae < 0.3
    assert ae < own, "its own Gaussian reaches the outskirts, N(0, I) only the middle"


def test_the_shares_of_the_live_view_and_of_the_answer_are_one_number(subject: Material, tmp_path: Path) -> None:
    paths = []
    for one in (subject.vae, subject.ae):
        paths.append(tmp_path / one.name)
        write_bundle(one, paths[-1])
    (live, usual_distances, lack), told = draws_in_the_browser(paths), measures.far_shares(subject)
    assert usual_distances == pytest.approx([measures.usual_distance(subject, kind) for kind in ("vae", "ae")], rel=1e-3)
    for share, answer in zip(live, told, strict=True):
        error = np.sqrt(2 * answer * (1 - answer) / measures.FAR_DRAWS)
        assert abs(share - answer) < 2 * error
    digits, drawn, _, usual = Claims(subject).left_out
    assert (lack["labels"], lack["usual"]) == (list(digits), pytest.approx(usual))
    assert abs(lack["drawn"] - drawn) < 2 * np.sqrt(2 * drawn * (1 - drawn) / measures.FAR_DRAWS)


@pytest.mark.long
def test_where_q_is_as_wide_as_the_prior_the_prior_is_not_far(tmp_path: Path) -> None:
    """The codes of a collapsed unit lie on a line, and q fills the plane: of draws of either as many are far."""
    collapsed = catalogue.stored(catalogue.ladder()[-1].name)
    assert collapsed.metrics["kl"] < 1
    write_bundle(collapsed, tmp_path / "collapsed")
    (share, *_), _, _ = draws_in_the_browser([tmp_path / "collapsed"] * 2)
    assert share == pytest.approx(1 - measures.USUAL / 100, abs=0.02)


def test_the_better_source_of_new_digits_is_named_first_and_measured(subject: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    step = next(step for step in STEPS if step.name == "autoencoder")
    astray = measures.digits_astray(subject)
    drawn = measures.digits_drawn(subject, "vae", np.random.default_rng(0).standard_normal((measures.FAR_DRAWS, 2)))
    often = np.bincount(subject.labels) / len(subject.labels)
    assert astray[0] == pytest.approx(float(np.maximum(drawn - often, 0).sum())), (
        "what is too much of some is too little of others"
    )
    sums = np.add(astray, measures.far_shares(subject))
    assert sums.argmin() == 0
    assert step.question.answer(subject).because.startswith("The better source of new digits is the VAE, by")
    monkeypatch.setattr(measures, "far_shares", lambda subject: (0.9, 0.9, 0.0))
    assert "digits is the autoencoder from its own Gaussian, by" in step.question.answer(subject).because


def test_an_image_that_an_answer_offers_to_show_bears_it_out(subject: Material) -> None:
    answers = {step.name: step.question.answer(subject) for step in STEPS if step.name != "beta"}
    offered = {name: answer.image for name, answer in answers.items() if answer.image is not None}
    assert set(offered) == {"posterior", "estimators", "reparameterisation"}
    error = measures.lattice_log_px(subject, offered["posterior"], 20) - subject.truths.log_px[offered["posterior"]]
    assert (abs(error) >= 0.1) == (answers["posterior"].right == 1)
    a, b = measures.estimator_spreads(subject, offered["estimators"])
    assert (a < b) == (answers["estimators"].right == 0)
    by_reparam, by_score, _ = measures.gradient_variances(subject, offered["reparameterisation"])
    assert (by_score / by_reparam >= 100) == (answers["reparameterisation"].right == 2)


def test_draws_at_the_codes_themselves_show_the_digits_of_the_images(subject: Material) -> None:
    for kind in ("vae", "ae"):
        shown = measures.digits_drawn(subject, kind, subject.places(kind)[:500])
        assert shown == pytest.approx(np.bincount(subject.labels[:500], minlength=10) / 500)


def test_whatever_is_drawn_in_step_1_its_far_draws_bear_the_answer_out(subject: Material, tmp_path: Path) -> None:
    """The states that the button reaches, with the numbers that the live view counts in each."""
    write_bundle(subject.ae, tmp_path / "ae")
    program = """
      import {readFileSync} from "node:fs";
      import {readBundle} from "./dashboard/browser/model/bundle.js";
      import {createModel} from "./dashboard/browser/model/explorer_model.js";
      import {farDraws, medianUndecided} from "./dashboard/browser/learn/maths/samples.js";
      const ae = createModel(readBundle(new Uint8Array(readFileSync(process.argv[1]))), 0);
      const median = (z) => medianUndecided(ae.network.decodeMany(Float32Array.from(z.flat())), ae.network.pixels);
      const codes = Array.from({length: 1000}, (_, i) => ae.codeOf(i));
      console.log(JSON.stringify([median(codes), ...[1, 2, 3, 4, 5, 6, 7, 8].map((seed) => median(farDraws(ae, seed)))]));
    """
    at_codes, *far = json.loads(in_node(program, str(tmp_path / "ae")))
    told = answer_of("why")
    assert told.right == 1, "more pixels are half ink"
    assert min(far) > 1.1 * at_codes
    assert f"at the codes of test images {at_codes:.0f}" in told.because
    answered = float(re.search(r"There (\d+) of 784", told.because)[1])  # type: ignore[index]
    assert max(abs(one - answered) for one in far) < 0.1 * answered


def draws_in_the_browser(paths: list[Path]) -> tuple[list[float], list[float], dict[str, Any]]:
    program = """
      import {readFileSync} from "node:fs";
      import {readBundle} from "./dashboard/browser/model/bundle.js";
      import {createModel} from "./dashboard/browser/model/explorer_model.js";
      import {drawMany, FAR_DRAWS, lackOf, shareBeyond, STANDARD_NORMAL} from "./dashboard/browser/images/draws.js";
      const [vae, ae] = process.argv.slice(1).map((path, i) => createModel(readBundle(new Uint8Array(readFileSync(path))), i));
      const far = [[vae, STANDARD_NORMAL], [ae, STANDARD_NORMAL], [ae, ae.gaussian]]
        .map(([model, gaussian]) => shareBeyond(drawMany(gaussian, FAR_DRAWS, 1), model.trained, model.usual));
      const lack = lackOf(drawMany(STANDARD_NORMAL, FAR_DRAWS, 1), ae.index, ae.bundle.points.labels, 10);
      console.log(JSON.stringify([far, [vae.usual, ae.usual], lack]));
    """
    return json.loads(in_node(program, *map(str, paths)))


def test_the_autoencoder_reconstructs_worse_also_what_it_was_trained_on(subject: Material, vae: VAE) -> None:
    found = measures.training_nll(subject)
    assert found.difference > 2 * found.standard_error > 0
    assert subject.ae.metrics["nll"] > subject.vae.metrics["nll"]
    assert found.vae < subject.vae.metrics["nll"]
    x = torch.from_numpy(mnist.observe_fixed(mnist.load("train").images[:50], "dynamic", 0))
    ae = loading.to_torch(subject.ae)
    engine = objectives.nll(ae.likelihood, x, ae.decode_logits(ae.encode(x))).mean()
    assert measures.nll(subject.ae, x.numpy(), ae.encode(x).detach().numpy()).mean() == pytest.approx(engine.item(), rel=1e-5)


def test_what_is_said_of_the_reconstructions_is_what_was_measured(subject: Material) -> None:
    told = reconstruction(subject)
    assert told in answer_of("autoencoder").because
    in_short = compared(subject.vae, subject.ae)
    assert "reconstructs worse" in in_short
    assert in_short.partition("epochs")[2].partition(";")[2] == told.partition("epochs")[2].partition(";")[2]
    assert "worse on both" in told
    seen = measures.training_nll(subject)
    for value in (subject.ae.metrics["nll"], subject.vae.metrics["nll"], seen.ae, seen.vae):
        assert f"{value:.2f}" in told
    assert f"had {subject.ae.train.epochs:g} epochs, the VAE {subject.vae.train.epochs:g};" in told
    experiment = re.search(r"\./lab\?experiment=([\w-]+)", told)[1]  # type: ignore[index]
    table = next(one for one in result.read(BUNDLED / experiment).findings.tables if one.title.startswith("The models"))
    alike = {row[0]: row[1] for row in table.rows}
    assert f"{alike['AE']:.2f}" in told
    assert f"{alike['VAE']:.2f}" in told
    assert ("the other way round" in told) == (alike["AE"] < alike["VAE"])


def test_a_point_far_from_every_code_is_decoded_less_surely_by_both(subject: Material) -> None:
    """What steps 1 and 10 say of draws that land where no image is."""
    for kind in ("vae", "ae"):
        standard = np.random.default_rng(1).standard_normal((1000, 2))
        z = standard if kind == "vae" else measures.own_gaussian(subject.codes, standard)
        is_far = measures.nearest_training_code(subject, kind, z) > measures.usual_distance(subject, kind)
        unsure = measures.unsure_pixels(subject.model(kind), z)
        assert np.median(unsure[is_far]) > 1.05 * np.median(unsure[~is_far])


def test_minus_the_loss_is_a_bound_for_beta_of_at_least_one_and_none_below(subject: Material) -> None:
    truths, kl = subject.truths, terms.kl(subject.mu, subject.std)
    for beta in (1.0, 4.0):
        assert (truths.elbo - (beta - 1) * kl <= truths.log_px + 0.02).all()
    assert (truths.elbo + kl > truths.log_px).mean() > 0.5, "at β = 0 most images break it"


def test_a_lattice_sum_is_right_below_three_sigma_and_luck_beyond() -> None:
    """What step 3 says of its grid: Σ h N(kh + shift; 0, 1) is 1 for fine h, whatever the shift."""

    def errors(spacing: float) -> np.ndarray:
        z = np.arange(-400, 401) * spacing + np.linspace(0, 1, 21)[:, None] * spacing
        return np.log(np.exp(-(z**2) / 2).sum(1) * spacing / np.sqrt(2 * np.pi))

    assert np.abs(errors(1)).max() < 1e-6
    assert np.abs(errors(3)).max() < 0.3
    assert errors(12).min() < -1
    assert errors(12).max() > 1


def test_numbers_of_an_answer_that_stand_beside_each_other_add_up() -> None:
    """One value, one rounding."""
    number = r"(−?[\d.]+\d)"

    def found(name: str, pattern: str) -> list[tuple[Decimal, ...]]:
        said = re.findall(pattern.replace("#", number), answer_of(name).because)
        assert said
        return [tuple(Decimal(one.replace("−", "-")) for one in numbers) for numbers in said]

    for coarse, exact, off in found("posterior", "give # nats where # is right: off by #"):
        assert coarse - exact == off
    for log_px, elbo, gap in found("identity", r"image \d+, # = # \+ #"):
        assert log_px == elbo + gap


def test_neighbours_are_the_nearest(subject: Material) -> None:
    z = subject.mu[5]
    near = measures.neighbours(subject, "vae", z)
    assert near.total == measures.NEAREST
    assert near.counts[subject.labels[5]] >= 1
    everything = np.argsort(np.hypot(*(subject.mu - z).T))[: measures.NEAREST]
    assert near.counts == tuple(np.bincount(subject.labels[everything], minlength=10))


def test_the_ladder_is_what_differs_in_beta_only() -> None:
    assert ladder_of([]) == ()
    bundled = [registry.find(name) for name in registry.names()]
    ladder = ladder_of(bundled)
    betas = [one.train.beta for one in ladder]
    assert betas == sorted(set(betas))
    assert len({(one.model, one.train.seed, one.train.batch_size) for one in ladder}) <= 1


def test_a_model_without_per_image_numbers_is_refused_with_the_remedy(subject: Material) -> None:
    with pytest.raises(EngineError, match="python -m vae_engine truths"):
        material.gather(subject.ae, subject.ae)


def test_an_exact_posterior_has_as_many_modes_as_recorded(subject: Material, vae: VAE) -> None:
    from vae_engine.inference.posterior import exact_posterior

    inference = ExactInference(vae, 8.0)
    for index in (0, int((subject.truths.modes >= 2).argmax())):
        assert len(exact_posterior(inference, image(subject, index)).modes) == subject.truths.modes[index]


def test_the_widths_that_are_told_of_a_posterior_are_those_that_its_live_view_shows(subject: Material, vae: VAE) -> None:
    from vae_engine.inference.posterior import exact_posterior

    found = exact_posterior(ExactInference(vae, 8.0), image(subject, 0))
    widths = measures.posterior_widths(subject, 0)
    assert widths == pytest.approx(np.sqrt(np.diag(np.asarray(found.covariance))), rel=0.01)
    assert f"{widths[0]:.3f} and {widths[1]:.3f}" in answer_of("posterior").because
