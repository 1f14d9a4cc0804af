"""Weights rounded to few steps so that a network's answers hardly change: for files whose size counts. numpy only.

A linear layer's weight becomes whole numbers times a step, W[o, i] ≈ q[o, i] · rows[o] · columns[i]. Rounding each weight to
the nearest step would let the errors of a row add up over the inputs. So weights are rounded one input after another, and what
is lost with one is given to those that are still to be rounded, as far as their inputs go with it (optimal brain
quantisation: Frantar et al., GPTQ, arXiv:2210.17323, eq. 2 and 3). Each layer first makes up for what the layers before it lost.
Inputs that vary little beyond what the ones before them tell have coarser steps, as have pixels that are never grey.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vae_engine.stored import forward
from vae_engine.stored.architecture import Layer, layers
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.weights import Weights

_FIRST = 300.0  # steps in a layer's root mean square weight, at the first try
_TRIES, _SPARE, _FINER_AT_ONCE = 20, 1.05, 1.1  # the largest error of many is chancy, so a leap would mostly go too far
_COARSER = {"columns": 4.0, "rows": 8.0}  # at most, than a layer's step
_WIDEST = 1024  # inputs of a layer that is rounded: the time goes by their third power
_RIDGE = 1e-4  # of the mean square input: what is seen nowhere may still be drawn
_PIXELS_RIDGE = 1e-2
_FINER = {"encoder": (2.0, 8.0), "decoder": (1.0, 1.0)}
"""How much finer a part's inner layers and its last one are than its first: in an encoder, the others are small."""
_GREYEST = 0.25  # of p (1 − p), by which a pixel's probability follows its logit
_MOST_STEPS = 2**15 - 200  # of int16, 128 of which a file adds
_BEYOND = 2**30
_BLOCK = 64
_CHUNK = 250
_FEW, _ALL = slice(None, None, 8), slice(None)

Error = Callable[[Stored, slice], float]
"""How far a model is from the full one, at most, over some of the inputs that are looked at."""


@dataclass(frozen=True)
class Rounded:
    """A linear layer's weight as whole numbers `steps` [out, in], `rows` [out] and `columns` [in], both float32."""

    steps: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    def weight(self) -> np.ndarray:
        """The weight that they stand for: float32 [out, in]."""
        return self.steps.astype(np.float32) * self.rows[:, None] * self.columns


def within(
    stored: Stored, written: Weights, part: str, inputs: np.ndarray, error: Error, most: float
) -> tuple[dict[str, Rounded], Stored, float]:
    """The linear layers of `part` (encoder or decoder) in the coarsest steps tried whose `error` is at most `most`.

    Gives them by name, the model that they make with what else is `written` (its biases make up for what was lost), and its
    error. `inputs` [n, …] are what the rounding goes by; `error` had better look at others. A model whose error comes from
    elsewhere gets the finest tried, and the error says so. A layer that would need more steps than int16 counts is left out.
    """
    true = _inputs(stored, part, stored.weights, np.asarray(inputs, np.float32))
    fineness = _FIRST
    for _ in range(_TRIES):
        found, model = _rounded(stored, written, part, true, fineness)
        if (far := error(model, _FEW)) <= most and (far := error(model, _ALL)) <= most:
            break
        fineness *= min(_FINER_AT_ONCE, _SPARE * far / most)
    else:
        far = error(model, _ALL)
    return found, model, far


def _inputs(stored: Stored, part: str, weights: Weights, h: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """The place of each linear layer of a part that is rounded, and what comes into it."""
    described, found, begin = layers(stored.model)[part], [], 0
    for place in (place for place, layer in enumerate(described) if layer["op"] == "linear" and layer["in"] <= _WIDEST):
        h = _through(described[begin:place], part, weights, h, begin)
        found.append((place, h))
        begin = place
    return found


def _rounded(
    stored: Stored, written: Weights, part: str, true: list[tuple[int, np.ndarray]], fineness: float
) -> tuple[dict[str, Rounded], Stored]:
    described = layers(stored.model)[part]
    made, found, begin = stored.weights | written, {}, 0
    given = true[0][1] if true else np.zeros(0)
    for count, (place, wanted) in enumerate(true):
        given = _through(described[begin:place], part, made, given, begin) if count else given
        begin, name, is_first, is_last = place, f"{part}.{place}", not count, count == len(true) - 1
        weight, bias = (stored.weights[f"{name}.{of}"].astype(np.float64) for of in ("weight", "bias"))
        finer = fineness * (1 if is_first else _FINER[part][is_last])
        rows = np.full(len(weight), max(np.sqrt(np.mean(weight**2)), 1e-12) / finer)
        if part == "decoder" and place == len(described) - 1 and stored.model.likelihood == "bernoulli":
            rows *= _never_grey(wanted @ weight.T + bias)
        one, bias = _linear(weight, bias, wanted, given, rows, _PIXELS_RIDGE if part == "encoder" and is_first else _RIDGE)
        if np.abs(one.steps).max() > _MOST_STEPS:
            continue
        found[f"{name}.weight"] = one
        made |= {f"{name}.weight": one.weight(), f"{name}.bias": bias.astype(np.float32)}
    return found, replace(stored, weights=made)


def _through(described: list[Layer], part: str, weights: dict[str, np.ndarray], h: np.ndarray, first: int) -> np.ndarray:
    chunks = (h[start : start + _CHUNK] for start in range(0, len(h), _CHUNK))
    return np.concatenate([forward.run(described, part, weights, chunk, first) for chunk in chunks])


def _never_grey(logits: np.ndarray) -> np.ndarray:
    """How much coarser a pixel's step may be: the less, the more its probability follows its logit somewhere. [784]"""
    p = 1 / (1 + np.exp(-logits.clip(-50, 50)))
    return (_GREYEST / np.maximum((p * (1 - p)).max(0), 1e-9)).clip(1, _COARSER["rows"])


def _linear(
    weight: np.ndarray, bias: np.ndarray, wanted: np.ndarray, given: np.ndarray, rows: np.ndarray, ridge: float
) -> tuple[Rounded, np.ndarray]:
    """The rounded weight and the bias whose answers to `given` [n, in] are near those of the true ones to `wanted`."""
    middle, aim = given.mean(0, np.float64), wanted.mean(0, np.float64)
    x = given - middle.astype(np.float32)
    lost = wanted - aim.astype(np.float32) - x
    moments = (x.T @ x / len(x)).astype(np.float64)
    moments[np.diag_indices_from(moments)] += max(ridge * np.trace(moments) / len(moments), 1e-12)
    best = weight + weight @ np.linalg.solve(moments, x.T @ lost / len(x)).T
    one = _fed_back(best, moments, rows)
    return one, bias + weight @ aim - one.weight().astype(np.float64) @ middle


def _fed_back(weight: np.ndarray, moments: np.ndarray, rows: np.ndarray) -> Rounded:
    """`weight` [out, in] rounded input after input, those that vary most first, each error given to the inputs behind."""
    order = np.argsort(-np.diag(moments), kind="stable")
    passed_on = np.linalg.cholesky(np.linalg.inv(moments[np.ix_(order, order)])).T
    alone = 1 / np.diag(passed_on)  # the deviation of each input, given those before it
    factors = (alone.max() / alone).clip(1, _COARSER["columns"]).astype(np.float32)
    rows = rows.astype(np.float32)
    left, steps = weight[:, order].copy(), np.empty(weight.shape)
    for start in range(0, len(order), _BLOCK):
        end = min(start + _BLOCK, len(order))
        errors = np.empty((len(weight), end - start))
        for at in range(start, end):
            step = rows.astype(np.float64) * factors[at]
            steps[:, at] = np.rint(left[:, at] / step)
            errors[:, at - start] = (left[:, at] - steps[:, at] * step) / passed_on[at, at]
            left[:, at + 1 : end] -= np.outer(errors[:, at - start], passed_on[at, at + 1 : end])
        left[:, end:] -= errors @ passed_on[start:end, end:]
    placed, columns = np.empty(weight.shape, np.int32), np.empty(len(order), np.float32)
    placed[:, order], columns[order] = steps.clip(-_BEYOND, _BEYOND), factors
    return Rounded(placed, rows, columns)
