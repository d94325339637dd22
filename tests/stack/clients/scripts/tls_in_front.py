"""TLS in front of a server that has none, with a certificate of an authority of its own.

`tls_in_front.py HOST:PORT FOLDER` writes FOLDER/ca.pem, then FOLDER/address with where it listens.
"""

import asyncio
import contextlib
import socket
import ssl
import sys
from pathlib import Path

import trustme

PORTS = range(23_000, 24_000)


async def main(target: str, folder: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    host, _, port = target.partition(":")

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pass_on(reader, upstream_writer), pass_on(upstream_reader, writer))

    server = await asyncio.start_server(take, sock=_free_socket(), ssl=context)
    name, at = server.sockets[0].getsockname()
    (folder / "address").write_text(f"{name}:{at}")
    await server.serve_forever()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


def _free_socket() -> socket.socket:
    for port in PORTS:
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", port))
        except OSError:
            taken.close()
            continue
        return taken
    raise SystemExit(f"no port is free in {PORTS}")


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
