"""A prepared store (datasets/store/store.h) as numpy arrays."""

import json

import numpy as np


class Store:
    def __init__(self, folder):
        def load(name):
            return np.load(folder / f"{name}.npy", mmap_mode="r")

        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.vocab_size = self.manifest["vocab_size"]
        self.offsets, self.loss_from, self.split = load("offsets"), load("loss_from"), load("split")
        self._tokens, self._text, self._text_offsets = load("tokens"), load("text"), load("text_offsets")

    def tokens(self, i):
        return np.asarray(self._tokens[self.offsets[i] : self.offsets[i + 1]], dtype=np.int64)

    def text(self, i):
        return bytes(self._text[self._text_offsets[i] : self._text_offsets[i + 1]]).decode("utf-8")

    def train(self):
        return np.flatnonzero(self.split == 0)
