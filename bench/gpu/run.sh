#!/bin/sh
# Checks and measures the GPU of this machine: sh run.sh --out gpu.json [--minutes 7.5] [--small] [--python PROGRAM] [--torch-device cpu]
# Needs an x86-64 Linux with NVIDIA's driver, gzip and nothing else; asks no network. What it unpacks is removed at the end.
set -eu
begun=$(date +%s)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/gpu.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/dist/linux-x64" "$work/lib"
gzip -dc "$here/node.gz" >"$work/node"
chmod +x "$work/node"
gzip -dc "$here/dawn.node.gz" >"$work/dist/linux-x64/dawn.node"
cp "$here/gpu.mjs" "$here/torch_steps.py" "$work"

# Libraries of ours only where the machine has none: its own fit its driver.
known=$( (ldconfig -p || /sbin/ldconfig -p) 2>/dev/null || true)
for file in "$here"/lib/*; do
  name=${file##*/}
  case "$known" in
    *"$name (libc6,x86-64"*) ;;
    *) ln -s "$file" "$work/lib/$name" ;;
  esac
done
libraries="$work/lib"
for folder in /usr/local/nvidia/lib64 /usr/local/nvidia/lib; do
  if [ -d "$folder" ]; then libraries="$libraries:$folder"; fi
done
echo "libraries of ours: $(ls "$work/lib" | tr '\n' ' ')"

status=0
PLAIN_LIBRARY_PATH="${LD_LIBRARY_PATH:-}" PACKED_LIBRARIES="$here/lib" LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
  "$work/node" "$work/gpu.mjs" conduct --begun "$begun" "$@" || status=$?
exit $status
