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
# What it isn't sure of goes either way after quantisation: no reason to lose a run. The report tells the agreement, and that of the rest.
export ROWS=${ROWS:-200} CALIBRATION_ROWS=${CALIBRATION_ROWS:-2000} LEAST_AGREEMENT=${LEAST_AGREEMENT:-0.95}

make_data --runbook "$runbook" --out "$data" --vocabulary "$from/tokenizer.json" --card "$from/trm.json" \
  --train 60000 --unseen_entries 2000 --unseen_phrasings 500
rm -rf "$run"
# Rows by chance, not the hardest, and then a quarter of the way back: both keep how sure it was of what it knew.
python train.py --data "$data" --run "$run" --from-model "$from" --minutes "${MINUTES:-9}" \
  --batch 32 --lr 7e-4 --embedding-lr 1e-2 --head-lr 2e-3 --warm-up 0.05 --stages 0.7:1:1:1,1:1:1:4 \
  --validate-minutes 4 --validate-rows 128
python average.py --data "$data" --run "$run" --share 0.75 --out "$run/averaged"
run=$run/averaged
finish
