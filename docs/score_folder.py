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
from anagnorisis.train.forward import say


def row_of(of, columns, v, numbers, item):
    """The row x of an item from its vector v and its 32 numbers, as README.md in the file says."""
    at = {name: slice(*ends) for name, ends in columns.items()}
    x = np.eye(1, at["household"].stop, dtype=np.float16)[0]
    centred = v.astype(np.float64) - of["phi.mean"]
    x[at["content"]][: of["phi.directions"].shape[1]] = centred @ of["phi.directions"]
    unit = (centred / (np.linalg.norm(centred) or 1)).astype(np.float32).astype(np.float64)
    close = np.maximum(of["phi.landmarks"].astype(np.float64) @ unit, 0)
    close[np.argsort(-close)[21:]] = 0
    close /= np.sqrt(max(close.sum(), 1e-6)) * np.sqrt(of["phi.degrees"])
    x[at["near"]][: of["phi.values"].shape[1]] = close @ of["phi.values"]
    told = np.split((numbers - of["phi.usual"]) * of["phi.spread"], [8])
    x[at["numbers"]] = np.concatenate([part * min(1, 3 / max(np.linalg.norm(part), 1)) for part in told])
    said = x[: at["household"].start].astype(np.float32) @ of["household.weights"]
    own = of["household.items"] == np.frombuffer(bytes.fromhex(item), np.uint8)
    x[at["household"]] = said + of["household.values"][own.all(axis=1)].sum()
    return x.astype(np.float64)


with zipfile.ZipFile(sys.argv[1]) as read:
    manifest = json.loads(read.read("manifest.json"))
    kinds, heard = manifest["kinds"], manifest["head"]
    of = {name: load(read.read(f"{name}.safetensors")) for name in [*kinds, *(["head"] if heard else [])]}
assert all(about["model"] == EMBEDDERS[kind].digest for kind, about in kinds.items())
eyes = {kind: import_module(EMBEDDERS[kind].module).load() for kind in kinds}
told, root, endings = [], os.fsencode(sys.argv[2]), [suffix.decode() for suffix in SUFFIXES]
for taken in take(root, walk(root, endings), Covers(root), 0, 1):
    known, path = taken.described, root + b"/" + taken.found.path
    if known and (kind := known.item.kind) in eyes:
        v = eyes[kind].row(known.text.plain.encode() if known.text else path).astype(np.float16)
        v = beside(of_tensors(of[kind]), v[None], [known.text.plain if known.text else ""])[0]
        numbers = MODALITIES[kind].numbers(known.item, sorted(known.tags))
        x, about = row_of(of[kind], manifest["columns"], v, numbers, known.item.id), kinds[kind]
        score = x @ of[kind]["weights"]
        score += about["usual_share"] * (about["usual"] - score)
        if about["head_share"]:
            said = say(of["head"], x[None, :-1], heard["kinds"].index(kind), 0)
            score += about["head_share"] * said.shift[0]
        told.append((np.clip(score, 0, 10), os.fsdecode(taken.found.path)))
print("\n".join(f"{score:.6f}\t{path}" for score, path in sorted(told, reverse=True)))
