#!/usr/bin/env bash
# ArviZ 0.23.4 and arviz-stats 0.8.0: Pareto k-hat of importance weights that are all equal.
#
# Guess beforehand: equal weights are the best there can be (the proposal is the target, one draw is enough), so k-hat is small.
# Seen: arviz.psislw says infinity, the mark of the worst weights; arviz_stats raises "All tail values are the same". Who warns
# above 0.7 warns of a perfect estimate, and a loop over many estimates ends at the first perfect one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/old"
python3 -m venv "$folder/new"
"$folder/old/bin/pip" install --quiet --disable-pip-version-check arviz==0.23.4 numpy==2.4.6 scipy==1.17.1 xarray==2026.9.0
"$folder/new/bin/pip" install --quiet --disable-pip-version-check arviz-stats==0.8.0 arviz-base==0.8.2 numpy==2.4.6 scipy==1.17.1 xarray==2026.9.0
cat > "$folder/old.py" <<'PY'
import arviz
import numpy as np

print("arviz.psislw:", float(arviz.psislw(np.zeros(500))[1]))
PY
cat > "$folder/new.py" <<'PY'
import numpy as np
from arviz_stats.base import array_stats

try:
    print("arviz_stats.psislw:", array_stats.psislw(np.zeros(500))[1])
except ValueError as error:
    print("arviz_stats.psislw: ValueError:", error)
PY
"$folder/old/bin/python" -W ignore "$folder/old.py" 2> /dev/null | tee "$folder/seen"
"$folder/new/bin/python" -W ignore "$folder/new.py" 2> /dev/null | tee -a "$folder/seen"
diff - "$folder/seen" <<'TXT'
arviz.psislw: inf
arviz_stats.psislw: ValueError: All tail values are the same
TXT
