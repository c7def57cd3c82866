"""Take the pictures of the handbooks (docs/pictures) from a fresh demonstration, in a real Chromium.

The platform's clock stands still while they are taken, so that a new run gives the same pictures. What cannot be
the same, the noise of captchas and random receipt numbers, is not worth a new file: see `keep`.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PICTURES = ROOT / "docs" / "pictures"
MOMENT = datetime(
    2026, 10, 9, 2, 0, tzinfo=UTC
)  # 10:00 in Shanghai; a month's and a quarter's window are open
CAPTCHA = "2468"
WIDTH, HEIGHT = 1280, 900
COLOURS = 256
LARGEST = 150 * 1024
# A Chromium without its Chinese texts shows dates the American way; this is what people here see.
AS_HERE = """() => document.querySelectorAll("input[type=date], input[type=datetime-local]").forEach((field) => {
  field.dataset.was = JSON.stringify([field.type, field.value]);
  const shown = field.value.replaceAll("-", "/").replace("T", " ");
  const empty = field.type === "date" ? "年/月/日" : "年/月/日 --:--";
  field.type = "text";
  field.value = shown || empty;
})"""
AS_BEFORE = """() => document.querySelectorAll("input[data-was]").forEach((field) => {
  const [type, value] = JSON.parse(field.dataset.was);
  delete field.dataset.was;
  field.value = "";
  field.type = type;
  field.value = value;
})"""
SAME = 0.012  # the share of pixels that captcha noise and a receipt number may change


@contextmanager
def demonstration() -> Iterator[tuple[Any, str]]:
    """The application over a database of its own that is thrown away afterwards, and its address."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        for name in ("DATABASE_URL", "REDIS_URL", "FILES_DIR"):
            os.environ.pop(name, None)
        settings = {"INSTANCE_DIR": folder, "PLATFORM_ENV": "development", "DEMONSTRATION": "1"}
        os.environ.update(
            settings, CAPTCHA_FIXED=CAPTCHA, RATELIMIT_ENABLED="0", PASSWORD_HASH_METHOD="pbkdf2:sha256:1"
        )
        from app.core import clock
        from scripts.i18n import compile_catalogues
        from scripts.prepare import run_commands

        clock.now = lambda: MOMENT
        compile_catalogues()
        run_commands()
        with served() as pair:
            yield pair


@contextmanager
def served() -> Iterator[tuple[Any, str]]:
    """A server on a free port in a thread of its own."""
    from werkzeug.serving import make_server

    from app import create_app

    app = create_app()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield app, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@dataclass
class Camera:
    """A browser that goes through the platform and takes pictures; one visitor at a time."""

    browser: Any
    address: str
    folder: Path
    page: Any = None
    written: int = 0

    def visitor(self, account: str = "") -> Any:
        """A new visitor with cookies of their own, logged in when an account is named; gives the page."""
        if self.page is not None:
            self.page.context.close()
        context = self.browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self.page = context.new_page()
        self.page.clock.set_fixed_time(MOMENT)
        if account:
            self.log_in(account)
        return self.page

    def log_in(self, account: str) -> None:
        """Through the log-in page; every account of the demonstration has the same password."""
        from app.accounts.demo import DEMO_PASSWORD

        self.open("/login")
        self.page.fill("main #account", account)
        self.page.fill("main #password", DEMO_PASSWORD)
        self.page.fill("main #captcha", CAPTCHA)
        with self.page.expect_navigation():
            self.page.locator("main form").get_by_role("button", name="登录").click()

    def open(self, path: str) -> Any:
        """Go to a path of the platform and wait until everything is there."""
        answer = self.page.goto(self.address + path)
        if answer.status >= 400:
            raise SystemExit(f"{path} answered {answer.status}")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def press(self, name: str) -> None:
        """Press a button or follow a link of the page's own part, and answer the question that may follow."""
        main = self.page.locator("main")
        target = main.get_by_role("button", name=name, exact=True).or_(
            main.get_by_role("link", name=name, exact=True)
        )
        asks = target.first.get_attribute("data-confirm")
        with self.page.expect_navigation():
            target.first.click()
            if asks:
                self.page.locator("dialog[open]").get_by_role("button").last.click()
        self.page.wait_for_load_state("networkidle")

    def shot(self, name: str, height: int) -> None:
        """Write a picture of the page's first `height` lines; the window is made as tall, for what sticks to its end."""
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size({"width": WIDTH, "height": height})
        self.page.evaluate("window.scrollTo(0, 0)")
        self.page.evaluate(AS_HERE)
        self.page.wait_for_timeout(150)
        raw = self.page.screenshot(animations="disabled")
        self.page.evaluate(AS_BEFORE)
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.written += keep(self.folder / f"{name}.png", raw)
        print(f"· {name}", flush=True)


def keep(target: Path, raw: bytes) -> bool:
    """Store a screenshot with few colours, unless the stored one looks the same; whether it was written."""
    from PIL import Image

    picture = Image.open(io.BytesIO(raw)).convert("RGB")
    if target.exists() and looks_the_same(Image.open(target).convert("RGB"), picture):
        return False
    for colours in (COLOURS, COLOURS // 2, COLOURS // 4):
        small = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        packed = io.BytesIO()
        small.save(packed, "PNG", optimize=True)
        if packed.tell() <= LARGEST:
            break
    target.write_bytes(packed.getvalue())
    return True


def looks_the_same(former: Any, picture: Any) -> bool:
    """Whether two pictures differ in next to no pixel by more than reducing the colours explains."""
    from PIL import ImageChops

    if former.size != picture.size:
        return False
    histogram = ImageChops.difference(former, picture).convert("L").histogram()
    return sum(histogram[40:]) <= SAME * sum(histogram)


def main() -> int:
    """Take all pictures; remove those that no scene takes any more."""
    from playwright.sync_api import sync_playwright

    from scripts.picture_scenes import SCENES
    from tests.live import ARGUMENTS, CHROMIUM

    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:])
    with (
        demonstration() as (app, address),
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as folder,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        camera = Camera(browser, address, PICTURES)
        scenes: list[Callable[..., None]] = [
            scene for scene in SCENES if not wanted or scene.__name__ in wanted
        ]
        for scene in scenes:
            scene(camera, app, Path(folder))
        browser.close()
    print(f"{camera.written} new pictures in docs/pictures", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
