using Streaming.Consumer.EventTime;

namespace Streaming.Consumer.Progress;

/// <summary>Between the fold of a shard and its stored form.</summary>
internal static class CheckpointMapping
{
    /// <summary>The state that a restart at the snapshot's position needs.</summary>
    /// <param name="isWritten">The window at that place of the snapshot is in its object, as it was at the snapshot's position.</param>
    /// <param name="unwritten">Windows of the state that are not.</param>
    public static CheckpointState ToState(this CheckpointPointer pointer, FlushSnapshot snapshot, Func<int, bool> isWritten, out int unwritten)
    {
        unwritten = 0;
        var needed = new List<CheckpointWindow>();
        var tickers = new CheckpointTicker[snapshot.Tickers.Count];
        for (int t = 0; t < tickers.Length; t++)
        {
            TickerSnapshot ticker = snapshot.Tickers[t];
            needed.Clear();
            for (int i = ticker.Windows.Start.Value; i < ticker.Windows.End.Value; i++)
            {
                WindowSnapshot window = snapshot.Windows[i];
                bool written = isWritten(i);
                if (!window.IsNeeded(written)) continue;
                needed.Add(ToDocument(window.Value));
                if (window.IsDirty && !written) unwritten++;
            }

            tickers[t] = new CheckpointTicker(ticker.Name, ticker.WatermarkMicros, [.. needed], [.. ticker.Runs.Select(run => new CheckpointRun(run.Run, run.Seq))]);
        }

        return new CheckpointState(
            CheckpointPointer.CurrentVersion, pointer.Application, pointer.Shard, pointer.Stream, pointer.StreamId, snapshot.Position, tickers);
    }

    /// <summary>The pointer that moves to the snapshot's position.</summary>
    /// <param name="state">The stored state of that position.</param>
    public static CheckpointPointer MovedTo(this CheckpointPointer pointer, FlushSnapshot snapshot, string key, CheckpointState state, int unwritten) => pointer with
    {
        Position = snapshot.Position,
        ShardTime = snapshot.ShardMicros == long.MinValue ? null : snapshot.ShardMicros,
        Books = CheckpointBooks.Of(snapshot.Books),
        State = key,
        OpenWindows = state.OpenWindows,
        UnwrittenWindows = unwritten,
    };

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

    /// <param name="tickers">Those of the pointer's state.</param>
    public static ShardFold ToFold(this CheckpointPointer pointer, IReadOnlyList<CheckpointTicker> tickers)
        => new(
            pointer.Position,
            pointer.StartAt,
            pointer.ReadToTipAt,
            pointer.Books.ToBooks(),
            pointer.ShardTime ?? long.MinValue,
            [.. tickers.Select(ticker => KeyValuePair.Create(ticker.Ticker, ticker.Watermark))],
            [.. tickers.SelectMany(ticker => ticker.Windows.Select(window => KeyValuePair.Create(ticker.Ticker, ToValue(window))))],
            [.. tickers.SelectMany(ticker => ticker.Runs.Select(run => KeyValuePair.Create(ticker.Ticker, new RunMark(run.Run, run.Seq))))]);

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
