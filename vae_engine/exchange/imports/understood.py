"""The table of what is read of others' models, from what the readers themselves know."""

from __future__ import annotations

from vae_engine.exchange.imports import keras_layers, matching, nodes
from vae_engine.stored.records import KINDS


def markdown() -> str:
    """One row for each kind of layer: ONNX's operators, and Keras' layers or nonlinearities, that may become it."""
    rows = [["layer", "ONNX", "Keras"], ["---"] * 3]
    rows += [[f"`{kind}`", *cells] for kind in KINDS if any(cells := [_onnx(kind), _keras(kind)])]
    rows.append(["left out: does nothing at rest", _onnx(""), _keras("")])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _onnx(kind: str) -> str:
    found = [op for op, (kinds, _) in nodes.KNOWN.items() if _names(kinds, kind)]
    found += [f"{op} of several ways" for op, made in matching.JOINS.items() if made == kind]
    found += ["written out in arithmetic"] * any(curve["op"] == kind for curve in matching.CURVES)
    return ", ".join(found)


def _keras(kind: str) -> str:
    found = [name for name, (kinds, _) in keras_layers.KNOWN.items() if _names(kinds, kind)]
    found += [f'"{name}"' for name, made in keras_layers.ACTIVATIONS.items() if [one["op"] for one in made] == [kind]]
    return ", ".join(found)


def _names(kinds: str, kind: str) -> bool:
    return kind in kinds.split() if kind else not kinds
