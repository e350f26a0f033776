using Streaming.Consumer.Querying;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>The producer sorts; here the records of its stream are put on another one in disorder.</summary>
public sealed class ShuffledTests : IDisposable
{
    private const int Seed = 2014;

    private readonly ScratchFolder _folder = new();

    [Theory]
    [InlineData("crypto_second_bars")]
    [InlineData("crypto_minute_bars")]
    [InlineData("fx_ticks")]
    public async Task ShuffledWithinTheAllowedLateness_IsTheSameBitForBit(string file)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        (await Cli.ProducerAsync(_folder.Path, "replay", Oracle.InputOf(file), "--speed", "max", "--create-stream", "--stream", "./sorted")).ShouldExit(0);
        await ShuffleAsync(_folder["sorted"], _folder["shuffled"]);
        foreach (string name in (string[])["sorted", "shuffled"])
        {
            // Our own producer never puts a ticker's records out of order, so by run and seq the shuffled ones would be taken for repeats.
            (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--stream", name, "--lake", name + "-lake", "--repeats", "keep")).ShouldExit(0);
        }

        List<OracleRow> oracle = Oracle.Load(file);
        await Oracle.AssertEqualAsync(oracle, _folder["shuffled-lake"], anyTie: true);
        Dictionary<(string Ticker, long Minute), AvgRow> sorted = await Oracle.LakeAsync(_folder["sorted-lake"]);
        Dictionary<(string Ticker, long Minute), AvgRow> shuffled = await Oracle.LakeAsync(_folder["shuffled-lake"]);
        ILookup<(string, long), OracleRow> ties = oracle.Where(row => row.LastTies > 1).ToLookup(row => (row.Ticker, row.MinuteMicros));
        foreach ((var key, AvgRow row) in sorted)
        {
            AvgRow other = shuffled[key];
            // Where several ticks share the first or the last instant, their order in the shard decides, and that was shuffled.
            if (ties.Contains(key)) other = other with { Bar = other.Bar with { LastClose = row.Bar.LastClose } };
            if (file == "fx_ticks") other = other with { Bar = other.Bar with { Open = row.Bar.Open } };
            Assert.True(row == other, $"seed {Seed}: {row} became {other}");
        }
    }

    private static async Task ShuffleAsync(string from, string to)
    {
        await using IRecordStream source = RecordStreams.Open(from, TimeProvider.System);
        await using IManagedStream target = RecordStreams.Open(to, TimeProvider.System);
        await target.CreateAsync(4, CancellationToken.None);
        List<(string Ticker, DateTimeOffset Time, byte[] Data)> records = await Records.ReadAllAsync(source);

        // Each record moves back by less than the allowed lateness in event time, so none may be late.
        var random = new Random(Seed);
        var batch = new PutBatch();
        foreach ((string ticker, _, byte[] data) in records.OrderBy(record => record.Time + TimeSpan.FromMinutes(9.9 * random.NextDouble())))
        {
            byte[] key = System.Text.Encoding.UTF8.GetBytes(ticker);
            if (!batch.Fits(key.Length + data.Length)) await PutAsync();
            batch.Add(key, data);
        }

        await PutAsync();

        async Task PutAsync()
        {
            Assert.Empty((await target.PutAsync(batch, CancellationToken.None)).Refused);
            batch.Clear();
        }
    }

    public void Dispose() => _folder.Dispose();
}
