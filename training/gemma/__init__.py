"""Model directories of FunctionGemma's layout: made with random weights, or lightly trained on the runbook."""
