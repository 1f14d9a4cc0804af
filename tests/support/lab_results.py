"""A result with every kind of part, for tests of what is drawn of one."""

from __future__ import annotations

import numpy as np

from vae_engine.experiments.result import Chart, Curve, Findings, Moment, Result, Table, picture

IMAGES = np.linspace(0, 1, 6 * 784).reshape(6, 784)


def line(name: str, *y: float, x: tuple[float, ...] = (), spread: float = 0.0) -> Curve:
    """A curve over 1, 2, 3, …, with a band of so much on both sides."""
    band = (tuple(v - spread for v in y), tuple(v + spread for v in y)) if spread else ((), ())
    return Curve(name, x or tuple(float(i + 1) for i in range(len(y))), y, *band)


def chart(*curves: Curve, **settings: object) -> Chart:
    """A chart of these curves."""
    return Chart(**({"name": "c", "title": "A title", "x_label": "samples", "y_label": "nats", "curves": curves} | settings))  # type: ignore[arg-type]


MOMENTS = (
    Moment("Start", "Nothing moved.", (("ELBO, nats", -203.41), ("move", 0.0183)), ((0.0, 0.0), (0.2, 0.1)), (3, 7)),
    Moment("Wake", "θ climbs.", (("ELBO, nats", -180.0),), ((2.0, 1.0), (-2.0, -1.0)), (3, 7), (picture(IMAGES, "dreams", 6),)),
    Moment("Arrow", "A gradient.", (), ((1.0, 3.0),), (3,), axes=("by μ₁", "by μ₂"), arrows=True),
)


def scratch(name: str, headline: str = "One is better by -1.5 nats.", scale: str = "full") -> Result:
    """A result of an experiment, of every kind of part one."""
    charts = (
        chart(line("falling_fast", 5.0, 2.0, 1.0, spread=0.5), line("flat", 2.0, 2.0, 2.0), x_log=True, y_log=True, note="N_z."),
        chart(line("a cloud", *np.linspace(1, 2, 50)), kind="points", name="p"),
        chart(line("seeds", 3.0, -1.0, x=(0.0, 1.0), spread=0.2), kind="bars", ticks=("one", "two"), name="b"),
    )
    table = Table("Means", ("N_z", "ELBO", "kind"), ((2, -137.256, "A|B"), (10, None, "C")))
    findings = Findings(
        (headline, "A second finding."), (("data", "MNIST, 100 images"),), (0, 1), 1_234_567, charts, (table,),
        (picture(IMAGES, "Drawn from the prior", 3),), MOMENTS,
    )  # fmt: skip
    command = f"python -m vae_engine experiment {name} --seed 0"
    return Result(name, "A title", "A question?", scale, 0, command, "0123456789abcdef", 12.3, findings)
