"""The words of the server and of what is around the pages."""

from __future__ import annotations

from dashboard.shell.serving import Serving

JOIN, JOIN_PATH = "Join", "join"
ONLY_HERE = "Only this machine can open this address: for others, start the dashboard with `--host 0.0.0.0`."


def no_page(name: str) -> str:
    """What an address leads to that is none of ours."""
    return f"There is no page “{name[:80]}” here. The address may be mistyped, or of another version. These are the pages:"


def qr_alt(address: str) -> str:
    """The QR code for those who do not see it."""
    return f"QR code of {address}"


def served(serving: Serving, address: str = "") -> str:
    """What `run` says when it begins, and `open`, which leads to an address of its own."""
    lines = [f"Opening {address or serving.address}; stop with Ctrl-C."]
    if serving.is_for_others:
        lines.append(f"Others open {serving.join}")
    elif serving.qr:
        lines.append("Only this machine can open that; for others, add --host 0.0.0.0.")
    if serving.presenter:
        lines.append(f"Who opens this may change every run; keep it to yourself: {serving.presenters_link}")
    if serving.read_only:
        lines.append("Read-only: nobody can train, upload or delete anything.")
    return "\n".join(lines)
