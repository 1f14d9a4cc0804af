#!/usr/bin/env bash
# Keras 3.15.1 with the torch backend (torch 2.13.0): Conv2DTranspose(1, 3, strides=2, padding="same") has the same size as
# torch's layer with padding=1 and output_padding=1, and other numbers.
#
# Guess beforehand: it is ConvTranspose2d(kernel_size=3, stride=2, padding=1, output_padding=1), which gives the same size.
# Seen: the sizes agree and the numbers do not. Keras' layer is the whole transposed convolution without its last row and
# column; torch's takes its first ones away. Likewise the convolution of stride 2: Keras adds zeros at the end only. So weights
# that are carried over give other numbers, and no error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 numpy==2.4.6
cat > "$folder/probe.py" <<'PY'
import keras
import numpy as np
import torch
import torch.nn.functional as F

keras.utils.set_random_seed(0)
image = np.random.default_rng(0).random((1, 4, 4, 1)).astype("float32")
there = torch.from_numpy(image).permute(0, 3, 1, 2)


def differ(name, layer, other):
    ours = layer(image).detach().permute(0, 3, 1, 2)
    weight = torch.as_tensor(np.asarray(layer.get_weights()[0])).permute(3, 2, 0, 1)
    found = other(there, weight)
    same = found.shape == ours.shape and bool((found - ours).abs().max() < 1e-5)
    print(f"{name}: {tuple(ours.shape[2:])} and {tuple(found.shape[2:])}, {'the same numbers' if same else 'other numbers'}")


up = keras.layers.Conv2DTranspose(1, 3, strides=2, padding="same")
differ("transposed, padding=1, output_padding=1", up, lambda x, w: F.conv_transpose2d(x, w, None, 2, 1, 1))
differ("transposed, the last row and column of all cut", up, lambda x, w: F.conv_transpose2d(x, w, None, 2)[..., :-1, :-1])
down = keras.layers.Conv2D(1, 3, strides=2, padding="same")
differ("convolution, padding=1", down, lambda x, w: F.conv2d(x, w, None, 2, 1))
differ("convolution, a row and a column of zeros at the end", down, lambda x, w: F.conv2d(F.pad(x, (0, 1, 0, 1)), w, None, 2))
PY
KERAS_BACKEND=torch "$folder/venv/bin/python" "$folder/probe.py" 2> /dev/null | tee "$folder/seen"
diff - "$folder/seen" <<'TXT'
transposed, padding=1, output_padding=1: (8, 8) and (8, 8), other numbers
transposed, the last row and column of all cut: (8, 8) and (8, 8), the same numbers
convolution, padding=1: (2, 2) and (2, 2), other numbers
convolution, a row and a column of zeros at the end: (2, 2) and (2, 2), the same numbers
TXT
