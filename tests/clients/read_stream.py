"""read_stream.py STREAM: every record of a stream, shard by shard, as one JSON array of { key, data }."""
import json
import sys

import boto3

stream = sys.argv[1]
kinesis = boto3.client("kinesis")
records = []
for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    while iterator:
        answer = kinesis.get_records(ShardIterator=iterator)
        records += [{"key": record["PartitionKey"], "data": json.loads(record["Data"])} for record in answer["Records"]]
        if not answer["Records"] and not answer["MillisBehindLatest"]:
            break
        iterator = answer.get("NextShardIterator")
print(json.dumps(records))
