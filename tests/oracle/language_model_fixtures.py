"""Random language models saved by transformers, with inputs and what transformers computes from them.

    .venv-oracle/bin/python tests/oracle/language_model_fixtures.py gpt_neo|qwen2 FOLDER [SEED]

Writes FOLDER/<shape>/{config.json, model.safetensors, ids.npy, logits.npy, loss.json, gradients.safetensors}.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import GPTNeoConfig, GPTNeoForCausalLM, Qwen2Config, Qwen2ForCausalLM

GPT_NEO = {  # T exceeds the window in the first, so that local attention differs from global
    "windowed": dict(
        vocab_size=61,
        hidden_size=24,
        num_layers=3,
        num_heads=3,
        window_size=8,
        max_position_embeddings=40,
        attention_types=[[["global", "local", "local"], 1]],
        intermediate_size=40,
    ),
    "plain": dict(
        vocab_size=97,
        hidden_size=16,
        num_layers=2,
        num_heads=4,
        window_size=256,
        max_position_embeddings=32,
        attention_types=[[["global", "local"], 1]],
        intermediate_size=None,
    ),
}
QWEN2 = {
    "grouped": dict(
        vocab_size=61,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=2,
        intermediate_size=37,
        max_position_embeddings=40,
        rope_theta=1e6,
        rms_norm_eps=1e-6,
        tie_word_embeddings=True,
    ),
    "wide_heads": dict(
        vocab_size=53,
        hidden_size=22,
        num_hidden_layers=2,
        num_attention_heads=3,
        num_key_value_heads=1,
        head_dim=10,
        intermediate_size=31,
        max_position_embeddings=30,
        rope_theta=1e4,
        rms_norm_eps=1e-5,
        tie_word_embeddings=False,
    ),
    "sliding": dict(
        vocab_size=47,
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=2,
        intermediate_size=24,
        max_position_embeddings=30,
        use_sliding_window=True,
        sliding_window=7,
        max_window_layers=1,
        tie_word_embeddings=False,
    ),
}


def gpt_neo(shape):
    return GPTNeoForCausalLM(
        GPTNeoConfig(
            **shape, attention_dropout=0.0, embed_dropout=0.0, resid_dropout=0.0, bos_token_id=0, eos_token_id=0
        )
    )


def qwen2(shape):
    return Qwen2ForCausalLM(Qwen2Config(**shape, eos_token_id=1))


FAMILIES = {"gpt_neo": (GPT_NEO, gpt_neo), "qwen2": (QWEN2, qwen2)}


def make(out, model, seed):
    torch.manual_seed(seed)
    for p in model.parameters():  # biases and norms away from 0 and 1, so that each of them is seen
        p.data += 0.05 * torch.randn_like(p)
    model.save_pretrained(out)
    ids = torch.randint(0, model.config.vocab_size, (3, 30))
    loss = model(ids, labels=ids).loss
    loss.backward()
    np.save(out / "ids.npy", ids.numpy())
    np.save(out / "logits.npy", model(ids).logits.detach().numpy())
    (out / "loss.json").write_text(json.dumps({"loss": loss.item()}) + "\n")
    save_file({n: p.grad.clone() for n, p in model.named_parameters()}, out / "gradients.safetensors")


if __name__ == "__main__":
    shapes, build = FAMILIES[sys.argv[1]]
    first_seed = int(sys.argv[3]) if len(sys.argv) > 3 else 17
    for i, (name, arguments) in enumerate(shapes.items()):
        torch.manual_seed(first_seed + i)
        make(pathlib.Path(sys.argv[2]) / name, build(arguments).eval(), first_seed + 1000 + i)
