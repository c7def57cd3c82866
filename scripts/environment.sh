#!/bin/sh
# Make .venv and install what the given requirements file pins, with hashes. Usage: environment.sh FILE
set -eu
cd "$(dirname "$0")/.."
requirements=$1

find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 python; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    echo "需要 Python 3.11 或更高版本 / Python 3.11 or newer is needed (set PYTHON=… when it has another name)" >&2
    return 1
}

make_environment() {
    python=$(find_python)
    echo "创建 .venv（$("$python" --version)）/ creating .venv"
    rm -rf .venv
    if "$python" -m venv .venv 2>/dev/null; then
        return 0
    fi
    rm -rf .venv
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --seed --python "$python" .venv
        return 0
    fi
    echo "无法创建虚拟环境：请安装 python3-venv / cannot make a virtual environment: install python3-venv" >&2
    return 1
}

install() {
    # uv takes seconds where pip takes half a minute; when it cannot reach what pip can, pip does it.
    if command -v uv >/dev/null 2>&1 &&
        uv pip install --quiet --python .venv/bin/python --require-hashes -r "$requirements" 2>/dev/null; then
        return 0
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
}

.venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || make_environment
echo "安装 $requirements / installing"
install
