"""The speaker's window as the browser fetches it: a page beside Streamlit's, so that no session on the server comes with it.

/speaker   shows what the presentation tells the session that follows the # (browser/lecture/line.js)
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from dashboard.shared import browser

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>
{styles}
</style>
</head>
<body>
<script>
{script}
</script>
</body>
</html>
"""


def _speaker(request: Request) -> HTMLResponse:
    content = _PAGE.format(styles=browser.styles("lecture/notes"), script=browser.script("streamlit/speaker"))
    return HTMLResponse(content, headers={"Cache-Control": "no-cache"})


ROUTES = [Route("/speaker", _speaker)]
