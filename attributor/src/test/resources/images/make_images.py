"""Makes the pictures of this folder and what the decoder must answer for them.

    pip install pillow==13.0.0 numpy==2.4.6 imagecodecs && apt-get install libjpeg-turbo-progs webp gifsicle
    python make_images.py

All pictures are computed here; nothing is taken from anywhere. NAME.rgb holds the expected canonical form at side 16
(16 x 16 x 3 bytes): decoded by Pillow (libjpeg-turbo, libwebp, libpng) or known from the array that was encoded, turned
upright and cropped by NumPy, resampled by the dense matrix product below. WebP is compared with a tolerance.
"""
import io, struct, subprocess, zlib
import imagecodecs
import numpy as np
from PIL import Image, ImageOps

W, H, N = 41, 28, 16


def picture(w=W, h=H):
    y, x = np.mgrid[0:h, 0:w].astype(float)
    r = 255 * x / (w - 1)
    g = 127.5 + 127.5 * np.sin(x / 3.0) * np.cos(y / 4.0)
    b = 255 * y / (h - 1)
    b[(x - w / 3) ** 2 + (y - h / 2) ** 2 < 60] = 20
    r[: h // 4, : w // 4] = 250  # makes every orientation distinct
    return np.clip(np.rint(np.stack([r, g, b], 2)), 0, 255).astype(np.uint8)


def resample(a, n):
    """The triangle filter as a dense matrix product in exact integers (Python ints)."""
    s = a.shape[0]
    m = max(s, n)
    i, x = np.mgrid[0:n, 0:s]
    w = np.maximum(0, 2 * m - np.abs((2 * x + 1) * n - (2 * i + 1) * s)).astype(object)
    top = np.einsum("iy,yxc,jx->ijc", w, a.astype(object), w)
    sums = w.sum(1)
    den = sums[:, None, None] * sums[None, :, None]
    return ((top + den // 2) // den).astype(np.uint8)


def canonical(a, n=N):
    h, w = a.shape[:2]
    m = min(h, w)
    t, l = (h - m) // 2, (w - m) // 2
    return resample(a[t : t + m, l : l + m], n)


def over_white(rgba):
    a = rgba[..., 3:].astype(int)
    c = rgba[..., :3].astype(int)
    return ((c * a + 255 * (255 - a) + 127) // 255).astype(np.uint8)


def keep(name, data, expected=None):
    open(name, "wb").write(data)
    if expected is not None:
        open(name + ".rgb", "wb").write(canonical(expected).tobytes())


def pil(name, image, expected=None, upright=False, **options):
    out = io.BytesIO()
    image.save(out, name.rsplit(".", 1)[1].replace("jpg", "jpeg"), **options)
    if expected is None:
        back = Image.open(io.BytesIO(out.getvalue()))
        if upright:
            back = ImageOps.exif_transpose(back)
        expected = np.asarray(back.convert("RGB"))
    keep(name, out.getvalue(), expected)
    return out.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(a, depth, colour, extra=b"", interlace=False):
    """A PNG by hand: what Pillow cannot write (16-bit RGB, Adam7, tRNS on RGB)."""
    h, w = a.shape[:2]
    dtype = ">u2" if depth == 16 else "u1"

    def rows(p):
        return b"".join(b"\0" + row.astype(dtype).tobytes() for row in p)

    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b"".join(rows(a[y::dy, x::dx]) for x, y, dx, dy in passes) if interlace else rows(a)
    head = struct.pack(">IIBBBBB", w, h, depth, colour, 0, 0, int(interlace))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(raw, 9))
            + chunk(b"IEND", b""))


def exif(orientation):
    e = Image.Exif()
    e[0x0112] = orientation
    return e.tobytes()


a = picture()
rgb = Image.fromarray(a)
grey = np.asarray(rgb.convert("L"))
alpha = np.clip(np.mgrid[0:H, 0:W][1] * 8, 0, 255).astype(np.uint8)
rgba = np.dstack([a, alpha])

# PNG
pil("rgb.png", rgb, a)
pil("grey.png", Image.fromarray(grey), np.dstack([grey] * 3))
bits = (grey > 127)
pil("grey1.png", Image.fromarray(bits), np.dstack([bits * np.uint8(255)] * 3))
pil("greyalpha.png", Image.fromarray(np.dstack([grey, alpha]), "LA"), over_white(np.dstack([grey] * 3 + [alpha])))
pil("rgba.png", Image.fromarray(rgba), over_white(rgba))
deep = a.astype(np.uint32) * 257 + np.mgrid[0:H, 0:W][1][..., None] * 3
deep = np.minimum(deep, 65535)
keep("rgb16.png", png(deep, 16, 2), ((deep * 2 + 257) // 514).astype(np.uint8))
keep("grey16.png", png(deep[..., 1], 16, 0), np.dstack([((deep[..., 1] * 2 + 257) // 514).astype(np.uint8)] * 3))
keep("interlaced.png", png(a, 8, 2, interlace=True), a)
key = a[3, 3]
keyed = np.dstack([a, np.where((a == key).all(2), 0, 255).astype(np.uint8)])
keep("keyed.png", png(a, 8, 2, chunk(b"tRNS", key.astype(">u2").tobytes())), over_white(keyed))
p = rgb.quantize(16)
p.info["transparency"] = 3
pa = np.asarray(p.convert("RGBA"))
pil("palette.png", p, over_white(pa), transparency=3)
gamma = chunk(b"gAMA", struct.pack(">I", 100000))
profile = chunk(b"iCCP", b"not a profile\0\0" + zlib.compress(b"\0" * 4000))
turned = chunk(b"eXIf", exif(6).removeprefix(b"Exif\0\0"))
keep("described.png", png(a, 8, 2, gamma + profile + turned + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 9000))),
     np.rot90(a, -1))

# JPEG
base = pil("baseline.jpg", rgb, quality=80)
pil("full-chroma.jpg", rgb, quality=90, subsampling=0)
pil("progressive.jpg", rgb, quality=80, progressive=True)
pil("restart.jpg", rgb, quality=70, restart_marker_blocks=1)
pil("grey.jpg", Image.fromarray(grey), quality=80)
pil("rgb.jpg", rgb, quality=90, keep_rgb=True)
pil("cmyk.jpg", Image.fromarray(np.dstack([255 - a, 255 - alpha // 2 - 100]), "CMYK"), quality=90)
ycc = np.asarray(rgb.convert("YCbCr"))
ycck = io.BytesIO()
Image.fromarray(255 - np.dstack([ycc, alpha // 2 + 100]), "CMYK").save(ycck, "jpeg", quality=90)
ycck = bytearray(ycck.getvalue())
ycck[ycck.index(b"Adobe") + 11] = 2
keep("ycck.jpg", bytes(ycck), np.asarray(Image.open(io.BytesIO(ycck)).convert("RGB")))
small = Image.fromarray(picture(24, 18))
for o in range(1, 9):
    pil(f"orientation-{o}.jpg", small, quality=60, exif=exif(o), upright=True)
deep12 = (a.astype(np.uint16) << 4)
keep("twelve-bit.jpg", imagecodecs.jpeg8_encode(deep12, level=90, bitspersample=12))
keep("lossless.jpg", imagecodecs.ljpeg_encode(grey))
ppm = io.BytesIO()
rgb.save(ppm, "ppm")
keep("arithmetic.jpg", subprocess.run(["cjpeg", "-arithmetic"], input=ppm.getvalue(), capture_output=True, check=True).stdout)

# WebP
def plain_webp(name, data):
    """What libwebp decodes without its chroma smoothing, as the Java decoder does."""
    keep(name, data)
    subprocess.run(["dwebp", "-quiet", "-nofancy", name, "-o", "tmp.png"], check=True)
    keep(name, data, over_white(np.asarray(Image.open("tmp.png").convert("RGBA"))))
    subprocess.run(["rm", "tmp.png"], check=True)


out = io.BytesIO()
rgb.save(out, "webp", quality=80)
plain_webp("lossy.webp", out.getvalue())
pil("lossless.webp", rgb, a, lossless=True)
pil("lossless-alpha.webp", Image.fromarray(rgba), over_white(rgba), lossless=True, exact=True)
out = io.BytesIO()
Image.fromarray(rgba).save(out, "webp", quality=80)
plain_webp("lossy-alpha.webp", out.getvalue())
pil("turned.webp", rgb, np.rot90(a, -1), lossless=True, exif=exif(6))
flat = np.full((H, W, 3), (200, 90, 30), np.uint8)
pil("flat.webp", Image.fromarray(flat), flat, lossless=True)
second = Image.fromarray(255 - a)
pil("animated.webp", rgb, a, lossless=True, save_all=True, append_images=[second], duration=100)

# GIF: the first frame covers a part of the screen and has a transparent colour
quantized = rgb.quantize(32)
canvas = np.full((H + 6, W + 6, 3), 255, np.uint8)
q = np.asarray(quantized.convert("RGBA")).copy()
q[np.asarray(quantized) == 5, 3] = 0
canvas[4 : 4 + H, 2 : 2 + W] = over_white(q)
quantized.save("first.tmp.gif", transparency=5)
second.quantize(32).save("second.tmp.gif")
subprocess.run(["gifsicle", "--logical-screen", f"{W + 6}x{H + 6}", "--delay", "10", "--loop", "--position", "2,4",
                "first.tmp.gif", "--position", "0,0", "second.tmp.gif", "-o", "animated.gif"], check=True)
keep("animated.gif", open("animated.gif", "rb").read(), canvas)
subprocess.run(["gifsicle", "--interlace", "first.tmp.gif", "-o", "interlaced.gif"], check=True)
keep("interlaced.gif", open("interlaced.gif", "rb").read(), over_white(q))
subprocess.run(["rm", "first.tmp.gif", "second.tmp.gif"], check=True)
