# Sourced by the recipes, in training/: what they share. $data, $run and $models are absolute paths.

# Training pairs of a runbook: the options of data/main.ts.
make_data() {
  (cd .. && node build/setup.mjs && npx tsx training/data/main.ts "$@")
}

# make_data once for a run that may be killed and go on; what was drawn from another runbook than today's is not trained on.
make_data_once() {
  if [ ! -f "$data/meta.json" ]; then
    make_data --out "$data" "$@"
  elif [ -n "$(find ../runbook -newer "$data/meta.json" -name '*.yaml' -print -quit)" ]; then
    echo "the runbook is newer than $data: remove it and $run to train afresh" >&2
    exit 1
  fi
}

# Everything after training. evaluate and calibrate answer part of each split, so that they take ten minutes; 0 rows are all.
finish() {
  python evaluate.py --data "$data" --run "$run" --rows "${ROWS:-500}"
  python calibrate.py --data "$data" --run "$run" --rows "${CALIBRATION_ROWS:-4000}"
  python export.py --data "$data" --run "$run" --out "$models" --rows "${ROWS:-400}" \
    --least-agreement "${LEAST_AGREEMENT:-0.995}"
}
