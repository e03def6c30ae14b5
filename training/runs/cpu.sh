#!/usr/bin/env bash
# Two CPU cores, a night: MINUTES=180 ./runs/cpu.sh; run it again to go on after a kill. What ships came of two shorter runs
# of this kind while the runbook grew (LOG.md); models/trm.json holds every option of the last.
set -euo pipefail
cd "$(dirname "$0")/.."
source runs/stages.sh
data=${DATA:-work/data} run=${RUN:-work/run} models=${MODELS:-../models}

[ -f "$data/meta.json" ] || (cd .. && npx tsx training/data/main.ts --out "training/$data")
python train.py --data "$data" --run "$run" --resume --minutes "${MINUTES:-180}" \
  --batch 64 --micro-batch 16 --optimiser muon --lr 1e-3 --token-dropout 0.05 --stages 0.15:1:1:0,0.4:1:1:3,1:1:1:9
finish
