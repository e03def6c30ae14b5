#!/usr/bin/env bash
# The same stages on one GPU: larger batches, more supervised steps. Not measured yet (see LOG.md).
set -euo pipefail
here=$(realpath "$(dirname "$0")/..")
data=$(realpath -m "${DATA:-$here/work/data}") run=$(realpath -m "${RUN:-$here/work/run-gpu}")
models=$(realpath -m "${MODELS:-$here/../models}")
cd "$here"
source runs/stages.sh

make_data_once --train 2000000
python train.py --data "$data" --run "$run" --resume --minutes "${MINUTES:-30}" --compile \
  --batch 768 --micro-batch 0 --optimiser muon --lr 1e-3 --ema 0.999 --stages 0.2:2:1:0,0.6:3:2:1,1:3:4:2
finish
