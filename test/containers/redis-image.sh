#!/usr/bin/env bash
# Makes the image that stands for Valkey's without pulling one: Debian's Redis by debootstrap.
set -euo pipefail
IMAGE=$1
docker image inspect "$IMAGE" >/dev/null 2>&1 && exit 0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=redis-server bookworm "$folder/root" >/dev/null
rm -rf "$folder/root/var/cache/apt" "$folder/root/var/lib/apt/lists"
tar -C "$folder/root" -c . | docker import --change 'ENV PATH=/usr/bin:/bin' - "$IMAGE" >/dev/null
