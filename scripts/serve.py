"""Start the development server and say where everything is and who can log in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def welcome(app: object, address: str) -> str:
    """What a newcomer needs to know, in both languages."""
    from app.accounts.demo import shown_accounts
    from app.core.scope import SYSTEM, scoped

    with app.app_context(), scoped(SYSTEM):  # type: ignore[attr-defined]
        accounts = shown_accounts()
    lines = [
        "",
        f"门户 portal          {address}/",
        f"企业工作台 workspace  {address}/workspace/",
        f"监管控制台 console    {address}/console/",
    ]
    if accounts:
        width = max(len(account.username) for account in accounts)
        lines += ["", "演示账号 demonstration accounts（口令 password）"]
        lines += [f"  {a.username:<{width}}  {a.password}   {a.title_zh} · {a.title_en}" for a in accounts]
    return "\n".join([*lines, "", "按 Ctrl+C 停止 / Ctrl+C stops", ""])


def main() -> int:
    """Serve until interrupted."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    os.environ.setdefault("PUBLIC_URL", f"http://{host}:{port}")
    from app.jobs import start_embedded
    from run import app

    start_embedded(app)
    print(welcome(app, f"http://{host}:{port}"), flush=True)
    try:
        app.run(host=host, port=port, threaded=True)
    except OSError as problem:
        print(
            f"端口 {port} 无法使用：{problem}；可用 PORT=8001 make run / port {port} cannot be used",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
