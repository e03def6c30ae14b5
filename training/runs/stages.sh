# Sourced by the recipes: everything after training, on the data and run folders that they chose.
# evaluate and calibrate answer part of each split, so that they take ten minutes; ROWS=0 takes all of it.
finish() {
  python evaluate.py --data "$data" --run "$run" --rows "${ROWS:-500}"
  python calibrate.py --data "$data" --run "$run" --rows "${ROWS:-4000}"
  python export.py --data "$data" --run "$run" --out "$models" --rows "${ROWS:-400}" \
    --least-agreement "${LEAST_AGREEMENT:-0.995}"
}
