#!/usr/bin/env bash
# Streamlit 1.67.0 on Linux: every answer on a connection that is kept open comes some 40 ms late.
#
# Guess beforehand: a small file that Streamlit's own server has in hand is answered in 2 or 3 ms, the first as the tenth.
# Seen: the first answers of a connection come at once, all after them 40 ms later (Nagle's algorithm and the browser's delayed
# acknowledgement). asyncio turns that algorithm off for sockets that name TCP as their protocol; Streamlit makes its listening
# socket without, and hands it to uvicorn. The first page asks for some sixty scripts, ten a connection. With TCP_NODELAY set on
# the listening socket, which its connections take over, the same answers come at once.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0 uvicorn==0.54.0 starlette==1.10.0
cat > "$folder/app.py" <<'PY'
import streamlit as st

st.write("Here")
PY
cat > "$folder/at_once.py" <<'PY'
import socket
import sys

from streamlit.web import cli

listen = socket.socket.listen


def at_once(self, *backlog):
    self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listen(self, *backlog)


socket.socket.listen = at_once
sys.argv = ["streamlit", *sys.argv[1:]]
cli.main()
PY
cat > "$folder/probe.py" <<'PY'
import http.client
import statistics
import sys
import time

name, port = sys.argv[1], int(sys.argv[2])
for _ in range(300):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/_stcore/health")
        connection.getresponse().read()
        break
    except OSError:
        time.sleep(0.1)
times = []
for _ in range(40):
    began = time.perf_counter()
    connection.request("GET", "/favicon.png")
    assert connection.getresponse().read()
    times.append(time.perf_counter() - began)
usual = 1000 * statistics.median(times[20:])
print(f"{name}: {'about 40 ms' if 30 < usual < 60 else 'below 15 ms' if usual < 15 else f'{usual:.0f} ms'} an answer")
PY
options=(run "$folder/app.py" --server.headless true --server.address 127.0.0.1 --browser.gatherUsageStats false)
"$folder/venv/bin/streamlit" "${options[@]}" --server.port 18971 > /dev/null 2>&1 &
"$folder/venv/bin/python" "$folder/probe.py" "as it is" 18971 | tee "$folder/seen"
"$folder/venv/bin/python" "$folder/at_once.py" "${options[@]}" --server.port 18972 > /dev/null 2>&1 &
"$folder/venv/bin/python" "$folder/probe.py" "with TCP_NODELAY" 18972 | tee -a "$folder/seen"
diff "$folder/seen" - <<'SEEN'
as it is: about 40 ms an answer
with TCP_NODELAY: below 15 ms an answer
SEEN
