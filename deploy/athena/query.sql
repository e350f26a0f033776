SELECT * FROM stock_streaming_database.avg_1min ORDER BY window_end DESC LIMIT 10
