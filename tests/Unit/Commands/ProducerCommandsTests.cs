using System.Text.Json;
using Streaming.Producer.Commands;
using Streaming.Shared.CommandLine;
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
    [InlineData(2, "--input-time-zone: 'Mars/Olympus' is not known", "replay", "TICKS", "--input-time-zone", "Mars/Olympus")]
    [InlineData(2, "--input-time-zone: 'Mars/Olympus' is not known", "inspect", "TICKS", "--input-time-zone", "Mars/Olympus")]
    [InlineData(2, "not a power of ten", "replay", "TICKS", "--price-scale", "3e-9")]
    [InlineData(2, "not a power of ten", "replay", "TICKS", "--price-scale", "0")]
    [InlineData(2, "no field", "replay", "TICKS", "--dry-run", "--column", "px=close")]
    [InlineData(2, "one of the two", "replay", "TICKS", "--ticker", "A", "--ticker-from-file-name")]
    [InlineData(2, "--tickers A", "replay", "TICKS", "--ticker", "A", "--dry-run")]
    [InlineData(2, "none of", "replay", "TICKS", "--gaps", "jump")]
    [InlineData(2, "no stream at", "replay", "TICKS", "--stream", "FOLDER/none")]
    [InlineData(2, "gopher://x", "replay", "TICKS", "--stream", "gopher://x")]
    [InlineData(2, "Did you mean kinesis://stock?", "replay", "TICKS", "--stream", "kinesis:stock")]
    [InlineData(2, "Did you mean kinesis://stock?", "stream", "create", "--stream", "kinesis:/stock")]
    [InlineData(2, "Streams are not kept in S3", "replay", "TICKS", "--stream", "s3://bucket/x")]
    [InlineData(2, "no option '--speeed'. Did you mean --speed?", "replay", "TICKS", "--speeed", "60")]
    [InlineData(2, "no option '--shard'. Did you mean --shards?", "stream", "create", "--shard=2")]
    [InlineData(2, "no command 'reply'. Did you mean replay?", "reply", "TICKS")]
    [InlineData(2, "no command 'splt'. Did you mean split?", "stream", "splt")]
    [InlineData(2, "there is A.", "replay", "TICKS", "--dry-run", "-t", "a")]
    [InlineData(2, "the input has 3 ticks of 2 tickers (A, B) from 2024-01-02T14:30:00Z to 2024-01-02T14:30:02Z", "replay", "TICKS", "--dry-run", "-t", "X")]
    [InlineData(2, "No tick matches --from 2025-01-01T00:00:00Z: the input has 3 ticks", "replay", "TICKS", "--dry-run", "--from", "2025-01-01")]
    [InlineData(2, "the input of these tickers has 1 ticks of 1 tickers (B) from", "replay", "TICKS", "--dry-run", "--to", "2024-01-02T14:30:01Z", "-t", "B")]
    [InlineData(2, "exclude each other", "replay", "TICKS", "--dry-run", "--resume")]
    [InlineData(0, "no tick of C, a (there is A)", "replay", "TICKS", "--dry-run", "-t", "a,B,C")]
    [InlineData(2, "--unknown", "replay", "TICKS", "--unknown")]
    [InlineData(1, "no column timestamp", "replay", "CSV", "--dry-run")]
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
    public async Task Inspect_ShowsRangesOfEachFileAndOfAll()
    {
        string other = TickFile.Write(_folder["other.parquet"], [TickFile.Tick("C", Open.AddDays(1), 0.5)]);
        Assert.Equal(0, await RunAsync("inspect", Ticks(), other, "--json", "--price-scale", "1e-2"));
        JsonElement[] lines = [.. _output.ToString().TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(3, lines.Length);
        Assert.Equal(0.005, lines[1].GetProperty("lowestPrice").GetDouble());
        Assert.Equal(2, lines[2].GetProperty("files").GetInt32());
        Assert.Equal(0.005, lines[2].GetProperty("lowestPrice").GetDouble());
        Assert.Equal((Open, Open.AddDays(1)), (lines[2].GetProperty("first").GetDateTimeOffset(), lines[2].GetProperty("last").GetDateTimeOffset()));

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("inspect", Ticks(), other));
        Assert.Contains("total of 2 files\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("price     0.5 to 0.5\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_IsMadeShownAndDeleted()
    {
        string stream = _folder["stream"];
        Assert.Equal(2, await RunAsync("stream", "describe", "--stream", stream));
        Assert.Equal(0, await RunAsync("stream", "create", "--stream", stream, "--shards", "3"));
        Assert.Equal(0, await RunAsync("stream", "describe", "--stream", stream, "--json"));
        Assert.Equal(3, Summary().GetProperty("shards").GetArrayLength());
        Assert.Equal(2, await RunAsync("stream", "delete", "--stream", stream));
        Assert.Contains("--yes", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync("stream", "describe", "--stream", stream));
        Assert.Equal(0, await RunAsync("stream", "delete", "--stream", stream, "--yes"));
        Assert.Equal(2, await RunAsync("stream", "describe", "--stream", stream));
    }

    [Fact]
    public async Task Stream_IsReshardedAndShowsItsFamilies()
    {
        string[] of = ["--stream", _folder["stream"]];
        Assert.Equal(0, await RunAsync(["stream", "create", "--shards", "2", .. of]));
        Assert.Equal(0, await RunAsync(["stream", "split", "--shard", Shard(1), .. of]));
        Assert.EndsWith($"{Shard(1)} was split into {Shard(2)} and {Shard(3)}\n", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(["stream", "merge", "--shard", Shard(2), "--with", Shard(0), .. of]));
        Assert.EndsWith($"{Shard(2)} and {Shard(0)} were merged into {Shard(4)}\n", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(["stream", "split", "--shard", Shard(4), "--at", "1000", .. of]));
        Assert.Equal("", _output.ToString());

        Assert.Equal(0, await RunAsync(["stream", "describe", "--json", .. of]));
        JsonElement[] shards = [.. Summary().GetProperty("shards").EnumerateArray()];
        Assert.Equal([true, true, true, false, true, false, false], shards.Select(shard => shard.GetProperty("isClosed").GetBoolean()));
        Assert.Equal(["", "", Shard(1), Shard(1), $"{Shard(0)} {Shard(2)}", Shard(4), Shard(4)], shards.Select(shard => Words(shard, "parents")));
        Assert.Equal([Shard(4), $"{Shard(2)} {Shard(3)}", Shard(4), "", $"{Shard(5)} {Shard(6)}", "", ""], shards.Select(shard => Words(shard, "children")));
        Assert.Equal("1000", shards[6].GetProperty("startHash").GetString());

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync(["stream", "describe", .. of]));
        Assert.Contains($"\n{Shard(4)}  closed  0 - 255211775190703847597530955573826158591  from {Shard(0)} and {Shard(2)}  into {Shard(5)} and {Shard(6)}\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(["stream", "reshard", "--shards", "1", .. of]));
        Assert.EndsWith("has 1 open and 8 closed shards\n", _error.ToString(), StringComparison.Ordinal);

        static string Shard(int index) => $"shardId-{index:D12}";
        static string Words(JsonElement shard, string property) => string.Join(' ', shard.GetProperty(property).EnumerateArray());
    }

    [Theory]
    [InlineData("--shard", "stream", "split")]
    [InlineData("--with", "stream", "merge", "--shard", "shardId-000000000000")]
    [InlineData("--shards", "stream", "reshard")]
    [InlineData("not a whole number above 0", "stream", "reshard", "--shards", "0")]
    [InlineData("10000", "stream", "reshard", "--shards", "10001")]
    [InlineData("not a hash key", "stream", "split", "--shard", "shardId-000000000000", "--at", "-1")]
    [InlineData("not a hash key", "stream", "split", "--shard", "shardId-000000000000", "--at", "340282366920938463463374607431768211456")]
    [InlineData("cannot be split at hash key 0", "stream", "split", "--shard", "shardId-000000000000", "--at", "0")]
    [InlineData("has no shard x", "stream", "split", "--shard", "x")]
    [InlineData("not adjacent", "stream", "merge", "--shard", "shardId-000000000000", "--with", "shardId-000000000002")]
    public async Task ReshardThatCannotBe_IsOneClearMessageAndChangesNothing(string message, params string[] args)
    {
        Assert.Equal(0, await RunAsync("stream", "create", "--shards", "3", "--stream", _folder["stream"]));
        byte[] before = await File.ReadAllBytesAsync(_folder["stream/stream.json"]);
        _error.GetStringBuilder().Clear();
        Assert.Equal(2, await RunAsync([.. args, "--stream", _folder["stream"]]));
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder["stream/stream.json"]));
        Assert.Equal(2, await RunAsync("stream", "reshard", "--shards", "2", "--stream", _folder["none"]));
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
