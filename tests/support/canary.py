"""A listener on real ports that notes whoever reaches it: what an attack must never do."""

from __future__ import annotations

import secrets
import selectors
import socket
import threading

__all__ = ["Canary"]


class Canary:
    """A TCP and a UDP port on loopback; every connection and every datagram is kept, nothing is answered.

    Connections are taken in the order they were made, so `heard` can tell that nothing more is on its way: it
    makes one itself and waits until that one is noted.
    """

    def __init__(self) -> None:
        self._tcp = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.port: int = self._tcp.getsockname()[1]
        self.udp_port: int = self._udp.getsockname()[1]
        self._noted: list[bytes] = []
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Canary:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._thread.join()
        self._tcp.close()
        self._udp.close()

    def heard(self) -> list[bytes]:
        """The first bytes of whatever came since the last call, once all that was under way has arrived."""
        own = [f"{kind} {secrets.token_hex(8)}".encode() for kind in ("tcp", "udp")]
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.send(own[0])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(own[1], ("127.0.0.1", self.udp_port))
        with self._changed:
            if not self._changed.wait_for(lambda: all(mark in self._noted for mark in own), timeout=10):
                raise TimeoutError("the canary did not hear its own call")
            others = [each for each in self._noted if each not in own]
            self._noted.clear()
        return others

    def _listen(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._tcp, selectors.EVENT_READ)
            selector.register(self._udp, selectors.EVENT_READ)
            while not self._ended.is_set():
                for key, _ in selector.select(timeout=0.1):
                    data = self._accept() if key.fileobj is self._tcp else self._udp.recv(200)
                    with self._changed:
                        self._noted.append(data)
                        self._changed.notify_all()

    def _accept(self) -> bytes:
        connection, _ = self._tcp.accept()
        with connection:
            connection.settimeout(0.5)
            try:
                return connection.recv(200)
            except OSError:
                return b"connected, said nothing"
