using Streaming.Producer.Archive;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Archive;

/// <summary>
/// Archives of any rows, good and bad, against a list of them that is checked row by row and sorted. The rules are written out here, in numbers of
/// their own: a rule that is taken from the producer would be wrong in both.
/// </summary>
public sealed class RandomArchiveTests
{
    private static readonly long Start = (new DateTimeOffset(2024, 1, 2, 14, 30, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>2026-01-02 UTC, a day after <see cref="ArchiveReads.Now"/>: a later event time is refused.</summary>
    private const long Latest = 1_767_312_000_000_000;

    private static readonly ParquetField[] Fields =
    [
        new("symbol", PhysicalType.ByteArray, LogicalKind.Text, IsOptional: true),
        new("time", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: true),
        new("price", PhysicalType.Double, LogicalKind.None, IsOptional: true) { MayBeNaN = true },
        new("open", PhysicalType.Double, LogicalKind.None, IsOptional: true),
        new("size", PhysicalType.Int64, LogicalKind.None, IsOptional: true),
    ];

    private sealed record RowOf(string? Ticker, long? Micros, double? Price, double? Open, long? Size)
    {
        public bool IsPlaced => Ticker is { Length: >= 1 and <= 64 } && !Ticker.Contains('\n', StringComparison.Ordinal) && Micros is >= 0 and <= Latest;

        public bool IsUsable => IsPlaced && Price is 0 or (>= -1e12 and <= -1e-27) or (>= 1e-27 and <= 1e12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void AnyRows_LeaveAsTheyAreCheckedAndSortedOneByOne(int seed)
    {
        var random = new Random(seed);
        using var folder = new ScratchFolder();
        var rows = new List<RowOf>();
        for (int file = 0; file < 6; file++)
        {
            RowOf[][] groups = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomGroup(random))];
            Write(folder[$"{file}.parquet"], groups);
            rows.AddRange(groups.SelectMany(group => group));
        }

        RowFilter all = RowFilter.All(new ManualTimeProvider(ArchiveReads.Now));
        (RowFilter Filter, Predicate<RowOf> isWanted)[] filters =
        [
            (all, _ => true),
            (all with { Tickers = new HashSet<string> { "AAPL", "K7" } }, row => row.Ticker is "AAPL" or "K7"),
            (all with { FromMicros = Start + 1000, ToMicros = Start + 3000 }, row => row.Micros >= Start + 1000 && row.Micros < Start + 3000),
        ];
        foreach ((RowFilter filter, Predicate<RowOf> isWanted) in filters)
        {
            var refused = new RefusedRows();
            List<Tick> ticks = ArchiveReads.All(refused, [folder.Path], filter);
            Assert.Empty(refused.Files);

            // OrderBy is stable, and the rows stand in archive order.
            Assert.Equal(rows.Where(row => row.IsUsable && isWanted(row)).OrderBy(row => row.Micros).Select(TickOf), ticks);
            Assert.Equal(rows.Count(row => row.IsUsable && isWanted(row) && row.Open == 0), refused.IgnoredByReason.GetValueOrDefault("open is zero"));
            Assert.Equal(rows.Count(row => row.IsUsable && isWanted(row) && row.Size < 0), refused.IgnoredByReason.Where(reason => reason.Key.StartsWith("volume", StringComparison.Ordinal)).Sum(reason => reason.Value));

            // A group out of whose range all rows lie is not read at all.
            if (filter.FromMicros == long.MinValue) Assert.Equal(rows.Count(row => !row.IsUsable && (!row.IsPlaced || isWanted(row))), refused.RowCount);
        }
    }

    private static Tick TickOf(RowOf row) => new()
    {
        Ticker = row.Ticker!,
        TimestampMicros = row.Micros!.Value,
        Open = row.Open is null or 0 ? double.NaN : row.Open.Value,
        High = double.NaN,
        Low = double.NaN,
        Close = row.Price!.Value,
        Volume = row.Size is null or < 0 ? double.NaN : row.Size.Value,
    };

    // Of one ticker, of few or of so many that the writer makes no dictionary; sorted or not; with bad rows or without.
    private static RowOf[] RandomGroup(Random random)
    {
        (int tickers, int badOf) = (random.Next(3) switch { 0 => 1, 1 => 5, _ => 5000 }, random.Next(2) == 0 ? int.MaxValue : 30);
        string only = random.Next(4) == 0 ? "bad\n" : "AAPL";
        string Ticker(int number) => tickers == 1 ? only : $"K{number}";
        RowOf[] rows = [.. Enumerable.Range(0, random.Next(1, 3000)).Select(_ => new RowOf(
            Ticker(random.Next(tickers)), Start + random.Next(5000), random.Next(1, 100_000) / 100.0,
            random.Next(3) == 0 ? null : random.Next(1, 1000), random.Next(3) == 0 ? null : random.Next(1000)))];
        if (random.Next(3) > 0) rows = [.. rows.OrderBy(row => row.Micros)];
        return [.. rows.Select(row => random.Next(badOf) == 0 ? Spoil(random, row) : row)];
    }

    // The last that count, and the next beyond them.
    private static readonly double[] Edges = [1e12, 1000000000000.0001, -1e12, -1000000000000.0001, 1e-27, 9.999e-28, -1e-27, -9.999e-28, double.PositiveInfinity];

    // Not every one of these is bad: some stand at the edge of what counts.
    private static RowOf Spoil(Random random, RowOf row) => random.Next(11) switch
    {
        0 => row with { Ticker = null },
        1 => row with { Ticker = "" },
        2 => row with { Ticker = new string('x', random.Next(64, 66)) },
        3 => row with { Micros = null },
        4 => row with { Micros = Latest + random.Next(2) },
        5 => row with { Price = null },
        6 => row with { Price = double.NaN },
        7 => row with { Open = 0 },
        8 => row with { Price = Edges[random.Next(Edges.Length)] },
        9 => row with { Price = -random.Next(3) },
        _ => row with { Size = -1 },
    };

    private static void Write(string path, RowOf[][] groups)
    {
        using FileStream output = File.Create(path);
        using var writer = new ParquetWriter(output, Fields);
        foreach (RowOf[] rows in groups)
        {
            writer.BeginRowGroup(rows.Length);
            writer.Write([.. rows.Select(row => row.Ticker)]);
            writer.Write([.. rows.Select(row => row.Micros ?? 0)], [.. rows.Select(row => row.Micros is null)]);
            writer.Write([.. rows.Select(row => row.Price ?? 0)], [.. rows.Select(row => row.Price is null)]);
            writer.Write([.. rows.Select(row => row.Open ?? 0)], [.. rows.Select(row => row.Open is null)]);
            writer.Write([.. rows.Select(row => row.Size ?? 0)], [.. rows.Select(row => row.Size is null)]);
        }

        writer.Finish();
    }
}
