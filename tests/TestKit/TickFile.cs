using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.TestKit;

/// <summary>Writes ticks as Parquet, for tests that need an archive.</summary>
public static class TickFile
{
    private static readonly ParquetField[] Fields =
    [
        new("ticker", PhysicalType.ByteArray, LogicalKind.Text, IsOptional: true),
        new("ts", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: true),
        new("close", PhysicalType.Double, LogicalKind.None, IsOptional: true),
        new("volume", PhysicalType.Double, LogicalKind.None, IsOptional: true),
    ];

    /// <summary>One row group for each array, with columns ticker, ts, close and volume.</summary>
    public static string Write(string path, params Tick[][] rowGroups)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream output = File.Create(path);
        using var writer = new ParquetWriter(output, Fields);
        foreach (Tick[] rows in rowGroups)
        {
            writer.BeginRowGroup(rows.Length);
            writer.Write([.. rows.Select(row => (string?)row.Ticker)]);
            writer.Write([.. rows.Select(row => row.TimestampMicros)]);
            writer.Write([.. rows.Select(row => row.Close)]);
            writer.Write([.. rows.Select(row => row.Volume)], [.. rows.Select(row => double.IsNaN(row.Volume))]);
        }

        writer.Finish();
        return path;
    }

    public static Tick Tick(string ticker, DateTimeOffset time, double close, double volume = double.NaN) => new()
    {
        Ticker = ticker,
        TimestampMicros = (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        Open = double.NaN,
        High = double.NaN,
        Low = double.NaN,
        Close = close,
        Volume = volume,
    };
}
