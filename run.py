"""Development server (`python run.py`) and WSGI entry point (`gunicorn run:app`)."""

from __future__ import annotations

import os

from app import create_app
from app.jobs import is_served, start_embedded

app = create_app()

if is_served():
    start_embedded(app)

if __name__ == "__main__":
    start_embedded(app)
    app.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")), threaded=True)
