#!/usr/bin/env bash
# The same stages on one GPU: larger batches, more supervised steps. Not measured yet (see LOG.md).
set -euo pipefail
cd "$(dirname "$0")/.."
source runs/stages.sh
data=${DATA:-work/data} run=${RUN:-work/run-gpu} models=${MODELS:-../models}

[ -f "$data/meta.json" ] || (cd .. && npx tsx training/data/main.ts --out "training/$data" --train 2000000)
python train.py --data "$data" --run "$run" --resume --minutes "${MINUTES:-30}" --compile \
  --batch 768 --micro-batch 0 --optimiser muon --lr 1e-3 --ema 0.999 --stages 0.2:2:1:0,0.6:3:2:1,1:3:4:2
finish
