"""Tiny Recursive Model (arXiv 2510.04871) that answers an alert with a remediation call."""
