#!/usr/bin/env bash
# streamlit 1.67.0, st.components.v2.component(js=…, css=…): text of one line with a slash in it is taken for a file.
#
# Guess beforehand: inline JS and CSS are used as given, whatever their shape, as `html` is.
# Seen: a script of one line is accepted as long as it has no "/"; a division, a regular expression or a URL on that one
# line is refused with "must be declared in pyproject.toml with asset_dir to use file-backed js". The same script behind a
# first line that is a comment is accepted. So what a bundler minifies needs a banner that ends in a newline.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0
cat > "$folder/probe.py" <<'PY'
import streamlit as st

CASES = {
    "one line": {"js": "export default function () {}"},
    "one line with a division": {"js": "export default function () { const half = 1 / 2; }"},
    "the same behind a comment": {"js": "// built\nexport default function () { const half = 1 / 2; }"},
    "one line of CSS with a path": {"css": "p { background: url(a/b.png) }"},
    "one line of HTML with a slash": {"html": "<b>a</b>"},
}
for number, (name, parts) in enumerate(CASES.items()):
    try:
        st.components.v2.component(f"probe_{number}", **parts)
        print(f"{name}: accepted")
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {str(error).split(' must ')[1]}")
PY
"$folder/venv/bin/python" "$folder/probe.py" 2> /dev/null | tee "$folder/seen"
diff - "$folder/seen" <<'TXT'
one line: accepted
one line with a division: StreamlitAPIException: be declared in pyproject.toml with asset_dir to use file-backed js.
the same behind a comment: accepted
one line of CSS with a path: StreamlitAPIException: be declared in pyproject.toml with asset_dir to use file-backed css.
one line of HTML with a slash: accepted
TXT
