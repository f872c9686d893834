"""Scores a folder by a taste that was carried away, without any house: score_folder.py TASTE.zip FOLDER"""

import json
import os
import sys
import zipfile
from importlib import import_module

import numpy as np
from safetensors.numpy import load

from anagnorisis._core import walk
from anagnorisis.embed import EMBEDDERS
from anagnorisis.library.taking import Covers, take
from anagnorisis.modality import MODALITIES, SUFFIXES
from anagnorisis.taste.terms import beside, of_tensors


def row_of(of, columns, v, numbers, item):
    """The row x of an item from its vector v and its 32 numbers, as README.md in the file says."""
    at = {name: slice(*ends) for name, ends in columns.items()}
    x = np.eye(1, at["household"].stop, dtype=np.float16)[0]
    centred = v.astype(np.float64) - of["phi.mean"]
    x[at["content"]][: of["phi.directions"].shape[1]] = centred @ of["phi.directions"]
    unit = (centred / (np.linalg.norm(centred) or 1)).astype(np.float32)
    close = np.maximum(of["phi.landmarks"].astype(np.float64) @ unit.astype(np.float64), 0)
    close[np.argsort(-close)[21:]] = 0
    close /= np.sqrt(max(close.sum(), 1e-6)) * np.sqrt(of["phi.degrees"])
    x[at["near"]][: of["phi.values"].shape[1]] = close @ of["phi.values"]
    told = (numbers - of["phi.usual"]) * of["phi.spread"]
    for part in (slice(0, 8), slice(8, 32)):
        x[at["numbers"]][part] = told[part] * min(1, 3 / max(np.linalg.norm(told[part]), 1))
    said = x[: at["household"].start].astype(np.float32) @ of["household.weights"]
    own = (of["household.items"] == np.frombuffer(bytes.fromhex(item), np.uint8)).all(axis=1)
    x[at["household"]] = said + of["household.values"][own].sum()
    return x.astype(np.float64)


def main(taste, folder):
    """Print the score of each file and its path, best first."""
    with zipfile.ZipFile(taste) as read:
        manifest = json.loads(read.read("manifest.json"))
        of = {kind: load(read.read(f"{kind}.safetensors")) for kind in manifest["kinds"]}
    assert all(about["model"] == EMBEDDERS[kind].digest for kind, about in manifest["kinds"].items())
    eyes = {kind: import_module(EMBEDDERS[kind].module).load() for kind in of}
    told, root, endings = [], os.fsencode(folder), [suffix.decode() for suffix in SUFFIXES]
    for taken in take(root, walk(root, endings), Covers(root), 0, os.cpu_count() or 1):
        known, path = taken.described, root + b"/" + taken.found.path
        if known and (kind := known.item.kind) in of:
            v = eyes[kind].row(known.text.plain.encode() if known.text else path).astype(np.float16)
            v = beside(of_tensors(of[kind]), v[None], [known.text.plain if known.text else ""])[0]
            numbers = MODALITIES[kind].numbers(known.item, sorted(known.tags))
            score = row_of(of[kind], manifest["columns"], v, numbers, known.item.id) @ of[kind]["weights"]
            score += manifest["kinds"][kind]["usual_share"] * (manifest["kinds"][kind]["usual"] - score)
            told.append((np.clip(score, 0, 10), os.fsdecode(taken.found.path)))
    print("\n".join(f"{score:.6f}\t{path}" for score, path in sorted(told, reverse=True)))


if __name__ == "__main__":
    main(*sys.argv[1:])
