"""What `wake-sleep` found: sentences, charts and tables from ELBOs over training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vae_engine.experiments.result import Chart, Table, curve

METHODS = ("AEVB", "wake-sleep")


@dataclass(frozen=True)
class Elbos:
    """ELBO in nats per image by method, [dimensions, seeds, checkpoints], on test and on training images."""

    dimensions: tuple[int, ...]
    seen: list[int]
    test: dict[str, np.ndarray]
    train: dict[str, np.ndarray]

    @property
    def lead(self) -> np.ndarray:
        """AEVB's test ELBO minus wake-sleep's of the same seed."""
        return self.test["AEVB"] - self.test["wake-sleep"]

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
        leads = ", ".join(f"{row.mean():+.1f} at N_z = {d}" for d, row in zip(self.dimensions, last, strict=True))
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
                top = int(runs.mean(0).argmax())
                fall = runs[:, top] - runs[:, -1]
                if fall.min() > 0.5:
                    found.append(f"{method}'s at N_z = {d} from {runs[:, top].mean():.1f} nats at {self.seen[top]:,} images to "
                                 f"{runs[:, -1].mean():.1f}")  # fmt: skip
        if not found:
            return "No test ELBO comes down again in every seed by the end of training."
        return f"A test ELBO comes down again in every seed while training goes on: {'; '.join(found)}."

    def _says_dimensions(self) -> str:
        last = {method: self.test[method][:, :, -1].mean(1) for method in METHODS}
        best = {method: int(values.argmax()) for method, values in last.items()}
        parts = [f"{method} is best at N_z = {self.dimensions[best[method]]} ({last[method].max():.1f} nats) and has "
                 f"{last[method][-1]:.1f} at N_z = {self.dimensions[-1]}" for method in METHODS]  # fmt: skip
        return f"Dimensions: {'; '.join(parts)}."

    def _says_generalisation(self) -> str:
        more = {method: self.train[method] - self.test[method] for method in METHODS}
        grown = {method: (values[:, :, -1] - values[:, :, 0]).mean(1) for method, values in more.items()}
        parts = [f"{values.mean():.1f} nats more for {method} ({values.min():+.1f} to {values.max():+.1f} over N_z)"
                 for method, values in grown.items()]  # fmt: skip
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
                curves.append(curve(f"{method}, test", self.seen, self.test[method][place]))
                curves.append(curve(f"{method}, train", self.seen, self.train[method][place]))
            charts.append(Chart(f"elbo-{d}", f"N_z = {d}", x_label, "ELBO, nats per image", tuple(curves), x_log=True))
        return tuple(charts)

    def table(self) -> Table:
        """The end of training."""
        rows = []
        for place, d in enumerate(self.dimensions):
            final = [split[method][place, :, -1].mean() for method in METHODS for split in (self.test, self.train)]
            lead = self.lead[place, :, -1]
            rows.append((d, *_rounded(*final, lead.mean(), lead.min(), lead.max())))
        columns = ("N_z", "AEVB, test", "AEVB, train", "wake-sleep, test", "wake-sleep, train", "AEVB's lead on test",
                   "least of the seeds", "greatest")  # fmt: skip
        return Table(f"ELBO after {self.seen[-1]:,} images, nats per image, means over seeds", columns, tuple(rows))


def says_exact(exact: dict[str, np.ndarray]) -> str:
    """Whose the lead is in two dimensions, from (log p(x), ELBO) [models, 2] by method."""
    log_px = {method: found[:, 0].mean() for method, found in exact.items()}
    gap = {method: (found[:, 0] - found[:, 1]).mean() for method, found in exact.items()}
    decoder, encoder = log_px["AEVB"] - log_px["wake-sleep"], gap["wake-sleep"] - gap["AEVB"]
    return (
        f"In two dimensions the exact log p(x) tells the two networks apart: {log_px['AEVB']:.1f} for AEVB and "
        f"{log_px['wake-sleep']:.1f} for wake-sleep. Of the lead of {decoder + encoder:+.1f} nats {decoder:+.1f} are the "
        f"decoder's and {encoder:+.1f} the encoder's: KL(q ‖ p(z|x)) is {gap['AEVB']:.1f} against {gap['wake-sleep']:.1f}."
    )


def exact_table(exact: dict[str, np.ndarray], images: int) -> Table:
    """Exact log p(x), ELBO and gap in two dimensions."""
    rows = tuple((method, *_rounded(*found.mean(0), (found[:, 0] - found[:, 1]).mean())) for method, found in exact.items())
    columns = ("method", "exact log p(x)", "ELBO", "gap = KL(q ‖ p(z|x))")
    return Table(f"Two dimensions at the end, first {images} test images, nats per image, means over seeds", columns, rows)


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values))


def _rounded(*values: float) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in values)
