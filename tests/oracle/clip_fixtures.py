"""Random CLIP models saved by transformers, with inputs and what transformers computes from them.

    .venv-oracle/bin/python tests/oracle/clip_fixtures.py FOLDER [SEED]

Writes FOLDER/<shape>/{config.json, model.safetensors, ids.npy, pixels.npy, image_embeds.npy, text_embeds.npy,
loss.json, gradients.safetensors}.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

SHAPES = {
    "quick": dict(  # different towers; texts padded with the end-of-text itself
        projection_dim=20,
        text_config=dict(
            vocab_size=53,
            hidden_size=18,
            intermediate_size=28,
            num_hidden_layers=2,
            num_attention_heads=3,
            max_position_embeddings=11,
            eos_token_id=50,
            hidden_act="quick_gelu",
        ),
        vision_config=dict(
            hidden_size=21,
            intermediate_size=30,
            num_hidden_layers=2,
            num_attention_heads=7,
            image_size=24,
            patch_size=8,
            hidden_act="quick_gelu",
        ),
    ),
    "exact": dict(  # a patch that leaves a margin, the pooling of old configurations, another norm epsilon
        projection_dim=12,
        text_config=dict(
            vocab_size=37,
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=9,
            eos_token_id=2,
            hidden_act="gelu",
            layer_norm_eps=1e-3,
        ),
        vision_config=dict(
            hidden_size=18,
            intermediate_size=30,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=23,
            patch_size=5,
            hidden_act="gelu",
            layer_norm_eps=1e-4,
        ),
    ),
}
PAIRS = 5


def texts(config):
    """Rows that end at different places, with arbitrary ids after the end."""
    vocab, longest = config.vocab_size, config.max_position_embeddings
    end = vocab - 1 if config.eos_token_id == 2 else config.eos_token_id
    ids = torch.randint(3, min(end, vocab - 1), (PAIRS, longest))
    for row in range(PAIRS):
        at = longest - 1 - row
        ids[row, at] = end
        if row % 2:
            ids[row, at + 1 :] = end
    return ids


def make(folder, name, shape, seed):
    torch.manual_seed(seed)
    model = CLIPModel(CLIPConfig(**shape)).eval()
    for p in model.parameters():  # biases and norms away from 0 and 1, so that each of them is seen
        p.data += 0.05 * torch.randn_like(p)
    out = folder / name
    model.save_pretrained(out)
    ids = texts(model.config.text_config)
    size = model.config.vision_config.image_size
    pixels = torch.randn(PAIRS, 3, size, size)
    result = model(input_ids=ids, pixel_values=pixels, return_loss=True)
    result.loss.backward()
    np.save(out / "ids.npy", ids.numpy())
    np.save(out / "pixels.npy", pixels.numpy())
    np.save(out / "image_embeds.npy", result.image_embeds.detach().numpy())
    np.save(out / "text_embeds.npy", result.text_embeds.detach().numpy())
    (out / "loss.json").write_text(json.dumps({"loss": result.loss.item()}) + "\n")
    save_file({n: p.grad.clone() for n, p in model.named_parameters()}, out / "gradients.safetensors")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    for i, (shape_name, arguments) in enumerate(SHAPES.items()):
        make(target, shape_name, arguments, int(sys.argv[2]) + i if len(sys.argv) > 2 else 17 + i)
