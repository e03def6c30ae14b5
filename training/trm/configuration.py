"""What a model is, as opposed to how it was trained."""

from dataclasses import asdict, dataclass

PAD, CLS, SLOT, END, UNK = range(5)
SPECIAL_TOKENS = ('[PAD]', '[CLS]', '[SLOT]', '[END]', '[UNK]')  # others follow, which mean nothing to the model
HALT_PROBABILITY = 0.9  # of the halting head, uncalibrated: a row stops improving above it


@dataclass(frozen=True)
class Configuration:
    """Shape of the network and the default number of cycles (which stay run-time choices)."""

    vocabulary_size: int
    answer_length: int  # A, slots
    answer_tokens: int  # V', the first tokens of the vocabulary: those that answers are written in
    hidden: int = 512  # D
    heads: int = 8
    inner: int = 1536  # SwiGLU
    layers: int = 2
    rope_theta: float = 10_000.0
    latent_cycles: int = 2  # n in the paper: latent updates per answer update
    answer_cycles: int = 1  # T in the paper: answer updates per improvement step

    @property
    def prefix_length(self) -> int:
        """[CLS] and the answer slots come before the input tokens."""
        return 1 + self.answer_length

    def to_dict(self) -> dict:
        return asdict(self)
