using System.Text.Encodings.Web;
using System.Text.Json;
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
    [InlineData(2, "run", "--stream", "kinesis:stock")]
    [InlineData(2, "run", "--stream", "s3://bucket/stream")]
    [InlineData(2, "query", "--lake", "s3:bucket")]
    [InlineData(2, "query", "--lake", "kinesis://stock")]
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

    [Theory]
    [InlineData("'--flush-intervall'", "Did you mean --flush-interval?", "run", "--flush-intervall", "30s")]
    [InlineData("'--jsn'", "Did you mean --json?", "query", "--jsn")]
    [InlineData("'statsu'", "Did you mean status?", "statsu", "--json")]
    [InlineData("'more'", "one argument too many", "query", "more")]
    public async Task Typo_BlamesTheRightWordAndSuggestsTheNearest(string word, string suggestion, params string[] args)
    {
        string error = (await Cli.ConsumerAsync(_folder.Path, args)).ShouldExit(2).Error;
        Assert.Contains(word, error, StringComparison.Ordinal);
        Assert.Contains(suggestion, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"Consumer\": { \"Grace\": \"1s\", }", "appsettings.json cannot be read")]
    [InlineData("[]", "appsettings.json cannot be read")]
    [InlineData("{ \"Consumr\": { \"Grace\": \"1s\" } }", "appsettings.json, Consumr: there is no such section. Did you mean Consumer?")]
    [InlineData("{ \"Consumer\": { \"FlushIntervall\": \"1s\" } }", "appsettings.json, Consumer:FlushIntervall: there is no such setting. Did you mean FlushInterval?")]
    [InlineData("{ \"Consumer\": { \"Grace\": { \"Of\": \"1s\" } } }", "appsettings.json, Consumer:Grace: it must be a text")]
    [InlineData("{ \"Consumer\": \"1s\" }", "appsettings.json, Consumer: it is a section")]
    [InlineData("{ \"Consumer\": { \"Grace\": \"soon\" } }", "appsettings.json, Consumer:Grace: --grace: 'soon' is not a duration")]
    [InlineData("{ \"Consumer\": { \"Once\": \"maybe\" } }", "appsettings.json, Consumer:Once: 'maybe' is neither true nor false")]
    [InlineData("{ \"Producer\": { \"Speeed\": \"1\" } }", "appsettings.json, Producer:Speeed: there is no such setting. Did you mean Speed?")]
    [InlineData("{ \"Producer\": { \"Speed\": \"fast\" } }", "appsettings.json, Producer:Speed: --speed: 'fast' is not a number")]
    public async Task SettingThatIsWrong_IsNamedWithItsPlace(string file, string message)
    {
        await File.WriteAllTextAsync(_folder["appsettings.json"], file);
        bool isProducers = file.Contains("Producer", StringComparison.Ordinal);
        CliResult result = isProducers ? await Cli.ProducerAsync(_folder.Path, "replay", "x.parquet") : await Cli.ConsumerAsync(_folder.Path, "run");
        result.ShouldExit(2);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("consumer", "STREAMING__Consumer__FlushIntervall", "1s", "Did you mean FlushInterval?")]
    [InlineData("consumer", "STREAMING__FlushInterval", "1s", "as in STREAMING__Consumer__")]
    [InlineData("consumer", "STREAMING__Consumer__FlushInterval", "soon", "STREAMING__Consumer__FlushInterval: --flush-interval: 'soon' is not a duration")]
    [InlineData("producer", "STREAMING__Producer__Spead", "1", "STREAMING__Producer__Spead: there is no such setting. Did you mean Speed?")]
    [InlineData("producer", "STREAMING__Producer__Rate", "-1", "STREAMING__Producer__Rate: --rate: '-1' is not a number above 0")]
    public async Task EnvironmentThatIsWrong_IsNamed(string program, string variable, string value, string message)
    {
        var environment = new Dictionary<string, string> { [variable] = value };
        CliResult result = (await Cli.RunAsync(program, _folder.Path, environment, program == "consumer" ? ["run"] : ["replay", "x.parquet"])).ShouldExit(2);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("producer", "replay", "143 SIGTERM", "STREAMING__Producer__", "AWS_ENDPOINT_URL_KINESIS", "producer replay history/")]
    [InlineData("producer", "sample", "2    bad usage", "STREAMING__Producer__Out=", "", "producer sample --out")]
    [InlineData("producer", "stream delete", "3    stream", "STREAMING__Producer__Stream=", "AWS_REGION", "--yes")]
    [InlineData("consumer", "run", "drained after SIGTERM", "STREAMING__Consumer__Stream=", "AWS_PROFILE", "consumer run --stream")]
    [InlineData("consumer", "checkpoints reset", "not confirmed", "STREAMING__Consumer__", "AWS_PROFILE", "--all")]
    [InlineData("consumer", "", "0  done", "Example:", "Exit codes:", "consumer run")]
    public async Task Help_ShowsExitCodesEnvironmentAndAnExample(string program, string command, params string[] parts)
    {
        string help = (await Cli.RunAsync(program, _folder.Path, [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).ShouldExit(0).Output;
        Assert.All(parts, part => Assert.Contains(part, help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task LogOfARun_IsAnEventALine_AndStdoutStaysEmpty()
    {
        await ReplaySampleAsync();
        CliResult run = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(0);
        Assert.Empty(run.Output);
        CliResult failed = (await Cli.ConsumerAsync(_folder.Path, "run", "--stream", "./none")).ShouldExit(2);
        string[] lines = [.. run.Error.TrimEnd().Split('\n'), .. failed.Error.TrimEnd().Split('\n')];
        var messages = new List<string>();
        foreach (string line in lines)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Assert.EndsWith("Z", json.RootElement.GetProperty("time").GetString(), StringComparison.Ordinal);
            string message = json.RootElement.GetProperty("message").GetString()!;
            // Once, and not in the values that it was made of again.
            Assert.Equal(1, line.Split(JsonEncodedText.Encode(message, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()).Length - 1);
            messages.Add(message);
        }

        Assert.Contains(messages, message => message.StartsWith("consumer: stream ./data/stream -> lake ./data/lake", StringComparison.Ordinal));
        Assert.Contains(messages, message => message.Contains("taken with epoch 1", StringComparison.Ordinal));
        Assert.Contains(messages, message => message.StartsWith("books since the beginning:", StringComparison.Ordinal));
        Assert.Contains(messages, message => message.Contains("./none", StringComparison.Ordinal));
    }

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
        (await Cli.ProducerAsync(_folder.Path, "stream", "delete", "--yes")).ShouldExit(0);
        await CreateStreamAsync();
        CliResult result = (await Cli.ConsumerAsync(_folder.Path, "run", "--once")).ShouldExit(1);
        Assert.Contains("deleted and created again", result.Error, StringComparison.Ordinal);
        Assert.Contains("--lake", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ObjectsOfAnotherStream_AreRefusedWithTheRemedy()
    {
        await RunSampleAsync();
        (await Cli.ProducerAsync(_folder.Path, "stream", "delete", "--yes")).ShouldExit(0);
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
