CREATE DATABASE IF NOT EXISTS stock_streaming_database
COMMENT '1-minute averages and latest closes, written by the stream consumer';
