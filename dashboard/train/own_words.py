"""The words of the preview of images of one's own."""

from __future__ import annotations

from collections.abc import Mapping

from vae_engine.data.report import Report, column_said, shortened


def own_counts(splits: Mapping[str, int]) -> str:
    """How images of one's own are divided."""
    train, validation, test = (f"{splits[split]:,}" for split in ("train", "validation", "test"))
    return f"Of {sum(splits.values()):,} images {train} are to train on, {validation} for validation, {test} for test."


def inferred(report: Report) -> list[str]:
    """What was noticed in images of one's own and done about it, a sentence each."""
    kind = f"{report.format[0].upper()}{report.format[1:]}"
    read = f"{report.size} pixels, read as {report.side} × {report.side} grey"
    said = [f"{kind}, {read}. Range: {report.range}. Labels: {report.labels}."]
    said += [f"Ink: {report.polarity}. Turned: {report.orientation}."]
    said += [f"Columns: {'; '.join(map(column_said, report.columns))}."] if report.columns else []
    said += [f"Left out: {'; '.join(report.left_out)}."] if report.left_out else []
    return said + ([f"Of one tone: {shortened(report.one_tone)}."] if report.one_tone else [])


def counted(classes: Mapping[str, int]) -> str:
    """How many images of which class there are."""
    return f"{sum(classes.values()):,} images: " + ", ".join(f"{name} ({count:,})" for name, count in classes.items())
