using System.Globalization;
using System.Text.Json;
using Streaming.Consumer.Querying;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd.Aws;

/// <summary>Programs that know nothing of ours put records, read ours, and read the lake.</summary>
[Collection(AwsEmulators.Collection)]
public sealed class ForeignClientTests(AwsEmulators emulators) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task RecordsOfTheAwsCommandLine_AreConsumed()
    {
        SkipWithout(ForeignClients.MissingAws);
        AwsRun run = Run("aws-put", out string lake);
        (await run.CreateStreamAsync(shards: 1)).ShouldExit(0);
        (string Time, string Close, string Volume)[] ticks = [("2024-01-02T14:30:01+00:00", "185.5", "100"), ("2024-01-02T09:30:59.5-05:00", "186.5", "50")];
        foreach ((string time, string close, string volume) in ticks)
        {
            string record = $$"""{"ticker":"AAPL","date":"2024-01-02","timestamp":"{{time}}","open":185,"high":187,"low":184.5,"close":{{close}},"volume":{{volume}}}""";
            // From a file, because versions 1 and 2 take text on the command line for different things.
            await File.WriteAllTextAsync(_folder["record.json"], record);
            await ForeignClients.AwsAsync(
                emulators.Variables, "kinesis", "put-record", "--stream-name", "aws-put", "--partition-key", "AAPL", "--data", "fileb://" + _folder["record.json"]);
        }

        (await run.ConsumeAsync()).ShouldExit(0);
        AvgRow row = Assert.Single((await Oracle.LakeAsync(emulators.OpenLake(lake))).Values);
        Assert.Equal(("AAPL", "2024-01-02"), (row.Ticker, $"{row.TradeDate:yyyy-MM-dd}"));
        Assert.Equal((2L, 186.0, 186.5, 150L), (row.Bar.TickCount, row.Bar.AvgClose, row.Bar.LastClose, row.Bar.Volume));
        Assert.Equal(new DateTime(2024, 1, 2, 14, 30, 0), IsoTime.ToDateTime(row.Bar.WindowStartMicros));
    }

    [Fact]
    public async Task RecordsOfTheNotebook_AreConsumed()
    {
        SkipWithout(ForeignClients.MissingBoto3);
        AwsRun run = Run("notebook", out string lake);
        (await run.CreateStreamAsync(shards: 2)).ShouldExit(0);
        string[] tickers = ["AAPL", "BRK.B", "MSFT"];
        var rows = Enumerable.Range(0, 30).Select(i => new
        {
            ticker = tickers[i % 3],
            date = "2017-12-15",
            open = 100.25 + i,
            high = 101.5 + i,
            low = 99.75 + i,
            close = 100.01 + i,
            volume = 1000 + i,
        });
        await File.WriteAllTextAsync(_folder["rows.json"], JsonSerializer.Serialize(rows));
        string sent = await ForeignClients.Boto3Async(emulators.Variables, "notebook.py", "notebook", _folder["rows.json"]);
        (await run.ConsumeAsync()).ShouldExit(0);

        Dictionary<(string Ticker, long Minute), AvgRow> lakeRows = await Oracle.LakeAsync(emulators.OpenLake(lake));
        ILookup<(string, DateTime), JsonElement> windows = JsonDocument.Parse(sent).RootElement.EnumerateArray().ToLookup(record => WindowOf(record));
        Assert.Equal(windows.Count, lakeRows.Count);
        foreach (AvgRow row in lakeRows.Values)
        {
            JsonElement[] records = [.. windows[(row.Ticker, IsoTime.ToDateTime(row.Bar.WindowStartMicros))]];
            double[] closes = [.. records.Select(record => record.GetProperty("close").GetDouble())];
            Assert.Equal((closes.Length, closes[^1]), ((int)row.Bar.TickCount, row.Bar.LastClose));
            Assert.Equal(closes.Average(), row.Bar.AvgClose, 1e-9);
            Assert.Equal(records.Sum(record => record.GetProperty("volume").GetInt64()), row.Bar.Volume);
        }
    }

    [Fact]
    public async Task RecordsOfTheProducer_AreReadByBoto3()
    {
        SkipWithout(ForeignClients.MissingBoto3);
        AwsRun run = Run("ours", out _);
        (await run.CreateStreamAsync(shards: 2)).ShouldExit(0);
        Tick[] ticks = [.. Enumerable.Range(0, 40).Select(i => TickFile.Tick($"T{i % 4}", Start.AddSeconds(i).AddTicks(1230), 10.1 + i, 5 + i))];
        (await run.ReplayAsync(TickFile.Write(_folder["ticks.parquet"], ticks))).ShouldExit(0);

        using JsonDocument read = JsonDocument.Parse(await ForeignClients.Boto3Async(emulators.Variables, "read_stream.py", "ours"));
        foreach (IGrouping<string?, JsonElement> sameKey in read.RootElement.EnumerateArray().GroupBy(record => record.GetProperty("key").GetString()))
        {
            IEnumerable<Tick> expected = ticks.Where(tick => tick.Ticker == sameKey.Key);
            Assert.Equal(expected.Select(Text), sameKey.Select(record => Text(record.GetProperty("data"))));
        }

        Assert.Equal(ticks.Length, read.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Lake_IsListedAndDownloadedByTheAwsCommandLineAndReadByDuckDb()
    {
        SkipWithout(ForeignClients.MissingAws);
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        AwsRun run = Run("lake", out string lake);
        (await run.CreateStreamAsync(shards: 2)).ShouldExit(0);
        Tick[] ticks = [.. Enumerable.Range(0, 200).Select(i => TickFile.Tick(i % 2 == 0 ? "BRK.B" : "a=b", Start.AddSeconds(i), 10.5 + i, 3))];
        (await run.ReplayAsync(TickFile.Write(_folder["ticks.parquet"], ticks))).ShouldExit(0);
        (await run.ConsumeAsync()).ShouldExit(0);

        string listed = await ForeignClients.AwsAsync(emulators.Variables, "s3", "ls", "--recursive", lake + "/avg_1min/");
        Assert.Equal(2, listed.Split('\n').Count(line => line.EndsWith("/bars.parquet", StringComparison.Ordinal)));
        await ForeignClients.AwsAsync(emulators.Variables, "s3", "cp", "--recursive", lake + "/avg_1min/", _folder["copy"]);

        string files = _folder["copy"].Replace("'", "''", StringComparison.Ordinal) + "/*/*/*.parquet";
        string?[][] rows = NodeReaders.Query(
            $"SELECT ticker, trade_date, strftime(window_start, '%H:%M'), tick_count, avg_close, last_close, volume FROM read_parquet('{files}', hive_types = {{'ticker': VARCHAR, 'trade_date': VARCHAR}}) ORDER BY ticker, window_start");
        string?[][] expected = [.. ticks
            .GroupBy(tick => (tick.Ticker, Minute: tick.TimestampMicros / 60_000_000))
            .OrderByDescending(window => window.Key.Ticker == "BRK.B").ThenBy(window => window.Key.Minute)
            .Select(window => new[]
            {
                window.Key.Ticker, "2024-01-02", $"{DateTimeOffset.UnixEpoch.AddMinutes(window.Key.Minute):HH:mm}", Number(window.Count()),
                Number(window.Average(tick => tick.Close)), Number(window.Last().Close), Number(window.Sum(tick => tick.Volume)),
            })];
        Assert.Equal(expected, rows);
    }

    private static readonly DateTimeOffset Start = new(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);

    private static void SkipWithout(string missingClient)
    {
        Assert.SkipUnless(AwsEmulators.Missing.Length == 0, AwsEmulators.Missing);
        Assert.SkipUnless(missingClient.Length == 0, missingClient);
    }

    private AwsRun Run(string stream, out string lake)
    {
        lake = $"s3://{AwsEmulators.Bucket}/{stream}";
        return new AwsRun(_folder.Path, emulators.Variables, $"kinesis://{stream}", lake);
    }

    private static (string, DateTime) WindowOf(JsonElement record)
    {
        DateTime time = record.GetProperty("timestamp").GetDateTimeOffset().UtcDateTime;
        return (record.GetProperty("ticker").GetString()!, time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMinute)));
    }

    private static string Text(Tick tick)
        => FormattableString.Invariant($"{tick.Ticker} 2024-01-02 {IsoTime.ToDateTime(tick.TimestampMicros):O} {tick.Close} {tick.Volume}");

    private static string Text(JsonElement data)
        => FormattableString.Invariant($"{data.GetProperty("ticker")} {data.GetProperty("date")} {data.GetProperty("timestamp").GetDateTimeOffset().UtcDateTime:O} {data.GetProperty("close").GetDouble()} {data.GetProperty("volume").GetInt64()}");

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    public void Dispose() => _folder.Dispose();
}
