#!/bin/sh
# Installs the peers: Python packages in DIR/venv, TensorFlow.js in DIR/tfjs. Nothing lands in the repository.
# Usage: bench/peers/setup.sh DIR      (about 1.5 GB; needs python3 >= 3.11 and npm)
set -eu
[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)

python3 -m venv "$1/venv"
"$1/venv/bin/pip" install -r "$here/requirements.txt"

mkdir -p "$1/tfjs"
cp "$here/tfjs/package.json" "$1/tfjs/"
npm install --prefix "$1/tfjs" --no-audit --no-fund
