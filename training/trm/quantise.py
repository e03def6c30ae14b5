"""Symmetric int8, one scale per output channel (or per row of the embedding table)."""

from dataclasses import dataclass

import numpy as np

# 7 bits for products: without VNNI, x86 adds pairs of u8 x s8 in 16 bits and saturates with the full range, so the same
# file would answer differently on different machines.
PRODUCT_RANGE = 63
TABLE_RANGE = 127


@dataclass(frozen=True)
class Quantised:
    values: np.ndarray  # int8
    scale: np.ndarray  # float32, broadcasts against values

    def dequantise(self) -> np.ndarray:
        return self.values.astype(np.float32) * self.scale


def quantise(weights: np.ndarray, axis: int, limit: int) -> Quantised:
    """`axis` is the one that is reduced: 0 for a (K, N) product with a scale per column, 1 for the rows of a table."""
    largest = np.abs(weights).max(axis=axis, keepdims=True)
    scale = np.where(largest == 0, 1, largest / limit).astype(np.float32)
    values = np.clip(np.rint(weights / scale), -limit, limit).astype(np.int8)
    return Quantised(values, scale)
