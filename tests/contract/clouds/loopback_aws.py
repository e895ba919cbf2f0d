"""A loopback server that keeps connections open and answers the few calls of AWS that a look into a store makes."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ROLE = (
    b"<AssumeRoleResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><AssumeRoleResult><Credentials>"
    b"<AccessKeyId>ASIA0000000000000000</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
    b"<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
)
ABSENT = b"<Error><Code>NoSuchKey</Code></Error>"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
            body = await reader.readexactly(int(fields.get(b"content-length", b"0")))
            status, answer = _answer(fields.get(b"x-amz-target", b""), body)
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(answer), answer))
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


def _answer(target: bytes, body: bytes) -> tuple[bytes, bytes]:
    if b"Action=AssumeRole" in body:
        return b"200 OK", ROLE
    if target.startswith(b"dynamodb"):
        return b"200 OK", b"{}"
    return (b"200 OK", b'{"SecretString": "value"}') if target else (b"404 Not Found", ABSENT)


@contextmanager
def loopback_aws() -> Iterator[str]:
    """Serve on a free port of this machine; return the address."""
    loop, ports = asyncio.new_event_loop(), []

    async def run() -> None:
        server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=256)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()

    ready, stop = threading.Event(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
