"""What `wake-sleep` found: sentences, charts and tables from ELBOs over training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vae_engine.experiments.means import Mean, apart
from vae_engine.experiments.result import Chart, Table, curve

METHODS = ("AEVB", "wake-sleep")


@dataclass(frozen=True)
class Elbos:
    """ELBO of each image in nats by method, [dimensions, seeds, checkpoints, images], on test and on training images."""

    dimensions: tuple[int, ...]
    seen: list[int]
    test: dict[str, np.ndarray]
    train: dict[str, np.ndarray]

    @property
    def lead(self) -> np.ndarray:
        """AEVB's test ELBO minus wake-sleep's of the same seed: [dimensions, seeds, checkpoints]."""
        found: np.ndarray = (self.test["AEVB"] - self.test["wake-sleep"]).mean(-1)
        return found

    def last(self, method: str, place: int) -> Mean:
        """A method's test ELBO at the end, for the number of dimensions that stands there."""
        return Mean(self.test[method][place, :, -1])

    def last_lead(self, place: int) -> Mean:
        """AEVB's lead at the end."""
        return self.last("AEVB", place) - self.last("wake-sleep", place)

    def says(self) -> list[str]:
        """The ordering at the end, the ordering before, and what dimensions and training images are worth."""
        return [
            self._says_last(),
            self._says_throughout(),
            self._says_decline(),
            self._says_dimensions(),
            self._says_generalisation(),
        ]

    def _says_last(self) -> str:
        last = self.lead[:, :, -1]
        always = [d for d, row in zip(self.dimensions, last, strict=True) if (row > 0).all()]
        others = [d for d in self.dimensions if d not in always]
        named = "every N_z" if not others else f"N_z = {_listed(always)}" if always else "no N_z"
        leads = ", ".join(f"{self.last_lead(place):+} at N_z = {d}" for place, d in enumerate(self.dimensions))
        return (
            f"After {self.seen[-1]:,} images AEVB's test ELBO is above wake-sleep's for {named} in each of {last.shape[1]} seeds"
            f"{f', but not for N_z = {_listed(others)}' if others else ''}; its mean lead in nats is {leads}."
        )

    def _says_throughout(self) -> str:
        behind, throughout = [], []
        for d, mean in zip(self.dimensions, self.lead.mean(1), strict=True):
            when = [seen for seen, lead in zip(self.seen, mean, strict=True) if lead < 0]
            if when:
                behind.append(f"N_z = {d} (checkpoints from {when[0]:,} to {when[-1]:,} images, by up to {-mean.min():.1f} nats)")
            else:
                throughout.append(d)
        if not behind:
            seeds = self.lead.shape[1]
            every = "in every seed" if (self.lead > 0).all() else f"on the mean of {seeds} seeds"
            return (
                f"The published ordering, AEVB above throughout, holds: {every}, for every N_z and at each of {len(self.seen)} "
                f"checkpoints from {self.seen[0]:,} images on."
            )
        says = f"The published ordering, AEVB above throughout, does not hold: wake-sleep is ahead for {'; '.join(behind)}."
        return says + (f" It holds at every checkpoint for N_z = {_listed(throughout)}." if throughout else "")

    def _says_decline(self) -> str:
        """Whether either method's ELBO comes down again, by more than its seeds differ."""
        found = []
        for method in METHODS:
            for d, runs in zip(self.dimensions, self.test[method], strict=True):
                top = int(runs.mean((0, 2)).argmax())
                highest, last = Mean(runs[:, top]), Mean(runs[:, -1])
                if (highest - last).by_seed.min() > 0.5:
                    found.append(f"{method}'s at N_z = {d} from {highest} nats at {self.seen[top]:,} images to {last} "
                                 f"(difference {last - highest:+})")  # fmt: skip
        if not found:
            return "No test ELBO comes down again in every seed by the end of training."
        return f"A test ELBO comes down again in every seed while training goes on: {'; '.join(found)}."

    def _says_dimensions(self) -> str:
        last = {method: [self.last(method, place) for place in range(len(self.dimensions))] for method in METHODS}
        best = {method: max(range(len(means)), key=lambda place: means[place].value) for method, means in last.items()}
        parts = [f"{method} is best at N_z = {self.dimensions[best[method]]} ({last[method][best[method]]} nats) and has "
                 f"{last[method][-1]} at N_z = {self.dimensions[-1]}" for method in METHODS]  # fmt: skip
        return f"Dimensions: {'; '.join(parts)}."

    def _says_generalisation(self) -> str:
        parts = []
        for method in METHODS:
            risen = [split[method][:, :, -1] - split[method][:, :, 0] for split in (self.train, self.test)]
            trained, tested = (Mean(values.mean(0)) for values in risen)  # images see all N_z, so their means over these, too
            of_each = (risen[0].mean(2) - risen[1].mean(2)).mean(1)
            parts.append(
                f"{apart(trained, tested)} nats more for {method} ({of_each.min():+.1f} to {of_each.max():+.1f} over N_z)"
            )
        return f"Since the first checkpoint the ELBO of training images has risen {' and '.join(parts)} than that of test images."

    def charts(self) -> tuple[Chart, ...]:
        """AEVB's lead, then both methods for each number of dimensions."""
        leads = tuple(curve(f"N_z = {d}", self.seen, self.lead[place]) for place, d in enumerate(self.dimensions))
        x_label = "training images seen"
        charts = [
            Chart("lead", "AEVB's lead over wake-sleep", x_label, "difference of test ELBOs, nats per image", leads, x_log=True,
                  note="Pairs of the same seed; below 0 wake-sleep is ahead.")
        ]  # fmt: skip
        for place, d in enumerate(self.dimensions):
            curves = []
            for method in METHODS:
                curves.append(curve(f"{method}, test", self.seen, self.test[method][place].mean(-1)))
                curves.append(curve(f"{method}, train", self.seen, self.train[method][place].mean(-1)))
            charts.append(Chart(f"elbo-{d}", f"N_z = {d}", x_label, "ELBO, nats per image", tuple(curves), x_log=True))
        return tuple(charts)

    def table(self) -> Table:
        """The end of training."""
        rows = []
        for place, d in enumerate(self.dimensions):
            final = [Mean(split[method][place, :, -1]).cells for method in METHODS for split in (self.test, self.train)]
            lead = self.last_lead(place)
            rows.append((d, *(cell for cells in final for cell in cells), *lead.cells, *lead.extremes))
        columns = ("N_z", "AEVB, test", "±", "AEVB, train", "±", "wake-sleep, test", "±", "wake-sleep, train", "±",
                   "AEVB's lead on test", "±", "least of the seeds", "greatest")  # fmt: skip
        return Table(f"ELBO after {self.seen[-1]:,} images, nats per image, means over seeds", columns, tuple(rows))


def says_exact(exact: Mapping[str, tuple[Mean, Mean]]) -> str:
    """Whose the lead is in two dimensions, from log p(x) and ELBO by method."""
    (ours, our_elbo), (theirs, their_elbo) = exact["AEVB"], exact["wake-sleep"]
    our_gap, their_gap = ours - our_elbo, theirs - their_elbo
    return (
        f"In two dimensions the exact log p(x) tells the two networks apart: {ours} for AEVB and {theirs} for wake-sleep. Of the "
        f"lead of {our_elbo - their_elbo:+} nats {ours - theirs:+} are the decoder's and {their_gap - our_gap:+} the encoder's: "
        f"KL(q ‖ p(z|x)) is {our_gap} against {their_gap}."
    )


def exact_table(exact: Mapping[str, tuple[Mean, Mean]]) -> Table:
    """Exact log p(x), ELBO and gap in two dimensions."""
    rows = tuple((method, *log_px.cells, *elbo.cells, *(log_px - elbo).cells) for method, (log_px, elbo) in exact.items())
    columns = ("method", "exact log p(x)", "±", "ELBO", "±", "gap = KL(q ‖ p(z|x))", "±")
    images = exact["AEVB"][0].values.shape[1]
    return Table(f"Two dimensions at the end, {images} of the test images, nats per image, means over seeds", columns, rows)


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values))
