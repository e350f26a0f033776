using System.Text.Json;
using Streaming.Producer.Commands;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Commands;

/// <summary>The command line as a script sees it: exit code, stdout, stderr.</summary>
public sealed class ProducerCommandsTests : IDisposable
{
    private static readonly DateTimeOffset Open = new(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Replay_PutsEveryTickOnANewStream()
    {
        Assert.Equal(0, await RunAsync("replay", Ticks(), "--speed", "max", "--stream", _folder["stream"], "--create-stream", "--shards", "2", "--json"));
        Assert.Equal(3, Summary().GetProperty("sent").GetInt64());
        Assert.StartsWith($"stream {_folder["stream"]} (new), 2 shards", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, await CountAsync(_folder["stream"]));
    }

    [Theory]
    [InlineData(2, "does not exist", "replay", "nowhere.parquet", "--dry-run")]
    [InlineData(2, "not a number above 0", "replay", "TICKS", "--speed", "fast")]
    [InlineData(2, "not a time", "replay", "TICKS", "--from", "yesterday")]
    [InlineData(2, "not a duration", "replay", "TICKS", "--duration", "10")]
    [InlineData(2, "no field", "replay", "TICKS", "--dry-run", "--columns", "px=close")]
    [InlineData(2, "not known", "replay", "TICKS", "--time-zone", "Mars/Olympus")]
    [InlineData(2, "none of", "replay", "TICKS", "--gaps", "jump")]
    [InlineData(2, "no stream at", "replay", "TICKS", "--stream", "FOLDER/none")]
    [InlineData(2, "gopher://x", "replay", "TICKS", "--stream", "gopher://x")]
    [InlineData(2, "--unknown", "replay", "TICKS", "--unknown")]
    [InlineData(2, "only Parquet", "replay", "CSV", "--dry-run")]
    [InlineData(2, "--out", "sample")]
    [InlineData(1, "not a Parquet file", "replay", "BROKEN", "--dry-run")]
    [InlineData(0, "refused 1 files", "replay", "BROKEN", "TICKS", "--dry-run")]
    [InlineData(4, "refused 1 files", "replay", "BROKEN", "TICKS", "--dry-run", "--strict")]
    [InlineData(1, "--on-bad-row fail", "replay", "BROKEN", "TICKS", "--dry-run", "--on-bad-row", "fail")]
    public async Task Failure_IsOneClearMessageAndItsExitCode(int code, string message, params string[] args)
    {
        await File.WriteAllTextAsync(_folder["ticks.csv"], "ticker,close\n");
        await File.WriteAllTextAsync(_folder["broken.parquet"], "ticker,close\n");
        string[] real = [.. args.Select(arg => arg
            .Replace("TICKS", Ticks(), StringComparison.Ordinal)
            .Replace("CSV", _folder["ticks.csv"], StringComparison.Ordinal)
            .Replace("BROKEN", _folder["broken.parquet"], StringComparison.Ordinal)
            .Replace("FOLDER", _folder.Path, StringComparison.Ordinal))];

        Assert.Equal(code, await RunAsync(real));

        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
        Assert.False(Directory.Exists(_folder["stream"]));
    }

    [Fact]
    public async Task FlagBeforeTheInput_DoesNotSwallowIt()
    {
        Assert.Equal(0, await RunAsync("replay", "--create-stream", "--strict", "--dry-run", "--json", "--loops", "2", Ticks()));
        Assert.Equal(6, Summary().GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task TickersFromAFile_AreNoFurtherArguments()
    {
        await File.WriteAllTextAsync(_folder["wanted"], "B\n--strict\n");
        Assert.Equal(0, await RunAsync("replay", Ticks(), "--dry-run", "--json", "--tickers", $"@{_folder["wanted"]}"));
        Assert.Equal(1, Summary().GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task Inspect_ShowsColumnsTickersAndTimes()
    {
        Assert.Equal(0, await RunAsync("inspect", Ticks(), "--json"));
        JsonElement file = Summary();
        Assert.Equal(3, file.GetProperty("usableRows").GetInt64());
        Assert.Equal(["A", "B"], file.GetProperty("tickers").EnumerateArray().Select(ticker => ticker.GetString()));
        Assert.Equal("ts:timestamp", string.Join(',', file.GetProperty("columns").EnumerateArray()
            .Where(column => column.GetProperty("name").GetString() == "ts")
            .Select(column => $"{column.GetProperty("name")}:{column.GetProperty("field")}")));
        Assert.Equal(Open, file.GetProperty("first").GetDateTimeOffset());
    }

    [Fact]
    public async Task Stream_IsMadeShownAndDeleted()
    {
        string stream = _folder["stream"];
        Assert.Equal(2, await RunAsync("stream", "describe", "--stream", stream));
        Assert.Equal(0, await RunAsync("stream", "create", "--stream", stream, "--shards", "3"));
        Assert.Equal(0, await RunAsync("stream", "describe", "--stream", stream, "--json"));
        Assert.Equal(3, Summary().GetProperty("shards").GetArrayLength());
        Assert.Equal(0, await RunAsync("stream", "delete", "--stream", stream));
        Assert.Equal(2, await RunAsync("stream", "describe", "--stream", stream));
    }

    private string Ticks() => TickFile.Write(
        _folder["ticks.parquet"], [TickFile.Tick("A", Open, 1.5), TickFile.Tick("B", Open.AddSeconds(1), 2, 10), TickFile.Tick("A", Open.AddSeconds(2), 3)]);

    private Task<int> RunAsync(params string[] args)
        => ProducerCommands.InvokeAsync(args, new CommandContext(_output, _error, IsTerminal: false, TimeProvider.System, "test"), CancellationToken.None);

    private JsonElement Summary()
    {
        using JsonDocument json = JsonDocument.Parse(_output.ToString());
        return json.RootElement.Clone();
    }

    private static async Task<int> CountAsync(string address)
    {
        await using IRecordStream stream = RecordStreams.Open(address, TimeProvider.System);
        int count = 0;
        foreach (Shard shard in await stream.ListShardsAsync(CancellationToken.None))
        {
            await using IShardReader reader = await stream.OpenReaderAsync(shard.Id, StreamPosition.TrimHorizon, CancellationToken.None);
            while ((await reader.ReadAsync(CancellationToken.None)).Count is var read and > 0) count += read;
        }

        return count;
    }
}
