using System.Text.Json;
using Streaming.Producer.Commands;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Resuming;

/// <summary>A replay that ends early and is continued, by its commands. A limit stands for an interruption, at a tick that the test chooses.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly DateTimeOffset Open = new(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 30, TimeSpan.Zero));
    private readonly StringWriter _error = new();

    public ResumeTests() => Write("ticks.parquet", "A", "B", "A", "B", "A");

    public void Dispose()
    {
        _folder.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Resume_SendsTheRestUnderTheSameRun()
    {
        await ReplayAsync(0, "first", "--limit", "2");
        Assert.Contains("resuming run first: 2 records", await ReplayAsync(0, "second", "--resume"), StringComparison.Ordinal);
        Assert.Equal(["first 0", "first 1", "first 2", "first 3", "first 4"], await SentAsync("stream"));
    }

    [Fact]
    public async Task ResumeOfACompleteReplay_SaysThatNothingIsLeft()
    {
        await ReplayAsync(0, "first");
        Assert.Contains("nothing is left of run first: its 5 records are on the stream", await ReplayAsync(0, "second", "--resume"), StringComparison.Ordinal);
        Assert.Equal(5, (await SentAsync("stream")).Count);
    }

    [Fact]
    public async Task SecondReplay_CountsAgainAndSaysSo()
    {
        await ReplayAsync(0, "first", "--limit", "2");
        Assert.Contains("run first was sent to its end): the ticks of this replay count again", await ReplayAsync(0, "second"), StringComparison.Ordinal);
        Assert.Contains("run second was sent to its end): the ticks of this replay count again", await ReplayAsync(0, "second"), StringComparison.Ordinal);
        // The run's id is no reason to begin where another one ended.
        Assert.Equal(2 + 5 + 5, (await SentAsync("stream")).Count);
    }

    // Three passes of five ticks, interrupted in the second: the rest has the times, dates and numbers that it has without an interruption.
    [Theory]
    [InlineData("--loops", "3")]
    [InlineData("--retime", "now", "--loops", "3")]
    [InlineData("--retime", "now", "--gaps", "keep")]
    [InlineData("--tickers", "A", "--loops", "4")]
    [InlineData("--from", "2024-01-02T14:30:01Z", "--loops", "2")]
    [InlineData("--limit", "5", "--loops", "4")]
    public async Task ResumedReplay_SendsWhatAnUninterruptedOneSends(params string[] options)
    {
        Assert.Equal(0, await RunAsync("whole", [.. Arguments("other"), .. options]));
        string[] toLimit = [.. options.Where(option => option is not ("--limit" or "5"))];
        Assert.Equal(0, await RunAsync("whole", [.. Arguments("stream"), .. toLimit, "--limit", "3"]));
        _clock.Advance(TimeSpan.FromMinutes(90));
        Assert.Equal(0, await RunAsync("second", [.. Arguments("stream"), .. options, "--resume"]));
        Assert.Equal(await ReadAsync("other"), await ReadAsync("stream"));
    }

    [Theory]
    [InlineData("--from was not given, is 2024-01-02", "--from", "2024-01-02")]
    [InlineData("--tickers was not given, is A,B", "-t", "B,A")]
    [InlineData("--retime was not given, is now", "--retime", "now")]
    [InlineData("--columns was not given, is close=close", "--columns", "close=close")]
    public async Task OptionThatChangesTheTicks_IsRefused(string difference, params string[] options)
    {
        await ReplayAsync(0, "first", "--limit", "2");
        Assert.Contains(difference, await ReplayAsync(2, "second", ["--resume", .. options]), StringComparison.Ordinal);
        Assert.Equal(2, (await SentAsync("stream")).Count);
    }

    [Fact]
    public async Task TickersFileThatChanged_IsRefused()
    {
        await File.WriteAllTextAsync(_folder["wanted"], "A\n");
        await ReplayAsync(0, "first", "--limit", "2", "-t", $"@{_folder["wanted"]}");
        await File.WriteAllTextAsync(_folder["wanted"], "A\nB\n");
        Assert.Contains("--tickers was A, is A,B", await ReplayAsync(2, "second", "--resume", "-t", $"@{_folder["wanted"]}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InputsThatChanged_AreRefusedByName()
    {
        Write("more.parquet", "C");
        await ReplayAsync(0, "first", "--limit", "2");
        Write("new.parquet", "D");
        Write("ticks.parquet", "A", "B");
        File.Delete(_folder["in/more.parquet"]);

        string error = await ReplayAsync(2, "second", "--resume");
        Assert.Contains($"{_folder["in/new.parquet"]} is new", error, StringComparison.Ordinal);
        Assert.Contains($"{_folder["in/more.parquet"]} is gone", error, StringComparison.Ordinal);
        Assert.Matches($"{_folder["in/ticks.parquet"]} was [0-9]+ bytes of .*, is [0-9]+ bytes of ", error);
        Assert.Equal(2, (await SentAsync("stream")).Count);
    }

    [Fact]
    public async Task ReplayThatSendsNothing_LeavesTheNotesOfAnInterruptedOne()
    {
        await ReplayAsync(0, "first", "--limit", "2");
        await ReplayAsync(2, "second", "-t", "a");
        await ReplayAsync(0, "third", "--resume");
        Assert.Equal(["first 0", "first 1", "first 2", "first 3", "first 4"], await SentAsync("stream"));
    }

    [Fact]
    public async Task StreamThatWasMadeAnew_IsRefused()
    {
        await ReplayAsync(0, "first", "--limit", "2");
        Assert.Equal(0, await RunAsync("x", ["stream", "delete", "--yes", "--stream", _folder["stream"]]));
        Assert.Contains("was deleted and made again", await ReplayAsync(2, "second", "--resume"), StringComparison.Ordinal);
        Assert.DoesNotContain("count again", await ReplayAsync(0, "second"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeWithoutNotes_IsRefusedWithTheRemedy()
        => Assert.Contains("has no replay of these inputs onto", await ReplayAsync(2, "first", "--resume"), StringComparison.Ordinal);

    [Fact]
    public async Task NotesThatCannotBeTaken_DoNotStopAReplay_ButAResume()
    {
        await File.WriteAllTextAsync(_folder["file"], "no folder");
        Assert.Contains("cannot be resumed", await ReplayAsync(0, "first", "--state", _folder["file"]), StringComparison.Ordinal);
        Assert.Equal(5, (await SentAsync("stream")).Count);
        await ReplayAsync(2, "second", "--resume", "--state", _folder["file"]);
    }

    [Fact]
    public async Task NotesThatAreDamaged_AreNamed()
    {
        await ReplayAsync(0, "first", "--limit", "2");
        string position = Directory.GetFiles(_folder["replays"], "position.json", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(position, "{");
        Assert.Contains("position.json is not usable", await ReplayAsync(3, "second", "--resume"), StringComparison.Ordinal);
    }

    // Rows a day ahead of now are refused; a later now must not let them in, or every number behind them would be another.
    [Fact]
    public async Task RowThatIsNoLongerInTheFuture_StaysRefused()
    {
        DateTimeOffset ahead = _clock.GetUtcNow() + TickRules.MaxAhead + TimeSpan.FromHours(1);
        TickFile.Write(_folder["in/ticks.parquet"], [TickFile.Tick("A", Open, 1), TickFile.Tick("A", ahead, 2), TickFile.Tick("B", Open.AddSeconds(1), 3)]);
        await ReplayAsync(0, "first", "--limit", "1");
        _clock.Advance(TimeSpan.FromHours(3));
        Assert.Contains("rejected 1 rows", await ReplayAsync(0, "second", "--resume"), StringComparison.Ordinal);
        Assert.Equal(["first 0", "first 1"], await SentAsync("stream"));
    }

    private void Write(string file, params string[] tickers)
        => TickFile.Write(_folder[$"in/{file}"], [.. tickers.Select((ticker, i) => TickFile.Tick(ticker, Open.AddSeconds(i), i + 1))]);

    private string[] Arguments(string stream) => ["replay", _folder["in"], "--speed", "max", "--create-stream", "--shards", "1", "--stream", _folder[stream]];

    private async Task<string> ReplayAsync(int code, string run, params string[] options)
    {
        _error.GetStringBuilder().Clear();
        int ended = await RunAsync(run, [.. Arguments("stream"), .. options]);
        Assert.True(ended == code, $"exit code {ended}: {_error}");
        return _error.ToString();
    }

    private Task<int> RunAsync(string run, string[] args)
        => ProducerCommands.InvokeAsync(args, new CommandContext(TextWriter.Null, _error, IsTerminal: false, _clock, run), CancellationToken.None);

    private async Task<List<string>> SentAsync(string stream)
        => [.. (await ReadAsync(stream)).Select(data => JsonDocument.Parse(data).RootElement).Select(record => $"{record.GetProperty("run").GetString()} {record.GetProperty("seq").GetInt64()}")];

    private async Task<List<string>> ReadAsync(string name)
    {
        await using IRecordStream stream = RecordStreams.Open(_folder[name], TimeProvider.System);
        await using IShardReader reader = await stream.OpenReaderAsync("shardId-000000000000", StreamPosition.TrimHorizon, CancellationToken.None);
        var records = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None) is { Count: > 0 } batch)
        {
            for (int i = 0; i < batch.Count; i++) records.Add(System.Text.Encoding.UTF8.GetString(batch[i].Data));
        }

        return records;
    }
}
