using System.Globalization;
using Streaming.Producer.Archive;
using Streaming.Producer.Archive.Values;
using Streaming.Producer.Commands;
using Streaming.Shared.Ticks;

namespace Streaming.Producer;

/// <summary>Says why the filters of a replay left nothing: reads the inputs once more without them.</summary>
internal static class UnmatchedFilters
{
    private const int TickersShown = 10;

    /// <summary>Null if there is no filter, or the inputs hold no tick at all.</summary>
    public static string? Describe(ProducerOptions options, IReadOnlyList<InputFile> inputs, TimeProvider time, CancellationToken cancellation)
    {
        if (options.Tickers is null && options.From is null && options.To is null) return null;
        var archive = TickArchive.Open(inputs, FileHints.Of(options), RowFilter.All(time), new RefusedRows(), cancellation);
        var all = new Extent();
        var wanted = new Extent();
        using EventTimeMerge ticks = archive.Read(isFirstPass: true);
        Tick tick = default;
        while (ticks.TryRead(ref tick))
        {
            all.Add(tick);
            if (options.Tickers?.Contains(tick.Ticker) ?? true) wanted.Add(tick);
        }

        if (all.Count == 0) return null;
        if (wanted.Count > 0)
            return $"No tick matches {TimeRange(options)}: {(options.Tickers is null ? "the input" : "the input of these tickers")} has {wanted.Describe(TickersShown)}. Nothing was sent.";
        string[] inOtherCase = [.. all.Tickers.Where(ticker => options.Tickers!.Contains(ticker, StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        string hint = inOtherCase.Length > 0 ? $" Tickers are case-sensitive: there is {string.Join(", ", inOtherCase)}." : "";
        return $"No tick matches --tickers {string.Join(',', options.Tickers!.Order(StringComparer.Ordinal))}: the input has {all.Describe(TickersShown)}.{hint} Nothing was sent.";
    }

    private static string TimeRange(ProducerOptions options)
    {
        string from = options.From is { } first ? $"--from {SummaryText.TimeText(first)}" : "";
        string to = options.To is { } last ? $"--to {SummaryText.TimeText(last)}" : "";
        return $"{from} {to}".Trim();
    }

    /// <summary>Which ticks there are.</summary>
    private sealed class Extent
    {
        private long _first = long.MaxValue;
        private long _last = long.MinValue;

        public long Count { get; private set; }

        public HashSet<string> Tickers { get; } = new(StringComparer.Ordinal);

        public void Add(in Tick tick)
        {
            Count++;
            Tickers.Add(tick.Ticker);
            _first = Math.Min(_first, tick.TimestampMicros);
            _last = Math.Max(_last, tick.TimestampMicros);
        }

        public string Describe(int tickersShown)
        {
            string tickers = string.Join(", ", Tickers.Order(StringComparer.Ordinal).Take(tickersShown));
            string more = Tickers.Count > tickersShown ? ", ..." : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Count} ticks of {Tickers.Count} tickers ({tickers}{more}) from {SummaryText.TimeText(EventTime.ToTime(_first))} to {SummaryText.TimeText(EventTime.ToTime(_last))}");
        }
    }
}
