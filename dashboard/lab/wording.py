"""The words around the experiments of the Lab page; what they found is said by the experiments themselves."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

from dashboard.jobs.experiment_view import ExperimentView
from dashboard.jobs.run_view import State
from dashboard.shared.wording import number
from vae_engine.experiments.result import Chart, Findings, Moment, Result

LAB = "Lab"
EXPERIMENTS = "Experiments of the lectures"
UNKNOWN_EXPERIMENT = "The address names an experiment that does not exist; here is the first one."
UNKNOWN_RUN = "The run that the address names is not here any more; it may have been deleted."
NOT_BUNDLED = "No result of this experiment comes with the program yet. Run it here: its quick form takes less than a minute."

RUN_HERE = "Run it again here"
RUN_FIRST = "Run it here"
SCALE, SEED = "How thorough", "First seed"
SCALES = {"quick": "Quick: under a minute", "full": "Full: under ten minutes"}
SEED_HELP = "Every random number follows from it; the same seed finds the same again."
START = "Start"
STOP, CANCEL, REMOVE, UNDO = "Stop", "Cancel", "Delete this run", "Undo"
WHICH = "Whose result"
BUNDLED, NOTHING = "Bundled", "None"
DELETED = "The run is deleted."
STILL_BUNDLED = "Until it is done, the bundled result stands below."

SAVE_AS = "Charts as"
SAVE_HELP = "The kind of file that the camera above a chart saves. The camera shows while the pointer is over the chart."
PARTS = {"findings": "Findings", "steps": "Step by step", "numbers": "Numbers", "protocol": "How it was done"}
MOMENT = "Moment"
BEFORE = "Grey: where the same images lay one moment earlier."
AGAIN = "The same from the command line"
RESULT_FILE, CURVES_FILE = "All of it, JSON", "The curves, CSV"
LIVE = {
    "gradient-estimators": ("reparameterisation", "See the gradient arrows of one image, live"),
    "posterior-methods": ("how-good", "See importance sampling miss the modes of one image, live"),
}
"""Steps of Learn where one can move what an experiment measures."""
_LEAST, _HEADLINE = 40, 160
"""Characters of a headline that is cut off, and of one that is not cut."""
_END = re.compile(r"[.;:](?= )")
"""Where a headline may end: with a sentence or a part of one that says something by itself."""
_PLUS_MINUS = "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"
_ERROR = "±"  # heads a table's column of standard errors, and begins the name of a number's
SEEN = 10
"""Numbers of a moment that are seen at once; more are folded."""
_ROWS = 13  # of numbers that fit beside pictures


def unreadable(error: Exception) -> str:
    """Where a result should stand."""
    return f"This result cannot be shown. {error}"


def took(seconds: float) -> str:
    """How long the full form is known to take."""
    return f"The bundled result took {duration(seconds)} on the machine that made it."


def told(view: ExperimentView) -> str:
    """Where a run stands, in a line above its bar."""
    match view.state:
        case State.QUEUED:
            ahead = (view.position or 1) - 1
            return "Its turn is next." if not ahead else f"Waits for {ahead} other run{'s' if ahead > 1 else ''} to end."
        case State.STARTING:
            return "Starting …"
        case State.RUNNING:
            return f"{view.progress.stage} · {_left(view.seconds_left)}"
        case State.STOPPED:
            return "This run was stopped before it found anything."
        case State.INTERRUPTED:
            return "This run was ended from outside before it found anything; start it again."
        case State.FAILED:
            return f"This run failed: {view.message}"
        case State.DAMAGED:
            return f"This run is damaged: {view.message}"
    return "Done."


def _left(seconds: float | None) -> str:
    if seconds is None:
        return "how long it takes cannot be told yet"
    return f"about {duration(seconds)} left" if seconds >= 1 else "nearly done"


def duration(seconds: float) -> str:
    """A span of time in the unit that fits it."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def of_run(view: ExperimentView) -> str:
    """What a run is called in the choice of results."""
    scale, seed = (view.asked.scale, view.asked.seed) if view.asked else ("?", 0)
    return f"{scale.capitalize()}, seed {seed}, {time.strftime('%H:%M:%S', time.localtime(view.about.created))}"


def alt(chart: Chart) -> str:
    """A chart for those who do not see it."""
    ends = (f"{curve.name}: {curve.y[0]:.4g} to {curve.y[-1]:.4g}" for curve in chart.curves if curve.y)
    return f"{chart.title}. {chart.y_label} against {chart.x_label}. {'; '.join(ends)}.".replace(" -", " −")


def places_alt(moment: Moment) -> str:
    """The places of a moment for those who do not see them."""
    counts = (f"{moment.classes.count(digit)} of digit {digit}" for digit in sorted(set(moment.classes)))
    return f"{moment.label}: {len(moment.points)} places in the latent plane, {', '.join(counts)}."


def provenance(result: Result) -> tuple[tuple[str, str], ...]:
    """What made a result, after what its protocol says."""
    seeds = ", ".join(map(str, result.findings.seeds))
    return (
        *result.findings.protocol,
        ("seeds", seeds),
        ("work, the same on every machine", f"{result.findings.samples_seen:,} samples"),
        ("time on the machine that did it", duration(result.seconds)),
        ("how thorough", result.scale),
        ("version of the program", result.commit[:12]),
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a table of Markdown: see `cells`."""
    heads, numeric, shown = cells(columns, rows)
    lines = [map(plain, heads), ("---:" if one else ":---" for one in numeric), *(map(plain, row) for row in shown)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cells(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[list[str], list[bool], list[tuple[str, ...]]]:
    """The heads of a table, whether each column is of numbers, and its rows: as many decimals as a column needs, a dash where
    nothing is.

    A column headed ± stands in the cells of the one before it.
    """
    heads: list[str] = []
    numeric: list[bool] = []
    shown: list[list[str]] = []
    for place, column in enumerate(columns):
        values = [row[place] for row in rows]
        if column == _ERROR:
            shown[-1] = _with_errors([row[place - 1] for row in rows], values)
            continue
        heads.append(column)
        numeric.append(all(map(_is_number, values)))
        shown.append(_column(values))
    return heads, numeric, list(zip(*shown, strict=True))


def headline(text: str) -> tuple[str, str]:
    """A finding as a headline and the rest of what it says; a short one is all headline."""
    if len(text) <= _HEADLINE:
        return text, ""
    ends = [match.start() for match in _END.finditer(text) if match.start() >= _LEAST and _closed(text[: match.start()])]
    if not ends:
        return text, ""
    rest = text[ends[0] + 1 :].lstrip()
    return text[: ends[0]], rest[0].upper() + rest[1:]


def errors(findings: Findings) -> str:
    """Of what the ± of a headline over several seeds is the error; nothing where it has none."""
    meant = dict(findings.protocol).get(_ERROR)
    if meant is None or _ERROR not in findings.says[0] or len(findings.seeds) < 2:
        return ""
    return f"{_ERROR}: {meant}. How much the {len(findings.seeds)} seeds differ is not in it."


def _closed(text: str) -> bool:
    return text.count("(") == text.count(")")


def stands(at: int, of: int, label: str) -> str:
    """Which moment is on show."""
    return f"{at + 1} of {of}: {label}."


def more(count: int) -> str:
    """What folded numbers are called."""
    return f"{count} more numbers"


def beside(numbers: Sequence[tuple[str, float]]) -> str:
    """Numbers of different kinds as a table of Markdown, many of them in columns."""
    return table(*in_columns(numbers))


def in_columns(numbers: Sequence[tuple[str, float]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Numbers of different kinds as the columns and rows of a table without heads, each with as many decimals as it needs
    itself, and its ±.
    """
    errors = dict(numbers)
    named = []
    for name, value in numbers:
        if name.startswith(_ERROR):
            continue
        error = errors.get(f"{_ERROR} {name}")
        named.append((name, (_column([float(value)]) if error is None else _with_errors([float(value)], [error]))[0]))
    columns = -(-len(named) // _ROWS)
    rows = -(-len(named) // columns)
    named += [("", "")] * (rows * columns - len(named))
    return ("", "") * columns, [sum((named[row + rows * column] for column in range(columns)), ()) for row in range(rows)]


def _column(values: list[Any]) -> list[str]:
    floats = [value for value in values if isinstance(value, float)]
    most = max(map(abs, floats), default=0.0)
    needed = max((len(f"{value:.4f}".rstrip("0").partition(".")[2]) for value in floats), default=0)
    digits = min(needed, 1 if most >= 1000 else 2 if most >= 10 else 3 if most >= 1 else 4)
    return ["–" if value is None else number(value, digits) if isinstance(value, float) else
            number(value, 0) if type(value) is int else str(value) for value in values]  # fmt: skip


def _with_errors(values: list[float | None], errors: list[float | None]) -> list[str]:
    """Means with their standard errors: the two decimals that are recorded, one beside thousands, none beside tens of error."""
    digits = 1 if max((abs(value) for value in values if value is not None), default=0.0) >= 1000 else 2
    found = []
    for value, error in zip(values, errors, strict=True):
        if value is None or error is None:
            found.append("–")
        else:
            found.append(_PLUS_MINUS.join(number(one, digits if error < 10 else 0) for one in (value, error)))
    return found


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, (int, float)) or bool(re.fullmatch(f"[−\\d.,{_PLUS_MINUS}]*", str(value)))


def plain(text: str) -> str:
    """Text that Markdown leaves as it is, N_z set as a symbol: see `signed`."""
    escaped = "".join(f"\\{one}" if one in "|$*_[]`~:" else one for one in signed(text))
    return re.sub(r"\bN\\_z\b", "$N_z$", escaped)


def signed(text: str) -> str:
    """Text with a minus sign before numbers instead of a hyphen, and no line that ends beside a ±."""
    return re.sub(r"(?<![^\s(])-(?=\d)", "−", text).replace(" ± ", _PLUS_MINUS)


def symbols(text: str) -> str:
    """Text for a chart, N_z set as a symbol."""
    return re.sub(r"\bN_z\b", "N<sub>z</sub>", text)
