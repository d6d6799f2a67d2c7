"""Rows of Parquet files as JSON lines, for parquet_rows.cpp.

    parquet_rows.py --required a,b --optional c,d FILE...

The first line is {"rows": [rows of each file]}, then one {"file": i, "row": r, "values": {...}} per row, then
{"end": rows}.
Only the named columns are read, a batch at a time. What goes wrong is a last line {"error": text}.
"""

import argparse
import json
import signal
import sys

BATCH = 128  # rows held at once; one of S1 can be 100 kB of text


def say(message):
    sys.stdout.write(json.dumps(message, ensure_ascii=False, allow_nan=False) + "\n")


def fail(text):
    say({"error": text})
    sys.exit(1)


def columns_of(parquet, path, required, optional):
    names = parquet.schema_arrow.names
    for name in required:
        if name not in names:
            fail(f'{path}: there is no column "{name}"; it has {", ".join(names)}')
    return required + [name for name in optional if name in names]


def send_file(pq, number, path, required, optional):
    parquet = pq.ParquetFile(path)
    columns = columns_of(parquet, path, required, optional)
    row = 0
    for batch in parquet.iter_batches(batch_size=BATCH, columns=columns, use_threads=False):
        for values in batch.to_pylist():
            row += 1
            try:
                say({"file": number, "row": row, "values": values})
            except (TypeError, ValueError) as error:
                fail(f"{path}: row {row}: {error}")
    return row


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # the reader has had enough
    parser = argparse.ArgumentParser()
    parser.add_argument("--required", default="")
    parser.add_argument("--optional", default="")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    required = [name for name in arguments.required.split(",") if name]
    optional = [name for name in arguments.optional.split(",") if name]
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        fail(f"Parquet is read with pyarrow, which cannot be loaded ({error}); run scripts/setup.sh")
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    at = None
    try:
        rows = []
        for at in arguments.files:
            with pq.ParquetFile(at) as parquet:
                columns_of(parquet, at, required, optional)
                rows.append(parquet.metadata.num_rows)
        say({"rows": rows})
        sent = 0
        for number, at in enumerate(arguments.files):
            sent += send_file(pq, number, at, required, optional)
        say({"end": sent})
    except (
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        MemoryError,
    ) as error:  # pyarrow's are kinds of these
        fail(
            f"{at}: cannot be read as Parquet: {str(error).strip().splitlines()[0] if str(error).strip() else error!r}"
        )


if __name__ == "__main__":
    main()
