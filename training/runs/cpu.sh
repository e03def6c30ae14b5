#!/usr/bin/env bash
# Two CPU cores, a night: MINUTES=180 ./runs/cpu.sh; run it again to go on after a kill. What ships came of three shorter runs
# while the runbook grew, the last two from the weights before and averaged (LOG.md); models/trm.json holds every option of the last.
set -euo pipefail
here=$(realpath "$(dirname "$0")/..")
data=$(realpath -m "${DATA:-$here/work/data}") run=$(realpath -m "${RUN:-$here/work/run}")
models=$(realpath -m "${MODELS:-$here/../models}")
cd "$here"
source runs/stages.sh

make_data_once
python train.py --data "$data" --run "$run" --resume --minutes "${MINUTES:-180}" \
  --batch 64 --micro-batch 16 --optimiser muon --lr 1e-3 --token-dropout 0.05 --stages 0.15:1:1:0,0.4:1:1:3,1:1:1:9
finish
