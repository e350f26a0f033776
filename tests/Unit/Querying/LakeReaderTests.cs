using System.Globalization;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Querying;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Querying;

/// <summary>Which rows are the newest, whatever the folders are called, and how little is read to know.</summary>
public sealed class LakeReaderTests
{
    private static readonly ObjectOrigin Origin = new("stream", "id", "app", "shard");

    private readonly CountedReads _lake = new();

    // Field case f04: a replay of 2025 at its own time, then one of 2024 a minute later.
    [Fact]
    public async Task TradeDateFarFromEventTime_NewestRowIsByEventTime()
    {
        await PutAsync("A", "2025-06-02", 0, 1);
        await PutAsync("A", "2024-06-03", 2, 3);
        await PutAsync("B", "2025-06-02", 1);
        var reader = new LakeReader(_lake);
        Assert.Equal(["A 2024-06-03 3", "B 2025-06-02 1"], Texts(await reader.LatestAsync(null, null, default)));
        Assert.Equal(["A 2024-06-03 3", "A 2024-06-03 2", "A 2025-06-02 1", "B 2025-06-02 1", "A 2025-06-02 0"], Texts(await reader.NewestAsync(null, null, 10, default)));
        Assert.Equal(["A 2024-06-03 3"], Texts(await reader.NewestAsync(null, null, 1, default)));
        Assert.Equal(["A 2025-06-02 1"], Texts(await reader.NewestAsync("A", new DateOnly(2025, 6, 2), 1, default)));
    }

    [Fact]
    public async Task RandomLake_RowsAreThoseOfASortOfAll()
    {
        var random = new Random(1);
        for (int i = 0; i < 150; i++)
            await PutAsync($"T{random.Next(12)}", $"2024-{random.Next(1, 13):D2}-{random.Next(1, 29):D2}", [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(200)).Distinct().Order()]);
        var all = new List<AvgRow>();
        var reader = new LakeReader(_lake);
        await foreach (AvgRow row in reader.AllAsync(default)) all.Add(row);
        AvgRow[] sorted = [.. all.OrderByDescending(row => row.Bar.WindowStartMicros).ThenBy(row => row.Ticker, StringComparer.Ordinal).ThenByDescending(row => row.TradeDate)];
        foreach (int limit in (int[])[1, 7, 40, 1000]) Assert.Equal(Texts(sorted.Take(limit)), Texts(await reader.NewestAsync(null, null, limit, default)));
        Assert.Equal(
            Texts(sorted.GroupBy(row => row.Ticker).Select(rows => rows.First()).OrderBy(row => row.Ticker, StringComparer.Ordinal)), Texts(await reader.LatestAsync(null, null, default)));
    }

    [Fact]
    public async Task ManyObjects_OnlyTheirFootersAreRead()
    {
        for (int day = 0; day < 300; day++) await PutAsync("A", new DateOnly(2024, 1, 1).AddDays(day).ToString("O", CultureInfo.InvariantCulture), day);
        Assert.Equal(["A 2024-10-26 299"], Texts(await new LakeReader(_lake).LatestAsync(null, null, default)));
        Assert.Equal((300, 1), (_lake.Tails, _lake.Gets));
        await new LakeReader(_lake).NewestAsync(null, null, 10, default);
        Assert.InRange(_lake.Gets, 2, 40);
    }

    // Another program may write its rows in one object with thousands of statistics, or with none.
    [Fact]
    public async Task FooterThatIsLongerThanTheTail_IsReadWithItsObject()
    {
        var origin = Origin with { Stream = new string('x', 10_000) };
        await _lake.PutAsync(LakeLayout.Bars("A", new DateOnly(2024, 1, 2)), BarObjectCodec.Write([BarAt(5)], origin), null, default);
        await PutAsync("A", "2024-01-03", 1);
        Assert.Equal(["A 2024-01-02 5"], Texts(await new LakeReader(_lake).LatestAsync(null, null, default)));
    }

    [Theory]
    [InlineData("aapl", null, "no ticker aapl in ./lake; did you mean AAPL?")]
    [InlineData("AAPLE", null, "no ticker AAPLE in ./lake; did you mean AAPL?")]
    [InlineData("APAL", null, "no ticker APAL in ./lake; did you mean AAPL?")]
    [InlineData("GOO", null, "no ticker GOO in ./lake; did you mean GOOG or GOOGL?")]
    [InlineData("goog", null, "no ticker goog in ./lake; did you mean GOOG?")]
    [InlineData("X", null, "no ticker X in ./lake; it has AAPL, GOOG, GOOGL, IBM")]
    [InlineData("AAPL", "2024-01-09", "no row of AAPL of trade date 2024-01-09 in ./lake; it has 2024-01-02, 2024-01-03")]
    [InlineData(null, "2024-01-09", "no row of trade date 2024-01-09 in ./lake; it has 9 dates from 2024-01-02 to 2024-02-07, the nearest are 2024-01-02 and 2024-01-03")]
    public async Task UnknownTickerOrDate_IsAnsweredByWhatThereIs(string? ticker, string? date, string expected)
    {
        await PutAsync("AAPL", "2024-01-02", 0);
        await PutAsync("AAPL", "2024-01-03", 0);
        foreach (string other in (string[])["GOOG", "GOOGL"]) await PutAsync(other, "2024-01-02", 0);
        for (int day = 1; day < 8; day++) await PutAsync("IBM", $"2024-02-0{day}", 0);
        DateOnly? day2 = date is null ? null : DateOnly.Parse(date, CultureInfo.InvariantCulture);
        Assert.Equal(expected, await NothingFound.ExplainAsync(new LakeReader(_lake), "./lake", ticker, day2, default));
    }

    [Fact]
    public async Task EmptyLake_IsNotTheTickersFault()
        => Assert.StartsWith("there is no row in ./lake. Did a consumer run", await NothingFound.ExplainAsync(new LakeReader(_lake), "./lake", "A", null, default), StringComparison.Ordinal);

    private async Task PutAsync(string ticker, string date, params int[] minutes)
    {
        string key = LakeLayout.Bars(ticker, DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture));
        if (await _lake.Store.GetAsync(key, default) is null)
            await _lake.PutAsync(key, BarObjectCodec.Write([.. minutes.Select(BarAt)], Origin), null, default);
    }

    private static Bar BarAt(int minute) => new(TickLog.Micros(TickLog.Open) + (minute * 60_000_000L), 1, 1, 1, 1, 1, null, 1);

    private static IEnumerable<string> Texts(IEnumerable<AvgRow> rows)
        => rows.Select(row => $"{row.Ticker} {row.TradeDate:yyyy-MM-dd} {(row.Bar.WindowStartMicros - TickLog.Micros(TickLog.Open)) / 60_000_000}");

    private sealed class CountedReads : IObjectStore
    {
        public InMemoryObjectStore Store { get; } = new();

        public int Gets { get; private set; }

        public int Tails { get; private set; }

        public string Address => Store.Address;

        public Task CheckWritableAsync(CancellationToken cancellation) => Store.CheckWritableAsync(cancellation);

        public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
        {
            Gets++;
            return Store.GetAsync(key, cancellation);
        }

        public Task<ReadOnlyMemory<byte>?> GetTailAsync(string key, int count, CancellationToken cancellation)
        {
            Tails++;
            return ((IObjectStore)Store).GetTailAsync(key, count, cancellation);
        }

        public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
            => Store.PutAsync(key, content, expectedTag, cancellation);

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) => Store.ListAsync(prefix, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation) => Store.DeleteAsync(key, cancellation);
    }
}
