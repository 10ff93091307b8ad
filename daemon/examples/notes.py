#!/usr/bin/env python3
"""Attach, search, batch and export vectors of a VexFS mount with NumPy alone.

    python3 notes.py /mnt/notes

The directory gets a few small files. Vectors come from a toy embedding, letters counted; put your own model there.
"""

import base64
import json
import os
import subprocess
import sys

import numpy as np

DIMENSION = 26


def embed(text: str) -> np.ndarray:
    """How often each letter comes, as a vector of length 1."""
    counts = np.zeros(DIMENSION, dtype="<f4")
    for letter in text.lower():
        if "a" <= letter <= "z":
            counts[ord(letter) - ord("a")] += 1
    return counts / np.linalg.norm(counts)


def ask(directory: str, query) -> tuple[list, list]:
    """Writes a query to an open `search` and reads its answer: the hits, and a closing line for each vector."""
    written = query if isinstance(query, bytes) else json.dumps(query).encode()
    with open(os.path.join(directory, ".vexfs/search"), "r+b", buffering=0) as search:
        search.write(written)
        search.seek(0)
        lines = [json.loads(line) for line in search.readall().splitlines()]
    return [line for line in lines if "path" in line], [line for line in lines if "hits" in line]


def main(directory: str) -> None:
    texts = {
        "pancakes.txt": "flour milk eggs butter and a hot pan",
        "waffles.txt": "flour milk eggs butter and a hot waffle iron",
        "taxes.txt": "deadline return income deduction office",
        "garden.txt": "seeds soil water sun and patience",
    }
    for name, text in texts.items():
        with open(os.path.join(directory, name), "w") as file:
            file.write(text)

    # One file: an extended attribute, raw float32.
    os.setxattr(os.path.join(directory, "pancakes.txt"), "user.vexfs.vector", embed(texts["pancakes.txt"]).tobytes())

    # Many files: JSON lines. Base64 is quicker than decimals; both work.
    with open(os.path.join(directory, ".vexfs/import"), "w") as lines:
        for name in ("waffles.txt", "taxes.txt", "garden.txt"):
            vector = base64.b64encode(embed(texts[name]).tobytes()).decode()
            lines.write(json.dumps({"path": name, "vector": vector}) + "\n")

    # What is like a file, and like a text.
    hits, _ = ask(directory, {"like": "pancakes.txt", "k": 2})
    print("like pancakes.txt:", [hit["path"] for hit in hits])
    hits, (closing,) = ask(directory, {"vector": embed("income deadline").tolist(), "k": 1})
    print("like 'income deadline':", hits[0]["path"], "of", closing["searched"], "searched")

    # A batch: a matrix of raw float32, a row a query.
    queries = np.stack([embed("milk and butter"), embed("sun, soil and seeds")])
    hits, closings = ask(directory, queries.tobytes())
    best = {hit["query"]: hit["path"] for hit in hits if hit["rank"] == 1}
    print("batch:", [best[closing["query"]] for closing in closings])

    # One file's vector, through NumPy's own reader.
    stored = np.load(os.path.join(directory, ".vexfs/vectors/taxes.txt.npy"))
    print("stored as given:", bool(np.array_equal(stored, embed(texts["taxes.txt"]))))

    # All vectors at once, mapped rather than read. `vexfs` is the only thing here that is not NumPy.
    exported = os.environ.get("EXPORT", "notes.npy")
    subprocess.run([os.environ.get("VEXFS", "vexfs"), "export", directory, exported], check=True, stderr=subprocess.DEVNULL)
    matrix = np.load(exported, mmap_mode="r")
    with open(os.path.splitext(exported)[0] + ".paths") as lines:
        paths = lines.read().splitlines()
    assert isinstance(matrix, np.memmap)
    print("exported:", matrix.shape, sorted(paths))
    nearest = paths[int(np.argmax(matrix @ embed("milk and butter")))]
    print("by hand:", nearest)


if __name__ == "__main__":
    main(sys.argv[1])
