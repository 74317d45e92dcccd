"""Makes resize.json: what Pillow's Image.resize gives for small random pictures.
Run with Pillow 12.0.0 and numpy: python resize.py > resize.json"""
import base64, json, sys
import numpy, PIL
from PIL import Image

cases = []
rng = numpy.random.default_rng(7)
for w, h, ow, oh in [(7, 5, 3, 4), (16, 16, 16, 16), (64, 64, 24, 24), (9, 33, 20, 11), (5, 5, 17, 31), (1, 1, 4, 4), (100, 3, 8, 8), (40, 30, 1, 1)]:
    a = rng.integers(0, 256, (h, w, 3), dtype=numpy.uint8)
    if w == 9:
        a = (a > 127).astype(numpy.uint8) * 255  # hard edges overshoot
    for rule, how in [("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)]:
        out = numpy.asarray(Image.fromarray(a).resize((ow, oh), how))
        cases.append(dict(rule=rule, w=w, h=h, ow=ow, oh=oh, input=base64.b64encode(a.tobytes()).decode(), output=base64.b64encode(out.tobytes()).decode()))
json.dump(dict(pillow=PIL.__version__, cases=cases), sys.stdout)
