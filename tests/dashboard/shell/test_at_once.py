"""Small packets are not held back."""

from __future__ import annotations

import asyncio
import socket

from dashboard.shell.at_once import answers_leave_at_once


def test_a_connection_sends_at_once_though_its_socket_names_no_protocol() -> None:
    async def sends_at_once() -> bool:
        answers_leave_at_once(asyncio.get_running_loop())
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            await writer.wait_closed()

        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        async with await asyncio.start_server(take, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            set_there = await told
            writer.close()
            await writer.wait_closed()
        return bool(set_there)

    assert asyncio.run(sends_at_once())
