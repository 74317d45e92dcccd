"""Reads with h5py what Go wrote, and changes a copy of it: written.py FILE TARGET."""

import gzip
import sys

import h5py

from describe import as_json


def main(path, target):
    with open(path, "rb") as f:
        whole = f.read()
    with gzip.open(target + ".gz", "wb") as out:
        out.write(whole)
    with gzip.open(target + ".json.gz", "wt", encoding="utf-8") as out:
        out.write(as_json(path))
    with h5py.File(path, "r+") as f:
        many, kinds = f["many/children"], f["kinds"]
        many["new"] = 3.0
        del many["0007"]
        many.attrs["new"] = 1
        kinds.attrs["first"] = "text"
        kinds["scalar"][...] = 7
        kinds.create_group("a/b")
    with h5py.File(path) as f:
        many, kinds = f["many/children"], f["kinds"]
        assert (len(many), len(many.attrs), kinds["scalar"][()]) == (1500, 21, 7), "h5py cannot change the file"
        assert "0007" not in many and many["new"][()] == 3 and "a/b" in kinds and kinds.attrs["first"] == "text"
        assert (many["0419/0"][()] == [[1, -1, 0.5]]).all()


if __name__ == "__main__":
    main(*sys.argv[1:])
