#!/usr/bin/env python3
"""Makes the demo pack from GM-Fashion: make_pack.py GM_FASHION_FOLDER PACK_FOLDER (standard library only).

Takes the first images of each archive by name, skips any image whose bytes were already taken, and writes zips whose
bytes depend on nothing but the images. See ORIGIN.md.
"""
import hashlib
import pathlib
import sys
import tarfile
import zipfile

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
        target = (pack / archive).with_suffix(".zip")
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
            for name, data in images:
                out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
