"""What this machine computes fastest: device and number format, measured rather than assumed."""

import contextlib
import time

import torch


def pick_device(wanted: str = 'auto') -> torch.device:
    if wanted != 'auto':
        return torch.device(wanted)
    return torch.device('cuda' if torch.cuda.is_available() else 'cpu')


def seconds_of_product(dtype: torch.dtype, device: torch.device, size: int = 512) -> float:
    a = torch.randn(size, size, device=device).to(dtype)
    best = float('inf')
    for _ in range(3):
        started = time.perf_counter()
        _ = (a @ a)[0, 0].item()
        best = min(best, time.perf_counter() - started)
    return best


def pick_precision(wanted: str, device: torch.device) -> torch.dtype:
    """bfloat16 where its products are faster. On a CPU without AVX-512 BF16 or AMX they are up to 100 times slower."""
    if wanted == 'auto':
        if device.type == 'cuda':
            return torch.bfloat16
        faster = seconds_of_product(torch.bfloat16, device) < 0.8 * seconds_of_product(torch.float32, device)
        return torch.bfloat16 if faster else torch.float32
    return {'bfloat16': torch.bfloat16, 'float32': torch.float32}[wanted]


def autocast(device: torch.device, precision: torch.dtype):
    if precision == torch.float32:
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=precision)
