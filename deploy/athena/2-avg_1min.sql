-- Replace {{lake}} by the consumer's --lake address, without a slash at its end: s3://bucket/prefix
-- One object holds a ticker's trading day. Times are UTC. Rows of one ticker and window stand once.
CREATE EXTERNAL TABLE IF NOT EXISTS stock_streaming_database.avg_1min (
  window_start timestamp,
  window_end timestamp,
  avg_close double,
  last_close double,
  open double,
  high double,
  low double,
  volume double,
  tick_count bigint
)
PARTITIONED BY (ticker string, trade_date string)
STORED AS PARQUET
LOCATION '{{lake}}/avg_1min/';
