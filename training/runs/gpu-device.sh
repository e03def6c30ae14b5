#!/usr/bin/env bash
# Runs on the device, in the folder that gpu.sh packed: OUT, then minutes of training. One call; no package, no network.
set -euo pipefail
out=$(realpath -m "${1:?where the weights go}") minutes=${2:-8}
cd "$(dirname "$0")"
mkdir -p data "$out"
tar -C data -xJf data.tar.xz
python3 transfer.py join start start.pt
# n = 2; three supervised steps after the first 15 %, up to six free ones before them; no sync per step (trm/meter.py).
python3 train.py --data data --run run --from-model start.pt --minutes "$minutes" --device "${DEVICE:-cuda}" \
  --batch "${BATCH:-1024}" --micro-batch 0 --optimiser muon --lr 1e-3 --embedding-lr 5e-3 --ema 0.999 \
  --token-dropout 0.08 --stages 0.15:2:1:0,1:2:3:6 --validate-minutes 2 --validate-rows 0 --save-minutes 60
python3 transfer.py split run/model.pt "$out"
cp run/log.jsonl "$out/"
