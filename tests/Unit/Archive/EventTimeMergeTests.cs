using Streaming.Producer.Archive;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Archive;

public sealed class EventTimeMergeTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);

    // The price is the row's place in the archive, so that it shows which row a tick was.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void ManyFilesWithEqualTimes_LeaveInOrderOfTimeThenFileThenRow(int seed)
    {
        var random = new Random(seed);
        using var folder = new ScratchFolder();
        var rows = new List<(long Micros, int Place)>();
        for (int file = 0; file < 12; file++)
        {
            bool isSorted = random.Next(2) == 0;
            var groups = new List<Tick[]>();
            for (int group = 0; group < random.Next(1, 5); group++)
            {
                int count = random.Next(1, 3000);
                var times = new int[count];
                for (int i = 0; i < count; i++) times[i] = random.Next(500);
                if (isSorted) Array.Sort(times);
                groups.Add([.. times.Select(time => Add(rows, time))]);
            }

            TickFile.Write(folder[$"{file:00}.parquet"], [.. groups]);
        }

        List<Tick> ticks = ArchiveReads.All(folder.Path);

        // OrderBy is stable, and the rows stand in archive order.
        Assert.Equal(rows.OrderBy(row => row.Micros).Select(row => (double)row.Place), ticks.Select(tick => tick.Close));
    }

    // Of each file one group after the other is open, and in each another ends first: those that begin take the places of those that ended.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void GroupsThatFollowEachOther_LeaveInOrderOfTimeThenFileThenRow(int seed)
    {
        var random = new Random(seed);
        using var folder = new ScratchFolder();
        var rows = new List<(long Micros, int Place)>();
        for (int file = 0; file < 5; file++)
        {
            int second = random.Next(10);
            var groups = new List<Tick[]>();
            for (int group = 0; group < 8; group++)
                groups.Add([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Add(rows, second += random.Next(1, 4)))]);
            TickFile.Write(folder[$"{file:00}.parquet"], [.. groups]);
        }

        List<Tick> ticks = ArchiveReads.All(folder.Path);
        Assert.Equal(rows.OrderBy(row => row.Micros).Select(row => (double)row.Place), ticks.Select(tick => tick.Close));
    }

    // More runs and longer distances than one key can say, so that the order has to begin anew on the way.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ManyFilesOverTwoThousandYears_LeaveInOrderOfTimeThenFileThenRow(int seed)
    {
        var random = new Random(seed);
        using var folder = new ScratchFolder();
        var rows = new List<(long Micros, int Place)>();
        const long span = 60_000_000_000_000_000;
        long first = (DateTimeOffset.MinValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        for (int file = 0; file < 500; file++)
        {
            long micros = first + random.Next(3);
            var ticks = new List<Tick>();
            for (; ticks.Count < 4; micros += random.NextInt64(random.Next(3) switch { 0 => 2, 1 => 1_000_000, _ => span - (micros - first) }))
            {
                rows.Add((micros, rows.Count + 1));
                ticks.Add(TickFile.Tick("A", Start, rows.Count) with { TimestampMicros = micros });
            }

            TickFile.Write(folder[$"{file:000}.parquet"], [.. ticks]);
        }

        List<Tick> read = ArchiveReads.All(folder.Path);
        Assert.Equal(rows.OrderBy(row => row.Micros).Select(row => (double)row.Place), read.Select(tick => tick.Close));
    }

    // Larger ones are looked at before they are read; of the others the times are held, unless one of them cannot be used.
    [Theory]
    [InlineData(ArchiveReading.MaxHeldRows, 1, true)]
    [InlineData(ArchiveReading.MaxHeldRows + 1, 2, true)]
    [InlineData(5000, 1, true)]
    [InlineData(5000, 2, false)]
    public void Times_AreReadOnceIfTheyCanBeHeld(int rowCount, int timesRead, bool areUsable)
    {
        using var folder = new ScratchFolder();
        Tick[] ticks = [.. Enumerable.Range(0, rowCount).Select(i => TickFile.Tick("A", Start.AddMilliseconds(i), i + 1))];
        if (!areUsable) ticks[rowCount / 2].TimestampMicros = long.MaxValue - 1;
        string path = TickFile.Write(folder["a.parquet"], ticks);
        long read = 0;
        var input = new InputFile(path, new Dictionary<string, string?>(), () => new CountedSource(new FileByteSource(path), bytes => read += bytes));
        var reading = new ArchiveReading(RowFilter.All(new ManualTimeProvider(ArchiveReads.Now)), CancellationToken.None);
        var refused = new RefusedRows();
        using var merge = new EventTimeMerge(new ArchivePlanner(reading, refused).Plan([input]), reading, refused);
        read = 0;
        int count = 0;
        for (Tick tick = default; merge.TryRead(ref tick); count++) Assert.Equal(TickFile.Tick("A", Start.AddMilliseconds(tick.Close - 1), tick.Close), tick);

        Assert.Equal(areUsable ? rowCount : rowCount - 1, count);
        long once = new FileInfo(path).Length;
        long column = rowCount * 2L;
        Assert.True(timesRead == 1 ? read < once + column : read > once + column, $"{read} bytes read of a file of {once}");
    }

    [Fact]
    public void UnsortedBeyondTheBound_IsRefusedWithAWayToSort_AndSpaceComesBack()
    {
        using var folder = new ScratchFolder();
        Tick[] Falling(int minute, int count) => [.. Enumerable.Range(0, count).Select(i => TickFile.Tick("A", Start.AddMinutes(minute).AddMilliseconds(-i), i + 1))];
        TickFile.Write(folder["a.parquet"], Falling(0, 600), Falling(1, 600));
        TickFile.Write(folder["b.parquet"], Falling(2, 1001));
        var refused = new RefusedRows();
        var reading = new ArchiveReading(RowFilter.All(new ManualTimeProvider(ArchiveReads.Now)), CancellationToken.None);
        IReadOnlyList<ArchiveFile> files = new ArchivePlanner(reading, refused).Plan(InputFiles.Expand([folder.Path], ArchiveReads.NoS3, new LeftOutFiles()));
        using var merge = new EventTimeMerge(files, reading, refused, maxSortedRows: 1000);

        int count = 0;
        for (Tick tick = default; merge.TryRead(ref tick); count++) Assert.Equal("A", tick.Ticker);

        Assert.Equal(1200, count);
        RefusedFile file = Assert.Single(refused.Files);
        Assert.EndsWith("b.parquet", file.File, StringComparison.Ordinal);
        Assert.Contains("ORDER BY \"ts\"", file.Reason, StringComparison.Ordinal);
    }

    // Everything on the way from column to tick is used again; what remains is set up once for a file.
    [Fact]
    public void Reading_MakesNoGarbagePerTick()
    {
        using var folder = new ScratchFolder();
        TickFile.Write(folder["a.parquet"], [.. Enumerable.Range(0, 200_000).Select(i => TickFile.Tick(i % 3 == 0 ? "A" : "B", Start.AddMilliseconds(i), i + 1, i))]);
        TickArchive archive = TickArchive.Open(InputFiles.Expand([folder.Path], ArchiveReads.NoS3, new LeftOutFiles()), FileHints.None, RowFilter.All(new ManualTimeProvider(ArchiveReads.Now)), new RefusedRows(), CancellationToken.None);
        using EventTimeMerge merge = archive.Read(isFirstPass: true);
        Tick tick = default;
        for (int i = 0; i < 1000; i++) merge.TryRead(ref tick);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = 0;
        while (merge.TryRead(ref tick)) count++;
        double perTick = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;
        Assert.True(perTick < 16, $"{perTick:0.0} bytes per tick");
    }

    [Fact]
    public void FromAndTo_CutTheRange()
    {
        using var folder = new ScratchFolder();
        Tick[] Group(int first) => [.. Enumerable.Range(first, 10).Select(second => TickFile.Tick("A", Start.AddSeconds(second), second + 1))];
        TickFile.Write(folder["a.parquet"], Group(0), Group(10), Group(20));
        RowFilter all = RowFilter.All(new ManualTimeProvider(ArchiveReads.Now));
        long start = TickFile.Tick("A", Start, 1).TimestampMicros;
        RowFilter range = all with { FromMicros = start + 5_000_000, ToMicros = start + 15_000_000 };

        List<Tick> ticks = ArchiveReads.All(new RefusedRows(), [folder.Path], range);

        Assert.Equal(Enumerable.Range(6, 10).Select(price => (double)price), ticks.Select(tick => tick.Close));
    }

    [Fact]
    public void HeldTimes_HaveABoundForAllRowGroups_AndSpaceComesBack()
    {
        var reading = new ArchiveReading(RowFilter.All(new ManualTimeProvider(ArchiveReads.Now)), CancellationToken.None);
        var held = new List<long[]>();
        while (reading.RentTimes(ArchiveReading.MaxHeldRows) is { Length: > 0 } times) held.Add(times);
        Assert.Equal(64, held.Count);
        Assert.Empty(reading.RentTimes(1));
        reading.ReturnTimes(held[0]);
        Assert.NotEmpty(reading.RentTimes(ArchiveReading.MaxHeldRows));
    }

    private static Tick Add(List<(long Micros, int Place)> rows, int seconds)
    {
        Tick tick = TickFile.Tick("A", Start.AddSeconds(seconds), rows.Count + 1);
        rows.Add((tick.TimestampMicros, rows.Count + 1));
        return tick;
    }

    private sealed class CountedSource(IByteSource source, Action<int> told) : IByteSource
    {
        public string Name => source.Name;

        public long Length => source.Length;

        public void Read(long offset, Span<byte> destination)
        {
            told(destination.Length);
            source.Read(offset, destination);
        }

        public void Dispose() => source.Dispose();
    }
}
