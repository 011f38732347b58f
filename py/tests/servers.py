"""Programs that serve: each a process group of its own, on a port that the system chose."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys

import redis
from conftest import until

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
GUNICORN = ["gunicorn", "--bind", "127.0.0.1:0", "--threads", "8", "--no-control-socket"]
UVICORN = ["uvicorn", "--port", "0"]


class Program:
    """A Python module, run with its output in a file."""

    def __init__(self, folder, *command, **environment):
        self.log = folder / "output"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=folder,
                env={**os.environ, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def output(self):
        return self.log.read_text("utf-8")

    def end(self):
        """Ends it as it likes to end; a second time nothing happens."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        """Ends it and what it has started, at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


class Server(Program):
    """A web server that writes its address into its output when it is ready."""

    def __init__(self, folder, *command, **environment):
        super().__init__(folder, "-m", *command, **environment)
        try:
            until(lambda: ADDRESS.search(self.output()) or self.process.poll() is not None)
            self.url = ADDRESS.search(self.output())[0]
            self.port = int(ADDRESS.search(self.output())[1])
            # It listens before its workers are ready to answer.
            self.request("GET", "/")
        except BaseException as error:
            self.end()
            raise AssertionError(self.output()) from error

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def request(self, method, path, body=None, headers=None):
        """Status, headers and body of an answer."""
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


class RedisServer:
    """A Redis server that has each change on its disk before it answers."""

    def __init__(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}"
        self.client = redis.Redis.from_url(self.url)
        self.start()

    def start(self):
        options = {"bind": "127.0.0.1", "port": self.port, "dir": self.folder, "save": ""}
        options |= {"appendonly": "yes", "appendfsync": "always"}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self.process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        until(self.is_up)

    def is_up(self):
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait(20)
