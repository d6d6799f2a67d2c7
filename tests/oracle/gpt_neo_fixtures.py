"""Random GPT-Neo models saved by transformers, with inputs and what transformers computes from them.

    .venv-oracle/bin/python tests/oracle/gpt_neo_fixtures.py FOLDER [SEED]

Writes FOLDER/<shape>/{config.json, model.safetensors, ids.npy, logits.npy, loss.json, gradients.safetensors}.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import GPTNeoConfig, GPTNeoForCausalLM

SHAPES = {  # T exceeds the window in the first, so that local attention differs from global
    "windowed": dict(vocab_size=61, hidden_size=24, num_layers=3, num_heads=3, window_size=8, max_position_embeddings=40,
                     attention_types=[[["global", "local", "local"], 1]], intermediate_size=40),
    "plain": dict(vocab_size=97, hidden_size=16, num_layers=2, num_heads=4, window_size=256, max_position_embeddings=32,
                  attention_types=[[["global", "local"], 1]], intermediate_size=None),
}


def make(folder, name, shape, seed):
    torch.manual_seed(seed)
    config = GPTNeoConfig(**shape, attention_dropout=0.0, embed_dropout=0.0, resid_dropout=0.0, bos_token_id=0, eos_token_id=0)
    model = GPTNeoForCausalLM(config).eval()
    for p in model.parameters():  # biases and norms away from 0 and 1, so that each of them is seen
        p.data += 0.05 * torch.randn_like(p)
    out = folder / name
    model.save_pretrained(out)
    ids = torch.randint(0, config.vocab_size, (3, 30))
    loss = model(ids, labels=ids).loss
    loss.backward()
    np.save(out / "ids.npy", ids.numpy())
    np.save(out / "logits.npy", model(ids).logits.detach().numpy())
    (out / "loss.json").write_text(json.dumps({"loss": loss.item()}) + "\n")
    save_file({n: p.grad.clone() for n, p in model.named_parameters()}, out / "gradients.safetensors")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    for i, (shape_name, arguments) in enumerate(SHAPES.items()):
        make(target, shape_name, arguments, int(sys.argv[2]) + i if len(sys.argv) > 2 else 17 + i)
