"""Writes one golden message for each frozen schema of a version, with fastavro: python3 golden.py v1"""
import io
import json
import pathlib
import struct
import sys

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # SHA-256 of "test"
TIME = 1_700_000_000_123  # 2023-11-14T22:13:20.123Z
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

RECORDS = {
    "Alert": {"alertId": "alert-1", "subjectId": "signature-7", "kind": "NEW_SIGNATURE", "message": "A new signature",
              "platform": "forum", "value": 12.5, "threshold": None, "raisedAt": TIME},
    "AttributionCount": {"platform": "forum", "generator": "dcgan", "windowStart": TIME, "windowEnd": TIME + 60_000,
                         "images": 42, "meanConfidence": 0.875},
    "DeadLetter": {"imageId": None, "code": "UNDECODABLE_MESSAGE", "message": "No message of ours", "stage": "attribution",
                   "platform": None, "name": None, "failedAt": TIME,
                   "origin": {"topic": "whence.images", "partition": 3, "offset": 5_000_000_000},
                   "payload": b"\x00\xff\x10", "traceparent": TRACE},
    "ImageUpload": {"id": SHA, "platform": "forum", "name": "a caf\u00e9.png", "uploadedAt": TIME,
                    "contentType": "image/png", "byteLength": 4, "bytes": b"test", "uri": None, "traceparent": TRACE},
    "ModelChange": {"job": "whence-attribution", "bundle": "/models/b", "bundleSha256": SHA, "reference": "/references/r",
                    "referenceVersion": "2", "changedAt": TIME},
    "ProvenanceEvent": {"eventId": "e" * 64, "imageId": SHA, "platform": "forum", "uploadedAt": TIME,
                        "attributedAt": TIME + 250, "verdict": "KNOWN_GENERATOR", "generator": "dcgan", "confidence": 0.75,
                        "candidates": [{"generator": "dcgan", "family": "GAN", "probability": 0.75},
                                       {"generator": "real", "family": None, "probability": 0.25}],
                        "novelty": {"score": 0.125, "threshold": 0.5, "targetFpr": None},
                        "spaces": [{"space": "RGB", "nearest": "real-17", "distance": 1.5, "artifactNorm": 1.5}],
                        "fingerprint": {"dimension": 2, "values": struct.pack("<2f", 1.0, -2.0)},
                        "signatureId": None, "digitalSourceType": "trainedAlgorithmicMedia",
                        "model": {"name": "m", "version": "1", "sha256": SHA, "engine": "cpu", "precision": "fp32"},
                        "reference": {"name": "r", "version": "2"},
                        "latency": {"decodeMicros": 1, "queueMicros": 2, "embedMicros": 3, "projectMicros": 4,
                                    "attributeMicros": 5_000_000_000},
                        "traceparent": None},
    "SignatureEvent": {"signatureId": "signature-7", "state": "NAMED", "name": "wgan", "mergedInto": None, "images": 99,
                       "exemplars": [SHA], "platforms": [], "prototype": struct.pack("<1f", 0.5), "firstSeen": TIME,
                       "lastSeen": TIME + 1, "changedAt": TIME + 2, "modelVersion": "1"},
}

folder = pathlib.Path(__file__).parent / sys.argv[1]
for name, record in RECORDS.items():
    if not (folder / f"{name}.avsc").exists():
        continue  # the version did not have the record yet
    raw = json.loads((folder / f"{name}.avsc").read_text())
    for field in raw["fields"]:  # instants are plain longs on the wire
        if isinstance(field["type"], dict) and "logicalType" in field["type"]:
            field["type"].pop("logicalType")
    schema = fastavro.parse_schema(raw)
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, record, strict=True)
    crc = fingerprint(to_parsing_canonical_form(json.loads((folder / f"{name}.avsc").read_text())), "CRC-64-AVRO")
    (folder / f"{name}.golden").write_bytes(b"\xc3\x01" + bytes.fromhex(crc) + body.getvalue())
    print(name, crc, len(body.getvalue()))
