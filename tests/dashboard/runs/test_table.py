"""Rows, groups and pictures of the run notebook, on real tiny runs."""

from __future__ import annotations

import base64
import dataclasses
import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.builders import save_model, short, tiny

from dashboard.jobs.jobs import Jobs
from dashboard.learn.steps.reconstruction import in_lab
from dashboard.runs import groups as run_groups
from dashboard.runs import maps as run_maps
from dashboard.runs import pictures as run_pictures
from dashboard.runs import shelf as run_shelf
from dashboard.runs import table as run_table
from dashboard.runs import wording as runs_wording
from dashboard.runs.table import BUNDLED, HELD_OUT, IMPORTED, NOTHING, TEST, Notebook, Row, of_bundled
from dashboard.train.wording import plain
from vae_engine.runs import runs, sweep
from vae_engine.runs.log import EVENTS
from vae_engine.stored import checkpoints, forward, registry


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs with a sweep over β and the seed in it, trained here; the last point is missing."""
    folder = tmp_path_factory.mktemp("runs")
    grid = sweep.points(tiny(), short(steps=3, train_size=64), [("beta", [0.5, 1.0, 4.0]), ("seed", [0, 1])])
    for point in grid[:-1]:
        list(runs.start(folder / "ladder" / point.id, point.model, point.train))
    sweep.write_summary(grid, folder / "ladder", {})
    list(runs.start(folder / "single.0", tiny(latent_dim=3), short(steps=3, train_size=64)))
    return folder


def test_points_of_a_sweep_are_rows_and_its_folder_is_not_a_damaged_run(swept: Path) -> None:
    rows = Notebook().rows(Jobs(swept))
    assert rows[0].name == "single.0"
    assert len(rows) == 6
    assert {row.state for row in rows} == {"finished"}
    named = {f"ladder: beta {beta}, seed {seed}" for beta in ("0.5", "1", "4") for seed in (0, 1)}
    assert named - {row.name for row in rows[1:]} == {"ladder: beta 4, seed 1"}
    assert [row.run for row in rows] == ["single.0", *[None] * 5]


def test_a_notebook_read_again_reads_no_log_twice(swept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook, jobs = Notebook(), Jobs(swept)
    first = notebook.rows(jobs)
    opened = []
    read = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *rest, **more: opened.append(path.name) or read(path, *rest, **more))
    monkeypatch.setattr(checkpoints, "read", lambda *arguments: pytest.fail("weights were read again"))
    assert notebook.rows(jobs) == first
    assert opened.count(checkpoints.CONFIG) == 1  # of the folder of the sweep, which has none
    offsets = {row.view.log.offset for row in first if row.view}
    assert offsets == {(row.folder / EVENTS).stat().st_size for row in first}


def test_runs_that_differ_in_one_setting_and_their_seed_are_a_group(swept: Path) -> None:
    (group,) = run_groups.groups(Notebook().rows(Jobs(swept)))
    assert group.setting == "beta"
    assert group.values == (0.5, 0.5, 1.0, 1.0, 4.0)
    assert [row.configs and row.configs[1].beta for row in group.rows] == list(group.values)
    assert (group.split, group.kind) == (HELD_OUT, "vae")


def test_numbers_are_told_with_their_standard_errors_which_older_runs_lack(swept: Path) -> None:
    row = Notebook().rows(Jobs(swept))[0]
    metrics, numbers = checkpoints.read(row.folder).metrics, row.numbers[HELD_OUT]
    assert numbers.errors == {name: metrics[f"{name}_se"] for name in ("elbo", "nll", "kl")}
    elbo = f"ELBO −{-metrics['elbo']:.2f}"
    assert f"{elbo} ± {metrics['elbo_se']:.2f} · nll" in runs_wording.summary(row)
    older = dataclasses.replace(row, numbers={HELD_OUT: dataclasses.replace(numbers, errors={})})
    assert f"{elbo} · nll" in runs_wording.summary(older)


def test_two_values_are_no_group_and_another_difference_parts_runs(swept: Path) -> None:
    rows = Notebook().rows(Jobs(swept))
    few = [row for row in rows if row.configs and row.configs[1].beta != 4.0]
    assert run_groups.groups(few) == []
    odd = rows[-1]
    assert odd.configs
    other = dataclasses.replace(odd, configs=(odd.configs[0], dataclasses.replace(odd.configs[1], batch_size=17)))
    assert all(other not in group.rows for group in run_groups.groups([*rows[:-1], other]))


def turned_at_5(row: Row) -> Row:
    """The same run, had its β been turned while it trained."""
    assert row.view
    turn = {"type": "turned", "step": 5, "knob": "beta", "old": 4.0, "new": 0.5, "time": 1.0}
    log = dataclasses.replace(row.view.log, events=(*row.view.log.events, turn))
    return dataclasses.replace(row, view=dataclasses.replace(row.view, log=log))


def test_a_run_whose_knobs_were_turned_is_none_of_the_beta_that_it_began_with(swept: Path) -> None:
    rows = Notebook().rows(Jobs(swept))
    (last,) = (row for row in rows if row.configs and row.configs[1].beta == 4.0)
    turned, others = turned_at_5(last), [row for row in rows if row is not last]
    assert run_groups.groups(rows)
    assert run_groups.groups([*others, turned]) == []
    assert run_table.varied([last, turned]) == ["turned"]
    assert run_table.differences([last, turned]) == {"turned": ["no", "β 4 → 0.5 at step 5"]}
    assert "began with β" in runs_wording.state_of(turned)
    assert "Turned while it trained: β 4 → 0.5 at step 5." in runs_wording.state_of(turned)
    assert "urned" not in runs_wording.state_of(last)


def test_an_own_run_like_the_bundled_ladder_stands_on_its_chart_by_validation_numbers_of_all(swept: Path) -> None:
    rungs = [of_bundled(registry.find(name)) for name in registry.names() if name.startswith("vae-beta-")]
    model, train = rungs[0].configs or (None, None)
    assert model
    assert train
    run = Notebook().rows(Jobs(swept))[-1]
    own = dataclasses.replace(run, configs=(model, dataclasses.replace(train, beta=3.0)))
    (bundled,) = run_groups.groups(rungs)
    assert (bundled.split, bundled.own) == (TEST, ())
    (group,) = run_groups.groups([own, *rungs])
    assert (group.split, group.own) == (HELD_OUT, (own,))
    assert group.values == tuple(sorted([*bundled.values, 3.0]))
    figure = run_groups.chart(group, [None] * len(group.rows), {"nll": "nll", "setting": "β"})
    marks = figure.data[1]
    assert list(marks.y) == [row.term(HELD_OUT, "nll") for row in group.rows]
    assert [row for row, symbol in zip(group.rows, marks.marker.symbol, strict=True) if symbol == "diamond"] == [own]
    note = runs_wording.group_note(group)
    assert "n = 10,000 or " in note or " or dynamic pixels, n = 10,000" in note
    assert "Diamonds are runs of your own" in note
    assert "Diamonds" not in runs_wording.group_note(bundled)


def test_what_numbers_may_come_from_is_all_that_differs_but_the_seed_and_what_only_one_kind_has(swept: Path) -> None:
    rows = [row for row in Notebook().rows(Jobs(swept)) if row.configs]
    model, train = rows[-1].configs or (None, None)
    assert model
    assert train

    def like(**changed: Any) -> Row:
        return dataclasses.replace(rows[-1], configs=(model, dataclasses.replace(train, **changed)))

    assert run_table.varied([rows[-1], like(seed=99)]) == []
    assert run_table.varied([rows[-1], like(seed=99, beta=77.0)]) == ["beta"]
    several = run_table.varied([rows[-1], like(beta=77.0, batch_size=17)])
    assert several == ["beta", "batch_size"]
    assert runs_wording.several_differ(several[:1], {}) == ""
    said = runs_wording.several_differ(several, run_table.differences([rows[-1], like(beta=77.0, batch_size=17)]))
    assert said.startswith("These models differ in 2 settings: β and Batch. ")
    assert "table" not in said
    autoencoder = dataclasses.replace(rows[-1], configs=(dataclasses.replace(model, kind="ae"), train))
    assert run_table.varied([rows[-1], autoencoder]) == ["kind"]


def test_every_setting_in_the_table_of_differences_is_counted_above_it_or_said_not_to_be() -> None:
    pair = [of_bundled(registry.find(name)) for name in ("vae-mnist", "ae-mnist-small")]
    different = run_table.differences(pair)
    said = runs_wording.several_differ(run_table.varied(pair), different)
    counted, _, others = said.partition(" What differs")
    for label, values in runs_wording.by_label(different).items():
        assert plain(label) in (others if NOTHING in values or label == "Seed" else counted)
    assert f"differ in {len(run_table.varied(pair))} settings" in said


def test_an_autoencoders_nll_beside_a_vaes_is_explained_by_their_settings() -> None:
    vae, ae, rung = (of_bundled(registry.find(name)) for name in ("vae-mnist", "ae-mnist", "vae-beta-4"))
    said = runs_wording.of_two_kinds([vae, ae])
    assert "These differ in Budget, too" in said
    found = in_lab()
    assert found
    assert all(f"{value:.2f}" in said for value, _ in found)
    assert runs_wording.of_two_kinds([vae, rung]) == ""
    assert vae.configs
    alike = dataclasses.replace(ae, configs=(dataclasses.replace(vae.configs[0], kind="ae"), vae.configs[1]))
    assert runs_wording.of_two_kinds([vae, alike]).endswith("trained alike.")
    assert "is not known here" in runs_wording.of_two_kinds([vae, dataclasses.replace(ae, state=IMPORTED)])


def test_maps_of_vaes_have_one_range_and_an_autoencoder_its_own() -> None:
    rng = np.random.default_rng(0)
    labels = np.zeros(6, np.uint8)

    def map_of(reach: float, is_vae: bool) -> run_maps.Map:
        codes, square = reach * rng.uniform(-1, 1, (6, 2)), (np.full(2, -3.0), np.full(2, 3.0))
        return run_maps.Map("m", codes, labels, {"test": 2, "validation": 1, "train": 3}, ("a",), "u", is_vae, square)

    shown = [map_of(1, True), map_of(20, True), map_of(500, False)]
    layout = run_maps.maps(shown).layout
    for axis in ("xaxis", "yaxis"):
        first, second, third = (layout[axis + place].range for place in ("", "2", "3"))
        assert first == second
        assert third[1] - third[0] > 5 * (first[1] - first[0])
        for one, (low, high) in zip(shown, (first, second, third), strict=True):
            values = one.codes[:, "xy".index(axis[0])]
            assert low < values.min()
            assert values.max() < high
    assert list(run_maps.maps(shown).data[0].marker.symbol) == ["circle"] * 2 + ["circle-dot"] + ["circle-open"] * 3


def test_kl_of_the_dimensions_adds_up_to_the_kl_that_training_measured(swept: Path) -> None:
    for row in Notebook().rows(Jobs(swept)):
        stored = checkpoints.read(row.folder)
        latent = run_groups.latent_of(row, stored)
        assert sum(latent.kl) == pytest.approx(stored.metrics["kl"], rel=1e-4)
        assert list(latent.kl) == sorted(latent.kl, reverse=True)
        assert len(latent.kl) == stored.model.latent_dim


def test_a_collapsed_dimension_has_no_kl_and_is_not_active() -> None:
    rng = np.random.default_rng(0)
    mu = np.stack([rng.standard_normal(1000), 0.01 * rng.standard_normal(1000)], 1)
    latent = run_groups.latent(mu, np.stack([np.full(1000, 0.1), np.ones(1000)], 1))
    assert latent.active == 1
    assert latent.kl[0] > 1
    assert latent.kl[1] == pytest.approx(0.5 * (mu[:, 1] ** 2).mean(), rel=1e-6)


def test_settings_name_what_differs_and_leave_out_what_an_autoencoder_does_not_have(swept: Path) -> None:
    rows = Notebook().rows(Jobs(swept))
    for one, other in itertools.pairwise(rows[1:]):
        told = run_table.differences([one, other])
        assert set(told) <= {"beta", "seed"}
        assert told
    assert run_table.differences([rows[1], rows[1]]) == {}
    ae = dataclasses.replace(rows[1], configs=(tiny(kind="ae"), short(beta=7.0)))
    assert (run_table.settings(ae)["beta"], run_table.settings(ae)["noise"]) == (run_table.NOTHING, run_table.NOTHING)
    noisy = dataclasses.replace(rows[1], configs=(tiny(likelihood="gaussian-fixed"), short(beta=7.0, noise=0.3)))
    assert (run_table.settings(noisy)["beta"], run_table.settings(noisy)["noise"]) == ("7", "0.3")
    assert "β\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}7, σ\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.3" in runs_wording.state_of(noisy)


def picture(url: str) -> np.ndarray:
    kind, _, content = url.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("L")).astype(float)


def test_a_manifold_has_z2_upwards_and_covers_the_range_that_is_stated(tmp_path: Path) -> None:
    stored = checkpoints.read(save_model(tmp_path / "model", tiny()))
    gaussian = run_pictures.Gaussian(np.array([1.0, -2.0]), np.diag([0.5, 2.0]))
    low, high = run_pictures.square(gaussian)
    np.testing.assert_allclose([low, high], [[-5, -8], [7, 4]])
    drawn = picture(run_pictures.manifold(stored, gaussian, 4, dark=False))
    for row, column in ((0, 0), (0, 3), (3, 0)):
        z = low + (np.array([column, 3 - row]) + 0.5) / 4 * (high - low)
        cell = drawn[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
        ink = forward.decode(stored, z[None])[0]
        assert np.abs(255 - ink * (255 - 19) - cell).max() < 12  # sixteen greys


def test_the_dark_theme_has_light_ink(tmp_path: Path) -> None:
    stored = checkpoints.read(save_model(tmp_path / "model", tiny()))
    light, dark = (picture(run_pictures.manifold(stored, run_pictures.standard(2), 3, one)) for one in (False, True))
    assert np.corrcoef(light.ravel(), dark.ravel())[0, 1] < -0.99


def test_a_thumbnail_is_small_in_any_dimension(tmp_path: Path) -> None:
    for dimensions in (1, 2, 5):
        stored = checkpoints.read(save_model(tmp_path / f"{dimensions}", tiny(latent_dim=dimensions)))
        url = run_pictures.thumbnail(stored, run_pictures.standard(dimensions), dark=False)
        assert len(url) < 10_000
        assert picture(url).shape == (112, 112)


def test_every_model_gets_the_same_draws_and_an_own_gaussian_moves_them_alone() -> None:
    np.testing.assert_array_equal(run_pictures.noise(3, 10, 2), run_pictures.noise(3, 10, 20)[:, :2])
    rng = np.random.default_rng(0)
    codes = rng.standard_normal((4000, 2)) @ np.array([[3.0, 0], [1.0, 0.2]]) + [5, -1]
    gaussian = run_pictures.fitted(codes)
    drawn = gaussian.mean + run_pictures.noise(0, 20_000, 2) @ gaussian.root.T
    np.testing.assert_allclose(drawn.mean(0), codes.mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(codes.T), rtol=0.05, atol=0.02)


def measured(name: str, split: str, n: int, samples: int) -> Row:
    """A row of which only its numbers matter."""
    numbers = {split: run_table.Numbers({"nll": 1.0}, {}, n, "dynamic", samples)}
    return Row(name, name, Path(name), run_table.BUNDLED, "", None, numbers, {}, ())


def test_of_numbers_measured_in_several_ways_it_is_said_which_row_is_which() -> None:
    alike = [measured("vae-a", "test", 10_000, 10), measured("ae-a", "test", 10_000, 10)]
    assert runs_wording.protocols(alike).endswith("test: dynamic pixels, 10,000 images × 10 draws of z.")
    mixed = [*(measured(f"r_{i}", "validation", 2000, 1) for i in range(5)), measured("few", "validation", 3, 1), *alike]
    assert runs_wording.protocols(mixed).partition("images. ")[2] == (
        "val.: dynamic pixels, 3 images × 1 draw of z (few), dynamic pixels, 2,000 images × 1 draw of z "
        "(r\\_0, r\\_1, r\\_2 and 2 more); test: dynamic pixels, 10,000 images × 10 draws of z."
    )


def test_densities_of_gaussian_pixels_are_told_apart_from_probabilities_of_bits() -> None:
    bits, density = (
        dataclasses.replace(measured(name, "test", 10_000, 10), configs=(tiny(likelihood=name), short()))
        for name in ("bernoulli", "gaussian-fixed")
    )
    said = runs_wording.protocols([bits, density])
    assert "others: densities of Gaussian pixels (gaussian\\-fixed)." in said
    assert "gaussian\\-fixed: pixels of 0 and 1 under a Gaussian likelihood" in said
    for alike in ([bits, bits], [density, density]):
        assert "Not to be compared" not in runs_wording.protocols(alike)


@pytest.mark.parametrize("dark", [False, True])
def test_pictures_that_were_made_ready_are_not_drawn_again(dark: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    run_shelf.make_ready()
    monkeypatch.setattr(run_pictures, "thumbnail", lambda *asked: pytest.fail("it is drawn again"))
    bundled = [row for row in run_shelf.rows() if row.state == BUNDLED]
    assert bundled
    assert all(run_shelf.thumbnail(row, dark).startswith("data:image/png") for row in bundled)
