"""Images in many encodings, and what transformers' CLIPImageProcessor (Pillow) makes of them.

    .venv-oracle/bin/python tests/oracle/image_fixtures.py FOLDER [SEED]

Writes FOLDER/<name>.<jpg|png|webp> and FOLDER/<name>.npy, float32 [3, SIZE, SIZE].
"""

import pathlib
import sys

import numpy as np
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

SIZE = 24


def picture(rng, width, height, channels=3):
    """Smooth colours with edges and a little noise: what resampling and chroma filters differ on."""
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for _ in range(channels):
        a, b, c = rng.uniform(0.02, 0.4, 3)
        plane = 128 + 90 * np.sin(a * x + b * y) + 60 * (((c * x).astype(int) + (a * y).astype(int)) % 2 - 0.5)
        planes.append(plane + rng.normal(0, 4, plane.shape))
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def cases(rng):
    def rgb(width, height):
        return Image.fromarray(picture(rng, width, height), "RGB")

    yield "wide", "jpg", rgb(75, 50), dict(quality=90)
    yield "tall_420", "jpg", rgb(41, 118), dict(quality=75, subsampling=2)
    yield "up_422", "jpg", rgb(19, 23), dict(quality=85, subsampling=1)
    yield "same", "jpg", rgb(SIZE, SIZE), dict(quality=95)
    yield "progressive", "jpg", rgb(64, 64), dict(quality=80, progressive=True)
    yield "grey", "jpg", Image.fromarray(picture(rng, 50, 40, 1)[..., 0], "L"), dict(quality=90)
    yield "cmyk", "jpg", Image.fromarray(picture(rng, 44, 40, 4), "CMYK"), dict(quality=90)
    yield "plain", "png", rgb(90, 33), {}
    yield "alpha", "png", Image.fromarray(picture(rng, 37, 52, 4), "RGBA"), {}
    yield "palette", "png", rgb(48, 48).quantize(16), {}
    yield "grey_alpha", "png", Image.fromarray(picture(rng, 40, 35, 2), "LA"), {}
    yield "lossy", "webp", rgb(70, 45), dict(quality=80)
    yield "lossless", "webp", rgb(45, 70), dict(lossless=True)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    processor = CLIPImageProcessorPil(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})
    for name, extension, image, options in cases(np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 17)):
        file = folder / f"{name}.{extension}"
        image.save(file, **options)
        pixels = processor(Image.open(file), return_tensors="np")["pixel_values"][0]
        np.save(folder / f"{name}.npy", np.ascontiguousarray(pixels, dtype=np.float32))
