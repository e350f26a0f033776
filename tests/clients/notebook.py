"""The loop of the notebook that the producer replaces: one put_record a row, `timestamp` is now, the ticker is the partition key.

notebook.py STREAM ROWS.json   sends the rows; prints what it sent, as JSON
"""
import datetime
import json
import sys

import boto3

stream, path = sys.argv[1:]
kinesis = boto3.client("kinesis")
sent = []
for row in json.load(open(path, encoding="utf-8")):
    record = {
        "ticker": row["ticker"],
        "date": row["date"],
        "timestamp": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "open": row["open"],
        "high": row["high"],
        "low": row["low"],
        "close": row["close"],
        "volume": row["volume"],
    }
    kinesis.put_record(StreamName=stream, Data=json.dumps(record), PartitionKey=record["ticker"])
    sent.append(record)
print(json.dumps(sent))
