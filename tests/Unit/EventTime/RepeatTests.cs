using System.Globalization;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;

namespace Streaming.Tests.Unit.EventTime;

/// <summary>Records that come twice: put again by their producer, or given again by the stream.</summary>
public sealed class RepeatTests
{
    private readonly TickLog _log = new();

    // a0 a1 a1 a0 a2
    [Fact]
    public void RecordPutAgain_IsCountedAndChangesNothingElse()
    {
        Put("A", 5, "a", 0);
        Put("A", 6, "a", 1);
        FlushSnapshot before = _log.Windows.Snapshot(openWindowsToo: true);
        foreach (WindowSnapshot window in before.Windows) _log.Windows.Confirm(window);
        Put("A", 6, "a", 1);
        Put("A", 5, "a", 0);
        Assert.Equal(new Books(4, 2, 0, 0, 2), _log.Windows.Books);
        Assert.Equal(0, _log.Windows.DirtyCount);
        Assert.Equal(2, Assert.Single(_log.Values()).Value.TickCount);
        Put("A", 7, "a", 2);
        Assert.Equal(3, _log.Windows.Books.Windowed);
    }

    // The first minute is sealed when its last record comes again, and so is that of the late one.
    [Fact]
    public void RepeatOfASealedWindow_IsARepeatAndNotLate()
    {
        Put("A", 5, "a", 0);
        Put("A", 2000, "a", 1);
        Put("A", 6, "a", 2);
        Assert.Equal(1, _log.Windows.Books.Late);
        Put("A", 5, "a", 0);
        Put("A", 6, "a", 2);
        Assert.Equal(new Books(5, 2, 1, 0, 2), _log.Windows.Books);
        Assert.Single(_log.Windows.Late);
    }

    [Fact]
    public void RepeatAheadOfItsTicker_MovesNoWatermark()
    {
        // Not what a producer puts again, but what a wrong one may: the same seq with another time.
        Put("A", 5, "a", 1);
        Put("A", 5000, "a", 1);
        Put("A", 6, "a", 2);
        Assert.Equal(new Books(3, 2, 0, 0, 1), _log.Windows.Books);
        Assert.Equal(TickLog.Micros(TickLog.Open.AddSeconds(6)), _log.Windows.ShardMicros);
    }

    [Fact]
    public void RunsInTurns_AreToldApart()
    {
        foreach ((string run, long seq) in ((string, long)[])[("x", 5), ("y", 3), ("x", 6), ("y", 3), ("y", 4), ("x", 6), ("x", 7)]) Put("A", 5, run, seq);
        Assert.Equal(new Books(7, 5, 0, 0, 2), _log.Windows.Books);
    }

    [Fact]
    public void TickersOfOneRun_HaveTheirOwnSeq()
    {
        Put("A", 5, "a", 7);
        Put("B", 5, "a", 6);
        Assert.Equal(0, _log.Windows.Books.Repeated);
    }

    [Fact]
    public void RunsBeyondTheLimit_AreForgottenAndCountAgain()
    {
        for (int i = 0; i < ProducerRuns.Limit; i++) Put("A", 5, $"r{i}", 0);
        Put("A", 5, "r0", 0);
        Assert.Equal(1, _log.Windows.Books.Repeated);
        Put("A", 5, "one too many", 0);
        Put("A", 5, "r0", 0);
        Assert.Equal(1, _log.Windows.Books.Repeated);
        Assert.Equal(ProducerRuns.Limit + 2, _log.Windows.Books.Windowed);
    }

    [Fact]
    public void RecordsWithoutRunAndSeq_AreNoRepeats()
    {
        for (int i = 0; i < 3; i++) _log.Tick("A", 5, 1);
        for (int i = 0; i < 3; i++) _log.Tick("A", 5, 1, ""","run":"a","seq":"1" """);
        Assert.Equal(6, _log.Windows.Books.Windowed);
    }

    [Fact]
    public void KeptRepeats_Count()
    {
        var log = new TickLog(TickLog.Rules with { DropRepeats = false });
        for (int i = 0; i < 3; i++) log.Tick("A", 5, 1, Fields("a", 0));
        Assert.Equal(3, log.Windows.Books.Windowed);
    }

    [Fact]
    public void RecordGivenAgainByTheStream_CountsOnce()
    {
        string tick = TickLog.Json("A", 5, 1);
        _log.Records([(1, tick), (2, "garbage"), (2, "garbage"), (1, tick)]);
        _log.Records([(1, tick), (2, "garbage"), (3, tick)]);
        Assert.Equal(new Books(7, 2, 0, 1, 4), _log.Windows.Books);
        _log.Records([(2, "garbage")]);
        Assert.Equal(3UL, _log.Windows.Position.ToUInt64());
    }

    [Fact]
    public void KeptRepeats_CountOnceIfItWasTheStreamThatRepeated()
    {
        var log = new TickLog(TickLog.Rules with { DropRepeats = false });
        string tick = TickLog.Json("A", 5, 1);
        log.Records([(1, tick), (1, tick)]);
        Assert.Equal(new Books(2, 1, 0, 0, 1), log.Windows.Books);
    }

    [Fact]
    public void AnyRepeatsInAnyLog_LeaveTheSameRows()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            string[] records = [.. Records(random)];
            List<string> withRepeats = [.. records];
            int repeats = random.Next(1, 60);
            for (int i = 0; i < repeats; i++)
            {
                // A later place, anywhere: the attempt that was given up may arrive long after its repetition.
                int original = random.Next(withRepeats.Count);
                if (withRepeats[original].StartsWith("garbage", StringComparison.Ordinal)) continue;
                withRepeats.Insert(random.Next(original + 1, withRepeats.Count + 1), withRepeats[original]);
            }

            var plain = new TickLog();
            plain.Records(records);
            var repeated = new TickLog();
            int given = Give(repeated, withRepeats, random);

            Assert.True(Rows(plain).SequenceEqual(Rows(repeated)), $"seed {seed}: other rows");
            Books books = repeated.Windows.Books;
            Assert.True(plain.Windows.Books with { Read = given, Repeated = given - records.Length } == books && books.Balance, $"seed {seed}: {books} after {plain.Windows.Books}");
        }
    }

    /// <summary>300 ticks of two runs and garbage, with disorder and late ones.</summary>
    private static IEnumerable<string> Records(Random random)
    {
        long[] seq = new long[2];
        for (int i = 0; i < 300; i++)
        {
            int run = random.Next(2);
            double second = Math.Max(0, (i * 10) - random.Next(random.Next(8) == 0 ? 2000 : 60));
            yield return random.Next(20) == 0
                ? "garbage " + i
                : TickLog.Json("T" + random.Next(3), second, Math.Round(100 + random.NextDouble(), 4), Fields("run" + run, seq[run]++));
        }
    }

    /// <summary>In batches of any size, of which some begin with records that were given before; returns how many were given.</summary>
    private static int Give(TickLog log, List<string> records, Random random)
    {
        int given = 0;
        for (int next = 0; next < records.Count;)
        {
            int first = Math.Max(0, next - (random.Next(3) == 0 ? random.Next(20) : 0));
            int end = Math.Min(records.Count, next + random.Next(1, 40));
            log.Records(Enumerable.Range(first, end - first).Select(i => ((ulong)i + 1, records[i])));
            given += end - first;
            next = end;
        }

        return given;
    }

    private static IEnumerable<string> Rows(TickLog log) => log.Values()
        .OrderBy(row => row.Key)
        .Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Key} {Bar.Of(row.Value)}"));

    private void Put(string ticker, double second, string run, long seq) => _log.Tick(ticker, second, 1, Fields(run, seq));

    internal static string Fields(string run, long seq) => $$""","run":"{{run}}","seq":{{seq}}""";
}
