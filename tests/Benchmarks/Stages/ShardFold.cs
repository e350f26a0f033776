using Streaming.Consumer;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Streams;
using Streaming.Tests.Benchmarks.Data;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// The consumer's own types from records to windows, as <see cref="ShardPipeline"/> chains them: books, lateness, quarantine and repeats
/// are on. Without flushes, so that all windows stay.
/// </summary>
internal static class ShardFold
{
    /// <summary>No tick is late when the records are folded a second time into the windows of the first.</summary>
    public static readonly EventTimeRules Rules = new ConsumerOptions { AllowedLateness = TickBatches.Span * 2 }.EventTime;

    /// <summary>A new fold.</summary>
    public static ShardWindows Run(RecordBatch[] batches, Func<TickDecoder, RecordDecoder>? reader = null)
    {
        var windows = new ShardWindows(Rules, new TickerTable(shard: null));
        var ticks = new TickDecoder(windows.Tickers);
        Run(batches, new BatchDecoder(reader?.Invoke(ticks) ?? ticks.Decode), windows);
        return windows;
    }

    public static void Run(RecordBatch[] batches, BatchDecoder decoder, ShardWindows windows)
    {
        foreach (RecordBatch batch in batches) windows.Add(decoder.Decode(batch));
        if (windows.Books.Windowed != windows.Books.Read)
            throw new InvalidOperationException($"Of {windows.Books.Read} events only {windows.Books.Windowed} are in windows.");
    }

    /// <summary>
    /// A fold that finds its tickers and windows there, as another left them. The same records would be repeats of themselves, so neither
    /// their numbers nor their runs are known.
    /// </summary>
    public static ShardWindows Over(TickerTable tickers)
    {
        foreach (TickerState ticker in tickers.All) ticker.Runs = default;
        return new ShardWindows(Rules, tickers);
    }

    /// <summary>Rows of <c>avg_1min</c> with their partitions, in an order that follows from what is in them.</summary>
    public static IEnumerable<(string Ticker, DateOnly TradeDate, Bar Bar)> Rows(ShardWindows windows)
        => windows.Snapshot(openWindowsToo: true).Windows
            .Select(window => (window.Window.Ticker.Name, window.Value.TradeDate, Bar.Of(window.Value)))
            .OrderBy(row => row.Name, StringComparer.Ordinal).ThenBy(row => row.Item3.WindowStartMicros);

    /// <exception cref="InvalidOperationException">They come to different rows.</exception>
    public static void CheckThatSame(ShardWindows windows, ShardWindows others)
    {
        if (!Rows(windows).SequenceEqual(Rows(others))) throw new InvalidOperationException("The two ways come to different rows.");
    }

    /// <inheritdoc cref="CheckThatSame(ShardWindows, ShardWindows)"/>
    public static void CheckThatSame(ShardWindows windows, IReadOnlyDictionary<(string Ticker, long Minute), RxBar> others)
    {
        (string Ticker, DateOnly TradeDate, Bar Bar)[] rows = [.. Rows(windows)];
        bool agrees = rows.Length == others.Count;
        foreach ((string ticker, DateOnly date, Bar bar) in rows)
        {
            agrees = agrees && others.TryGetValue((ticker, MinuteOf(bar)), out RxBar? other)
                && (date, bar.Open, bar.High, bar.Low, bar.LastClose, bar.Volume, bar.TickCount)
                    == (other.TradeDate, other.Open, other.High, other.Low, other.LastClose, other.Volume, other.TickCount)
                && Math.Abs(bar.AvgClose - other.AvgClose) < 1e-9;
        }

        if (!agrees) throw new InvalidOperationException("Rx comes to different rows.");
    }

    private static long MinuteOf(Bar bar)
        => (DateTime.UnixEpoch.Ticks + (bar.WindowStartMicros * TimeSpan.TicksPerMicrosecond)) / TimeSpan.TicksPerMinute;
}
