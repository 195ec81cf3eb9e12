"""Firefox by its own protocol, WebDriver BiDi: it needs neither a driver nor a patched browser.

The connection is made by websocket-client, which JupyterLab brings along.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import websocket

START, ANSWER = 30, 60  # seconds before what does not come is given up
ARROWS = {"ArrowLeft": "\ue012", "ArrowRight": "\ue014"}
# Nothing is asked of Mozilla's servers while the tests run.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}
EVENTS = ("log.entryAdded", "network.beforeRequestSent", "network.responseCompleted")


# Said where the page is painted while half a formula has arrived; tests/test_formulas.py counts the parts of whole ones.
HALF_READ = "Incorrect number of children"


class Firefox:
    """A running Firefox with one tab; what it asks for and complains of is written down."""

    def __init__(self, program: str, profile: Path) -> None:
        profile.mkdir(parents=True, exist_ok=True)
        (profile / "user.js").write_text(
            "".join(
                f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                for name, value in PREFERENCES.items()
            )
        )
        options = ["--headless", "--no-remote", "--remote-debugging-port", "0"]
        self.profile, self.socket, self.number = profile, None, 0
        self.complaints, self.requests = [], []
        self.process = subprocess.Popen(
            [program, *options, "--profile", str(profile)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._connect()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{self._port()}/session",
            timeout=ANSWER,
            suppress_origin=True,
        )
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=EVENTS)
        self.tab = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def _port(self) -> int:
        """Firefox chooses a free one and says which in a file of its profile."""
        told = self.profile / "WebDriverBiDiServer.json"
        end = time.monotonic() + START
        while time.monotonic() < end and self.process.poll() is None:
            if told.exists() and (text := told.read_text()):
                return json.loads(text)["ws_port"]
            time.sleep(0.05)
        raise RuntimeError("it does not listen to WebDriver BiDi")

    def send(self, method: str, **parameters) -> dict:
        """One command; what happens until its answer comes is noted."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        self.socket.send(json.dumps(command))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") != self.number:
                self._note(message)
            elif message["type"] == "error":
                raise RuntimeError(f"{method}: {message['message']}")
            else:
                return message["result"]

    def _note(self, event: dict) -> None:
        said = event.get("params", {})
        if event.get("method") == "log.entryAdded":
            if said["level"] in ("warn", "error"):
                if HALF_READ not in said["text"]:
                    self.complaints.append(said["text"])
        elif event.get("method") == "network.beforeRequestSent":
            if not (url := said["request"]["url"]).startswith("data:"):
                self.requests.append(url)
        elif event.get("method") == "network.responseCompleted":
            if (status := said["response"]["status"]) >= 400:
                self.complaints.append(f"{status} for {said['request']['url']}")

    def open(self, url: str) -> None:
        """Load a page anew, even where only the part after # differs from the last one."""
        self._go("about:blank")
        self.complaints.clear()
        self.requests.clear()
        self._go(url)

    def _go(self, url: str) -> None:
        self.send(
            "browsingContext.navigate", context=self.tab, url=url, wait="complete"
        )

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self.tab, viewport=size)

    def before_each_page(self, function: str) -> Callable[[], None]:
        """Have pages run a function before their own scripts; what is returned ends that."""
        added = self.send("script.addPreloadScript", functionDeclaration=function)
        return lambda: self.send("script.removePreloadScript", **added)

    def run(self, function: str, *arguments):
        """Call a JavaScript function in the page; arguments and result pass as JSON."""
        call = f"({function})(...{json.dumps(arguments)})"
        result = self.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await {call}) ?? 'null')()",
            target={"context": self.tab},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def press(self, key: str) -> None:
        """An arrow key goes down and up, as on a keyboard."""
        strokes = [
            {"type": kind, "value": ARROWS[key]} for kind in ("keyDown", "keyUp")
        ]
        keyboard = {"type": "key", "id": "keyboard", "actions": strokes}
        self.send("input.performActions", context=self.tab, actions=[keyboard])

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
