#!/usr/bin/env bash
# The recipe of the shipped model: two CPU cores. MINUTES=90 ./runs/cpu.sh; run it again to go on after a kill.
set -euo pipefail
cd "$(dirname "$0")/.."
source runs/stages.sh
data=${DATA:-work/data} run=${RUN:-work/run} models=${MODELS:-../models}

[ -f "$data/meta.json" ] || (cd .. && npx tsx training/data/main.ts --out "training/$data")
python train.py --data "$data" --run "$run" --resume --minutes "${MINUTES:-90}" \
  --batch 64 --micro-batch 16 --optimiser muon --lr 1e-3 --stages 0.35:1:1:0,0.75:2:1:1,1:2:1:9
finish
