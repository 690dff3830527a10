"""A language model of a few hundred kilobytes that knows nothing: random weights in a whole GGUF file.

What it says is babble, but it is loaded, templated, tokenized and sampled as any other. Its tokenizer is
SentencePiece's kind (``llama``): bytes, and the words of the given text piece by piece from their beginning, so
that most of its words are one token. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import gguf
import numpy as np

__all__ = ["write_tiny_gguf"]

_DIMS = 64
_HEADS = 4
_FEED_FORWARD = 128
_LAYERS = 2
_WORDS = 1500
_SPECIAL = ("<unk>", "<s>", "</s>")
_END = 2
_SPACE = "\u2581"  # how SentencePiece writes a space
_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def write_tiny_gguf(path: Path, text: str, window: int = 8192, ends: float = 0.4, tensors: int = 0) -> None:
    """Write the model. ``text`` holds the words it knows, ``window`` is in tokens, and the greater ``ends``, the
    sooner a reply ends. With ``tensors``, of which there are 21, it is split into parts of that many:
    ``x-00001-of-00002.gguf`` and so on for ``x.gguf``."""
    tokens, scores, kinds = _vocabulary(text)
    writer = gguf.GGUFWriter(path, "llama", split_max_tensors=tensors)
    writer.add_name("Babble")
    writer.add_context_length(window)
    writer.add_embedding_length(_DIMS)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_FEED_FORWARD)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_DIMS // _HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(_END)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_chat_template(_TEMPLATE)
    for name, tensor in _tensors(len(tokens), ends).items():
        writer.add_tensor(name, tensor.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _vocabulary(text: str) -> tuple[list[bytes], list[float], list[int]]:
    """Pieces are joined from the left, since only beginnings of words are there; the longer, the better."""
    words = [word for word, _ in Counter(re.findall(r"[A-Za-z_]+", text)).most_common(_WORDS)]
    pieces = {chr(code) for code in range(33, 127)} | {_SPACE}
    for word in words:
        pieces.update(_SPACE + word[:end] for end in range(1, len(word) + 1))
    tokens = [each.encode() for each in _SPECIAL] + [f"<0x{byte:02X}>".encode() for byte in range(256)]
    scores = [0.0] * len(tokens)
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256
    for piece in sorted(pieces):
        tokens.append(piece.encode())
        scores.append(float(len(piece)))
        kinds.append(gguf.TokenType.NORMAL)
    return tokens, scores, [int(kind) for kind in kinds]


def _tensors(words: int, ends: float) -> dict[str, np.ndarray]:
    """The first dimension is the same for all tokens and stays so: the end's share of it is its advantage."""
    random = np.random.default_rng(5)

    def weights(*shape: int, scale: float = 0.05) -> np.ndarray:
        return random.normal(0, scale, shape)

    embedding = weights(words, _DIMS, scale=0.2)
    embedding[:, 0] = 4.0
    output = weights(words, _DIMS, scale=0.2)
    output[:, 0] = 0.0
    output[_END, 0] = ends
    tensors = {"token_embd.weight": embedding, "output.weight": output, "output_norm.weight": np.ones(_DIMS)}
    for layer in range(_LAYERS):
        tensors |= {
            f"blk.{layer}.{name}.weight": weights(*shape)
            for name, shape in {
                "attn_q": (_DIMS, _DIMS),
                "attn_k": (_DIMS, _DIMS),
                "attn_v": (_DIMS, _DIMS),
                "attn_output": (_DIMS, _DIMS),
                "ffn_gate": (_FEED_FORWARD, _DIMS),
                "ffn_up": (_FEED_FORWARD, _DIMS),
                "ffn_down": (_DIMS, _FEED_FORWARD),
            }.items()
        }
        for name in ("attn_output", "ffn_down"):
            tensors[f"blk.{layer}.{name}.weight"][0] = 0.0
        tensors |= {f"blk.{layer}.{name}.weight": np.ones(_DIMS) for name in ("attn_norm", "ffn_norm")}
    return tensors
