using System.Text;
using Streaming.Consumer.Querying;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>The README's way to bring an older day into a table that has newer ones, and what happens to those who do not take it.</summary>
public sealed class BackfillTests : IDisposable
{
    private static readonly string[] Feed = ["--speed", "max", "--limit", "3000"];

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task OlderDayInTheSameStream_IsLoud()
    {
        await SampleAsync();
        await ReplayAsync("newer", "data/stream");
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        await ReplayAsync("older", "data/stream");
        CliResult run = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(4);
        Assert.Contains("consumer: 3,000 of 3,000 ticks came too late for their windows", run.Error, StringComparison.Ordinal);
        Assert.Contains("consumer run --backfill", run.Error, StringComparison.Ordinal);
        Assert.Matches("\"EventId\":104,\"LogLevel\":\"Error\"", run.Error);
    }

    [Fact]
    public async Task OlderDayInAStreamOfItsOwn_CompletesTheSameTable()
    {
        await SampleAsync();
        await ReplayAsync("newer", "data/stream");
        await PutAsync("data/stream", "no record");
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);

        await ReplayAsync("older", "data/backfill");
        await PutAsync("data/backfill", "no record either");
        CliResult unnamed = (await Cli.ConsumerAsync(_folder.Path, "run", "--backfill", "--stream", "./data/backfill")).ShouldExit(2);
        Assert.Contains("--app-name backfill-", unnamed.Error, StringComparison.Ordinal);
        await BackfillAsync();

        Assert.Equal(await InOrderAsync("older", "newer"), await RowsAsync("data/lake"));
        foreach (string date in (string[])["2024-01-02", "2024-01-03"])
            Assert.Contains(date, (await Cli.ConsumerAsync(_folder.Path, "query", "--date", date, "--limit", "1")).ShouldExit(0).Output, StringComparison.Ordinal);
        // Both shards have one name, and both bad records are kept.
        Assert.Equal(2, Directory.GetFiles(_folder["data/lake/quarantine"], "*.jsonl", SearchOption.AllDirectories).Sum(file => File.ReadAllLines(file).Length));
        (await Cli.ConsumerAsync(_folder.Path, "status")).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "status", "--stream", "./data/backfill", "--app-name", "backfill-2024-01-02")).ShouldExit(0);
    }

    // The feed began in the middle of the day, or lost a part of it.
    [Fact]
    public async Task DayThatHasSomeOfItsTicks_IsCompletedAndStaysTheFeeds()
    {
        await SampleAsync();
        await ReplayAsync("older", "data/stream", "--from", "2024-01-02T14:33:30Z", "--to", "2024-01-02T14:36:20Z");
        await ReplayAsync("newer", "data/stream");
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        await ReplayAsync("older", "data/backfill");
        CliResult refused = (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--stream", "./data/backfill", "--app-name", "other", "--http", "off")).ShouldExit(1);
        Assert.Contains("run with --backfill", refused.Error, StringComparison.Ordinal);
        await BackfillAsync();
        string completed = await InOrderAsync("older", "newer");
        Assert.Equal(completed, await RowsAsync("data/lake"));

        // The feed reads its part again, into objects that are still its own: a row with fewer ticks changes nothing.
        (await Cli.ConsumerAsync(_folder.Path, "checkpoints", "reset", "--all", "--yes")).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Equal(completed, await RowsAsync("data/lake"));
    }

    // Who has replayed the older day into the feed's stream need not replay it again.
    [Fact]
    public async Task OlderDayThatIsInTheStreamAlready_IsReadFromWhereItBegins()
    {
        await SampleAsync();
        await ReplayAsync("newer", "data/stream");
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        string began = TimeProvider.System.GetUtcNow().ToString("O");
        await ReplayAsync("older", "data/stream");
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(4);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--backfill", "--start", $"at:{began}", "--app-name", "backfill-2024-01-02", "--http", "off")).ShouldExit(0);
        Assert.Equal(await InOrderAsync("older", "newer"), await RowsAsync("data/lake"));
    }

    public void Dispose() => _folder.Dispose();

    private async Task SampleAsync()
    {
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "older", "--date", "2024-01-02", "--tickers", "3")).ShouldExit(0);
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "newer", "--date", "2024-01-03", "--tickers", "3", "--seed", "2")).ShouldExit(0);
    }

    private async Task ReplayAsync(string input, string stream, params string[] part)
        => (await Cli.ProducerAsync(_folder.Path, ["replay", input, "--stream", "./" + stream, "--create-stream", "--shards", "1", .. Feed, .. part])).ShouldExit(0);

    private async Task PutAsync(string address, string data)
    {
        await using IManagedStream stream = RecordStreams.Open(_folder[address], TimeProvider.System);
        var batch = new PutBatch();
        batch.Add("A"u8, Encoding.UTF8.GetBytes(data));
        Assert.Empty((await stream.PutAsync(batch, CancellationToken.None)).Refused);
    }

    private async Task BackfillAsync()
        => (await Cli.ConsumerAsync(_folder.Path, "run", "--backfill", "--stream", "./data/backfill", "--app-name", "backfill-2024-01-02", "--http", "off")).ShouldExit(0);

    /// <summary>The rows of the same ticks in the order of their time, through a stream and a lake of their own.</summary>
    private async Task<string> InOrderAsync(params string[] inputs)
    {
        foreach (string input in inputs) await ReplayAsync(input, "in-order/stream");
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--stream", "./in-order/stream", "--lake", "./in-order/lake", "--http", "off")).ShouldExit(0);
        return await RowsAsync("in-order/lake");
    }

    private async Task<string> RowsAsync(string lake)
    {
        var rows = new List<string>();
        await foreach (AvgRow row in new LakeReader(Streaming.Shared.Objects.ObjectStores.Open(_folder[lake], TimeProvider.System)).AllAsync(CancellationToken.None)) rows.Add(row.ToString());
        Assert.True(rows.Count > 10);
        return string.Join('\n', rows.Order(StringComparer.Ordinal));
    }
}
