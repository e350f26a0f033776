using Streaming.Consumer.Flushing;
using Streaming.Consumer.Querying;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>One row of an oracle that was made with SQL from the same file, by another program.</summary>
internal sealed record OracleRow(
    string Ticker, long MinuteMicros, long Count, double Average, double Last, long LastTies, double LastTieMin, double LastTieMax, double Min, double Max, double? Volume);

internal static class Oracle
{
    /// <summary>Intraday files that have an oracle beside them.</summary>
    public static readonly string[] Files = ["crypto_minute_bars", "crypto_second_bars", "fx_ticks", "gspc_minute_bars", "spy_minute_bars"];

    /// <summary>The long one: 316,309 ticks of one ticker.</summary>
    public const string Fx = "fx_ticks";

    // 13,268 ticks: more than an answer of Kinesis holds, and midnight among them, in UTC and in New York.
    private static readonly DateTimeOffset FxFrom = new(2014, 5, 1, 18, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset FxTo = new(2014, 5, 2, 6, 0, 0, TimeSpan.Zero);

    public static string InputOf(string file) => Path.Combine(TestPaths.MarketData!, "intraday", file + ".parquet");

    public static List<OracleRow> Load(string file) => LoadPath(Path.Combine(TestPaths.MarketData!, "oracle", file + "_1m.parquet"));

    /// <summary>The oracle of all files together. Both crypto files have BTCUSD on one day; their windows there are of both.</summary>
    public static List<OracleRow> LoadAll()
    {
        ILookup<(string, long), OracleRow> rows = Files.SelectMany(Load).ToLookup(row => (row.Ticker, row.MinuteMicros));
        return [.. rows.Select(same => same.Aggregate((left, right) => left with
        {
            Count = left.Count + right.Count,
            Average = ((left.Average * left.Count) + (right.Average * right.Count)) / (left.Count + right.Count),
            LastTies = 2,
            LastTieMin = Math.Min(left.LastTieMin, right.LastTieMin),
            LastTieMax = Math.Max(left.LastTieMax, right.LastTieMax),
            Volume = left.Volume + right.Volume,
        }))];
    }

    public static List<OracleRow> LoadPath(string path)
    {
        using var parquet = ParquetFile.Open(path);
        var rows = new List<OracleRow>();
        for (int group = 0; group < parquet.RowGroups.Count; group++)
        {
            int count = (int)parquet.RowGroups[group].RowCount;
            ColumnVector Column(string name)
            {
                var vector = new ColumnVector(count);
                Assert.Equal(count, parquet.OpenColumn(group, parquet.FindColumn(name)!).Read(vector, count));
                return vector;
            }

            ColumnVector ticker = Column("ticker"), minute = Column("minute_utc"), n = Column("n"), average = Column("avg_price");
            ColumnVector last = Column("last_close"), ties = Column("last_ties"), tieMin = Column("last_tie_min"), tieMax = Column("last_tie_max");
            ColumnVector min = Column("min_price"), max = Column("max_price"), volume = Column("sum_volume");
            for (int i = 0; i < count; i++)
            {
                rows.Add(new OracleRow(
                    System.Text.Encoding.UTF8.GetString(ticker.Bytes(i)), minute.Longs[i], n.Longs[i], average.Doubles[i], last.Doubles[i], ties.Longs[i],
                    tieMin.Doubles[i], tieMax.Doubles[i], min.Doubles[i], max.Doubles[i], volume.IsNull[i] ? null : volume.Longs[i]));
            }
        }

        return rows;
    }

    /// <summary>
    /// Arguments that make a file short enough for Kinesis: of one ticker the producer puts one record at a time, so that none overtakes
    /// another, and the whole FX file would take minutes of nothing but round trips. On the local stream it is replayed whole.
    /// </summary>
    public static string[] PartOf(string file) => file == Fx ? ["--from", $"{FxFrom:s}Z", "--to", $"{FxTo:s}Z"] : [];

    /// <summary>The oracle of <see cref="PartOf"/>: of its whole minutes, as SQL has them.</summary>
    public static List<OracleRow> LoadPart(string file) => file != Fx
        ? Load(file)
        : [.. Load(file).Where(row => row.MinuteMicros >= IsoTime.ToMicros(FxFrom) && row.MinuteMicros < IsoTime.ToMicros(FxTo))];

    public static Task<Dictionary<(string Ticker, long Minute), AvgRow>> LakeAsync(string lake) => LakeAsync(ObjectStores.Open(lake, TimeProvider.System));

    public static async Task<Dictionary<(string Ticker, long Minute), AvgRow>> LakeAsync(IObjectStore lake)
    {
        var rows = new Dictionary<(string, long), AvgRow>();
        await foreach (AvgRow row in new LakeReader(lake).AllAsync(CancellationToken.None))
            rows.Add((row.Ticker, row.Bar.WindowStartMicros), row);
        return rows;
    }

    public static Task AssertEqualAsync(IReadOnlyCollection<OracleRow> oracle, string lake, bool anyTie = false)
        => AssertEqualAsync(oracle, ObjectStores.Open(lake, TimeProvider.System), anyTie);

    /// <summary>Every row of the oracle is in the lake with the same values, and no other.</summary>
    /// <param name="anyTie">Where several ticks share the last instant, <c>last_close</c> may be any of theirs.</param>
    public static async Task AssertEqualAsync(IReadOnlyCollection<OracleRow> oracle, IObjectStore lake, bool anyTie = false)
    {
        Dictionary<(string Ticker, long Minute), AvgRow> rows = await LakeAsync(lake);
        Assert.Equal(oracle.Count, rows.Count);
        foreach (OracleRow expected in oracle)
        {
            Bar bar = rows[(expected.Ticker, expected.MinuteMicros)].Bar;
            string where = $"{expected.Ticker} {IsoTime.ToDateTime(expected.MinuteMicros):O}: {bar} is not {expected}";
            Assert.True(expected.Count == bar.TickCount, where);
            Assert.True(Math.Abs(expected.Average - bar.AvgClose) <= 1e-9 * Math.Abs(expected.Average), where);
            Assert.True(expected.Volume == bar.Volume, where);
            bool last = anyTie && expected.LastTies > 1
                ? bar.LastClose >= expected.LastTieMin && bar.LastClose <= expected.LastTieMax
                : expected.Last == bar.LastClose;
            Assert.True(last, where);
        }
    }
}
