"""A run as one file that is safe to hand around: a zip of safetensors and JSON with a hash for every part.

`manifest.json` names every other part with its SHA-256. Images of one's own travel with the run that was trained on them;
the path where they lay does not. Nothing is written before everything was checked, and a run appears in its folder whole or
not at all. No torch, and nothing unpickles.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from vae_engine.base.errors import EngineError
from vae_engine.base.files import parse_json, patiently, write_atomically
from vae_engine.data import datasets
from vae_engine.data import own as own_data
from vae_engine.runs import log as run_log
from vae_engine.runs import snapshots
from vae_engine.stored import checkpoints, knobs
from vae_engine.stored import weights as weight_files
from vae_engine.stored.config import ModelConfig, TrainConfig

FORMAT = "latent-explorer-run-1"
MANIFEST = "manifest.json"
STATE, IMAGES = "state.safetensors", "images.safetensors"
MAX_BYTES = 512 * 2**20
_PER_PART = 400  # bytes of a zip's own entries and of the manifest, at most
_MAX_PARTS, _MAX_TEXT, _MAX_LOG = 200, 2**20, 32 * 2**20
_SNAPSHOT = re.compile(rf"{snapshots.SNAPSHOTS}/step-([0-9]{{8,9}})\.safetensors")
_PARTS = (checkpoints.CONFIG, run_log.EVENTS, checkpoints.METRICS, checkpoints.WEIGHTS, STATE, IMAGES)
_BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, struct.error,
    OverflowError, IndexError,
)  # fmt: skip
_NUMBERS = {  # what an event of each type has besides its step
    "step": ("epoch", "progress", "seconds", "loss", "nll", "kl", "learning_rate", "images_per_second"),
    "epoch": ("epoch", "seconds"),
    "snapshot": (),
    "finished": ("seconds",),
    "failed": (),
    "resumed": (),
    knobs.TURNED: (),
    knobs.PLANNED: (),
}
_NEWER = ("nll_se", "kl_se")
"""Numbers that the steps of older logs lack, and those of a single image have none of."""


def pack(folder: Path, path: Path, limit: int | None = None) -> int:
    """Write the run in a folder to one file, atomically; its size in bytes.

    With a `limit` in bytes the file is made to fit: a finished run goes without the state, so that no one can train it on,
    then every run without some of its snapshots, evenly, but for the first and the last.
    Raises EngineError when the folder holds no run, one that is damaged or too large, or one whose images are gone.
    """
    model, train = checkpoints.read_config(folder)
    names = [name for name in _PARTS if name != IMAGES and (folder / name).is_file()]
    names += sorted(f"{snapshots.SNAPSHOTS}/{one.name}" for one in (folder / snapshots.SNAPSHOTS).glob("step-*.safetensors"))
    parts = {name: _read(folder / name) for name in names if name != run_log.EVENTS}
    if datasets.is_own(train.data):
        parts[IMAGES] = own_data.packed(train.data)
        parts[checkpoints.CONFIG] = checkpoints.config_bytes(model, replace(train, data=IMAGES))
    events = run_log.read_all(folder)
    if limit is not None:
        parts, events = _lightened(parts, events, limit)
    parts[run_log.EVENTS] = b"".join(map(run_log.line, events))
    _check(parts)
    manifest = {"format": FORMAT, "files": {name: _digest(content) for name, content in parts.items()}}
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in {MANIFEST: json.dumps(manifest, indent=1).encode(), **parts}.items():
                shrinks = name == IMAGES or name.endswith((".json", ".jsonl"))  # weights hardly do
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED)
        file.seek(0)
        packed = file.read()
    if limit is not None and len(packed) > limit:
        raise EngineError(f"Even without snapshots the run makes a file of {len(packed) / 1e6:.1f} MB.")
    write_atomically(path, packed)
    return len(packed)


def _lightened(
    parts: dict[str, bytes], events: list[run_log.LogEvent], limit: int
) -> tuple[dict[str, bytes], list[run_log.LogEvent]]:
    """As many of the parts of a run as fit a limit, and its events without those of snapshots that were left out."""
    steps = {int(match[1]): name for name in parts if (match := _SNAPSHOT.fullmatch(name))}
    if checkpoints.METRICS in parts:
        parts = {name: content for name, content in parts.items() if name != STATE}
    besides = sum(len(content) for name, content in parts.items() if name not in (IMAGES, *steps.values()))
    besides += len(zlib.compress(parts[IMAGES])) if IMAGES in parts else 0
    besides += sum(len(run_log.line(event)) for event in events) + _PER_PART * (len(parts) + 2)  # text packs to less
    kept = list(steps)
    for count in range(len(steps), -1, -1):
        kept = _evenly(sorted(steps), count)
        if besides + sum(len(parts[steps[step]]) for step in kept) <= limit:
            break
    left_out = {name for step, name in steps.items() if step not in kept}
    parts = {name: content for name, content in parts.items() if name not in left_out}
    return parts, [event for event in events if event["type"] != "snapshot" or event["step"] in kept]


def _evenly(steps: list[int], count: int) -> list[int]:
    """So many of these, evenly spaced in the list, the first and the last among them; one alone is the last."""
    if count < 2:
        return steps[len(steps) - count :]
    return [steps[round(i * (len(steps) - 1) / (count - 1))] for i in range(count)]


def unpack(path: Path, folder: Path, limit: int | None = None, images: Path | None = None) -> None:
    """Make a run folder of such a file. Raises EngineError, having made no run, unless everything in it is sound.

    It may unpack to `limit` bytes, by default as many as any run has. Images that travelled with it come to lie in the run's
    folder, or, once for all runs on the same ones, in the folder `images` under their hash.
    """
    if folder.exists():
        raise EngineError(f"{folder} exists already; choose another folder.")
    parts = read(path, limit)
    if IMAGES in parts:
        place = (images / f"{_digest(parts[IMAGES])[:20]}.safetensors" if images else folder / IMAGES).resolve()
        model, train = _configs(parts)
        data = datasets.of_side(str(place), model.side)
        parts[checkpoints.CONFIG] = checkpoints.config_bytes(model, replace(train, data=data))
        if images:
            write_atomically(place, parts.pop(IMAGES))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    except OSError as error:
        raise EngineError(f"Cannot write {folder}: {error.strerror or error}.") from None
    try:
        for name, content in parts.items():
            write_atomically(made / name, content)
        if checkpoints.METRICS in parts:
            checkpoints.read(made)
        made.chmod(0o755)
        patiently(lambda: made.rename(folder))
    except (EngineError, OSError) as error:
        shutil.rmtree(made, ignore_errors=True)
        raise EngineError(str(error).replace(str(made), str(path))) from None


def read(path: Path, limit: int | None = None) -> dict[str, bytes]:
    """The parts of such a file by name, every check made. Raises EngineError naming the file and what is wrong."""
    try:
        _refuse_large_directory(path)
        with zipfile.ZipFile(path) as archive:
            parts = _parts(archive, path, limit or MAX_BYTES)
    except _BROKEN as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise EngineError(f"{path} is not a readable run file ({reason}).") from None
    manifest = parse_json(parts.pop(MANIFEST, b""), f"{path}: {MANIFEST}")
    if not (isinstance(manifest, dict) and manifest.get("format") == FORMAT and isinstance(manifest.get("files"), dict)):
        raise EngineError(f"{path} is not a run file of this software ({FORMAT}).")
    if manifest["files"].keys() != parts.keys():
        raise EngineError(f"{path} does not hold exactly the parts that its manifest names.")
    for name, content in parts.items():
        if manifest["files"][name] != _digest(content):
            raise EngineError(f"{path}: {name} does not have the SHA-256 of its manifest: it is damaged or was altered.")
    try:
        _check(parts)
    except EngineError as error:
        raise EngineError(f"{path}: {error}") from None
    return parts


def _refuse_large_directory(path: Path) -> None:
    """Look at the last 22 bytes of a zip before Python makes an object of each of what may be millions of entries."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size > MAX_BYTES:
            raise EngineError(f"{path} is larger than {MAX_BYTES >> 20} MiB, which no run file is.")
        file.seek(max(0, size - 42))
        end = file.read()
    if len(end) < 22 or end[-22:-18] != b"PK\5\6" or end[:4] == b"PK\6\7":
        raise EngineError(f"{path} is not a run file, or was cut short.")
    count, length = struct.unpack("<HI", end[-12:-6])
    if count > _MAX_PARTS or length > _MAX_PARTS * 200:
        raise EngineError(f"{path} lists more parts than a run has.")


def _parts(archive: zipfile.ZipFile, path: Path, limit: int) -> dict[str, bytes]:
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > limit:
        raise EngineError(f"{path} unpacks to more than {limit >> 20} MiB, which is too much for a run here.")
    if len({entry.filename for entry in entries}) != len(entries):
        raise EngineError(f"{path} names a part twice.")
    for entry in entries:
        name, mode = entry.orig_filename, entry.external_attr >> 16
        if name != entry.filename or not (name in (MANIFEST, *_PARTS) or _SNAPSHOT.fullmatch(name)):
            raise EngineError(f"{path} holds {ascii(name)[:80]}, which is no part of a run.")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or entry.flag_bits & 1:
            raise EngineError(f"{path}: {name} is not a plain file.")
        if entry.file_size > _limit(name):
            raise EngineError(f"{path}: {name} is larger than any part of its kind.")
    return {entry.filename: archive.read(entry) for entry in entries}


def _limit(name: str) -> int:
    if name.endswith(".safetensors"):
        # The state holds the weights four times: trained, averaged, and two moments.
        return MAX_BYTES if name == STATE else weight_files.MAX_BYTES
    return _MAX_LOG if name == run_log.EVENTS else _MAX_TEXT


def _read(path: Path) -> bytes:
    try:
        if path.is_symlink() or path.stat().st_size > _limit(path.name):
            raise EngineError(f"{path} is a link, or too large for a run file.")
        return path.read_bytes()
    except OSError as error:
        raise EngineError(f"Cannot read {path}: {error.strerror or error}.") from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _check(parts: dict[str, bytes]) -> None:
    """Raise EngineError unless these are the parts of a run that fit each other."""
    if sum(map(len, parts.values())) > MAX_BYTES or len(parts) >= _MAX_PARTS:
        raise EngineError(f"The run is larger than {MAX_BYTES >> 20} MiB, which is too much for one file.")
    if not {checkpoints.CONFIG, run_log.EVENTS} <= parts.keys():
        raise EngineError(f"A run has a {checkpoints.CONFIG} and an {run_log.EVENTS}.")
    if (checkpoints.METRICS in parts) != (checkpoints.WEIGHTS in parts):
        raise EngineError(f"{checkpoints.METRICS} and {checkpoints.WEIGHTS} go together.")
    config, train = _configs(parts)
    sound = train.data == IMAGES if IMAGES in parts else not datasets.is_own(train.data)
    if not sound:
        # A path from a stranger must not make this machine show what lies there.
        raise EngineError(f"{checkpoints.CONFIG} names images that the file does not hold.")
    if IMAGES in parts:
        images = own_data.parse(parts[IMAGES], IMAGES)
        if images.classes != train.classes:
            raise EngineError("The images are of other classes than those that the run was trained on.")
    if (images.report.side if IMAGES in parts else datasets.side(train.data)) != config.side:
        raise EngineError("The images are of another size than those that the model takes.")
    for name, content in parts.items():
        if name == checkpoints.WEIGHTS or _SNAPSHOT.fullmatch(name):
            weight_files.check(weight_files.parse(content, name), config, name)
        elif name == STATE:
            weight_files.parse(content, name)
    for line in parts[run_log.EVENTS].splitlines():
        _check_event(parse_json(line, run_log.EVENTS))


def _configs(parts: dict[str, bytes]) -> tuple[ModelConfig, TrainConfig]:
    return checkpoints.parse_config(parse_json(parts[checkpoints.CONFIG], checkpoints.CONFIG), checkpoints.CONFIG)


def _check_event(event: Any) -> None:
    kind = event.get("type") if isinstance(event, dict) else None
    numbers = _NUMBERS.get(kind) if isinstance(kind, str) else None
    whole = numbers is not None and type(event.get("step")) is int and -1 <= event["step"] < 10**9
    sound = whole and all(_is_number(event.get(key), key in run_log.MEASURED) for key in (*(numbers or ()), "time"))
    sound = sound and all(event.get(key) is None or _is_number(event[key]) for key in _NEWER)
    if sound and kind in ("epoch", "finished"):
        terms = event.get("terms")
        sound = isinstance(terms, dict) and len(terms) < 20 and all(_is_number(value, True) for value in terms.values())
        sound = sound and type(event.get("n", 0)) is int  # older logs do not say how many images
    if sound and kind in ("finished", "failed"):
        text = event.get("reason" if kind == "finished" else "message")
        sound = isinstance(text, str) and len(text) <= 2000 and len(text.splitlines()) <= 1
    if sound and kind in (knobs.TURNED, knobs.PLANNED):
        sound = knobs.is_turn(event) if kind == knobs.TURNED else knobs.planned(event) is not None
    if not sound:
        raise EngineError(f"{run_log.EVENTS} holds an event that training never writes.")


def _is_number(value: Any, measured: bool = False) -> bool:
    """Whether this is a number of training, or null for one that was not finite where it was measured."""
    if value is None:
        return measured
    return type(value) in (int, float) and abs(value) < 1e300
