using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd;

/// <summary>The commands of the runbook, as an operator types them: what they print, what they change, and what they leave alone.</summary>
public sealed class OperatingTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Of the first records of tests that decide when their records arrive: later than the last event time.</summary>
    private static readonly DateTimeOffset Arrival = new(2024, 1, 2, 16, 0, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Status_IsHealthyWhileAConsumerReadsAndNotWhenNobodyDoes()
    {
        await ReplaySampleAsync(shards: 2);
        using (Process consumer = Cli.Start("consumer", _folder.Path, "run"))
        {
            Task<string> error = consumer.StandardError.ReadToEndAsync(), output = consumer.StandardOutput.ReadToEndAsync();
            CliResult healthy = await StatusWhenAsync(status => Books(status).GetProperty("read").GetInt64() == 5000);
            using (JsonDocument status = JsonDocument.Parse(healthy.ShouldExit(0).Output))
            {
                Assert.True(status.RootElement.GetProperty("healthy").GetBoolean());
                Assert.Equal(["owned", "owned"], States(status));
                Assert.Equal(5000, Books(status).GetProperty("windowed").GetInt64());
                Assert.True(Books(status).GetProperty("balance").GetBoolean());
                Assert.All(status.RootElement.GetProperty("shards").EnumerateArray(), shard => Assert.True(shard.GetProperty("behind_ms").GetInt64() >= 0));
            }

            Assert.EndsWith("healthy\n", (await Cli.ConsumerAsync(_folder.Path, "status")).ShouldExit(0).Output, StringComparison.Ordinal);
            await Cli.StopAsync(consumer);
            await Task.WhenAll(error, output);
            Assert.Equal(0, consumer.ExitCode);
        }

        using JsonDocument stopped = JsonDocument.Parse((await Cli.ConsumerAsync(_folder.Path, "status", "--json")).ShouldExit(1).Output);
        Assert.Equal(["free", "free"], States(stopped));
        Assert.Contains("no worker reads it", stopped.RootElement.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_TellsOfTickersOnTwoShards()
    {
        (await Cli.ProducerAsync(_folder.Path, "stream", "create", "--shards", "2")).ShouldExit(0);
        await PutAsync(Enumerable.Range(0, 20).Select(i => ($"key{i}", """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1}""")));
        CliResult run = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        int strays = int.Parse(Regex.Match(run.Error, "of the quarantined ([0-9]+) are of tickers that belong to another shard").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(strays, 1, 19);
        Assert.Equal(20 - strays, Assert.Single((await Oracle.LakeAsync(_folder["data/lake"])).Values).Bar.TickCount);
        CliResult status = (await Cli.ConsumerAsync(_folder.Path, "status")).ShouldExit(1);
        Assert.Contains($"{strays} records are of tickers that belong to other shards", status.Output, StringComparison.Ordinal);
        Assert.EndsWith("NOT healthy\n", status.Output, StringComparison.Ordinal);
    }

    // As a producer leaves the stream that was killed after its sync: an opened reader used to write the log's end.
    [Fact]
    public async Task Looking_ChangesNoFileOfTheStream()
    {
        await ReplaySampleAsync(shards: 2);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        byte[] end = await File.ReadAllBytesAsync(_folder["data/stream/log.end"]);
        await PutAsync([("A", """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1}""")]);
        await File.WriteAllBytesAsync(_folder["data/stream/log.end"], end);
        string before = Contents("data/stream");
        await Cli.ConsumerAsync(_folder.Path, "status");
        await Cli.ConsumerAsync(_folder.Path, "checkpoints", "list");
        await Cli.ConsumerAsync(_folder.Path, "query");
        (await Cli.ProducerAsync(_folder.Path, "stream", "describe")).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Equal(before, Contents("data/stream"));
        Assert.Contains("books: 5,001 read", (await Cli.ConsumerAsync(_folder.Path, "status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokenObject_IsNamedByEveryCommandAndMovedAsideOnRequest()
    {
        await ReplaySampleAsync(shards: 1);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        string file = Directory.GetFiles(_folder["data/lake/avg_1min"], "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        string key = Path.GetRelativePath(_folder["data/lake"], file).Replace('\\', '/');
        byte[] good = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, good[..100]);

        CliResult query = (await Cli.ConsumerAsync(_folder.Path, "query", "--latest", "--json")).ShouldExit(1);
        Assert.NotEmpty(query.Output);
        Assert.Contains(key, query.Error, StringComparison.Ordinal);
        CliResult run = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(1);
        Assert.Contains(key, run.Error, StringComparison.Ordinal);
        Assert.Contains("consumer lake repair", run.Error, StringComparison.Ordinal);
        Assert.Contains(key, (await Cli.ConsumerAsync(_folder.Path, "status")).ShouldExit(1).Output, StringComparison.Ordinal);

        CliResult asked = (await Cli.ConsumerAsync(_folder.Path, "lake", "repair", "--object", key)).ShouldExit(2);
        Assert.Contains("Nothing was changed. Say --yes", asked.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(file));
        CliResult repaired = (await Cli.ConsumerAsync(_folder.Path, "lake", "repair", "--object", key, "--yes")).ShouldExit(0);
        Assert.Contains("Checkpoints hold", repaired.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
        string aside = Assert.Single(Directory.GetFiles(_folder["data/lake/set-aside"], "*.parquet", SearchOption.AllDirectories));
        Assert.Equal(good[..100], await File.ReadAllBytesAsync(aside));
        (await Cli.ConsumerAsync(_folder.Path, "lake", "repair", "--object", key, "--yes")).ShouldExit(1);

        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.True(File.Exists(file));
        (await Cli.ConsumerAsync(_folder.Path, "query", "--latest")).ShouldExit(0);
        CliResult readable = (await Cli.ConsumerAsync(_folder.Path, "lake", "repair", "--object", key, "--yes")).ShouldExit(1);
        Assert.Contains("can be read", readable.Error, StringComparison.Ordinal);
        (await Cli.ConsumerAsync(_folder.Path, "lake", "repair", "--object", "avg_1min/x", "--yes")).ShouldExit(2);
    }

    [Fact]
    public async Task CheckpointsList_HasALineForEachShard()
    {
        await ReplaySampleAsync(shards: 2);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        CliResult list = (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "list")).ShouldExit(0);
        Assert.Contains("shardId-000000000000", list.Output, StringComparison.Ordinal);
        Assert.Contains("shardId-000000000001", list.Output, StringComparison.Ordinal);
        using JsonDocument status = JsonDocument.Parse((await Cli.ConsumerAsync(_folder.Path, "status", "--json")).ShouldExit(0).Output);
        Assert.All(status.RootElement.GetProperty("shards").EnumerateArray(), shard => Assert.Contains($" {shard.GetProperty("position").GetString()} ", list.Output, StringComparison.Ordinal));
    }

    // A run to the end leaves nothing undone, and nobody who should be reading.
    [Fact]
    public async Task StatusAfterRunOnce_IsHealthyAndNotBehind()
    {
        await ReplaySampleAsync(shards: 4);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        using JsonDocument status = JsonDocument.Parse((await Cli.ConsumerAsync(_folder.Path, "status", "--json")).ShouldExit(0).Output);
        Assert.All(status.RootElement.GetProperty("shards").EnumerateArray(), shard => Assert.Equal(("done", 0), (shard.GetProperty("state").GetString(), shard.GetProperty("behind_ms").GetInt64())));
        Assert.EndsWith("\nhealthy\n", (await Cli.ConsumerAsync(_folder.Path, "status")).ShouldExit(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_AsksAndThenRepairsWhatWasLost()
    {
        await ReplaySampleAsync(shards: 2);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        string expected = await RowsAsync();
        foreach (string file in Directory.GetFiles(_folder["data/lake/avg_1min"], "*.parquet", SearchOption.AllDirectories)) File.Delete(file);

        (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset")).ShouldExit(2);
        string before = CheckpointContents();
        CliResult unanswered = await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset", "--all");
        Assert.Contains("Nothing was reset. Say --yes", unanswered.ShouldExit(2).Error, StringComparison.Ordinal);
        Assert.Equal(before, CheckpointContents());
        (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset", "--shard", "shardId-000000000009", "--yes")).ShouldExit(1);
        Assert.Equal(before, CheckpointContents());

        (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset", "--all", "--yes")).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Equal(expected, await RowsAsync());
    }

    [Fact]
    public async Task Reset_ToATime_ReadsOnlyWhatCameSince()
    {
        await PutOnOneShardAsync(Arrival, Ticks(0, 10));
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        string between = Arrival.AddSeconds(1).ToString("O");
        await PutOnOneShardAsync(Arrival.AddSeconds(2), Ticks(10, 5));
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        string expected = await RowsAsync();
        (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset", "--all", "--yes", "--to", "at:" + between)).ShouldExit(0);
        CliResult again = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Contains("books since the beginning: 5 read = 5 in windows", again.Error, StringComparison.Ordinal);
        Assert.Equal(expected, await RowsAsync());
    }

    [Fact]
    public async Task Reset_OfAShardThatIsReadToItsEnd_IsRefusedWithTheRemedy()
    {
        await ReplaySampleAsync(shards: 1);
        (await Cli.ProducerAsync(_folder.Path, "stream", "split", "--shard", "shardId-000000000000")).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        string expected = await RowsAsync();
        CliResult refused = (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset", "--shard", "shardId-000000000000", "--yes")).ShouldExit(1);
        Assert.Contains("is not reset: it is read to its end", refused.Error, StringComparison.Ordinal);
        Assert.Contains("consumer run --once --backfill --app-name", refused.Error, StringComparison.Ordinal);
        CliResult all = (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset", "--all", "--yes")).ShouldExit(0);
        Assert.Contains("shardId-000000000001 is reset", all.Error, StringComparison.Ordinal);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);

        // The remedy: the rows of the parent come back.
        foreach (string file in Directory.GetFiles(_folder["data/lake/avg_1min"], "*.parquet", SearchOption.AllDirectories)) File.Delete(file);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--backfill", "--app-name", "again", "--start", "trim-horizon")).ShouldExit(0);
        Assert.Equal(expected, await RowsAsync());
    }

    // The owner finds out at its next write, and begins again where it was told to.
    [Fact]
    public async Task Reset_UnderARunningConsumer_IsFollowedByIt()
    {
        await ReplaySampleAsync(shards: 1);
        using Process consumer = Cli.Start("consumer", _folder.Path, "run", "--lease-duration", "2s", "--flush-interval", "200ms");
        Task<string> error = consumer.StandardError.ReadToEndAsync(), output = consumer.StandardOutput.ReadToEndAsync();
        long epoch = Epoch(await StatusWhenAsync(status => Books(status).GetProperty("read").GetInt64() == 5000));
        (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset", "--all", "--yes")).ShouldExit(0);
        CliResult after = await StatusWhenAsync(status => States(status)[0] == "owned" && Books(status).GetProperty("read").GetInt64() == 5000 && Epoch(status) > epoch + 1);
        Assert.Equal(5000, Books(JsonDocument.Parse(after.Output)).GetProperty("windowed").GetInt64());
        await Cli.StopAsync(consumer);
        await Task.WhenAll(error, output);

        string rows = await RowsAsync();
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--lake", "./other")).ShouldExit(0);
        Assert.Equal(await RowsAsync("other"), rows);
    }

    [Fact]
    public async Task Replay_ComputesARangeAndTouchesNothingElse()
    {
        await PutOnOneShardAsync(Arrival, Ticks(0, 10));
        await PutOnOneShardAsync(Arrival.AddSeconds(1), Ticks(60, 10));
        string to = Arrival.AddSeconds(2).ToString("O");
        await PutOnOneShardAsync(Arrival.AddSeconds(3), Ticks(120, 10));
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        string before = Contents("data/lake");
        (await Cli.ConsumerAsync(_folder.Path, "replay", "--from", "2020-01-01T00:00:00Z", "--to", to)).ShouldExit(2);
        CliResult replay = (await Cli.ConsumerAsync(_folder.Path, "replay", "--from", "2020-01-01T00:00:00Z", "--to", to, "--revision", "second-look")).ShouldExit(0);
        Assert.Contains("revisions/second-look", replay.Error, StringComparison.Ordinal);
        Assert.Equal((await Oracle.LakeAsync(_folder["data/lake"])).Count - 1, (await Oracle.LakeAsync(_folder["data/lake/revisions/second-look"])).Count);
        Directory.Delete(_folder["data/lake/revisions"], recursive: true);
        Assert.Equal(before, Contents("data/lake"));
    }

    [Fact]
    public async Task Replay_WithOtherRules_ComputesOtherRows()
    {
        await PutOnOneShardAsync(Arrival, Ticks(3600, 10));
        await PutOnOneShardAsync(Arrival, Ticks(0, 10));
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Single(await Oracle.LakeAsync(_folder["data/lake"]));
        string[] range = ["replay", "--from", "2020-01-01T00:00:00Z", "--to", "2030-01-01T00:00:00Z"];
        (await Cli.ConsumerAsync(_folder.Path, [.. range, "--revision", "wide", "--allowed-lateness", "2h", "--grace", "1s", "--time-zone", "Asia/Tokyo"])).ShouldExit(0);
        var rows = await Oracle.LakeAsync(_folder["data/lake/revisions/wide"]);
        Assert.Equal([new DateOnly(2024, 1, 3), new DateOnly(2024, 1, 3)], rows.Values.Select(row => row.TradeDate));
    }

    [Fact]
    public async Task Replay_IntoARevisionOfAnotherRange_IsRefused()
    {
        await PutOnOneShardAsync(Arrival, Ticks(0, 10));
        string[] replay = ["replay", "--from", "2020-01-01T00:00:00Z", "--revision", "one"];
        CliResult turned = (await Cli.ConsumerAsync(_folder.Path, [.. replay, "--to", "2019-01-01T00:00:00Z"])).ShouldExit(2);
        Assert.Contains("--from 2020-01-01T00:00:00+00:00 is after --to 2019-01-01T00:00:00+00:00", turned.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data/lake"]));
        (await Cli.ConsumerAsync(_folder.Path, [.. replay, "--to", "2030-01-01T00:00:00Z"])).ShouldExit(0);
        string before = Contents("data/lake");
        foreach (string[] other in (string[][])[["--to", "2031-01-01T00:00:00Z"], ["--to", "2030-01-01T00:00:00Z", "--allowed-lateness", "1h"]])
        {
            CliResult refused = (await Cli.ConsumerAsync(_folder.Path, [.. replay, .. other])).ShouldExit(2);
            Assert.Contains("was computed from another range", refused.Error, StringComparison.Ordinal);
            Assert.Contains("2030-01-01", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, Contents("data/lake"));
        (await Cli.ConsumerAsync(_folder.Path, [.. replay, "--to", "2030-01-01T00:00:00+00:00"])).ShouldExit(0);
    }

    [Fact]
    public async Task RecordsTrimmedBeforeTheyWereRead_StopTheShardUntilTheOperatorChooses()
    {
        await using FakeAws aws = await FakeAws.StartAsync();
        string[] address = ["--stream", "kinesis://stock_stream"];
        Task<CliResult> Consume(params string[] more) => Cli.RunAsync("consumer", _folder.Path, aws.EnvironmentVariables, ["run", "--once", .. address, .. more]);
        Task<CliResult> Status() => Cli.RunAsync("consumer", _folder.Path, aws.EnvironmentVariables, ["status", "--json", .. address]);
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "in", "--tickers", "1")).ShouldExit(0);
        (await Cli.RunAsync("producer", _folder.Path, aws.EnvironmentVariables, ["stream", "create", "--shards", "1", .. address])).ShouldExit(0);
        Task<CliResult> Replay(params string[] more) => Cli.RunAsync("producer", _folder.Path, aws.EnvironmentVariables, ["replay", "in", .. address, "--speed", "max", "--limit", "30", .. more]);
        (await Replay()).ShouldExit(0);
        (await Consume()).ShouldExit(0);
        (await Replay()).ShouldExit(0);
        aws.Kinesis.Trim("stock_stream", 40);

        CliResult stopped = (await Consume()).ShouldExit(1);
        Assert.Contains("--on-data-loss continue", stopped.Error, StringComparison.Ordinal);
        Assert.Contains("shardId-000000000000", stopped.Error, StringComparison.Ordinal);
        using (JsonDocument status = JsonDocument.Parse((await Status()).ShouldExit(1).Output))
        {
            Assert.Equal(["stopped"], States(status));
            Assert.Contains("--on-data-loss continue", status.RootElement.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        }

        CliResult on = (await Consume("--on-data-loss", "continue")).ShouldExit(0);
        Assert.Contains("books since the beginning: 50 read = 50 in windows", on.Error, StringComparison.Ordinal);
        using JsonDocument after = JsonDocument.Parse((await Status()).ShouldExit(1).Output);
        Assert.Equal(1, after.RootElement.GetProperty("shards")[0].GetProperty("data_losses").GetInt64());
    }

    [Fact]
    public async Task ParentThatVanishedBeforeItsEnd_StopsItsChildrenUntilTheOperatorChooses()
    {
        await using FakeAws aws = await FakeAws.StartAsync();
        string[] address = ["--stream", "kinesis://stock_stream"];
        Task<CliResult> Run(string program, params string[] args) => Cli.RunAsync(program, _folder.Path, aws.EnvironmentVariables, [.. args, .. address]);
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "in", "--tickers", "4")).ShouldExit(0);
        (await Run("producer", "stream", "create", "--shards", "1")).ShouldExit(0);
        (await Run("producer", "replay", "in", "--speed", "max", "--limit", "40")).ShouldExit(0);
        (await Run("consumer", "run", "--once")).ShouldExit(0);
        (await Run("producer", "stream", "split", "--shard", "shardId-000000000000")).ShouldExit(0);
        aws.Kinesis.Change("stock_stream", stream => stream.Shards.RemoveAt(0));
        (await Run("producer", "replay", "in", "--speed", "max", "--limit", "20")).ShouldExit(0);

        CliResult stopped = (await Run("consumer", "run", "--once")).ShouldExit(1);
        Assert.Contains("shardId-000000000000 is gone", stopped.Error, StringComparison.Ordinal);
        Assert.Contains("--on-data-loss continue", stopped.Error, StringComparison.Ordinal);
        CliResult on = (await Run("consumer", "run", "--once", "--on-data-loss", "continue")).ShouldExit(0);
        Assert.True(on.Error.Contains("20 read = 20 in windows", StringComparison.Ordinal), on.Error);
        using JsonDocument after = JsonDocument.Parse((await Run("consumer", "status", "--json")).ShouldExit(1).Output);
        Assert.All(after.RootElement.GetProperty("shards").EnumerateArray().Skip(1), shard => Assert.Equal(1, shard.GetProperty("data_losses").GetInt64()));
    }

    [Fact]
    public async Task CheckpointOfANewerVersion_IsRefusedAndLeftAsItIs()
    {
        await ReplaySampleAsync(shards: 1);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        string file = Assert.Single(Directory.GetFiles(_folder["data/lake/checkpoints"], "pointer", SearchOption.AllDirectories));
        await File.WriteAllTextAsync(file, Regex.Replace(await File.ReadAllTextAsync(file), "\"version\":[0-9]+", "\"version\":99"));
        string before = CheckpointContents();
        foreach (string[] command in (string[][])[["run", "--once"], ["status"], ["checkpoints", "reset", "--all", "--yes"]])
        {
            CliResult refused = (await Cli.ConsumerAsync(_folder.Path, command)).ShouldExit(1);
            Assert.Contains("has version 99", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, CheckpointContents());
    }

    public void Dispose() => _folder.Dispose();

    private string Contents(string folder) => string.Join('\n', Directory.GetFiles(_folder[folder], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));

    private async Task ReplaySampleAsync(int shards)
    {
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "in", "--tickers", "6")).ShouldExit(0);
        (await Cli.ProducerAsync(_folder.Path, "stream", "create", "--shards", $"{shards}")).ShouldExit(0);
        (await Cli.ProducerAsync(_folder.Path, "replay", "in", "--speed", "max", "--limit", "5000")).ShouldExit(0);
    }

    /// <summary>Asks again and again, as a person would, until the status is the wanted one.</summary>
    private async Task<CliResult> StatusWhenAsync(Func<JsonDocument, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (true)
        {
            CliResult status = await Cli.ConsumerAsync(_folder.Path, "status", "--json");
            Assert.True(status.Output.Length > 0, status.Error);
            using (JsonDocument document = JsonDocument.Parse(status.Output))
            {
                if (isWanted(document)) return status;
            }

            Assert.False(limit.IsCancellationRequested, status.Output);
        }
    }

    private static IEnumerable<(string Key, string Data)> Ticks(int second, int count) => Enumerable.Range(second, count)
        .Select(s => ("A", $$"""{"ticker":"A","timestamp":"{{new DateTime(2024, 1, 2, 15, 0, 0, DateTimeKind.Utc).AddSeconds(s):yyyy-MM-ddTHH:mm:ss}}+00:00","close":{{100 + s}}}"""));

    /// <summary>Records that arrive at that time: one given by the system's clock would not lie between two others if the clock is set meanwhile.</summary>
    private async Task PutOnOneShardAsync(DateTimeOffset arrival, IEnumerable<(string Key, string Data)> records)
    {
        await using (IManagedStream stream = RecordStreams.Open(_folder["data/stream"], TimeProvider.System)) await stream.CreateAsync(1, CancellationToken.None);
        await PutAsync(records, new ManualTimeProvider(arrival));
    }

    private async Task PutAsync(IEnumerable<(string Key, string Data)> records, TimeProvider? arrivals = null)
    {
        await using IManagedStream stream = RecordStreams.Open(_folder["data/stream"], arrivals ?? TimeProvider.System);
        var batch = new PutBatch();
        foreach ((string key, string data) in records) batch.Add(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(data));
        Assert.Empty((await stream.PutAsync(batch, CancellationToken.None)).Refused);
    }

    private async Task<string> RowsAsync(string lake = "data/lake")
        => string.Join('\n', (await Oracle.LakeAsync(_folder[lake])).OrderBy(row => row.Key).Select(row => row.Value.ToString()));

    private string CheckpointContents() => Contents("data/lake/checkpoints");

    private static long Epoch(CliResult status)
    {
        using JsonDocument document = JsonDocument.Parse(status.Output);
        return Epoch(document);
    }

    private static long Epoch(JsonDocument status) => status.RootElement.GetProperty("shards")[0].GetProperty("epoch").GetInt64();

    private static JsonElement Books(JsonDocument status) => status.RootElement.GetProperty("books");

    private static string[] States(JsonDocument status) => [.. status.RootElement.GetProperty("shards").EnumerateArray().Select(shard => shard.GetProperty("state").GetString()!)];
}
