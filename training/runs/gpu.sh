#!/usr/bin/env bash
# One GPU that is lent for minutes, without a network, from a folder of at most 60 MiB:
#   runs/gpu.sh pack              here: data, the weights to start from and the code into work/gpu/
#   bash work/gpu/run.sh OUT 8    there: trains for 8 minutes; OUT gets the weights in parts under 16 MiB, and the log
#   runs/gpu.sh collect OUT       here: the parts into a run, then evaluate, calibrate, export
# START (../models) is a folder with a shipped model or a run's model.pt, VOCABULARY its vocabulary.
set -euo pipefail
here=$(realpath "$(dirname "$0")/..")
data=$(realpath -m "${DATA:-$here/work/data}") run=$(realpath -m "${RUN:-$here/work/run-gpu}")
models=$(realpath -m "${MODELS:-$here/../models}") start=$(realpath -m "${START:-$here/../models}")
vocabulary=$(realpath -m "${VOCABULARY:-$start/tokenizer.json}")
cd "$here"
source runs/stages.sh

case "${1:-}" in
  pack)
    make_data_once --train "${ROWS_TRAIN:-440000}" --vocabulary "$vocabulary"
    rm -rf work/gpu && mkdir -p work/gpu
    tar -C "$data" --exclude=train.rows.jsonl -cf - . | xz -T0 -3 > work/gpu/data.tar.xz
    python transfer.py split "$start" work/gpu/start
    cp -r train.py transfer.py trm work/gpu/
    cp runs/gpu-device.sh work/gpu/run.sh
    du -sh work/gpu
    ;;
  collect)
    python transfer.py join "${2:?the folder that the device filled}" "$run/model.pt"
    finish
    ;;
  *) sed -n '2,6p' "runs/gpu.sh" >&2 && exit 2 ;;
esac
