"""The formulas of the steps as MathML: browsers show it by themselves, without a script or fonts that would have to come along.

`python -m dashboard.learn` writes formulas.json with Temml, by Node; the site only reads it.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from dashboard.learn.steps import STEPS, Equation, Step
from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.base.places import CODE, place

KEPT = "dashboard/learn/formulas.json"
_PROGRAM = "formulas.mjs"
_INLINE = re.compile(r"\$([^$]+)\$")


@cache
def _kept() -> Mapping[str, str]:
    return json.loads(place(KEPT).read_text(encoding="utf-8"))


def mathml(latex: str) -> str:
    """A formula as MathML. Raises LookupError for one that was not typeset."""
    try:
        return _kept()[latex]
    except KeyError:
        raise LookupError(f"`python -m dashboard.learn` has not typeset {latex!r}.") from None


def write() -> None:
    """Typeset every formula of the steps anew. Raises EngineError where Node or Temml is missing or refuses one."""
    write_atomically(CODE / KEPT, (json.dumps(typeset(), ensure_ascii=False, indent=1) + "\n").encode())


def typeset() -> dict[str, str]:
    """Every formula of the steps, by its LaTeX. Raises EngineError where Node or Temml is missing or refuses one."""
    asked = sorted({one: None for step in STEPS for one in _formulas(step)})
    try:
        done = subprocess.run(
            ["node", _PROGRAM],
            input=json.dumps(asked),
            cwd=Path(CODE) / "dashboard" / "browser",
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
    except OSError as error:
        raise EngineError(f"Formulas are typeset by Node, which does not start: {error.strerror or error}.") from None
    if done.returncode:
        raise EngineError(f"The formulas could not be typeset; after `npm ci` they can. {done.stderr.strip()[-300:]}")
    return dict(zip((latex for latex, _ in asked), json.loads(done.stdout), strict=True))


def _formulas(step: Step) -> Iterator[tuple[str, bool]]:
    """The LaTeX of each, and whether it is displayed."""
    for part in (step.idea, step.why, step.try_this, step.question.text, step.equation, *step.mathematics):
        if isinstance(part, Equation):
            yield part.latex, True
        else:
            yield from ((latex, False) for latex in _INLINE.findall(part))
