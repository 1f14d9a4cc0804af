#!/usr/bin/env bash
# safetensors 0.8.0 (Python, numpy backend). Guess: the same tensors and the same notes (metadata) give the same bytes, so a
# file may be known by its hash. Seen: with two notes the bytes differ from process to process, since the notes come in an
# order of their own each time; with one note they are the same. Files that are compared by hash must have one note at most.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.4.1
cat > "$folder/hash.py" <<'PY'
import hashlib, sys
import numpy
from safetensors.numpy import save

notes = {"first": "1", "second": "2"} if sys.argv[1] == "two" else {"first": "1"}
print(hashlib.sha256(save({"x": numpy.zeros(4, numpy.float32)}, notes)).hexdigest()[:16])
PY
different() { for _ in $(seq 24); do "$folder/venv/bin/python" "$folder/hash.py" "$1"; done | sort -u | wc -l; }
one=$(different one)
two=$(different two)
echo "different files of 24 with one note: $one, with two notes: $two"
[ "$one" -eq 1 ] && [ "$two" -gt 1 ]
