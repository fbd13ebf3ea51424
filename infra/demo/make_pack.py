#!/usr/bin/env python3
"""Makes the demo pack from GM-Fashion: make_pack.py GM_FASHION_FOLDER PACK_FOLDER (standard library only).

Takes the first images of each archive by name, skips any image whose bytes were already taken, and writes zips whose
bytes depend on nothing but the images; and a few broken files. See ORIGIN.md.
"""
import hashlib
import pathlib
import sys
import tarfile
import zipfile
import zlib

TAKE = {
    "reference.tar": 2000,
    "real.tar": 1000,
    "known/dcgan.tar": 600,
    "known/lsgan.tar": 600,
    "known/realnvp.tar": 600,
    "known/vae.tar": 600,
}


def main(source: pathlib.Path, pack: pathlib.Path) -> None:
    seen = set()
    for archive, count in TAKE.items():
        images = []
        with tarfile.open(source / archive) as tar:
            for member in sorted(tar.getmembers(), key=lambda member: member.name):
                data = tar.extractfile(member).read()
                digest = hashlib.sha256(data).digest()
                if digest not in seen and len(images) < count:
                    seen.add(digest)
                    images.append((member.name, data))
        if len(images) < count:
            sys.exit(f"{archive} holds only {len(images)} of the {count} images wanted")
        write((pack / archive).with_suffix(".zip"), images)
        if archive == "real.tar":
            write(pack / "broken.zip", broken(images[0][1]))


def write(target: pathlib.Path, images: list) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        for name, data in images:
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)


def broken(png: bytes) -> list:
    """Files that are no images, though their names say so; a PNG's sides stand at bytes 16 to 23, their checksum at 29."""
    header = png[12:16] + bytes([0, 0, 255, 255, 0, 0, 255, 255]) + png[24:29]
    return [
        ("claims-65535-by-65535.png", png[:12] + header + zlib.crc32(header).to_bytes(4, "big") + png[33:]),
        ("cut-off.png", png[: len(png) // 2]),
        ("empty.png", b""),
        ("only-a-start-marker.jpg", bytes([0xFF, 0xD8, 0xFF, 0xE0])),
        ("text.png", b"This is no image.\n"),
    ]


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
