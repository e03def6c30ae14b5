#!/usr/bin/env bash
# Adapts the shipped model to your runbook, within 15 minutes on two CPU cores: RUNBOOK=path/to/runbook training/adapt.sh
# Ends with a printed report and a new models/. MODELS is both where it starts and, unless OUT says otherwise, ends.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
runbook=$(realpath "${RUNBOOK:-$here/../runbook}")
from=$(realpath "${MODELS:-$here/../models}")
models=$(realpath -m "${OUT:-$from}")
data=$(realpath -m "${DATA:-$here/work/adapt/data}") run=$(realpath -m "${RUN:-$here/work/adapt/run}")
cd "$here"
source runs/stages.sh
# One row of two hundred is half a per cent: no reason to lose a run. The report tells the agreement.
export ROWS=${ROWS:-200} CALIBRATION_ROWS=${CALIBRATION_ROWS:-2000} LEAST_AGREEMENT=${LEAST_AGREEMENT:-0.98}

make_data --runbook "$runbook" --out "$data" --vocabulary "$from/tokenizer.json" --train 60000 --valid 2000 --heldout 500
rm -rf "$run"
python train.py --data "$data" --run "$run" --from-model "$from" --minutes "${MINUTES:-9}" \
  --batch 32 --candidates 3 --lr 5e-4 --embedding-lr 1e-2 --head-lr 1e-3 --warm-up 0.05 --stages 0.7:1:1:1,1:1:1:4 \
  --validate-minutes 4 --validate-rows 128
finish
