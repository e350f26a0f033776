-- The newest row of each ticker. A view, so that it is never out of step with the rows.
CREATE OR REPLACE VIEW stock_streaming_database.latest_close AS
SELECT
  ticker,
  max_by(last_close, window_end) AS last_close,
  max(window_end) AS window_end,
  max_by(trade_date, window_end) AS trade_date
FROM stock_streaming_database.avg_1min
GROUP BY ticker;

-- A fixed range of days. Comparing trade_date, a partition column, with text is what keeps Athena from reading other days.
CREATE OR REPLACE VIEW stock_streaming_database.avg_1min_2024_01 AS
SELECT *
FROM stock_streaming_database.avg_1min
WHERE trade_date BETWEEN '2024-01-01' AND '2024-01-31';

-- The last seven days, counted from today.
CREATE OR REPLACE VIEW stock_streaming_database.avg_1min_last_7_days AS
SELECT *
FROM stock_streaming_database.avg_1min
WHERE trade_date >= CAST(CAST(current_date - INTERVAL '7' DAY AS date) AS varchar);

-- Open, high, low, close and volume of each trading day.
CREATE OR REPLACE VIEW stock_streaming_database.daily_bars AS
SELECT
  ticker,
  trade_date,
  min_by(open, window_start) AS open,
  max(high) AS high,
  min(low) AS low,
  max_by(last_close, window_start) AS last_close,
  sum(volume) AS volume,
  sum(tick_count) AS tick_count
FROM stock_streaming_database.avg_1min
GROUP BY ticker, trade_date;
