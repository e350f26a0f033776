using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>What a person sees who makes a mistake: one or two lines and the exit code.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Theory]
    [InlineData(2, "run", "--grace", "soon")]
    [InlineData(2, "run", "--stream", "gopher://x")]
    [InlineData(2, "run", "--lake", "gopher://x")]
    [InlineData(2, "run", "--app-name", "../x")]
    [InlineData(2, "run", "--start", "yesterday")]
    [InlineData(2, "run", "--http", "8080")]
    [InlineData(2, "run", "--repeats", "maybe")]
    [InlineData(2, "run", "--no-such-option")]
    [InlineData(2, "run", "--stream", "./nothing")]
    [InlineData(2, "query", "--limit", "0")]
    [InlineData(2, "query", "--date", "2024-13-01")]
    public async Task ConsumerMistake_IsShortAndHasItsExitCode(int code, params string[] args)
    {
        CliResult result = (await Cli.ConsumerAsync(_folder.Path, args)).ShouldExit(code);
        Assert.Empty(result.Output);
        Assert.InRange(result.Error.TrimEnd().Split('\n').Length, 1, 3);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "replay", "./nothing.parquet")]
    [InlineData(2, "replay")]
    [InlineData(2, "replay", "./nothing.parquet", "--speed", "0")]
    [InlineData(2, "replay", "./nothing.parquet", "--stream", "gopher://x")]
    [InlineData(2, "inspect", "./nothing")]
    public async Task ProducerMistake_IsShortAndHasItsExitCode(int code, params string[] args)
    {
        CliResult result = (await Cli.ProducerAsync(_folder.Path, args)).ShouldExit(code);
        Assert.Empty(result.Output);
        Assert.InRange(result.Error.TrimEnd().Split('\n').Length, 1, 3);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public async Task CommandThatThereIsNot_IsNamedWithTheHelpThatListsAll()
    {
        CliResult none = (await Cli.ConsumerAsync(_folder.Path, "rnu")).ShouldExit(2);
        Assert.Contains("'rnu'", none.Error, StringComparison.Ordinal);
        Assert.Contains("See: consumer --help", none.Error, StringComparison.Ordinal);
        Assert.Contains("'rnu'", (await Cli.ProducerAsync(_folder.Path, "rnu")).ShouldExit(2).Error, StringComparison.Ordinal);
        CliResult help = (await Cli.ConsumerAsync(_folder.Path, "--help")).ShouldExit(0);
        Assert.All(["run", "query", "status", "checkpoints", "replay", "lake"], name => Assert.Contains($"  {name} ", help.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run", "--flush-interval")]
    [InlineData("query", "--latest")]
    [InlineData("status", "--json")]
    [InlineData("checkpoints", "list")]
    [InlineData("replay", "--from")]
    [InlineData("lake", "sync-partitions")]
    public async Task HelpOfACommand_ListsItsOptions(string command, string option)
        => Assert.Contains(option, (await Cli.ConsumerAsync(_folder.Path, command, "--help")).ShouldExit(0).Output, StringComparison.Ordinal);

    [Fact]
    public async Task UnwritableLake_IsExitCode3()
    {
        await CreateStreamAsync();
        await File.WriteAllTextAsync(_folder["lake"], "a file where a folder should be");
        CliResult result = (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--lake", "./lake")).ShouldExit(3);
        Assert.Contains("./lake", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamDeletedAndCreatedAgain_IsRefusedWithTheRemedy()
    {
        await RunSampleAsync();
        (await Cli.ProducerAsync(_folder.Path, "stream", "delete")).ShouldExit(0);
        await CreateStreamAsync();
        CliResult result = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(1);
        Assert.Contains("deleted and created again", result.Error, StringComparison.Ordinal);
        Assert.Contains("--lake", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ObjectsOfAnotherStream_AreRefusedWithTheRemedy()
    {
        await RunSampleAsync();
        (await Cli.ProducerAsync(_folder.Path, "stream", "delete")).ShouldExit(0);
        await ReplaySampleAsync();
        Directory.Delete(_folder["data/lake/checkpoints"], recursive: true);
        string before = Snapshot();
        CliResult result = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(1);
        Assert.Contains("was written by", result.Error, StringComparison.Ordinal);
        Assert.Contains("--lake", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task Query_PrintsRowsAsTableAndAsJson()
    {
        await RunSampleAsync();
        CliResult table = (await Cli.ConsumerAsync(_folder.Path, "query", "--limit", "3")).ShouldExit(0);
        Assert.Contains("avg_close", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', table.Output);
        CliResult json = (await Cli.ConsumerAsync(_folder.Path, "query", "--latest", "--json")).ShouldExit(0);
        Assert.Equal(2, json.Output.TrimEnd().Split('\n').Length);
    }

    [Theory]
    [InlineData("there is no row in ./nothing. Did a consumer run", "--lake", "./nothing")]
    [InlineData("no ticker aapl in ./data/lake; did you mean AAPL?", "--ticker", "aapl")]
    [InlineData("no row of AAPL of trade date 2023-01-02 in ./data/lake; it has 2024-01-02", "--ticker", "AAPL", "--date", "2023-01-02", "--latest")]
    public async Task QueryWithoutARow_SaysWhatThereIs(string expected, params string[] args)
    {
        await RunSampleAsync();
        CliResult query = (await Cli.ConsumerAsync(_folder.Path, ["query", .. args])).ShouldExit(2);
        Assert.Empty(query.Output);
        Assert.StartsWith($"consumer: {expected}", query.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_AreBelowTheCommandLine()
    {
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "sample", "--tickers", "1")).ShouldExit(0);
        await File.WriteAllTextAsync(
            _folder["appsettings.json"],
            """{ "Producer": { "Speed": "max", "Limit": "10", "CreateStream": "true" }, "Consumer": { "Lake": "./elsewhere", "Grace": "1s" } }""");
        CliResult five = (await Cli.ProducerAsync(_folder.Path, "replay", "sample", "--limit", "5")).ShouldExit(0);
        Assert.Contains("sent 5 records", five.Error, StringComparison.Ordinal);
        CliResult ten = (await Cli.ProducerAsync(_folder.Path, "replay", "sample")).ShouldExit(0);
        Assert.Contains("sent 10 records", ten.Error, StringComparison.Ordinal);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.True(Directory.Exists(_folder["elsewhere/avg_1min"]));

        await File.WriteAllTextAsync(_folder["appsettings.json"], """{ "Producer": { "Speed": "fast" }, "Consumer": { "Grace": "soon" } }""");
        (await Cli.ProducerAsync(_folder.Path, "replay", "sample")).ShouldExit(2);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(2);
    }

    [Fact]
    public async Task Repeats_AreDroppedUnlessTheyAreToBeKept()
    {
        await using (IManagedStream stream = RecordStreams.Open(_folder["data/stream"], TimeProvider.System))
        {
            await stream.CreateAsync(1, CancellationToken.None);
            var batch = new PutBatch();
            for (int i = 0; i < 3; i++) batch.Add("A"u8, """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1,"run":"r","seq":0}"""u8);
            await stream.PutAsync(batch, CancellationToken.None);
        }

        CliResult dropped = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Contains("3 read = 1 in windows + 0 late + 0 quarantined + 2 repeated", dropped.Error, StringComparison.Ordinal);
        var environment = new Dictionary<string, string> { ["STREAMING__Consumer__Repeats"] = "keep" };
        CliResult kept = (await Cli.RunAsync("consumer", _folder.Path, environment, "run", "--once", "--app-name", "other", "--lake", "./other")).ShouldExit(0);
        Assert.Contains("3 read = 3 in windows + 0 late + 0 quarantined + 0 repeated", kept.Error, StringComparison.Ordinal);
    }

    private string Snapshot() => string.Join('\n', Directory.GetFiles(_folder["data/lake/avg_1min"], "*", SearchOption.AllDirectories)
        .Order().Select(file => file + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))));

    private async Task CreateStreamAsync() => (await Cli.ProducerAsync(_folder.Path, "stream", "create")).ShouldExit(0);

    private async Task ReplaySampleAsync()
    {
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "sample", "--tickers", "2")).ShouldExit(0);
        (await Cli.ProducerAsync(_folder.Path, "replay", "sample", "--limit", "5000", "--speed", "max", "--create-stream")).ShouldExit(0);
    }

    private async Task RunSampleAsync()
    {
        await ReplaySampleAsync();
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
    }

    public void Dispose() => _folder.Dispose();
}
