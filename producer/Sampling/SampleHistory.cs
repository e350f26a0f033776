using Streaming.Shared.Parquet;

namespace Streaming.Producer.Sampling;

/// <summary>
/// Writes made-up history for demonstrations: trades of one New York trading day, one Parquet file per ticker. The same seed
/// gives the same bytes. The tickers are real names; nothing else about the data is.
/// </summary>
public static class SampleHistory
{
    public const int DefaultSeed = 1;
    public const int DefaultTickers = 10;
    public const int MaxTickers = 1000;

    /// <summary>A Tuesday.</summary>
    public static readonly DateOnly DefaultDate = new(2024, 1, 2);

    private static readonly ParquetField[] Fields =
    [
        new("ticker", PhysicalType.ByteArray, LogicalKind.Text, IsOptional: false),
        new("timestamp", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: false),
        new("price", PhysicalType.Double, LogicalKind.None, IsOptional: false),
        new("size", PhysicalType.Int64, LogicalKind.None, IsOptional: false),
    ];

    // Opening price in cents and trades of the day, in round numbers.
    private static readonly (string Ticker, int Cents, int Trades)[] Known =
    [
        ("AAPL", 18_700, 18_000), ("AMZN", 15_100, 14_000), ("BRK.B", 35_800, 5_000), ("GOOG", 13_900, 11_000), ("IBM", 16_200, 5_000),
        ("JPM", 17_000, 8_000), ("KO", 5_900, 6_000), ("MSFT", 37_200, 12_000), ("NFLX", 46_900, 6_000), ("TSLA", 24_900, 15_000),
    ];

    /// <summary>Writes the files and says how many ticks they hold in all; files of the same names are replaced.</summary>
    /// <param name="folder">Made if it is not there.</param>
    /// <param name="tickers">1 to <see cref="MaxTickers"/>.</param>
    public static SampleSummary Write(string folder, int seed = DefaultSeed, int tickers = DefaultTickers, DateOnly? date = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tickers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tickers, MaxTickers);
        Directory.CreateDirectory(folder);
        DateOnly day = date ?? DefaultDate;
        var files = new List<string>();
        long ticks = 0;
        for (int index = 0; index < tickers; index++)
        {
            (string ticker, int cents, int trades) = index < Known.Length ? Known[index] : ($"DEMO{index + 1}", 5_000 + (index * 10), 5_000);
            // Each ticker has its own chance, so that it trades the same however many others there are.
            var session = new TradingSession(new Random(unchecked((seed * 31) + index)), day, cents, trades);
            string path = Path.Combine(folder, $"{ticker}.parquet");
            WriteFile(path, ticker, session);
            files.Add(path);
            ticks += session.Count;
        }

        return new SampleSummary(folder, files, ticks, day);
    }

    private static void WriteFile(string path, string ticker, TradingSession session)
    {
        var names = new string?[session.Count];
        Array.Fill(names, ticker);
        using FileStream output = File.Create(path);
        using var writer = new ParquetWriter(output, Fields);
        writer.BeginRowGroup(session.Count);
        writer.Write(names);
        writer.Write(session.Micros);
        writer.Write(session.Prices);
        writer.Write(session.Sizes);
        writer.Finish();
    }
}

public sealed record SampleSummary(string Folder, IReadOnlyList<string> Files, long Ticks, DateOnly Date);
