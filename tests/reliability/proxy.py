"""Between the service and PostgreSQL."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Passes everything on. Told to, it cuts a connection when a commit passes: before the server
    gets it, or after, when its answer comes.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cut: str | None = None
        self.cuts = 0
        self._deaf: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._serve, args=(client, server)).start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        with client, server:
            back = threading.Thread(target=self._pass_back, args=(server, client))
            back.start()
            with suppress(OSError):
                while data := client.recv(65_536):
                    if b"COMMIT;" in data and self.cut == "before":
                        self.cuts += 1
                        break
                    if b"COMMIT;" in data and self.cut == "after":
                        self._deaf.add(client)
                    server.sendall(data)
            for each in (client, server):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            back.join()

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65_536):
                if client in self._deaf:
                    self.cuts += 1
                    break
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections; those that are there end with their ends."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
