using Streaming.Shared.Parquet;

namespace Streaming.Tests.Benchmarks.Data;

/// <summary>
/// History from a seed: trades in files that cover the same time, sorted in each. No two have the same time, so that there is one
/// right order, and each time has its last microsecond, which everybody writes with six digits.
/// </summary>
internal static class HistoryFiles
{
    private const int RowsPerGroup = 25_000;
    private const long MicrosPerStep = 10;

    /// <summary>2024-01-02, 09:30 in New York.</summary>
    private static readonly long OpenMicros = (new DateTime(2024, 1, 2, 14, 30, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static readonly ParquetField[] Fields =
    [
        new("ticker", PhysicalType.ByteArray, LogicalKind.Text, IsOptional: false),
        new("timestamp", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: false),
        new("price", PhysicalType.Double, LogicalKind.None, IsOptional: false),
        new("size", PhysicalType.Int64, LogicalKind.None, IsOptional: false),
    ];

    /// <summary>Writes one file for each ticker, with about so many rows each.</summary>
    public static void Write(string folder, int files, int rowsPerFile)
    {
        Directory.CreateDirectory(folder);
        for (int file = 0; file < files; file++)
        {
            using FileStream output = File.Create(Path.Combine(folder, $"T{file:D2}.parquet"));
            using var writer = new ParquetWriter(output, Fields);
            Write(writer, file, files, rowsPerFile);
            writer.Finish();
        }
    }

    private static void Write(ParquetWriter writer, int file, int files, int rows)
    {
        var random = new Random(TickRecords.Seed + file);
        // The files take turns within each round of steps, in an order that changes from round to round.
        for (int first = 0; first < rows; first += RowsPerGroup)
        {
            int count = Math.Min(RowsPerGroup, rows - first);
            (string?[] tickers, long[] micros, double[] prices, long[] sizes) = (new string?[count], new long[count], new double[count], new long[count]);
            Array.Fill(tickers, $"T{file:D2}");
            for (int i = 0; i < count; i++)
            {
                long round = first + i;
                long turn = (file + (round * 7)) % files;
                micros[i] = OpenMicros + (((round * files) + turn) * MicrosPerStep) + random.Next(1, (int)MicrosPerStep);
                prices[i] = (10_000 + random.Next(-500, 500)) / 100.0;
                sizes[i] = 100 * random.Next(1, 11);
            }

            writer.BeginRowGroup(count);
            writer.Write(tickers);
            writer.Write(micros);
            writer.Write(prices);
            writer.Write(sizes);
        }
    }
}
