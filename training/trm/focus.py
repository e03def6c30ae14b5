"""Time goes to the rows that are still wrong: selective backpropagation (Jiang et al., 2019, "biggest losers")."""

import numpy as np


def hardest(losses: np.ndarray, count: int, share: float) -> np.ndarray:
    """(N) losses -> positions of `count` rows, in their order: `share` of them the hardest, the others by chance.

    The others keep the halting head honest: among hard rows alone, "probably wrong" would be a good guess.
    """
    by_loss = np.argsort(-losses, kind='stable')
    hard = round(count * share)
    others = np.random.permutation(by_loss[hard:])[: count - hard]
    return np.sort(np.concatenate((by_loss[:hard], others)))
