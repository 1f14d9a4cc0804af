#!/usr/bin/env bash
# Streamlit 1.67.0: under its own AppTest a page that asks for a cookie nobody sent gets an object of unittest.mock.
# Guess: `st.context.cookies.get(name)` is None, as for a dictionary without the name, and `name in` says no.
# Seen: the cookies say that they are empty (dict(...) is {}), but .get gives a MagicMock, which is true and no text; a page
# that hashes or compares it fails in tests and nowhere else. Asking dict(st.context.cookies) is the same in both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0
cat > "$folder/seen.py" <<'PY'
from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st
cookies = st.context.cookies
found = cookies.get("nobody-sent-this")
st.text(f"{type(found).__name__} {bool(found)} {isinstance(found, str)} {dict(cookies)}")
"""
app = AppTest.from_string(PAGE).run()
seen = app.text[0].value
print("seen:", seen)
assert seen == "MagicMock True False {}", seen
PY
"$folder/venv/bin/python" "$folder/seen.py" 2>/dev/null
