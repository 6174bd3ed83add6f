"""A Whisper model that always says the same: the real engine runs with it, and nothing is downloaded.

Every weight of its layers is nought except the places of the decoder and its last matrix, which together
say one word at each place: whatever is heard, ``SAYS`` is written down in each window of 30 seconds.
"""

import json
from pathlib import Path
from typing import Any

SAYS = ((0.0, 1.0, " we left at dusk"), (1.0, 2.0, " nobody came back"))  # seconds in a window, and words
_WIDTH, _PLACES, _MELS = 64, 448, 80
_LANGUAGES = ("en", "hy", "az")
_TASKS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")


def make(folder: Path) -> Path:
    """Write the model (config, vocabulary, tokenizer and weights, 0.5 MB) into ``folder``; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _tokenizer(folder)
    spec = _weights(vocabulary)
    spec.register_vocabulary(list(vocabulary))
    spec.config.lang_ids = [vocabulary[f"<|{name}|>"] for name in _LANGUAGES]
    spec.validate()
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": _MELS}))
    return folder


def _tokenizer(folder: Path) -> dict[str, int]:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    words = dict.fromkeys(word for *_, said in SAYS for word in said.replace(" ", " \u0120").split())
    names = sorted(pre_tokenizers.ByteLevel.alphabet()) + list(words)
    tokenizer = Tokenizer(models.BPE({name: n for n, name in enumerate(names)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = [
        "endoftext",
        "startoftranscript",
        *_LANGUAGES,
        *_TASKS,
        *(f"{n / 50:.2f}" for n in range(1501)),
    ]
    tokenizer.add_special_tokens([AddedToken(f"<|{name}|>", special=True) for name in special])
    tokenizer.save(str(folder / "tokenizer.json"))
    return dict(sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1]))


def _said(vocabulary: dict[str, int]) -> list[int]:
    """The token that follows each place: times and words, then the end."""
    tokens = []
    for start, end, words in SAYS:
        tokens += [f"<|{start:.2f}|>", *words.replace(" ", " \u0120").split(), f"<|{end:.2f}|>"]
    return [vocabulary[token] for token in [*tokens, "<|endoftext|>"]]


def _weights(vocabulary: dict[str, int]) -> Any:
    import numpy as np
    from ctranslate2.specs import whisper_spec

    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    places = np.random.default_rng(1945).standard_normal((_PLACES, _WIDTH)).astype(np.float32)
    places -= places.mean(1, keepdims=True)  # as the normalisation after them leaves them
    last = np.zeros((len(vocabulary), _WIDTH), np.float32)
    for place, token in enumerate(_said(vocabulary)):
        last[token] += places[place]
    encoder, decoder = spec.encoder, spec.decoder
    _nought(encoder.conv1, _WIDTH, _MELS, 3)
    _nought(encoder.conv2, _WIDTH, _WIDTH, 3)
    encoder.position_encodings.encodings = np.zeros((1500, _WIDTH), np.float32)
    decoder.embeddings.weight = np.zeros((len(vocabulary), _WIDTH), np.float32)
    decoder.position_encodings.encodings, decoder.projection.weight = places, last
    for side in (encoder, decoder):
        _even(side.layer_norm)
        for layer in side.layer:
            _layer(layer)
    return spec


def _layer(layer: Any) -> None:
    _even(layer.self_attention.layer_norm, layer.ffn.layer_norm)
    matrices = [(layer.self_attention.linear[0], 3, 1), (layer.self_attention.linear[1], 1, 1)]
    matrices += [(layer.ffn.linear_0, 4, 1), (layer.ffn.linear_1, 1, 4)]
    if hasattr(layer, "attention"):  # the decoder's, to what is heard
        _even(layer.attention.layer_norm)
        matrices += [(layer.attention.linear[n], 2 if n == 1 else 1, 1) for n in range(3)]
    for matrix, high, wide in matrices:
        _nought(matrix, high * _WIDTH, wide * _WIDTH)


def _nought(weights: Any, *shape: int) -> None:
    import numpy as np

    weights.weight, weights.bias = np.zeros(shape, np.float32), np.zeros(shape[0], np.float32)


def _even(*norms: Any) -> None:
    import numpy as np

    for norm in norms:
        norm.gamma, norm.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)
