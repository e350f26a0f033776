using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;

namespace Streaming.Consumer.Progress;

/// <summary>Between the fold of a shard and its stored form.</summary>
internal static class CheckpointMapping
{
    /// <summary>The stored checkpoint with the state that a restart at the snapshot's position needs.</summary>
    public static CheckpointDocument With(this CheckpointDocument stored, FlushSnapshot snapshot, BarWriteResult written)
    {
        var needed = new List<CheckpointWindow>();
        var tickers = new CheckpointTicker[snapshot.Tickers.Count];
        for (int t = 0; t < tickers.Length; t++)
        {
            TickerSnapshot ticker = snapshot.Tickers[t];
            needed.Clear();
            for (int i = ticker.Windows.Start.Value; i < ticker.Windows.End.Value; i++)
            {
                WindowSnapshot window = snapshot.Windows[i];
                if (window.IsNeeded(written.IsConfirmed(i))) needed.Add(ToDocument(window.Value));
            }

            // As large as they are: they stay in memory until the next save.
            tickers[t] = new CheckpointTicker(ticker.Name, ticker.WatermarkMicros, [.. needed], [.. ticker.Runs.Select(run => new CheckpointRun(run.Run, run.Seq))]);
        }

        return stored with
        {
            Position = snapshot.Position,
            ShardTime = snapshot.ShardMicros == long.MinValue ? null : snapshot.ShardMicros,
            Books = CheckpointBooks.Of(snapshot.Books),
            Tickers = tickers,
        };
    }

    private static CheckpointWindow ToDocument(in WindowValue value) => new(
        value.StartMicros,
        value.TradeDate,
        value.TickCount,
        value.CloseSum,
        value.Open,
        value.High,
        value.Low,
        value.LastClose,
        value.FirstMicros,
        value.LastMicros,
        value.VolumeSum);

    public static ShardFold ToFold(CheckpointDocument document)
        => new(
            document.Position,
            document.StartAt,
            document.ReadToTipAt,
            document.Books.ToBooks(),
            document.ShardTime ?? long.MinValue,
            [.. document.Tickers.Select(ticker => KeyValuePair.Create(ticker.Ticker, ticker.Watermark))],
            [.. document.Tickers.SelectMany(ticker => ticker.Windows.Select(window => KeyValuePair.Create(ticker.Ticker, ToValue(window))))],
            [.. document.Tickers.SelectMany(ticker => ticker.Runs.Select(run => KeyValuePair.Create(ticker.Ticker, new RunMark(run.Run, run.Seq))))]);

    private static WindowValue ToValue(in CheckpointWindow window) => new()
    {
        StartMicros = window.Start,
        TradeDate = window.TradeDate,
        TickCount = window.TickCount,
        CloseSum = window.CloseSum,
        Open = window.Open,
        High = window.High,
        Low = window.Low,
        LastClose = window.LastClose,
        FirstMicros = window.First,
        LastMicros = window.Last,
        VolumeSum = window.VolumeSum,
    };
}
