using System.Text;
using System.Text.Json;
using Streaming.Consumer;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Http;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Querying;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>
/// One object of the table that cannot be merged with (field case r09): its ticker and day wait, in memory and in the checkpoint; all else goes on, and
/// once the object is as it was, all rows are right.
/// </summary>
public sealed class BlockedObjectTests
{
    private const string Broken = "avg_1min/ticker=A/trade_date=2024-01-02/bars.parquet";
    private const int Minutes = 40;

    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly InMemoryObjectStore _lake = new();
    private readonly LogLines _log = new();
    private StoredObject _good = null!;

    public static TheoryData<string> Damages => new("truncated", "text", "empty", "otherColumns", "otherTypes", "unordered", "otherStream", "otherProgram");

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task ObjectThatCannotBeMergedWith_BlocksItsTickerAndDayOnly(string damage)
    {
        InMemoryStream stream = await PreparedAsync(damage);
        string expected = await ExpectedAsync();
        Exception failure = await FailAsync(() => PipelineRun.RunAsync(Service(stream, _lake), stream));
        Assert.True(damage is "otherStream" or "otherProgram" ? failure is ForeignObjectException : failure is BrokenObjectException, failure.ToString());
        Assert.Contains(Broken, failure.Message, StringComparison.Ordinal);
        Assert.Contains("consumer lake repair", failure.Message, StringComparison.Ordinal);
        Assert.Contains(_log.Errors, error => error.Message.Contains(Broken, StringComparison.Ordinal));
        // Once, although it was tried with every batch.
        Assert.Single(_log.Errors);

        // The other ticker's rows are right, the position is at the end, and what waits is in the checkpoint.
        Assert.Equal(RowsOf("B", expected), RowsOf("B", await ContentWithoutAsync(Broken)));
        using JsonDocument checkpoint = await CheckpointAsync(0);
        Assert.Equal(4 * Minutes, checkpoint.RootElement.GetProperty("books").GetProperty("read").GetInt64());
        Assert.Equal($"{4 * Minutes}", checkpoint.RootElement.GetProperty("position").GetString());
        Assert.Contains(Broken, checkpoint.RootElement.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains(await StatusProblemsAsync(stream), problem => problem.Contains(Broken, StringComparison.Ordinal));

        await RestoreAsync();
        await PipelineRun.RunAsync(Service(stream, _lake), stream);
        Assert.Equal(expected, await PipelineRun.ContentAsync(_lake));
        Assert.Empty(await StatusProblemsAsync(stream, except: "no worker reads it"));
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public async Task CrashAtAnyCallWhileBlocked_ThenRestore_LeavesAllRows(Fault crash)
    {
        string expected = await ExpectedAsync();
        for (int at = 0; ; at++)
        {
            var lake = new InMemoryObjectStore();
            InMemoryStream stream = await PreparedAsync("truncated", lake);
            int call = 0;
            var faulty = new FaultyObjectStore(lake, (_, _) => Interlocked.Increment(ref call) - 1 == at ? crash : Fault.None);
            Exception failure = await FailAsync(() => PipelineRun.RunAsync(Service(stream, faulty), stream));
            if (failure is BrokenObjectException) break;
            Assert.IsType<ProcessCrashException>(failure);
            // Restarted while it is still broken, and after it is restored.
            Assert.IsType<BrokenObjectException>(await FailAsync(() => PipelineRun.RunAsync(Service(stream, lake), stream)));
            await RestoreAsync(lake);
            await PipelineRun.RunAsync(Service(stream, lake), stream);
            Assert.True(expected == await PipelineRun.ContentAsync(lake), $"another lake after a crash at call {at}");
        }
    }

    [Fact]
    public async Task ShardThatEndsWhileBlocked_LeavesWhatWaitsToItsChildren()
    {
        string expected = await ExpectedAsync();
        InMemoryStream stream = await PreparedAsync("text");
        await stream.SplitShardAsync(InMemoryStream.ShardId(0), null, CancellationToken.None);
        await FailAsync(() => PipelineRun.RunAsync(Service(stream, _lake), stream));
        using (JsonDocument parent = await CheckpointAsync(0))
        {
            Assert.True(parent.RootElement.GetProperty("is_ended").GetBoolean());
            Assert.Equal(JsonValueKind.Null, parent.RootElement.GetProperty("problem").ValueKind);
        }

        await RestoreAsync();
        await PipelineRun.RunAsync(Service(stream, _lake), stream);
        Assert.Equal(expected, await PipelineRun.ContentAsync(_lake));
    }

    // Nothing comes any more, and nobody restarts the worker.
    [Fact]
    public async Task ObjectThatIsRestoredWhileTheWorkerRuns_IsWrittenWithinAFlushInterval()
    {
        string expected = await ExpectedAsync();
        InMemoryStream stream = await PreparedAsync("truncated");
        ConsumerService service = PipelineRun.Service(stream, _lake, new ConsumerOptions { FlushInterval = TimeSpan.FromSeconds(30) }, loggers: _log);
        using var drain = new CancellationTokenSource(TimeSpan.FromMinutes(10), _clock);
        (Readiness blocked, Readiness healed, string content) = (null!, null!, "");
        VirtualThread.Run(_clock, () => Task.WhenAll(service.RunAsync(drain.Token), LookAsync()));
        Assert.False(blocked.Ready);
        Assert.Contains(Broken, Assert.Single(blocked.BlockedObjects), StringComparison.Ordinal);
        Assert.True(healed.Ready);
        Assert.Equal(expected, content);

        async Task LookAsync()
        {
            await Task.Delay(TimeSpan.FromMinutes(3), _clock);
            blocked = Readiness.Of(service, _clock);
            await RestoreAsync();
            await Task.Delay(TimeSpan.FromMinutes(1), _clock);
            healed = Readiness.Of(service, _clock);
            content = await PipelineRun.ContentAsync(_lake);
        }
    }

    [Fact]
    public async Task WindowsThatWaitBeyondTheMemoryBudget_HaltReadingUntilTheObjectIsRestored()
    {
        const int budget = 8, recordsPerBatch = 10;
        string expected = await ExpectedAsync();
        InMemoryStream stream = await PreparedAsync("truncated");
        DateTimeOffset heals = _clock.GetUtcNow().AddMinutes(10);
        long readWhenHealed = -1;
        ConsumerService? service = null;
        var store = new FaultyObjectStore(_lake, (operation, key) =>
        {
            if (readWhenHealed < 0 && key == Broken && _clock.GetUtcNow() >= heals)
            {
                readWhenHealed = PipelineRun.BooksOf(service!).Read;
                RestoreAsync().GetAwaiter().GetResult();
            }

            return Fault.None;
        });
        service = new ConsumerService(stream, store, PipelineRun.Eager with { WorkerId = "worker" }, _clock, new Random(1), _log) { Budget = new MemoryBudget(budget) };
        await PipelineRun.RunAsync(service, stream);
        // Half was read before, and then twice the budget of the blocked ticker's minutes, each of two records of either ticker, and a batch.
        Assert.InRange(readWhenHealed, (2 * Minutes) + 1, (2 * Minutes) + (2 * budget * 4) + (2 * recordsPerBatch));
        Assert.Contains(_log.Errors, error => error.Message.Contains("reading waits", StringComparison.Ordinal));
        Assert.Equal(expected, await PipelineRun.ContentAsync(_lake));
    }

    [Fact]
    public async Task Repair_MovesTheObjectAsideAndTheConsumerWritesWhatItHolds()
    {
        InMemoryStream stream = await PreparedAsync("truncated");
        StoredObject broken = (await _lake.GetAsync(Broken, default))!;
        await FailAsync(() => PipelineRun.RunAsync(Service(stream, _lake), stream));
        var repair = new ObjectRepair(_lake);
        ObjectDiagnosis diagnosis = (await repair.DiagnoseAsync(Broken, default))!;
        Assert.NotNull(diagnosis.Problem);
        Assert.True(await repair.MoveAsideAsync(diagnosis, default));
        Assert.Equal(broken.Content.ToArray(), (await _lake.GetAsync(diagnosis.SetAside, default))!.Content.ToArray());
        Assert.Null(await repair.DiagnoseAsync(Broken, default));

        await PipelineRun.RunAsync(Service(stream, _lake), stream);
        BarObject written = BarObjectCodec.Read(Broken, (await _lake.GetAsync(Broken, default))!.Content);
        Assert.Equal(diagnosis.Held, written.Bars.Select(bar => bar.WindowStartMicros));
        Assert.InRange(written.Bars.Count, Minutes / 2, Minutes - 1);
        Assert.Null((await repair.DiagnoseAsync(Broken, default))!.Problem);
    }

    [Fact]
    public async Task RepairOfAnObjectThatWasChangedMeanwhile_LeavesItAlone()
    {
        await PreparedAsync("truncated");
        var repair = new ObjectRepair(_lake);
        ObjectDiagnosis diagnosis = (await repair.DiagnoseAsync(Broken, default))!;
        await RestoreAsync();
        Assert.False(await repair.MoveAsideAsync(diagnosis, default));
        Assert.Equal(_good.Content.ToArray(), (await _lake.GetAsync(Broken, default))!.Content.ToArray());
    }

    [Fact]
    public async Task Query_ShowsTheOthersAndNamesTheObject()
    {
        await PreparedAsync("truncated");
        var reader = new LakeReader(_lake);
        Assert.Equal(["B"], (await reader.LatestAsync(null, null, default)).Select(row => row.Ticker));
        Assert.Contains(Broken, Assert.Single(reader.Unreadable), StringComparison.Ordinal);
        reader = new LakeReader(_lake);
        Assert.All(await reader.NewestAsync(null, null, 1000, default), row => Assert.Equal("B", row.Ticker));
        Assert.Single(reader.Unreadable);
        Assert.All(await new LakeReader(_lake).NewestAsync("B", null, 10, default), row => Assert.Equal("B", row.Ticker));
    }

    /// <summary>Half of the minutes are read and written; then the object of A is damaged and the other half comes.</summary>
    private async Task<InMemoryStream> PreparedAsync(string damage, InMemoryObjectStore? lake = null)
    {
        lake ??= _lake;
        var stream = new InMemoryStream(1, recordsPerBatch: 10, _clock);
        Put(stream, 0, Minutes / 2);
        await PipelineRun.ConsumeAsync(stream, lake);
        _good = (await lake.GetAsync(Broken, default))!;
        await lake.PutAsync(Broken, await DamagedAsync(damage, _good.Content.ToArray()), _good.Tag, default);
        Put(stream, Minutes / 2, Minutes);
        return stream;
    }

    private async Task<string> ExpectedAsync()
    {
        var lake = new InMemoryObjectStore();
        var stream = new InMemoryStream(1, recordsPerBatch: 10, _clock);
        Put(stream, 0, Minutes);
        await PipelineRun.ConsumeAsync(stream, lake);
        return await PipelineRun.ContentAsync(lake);
    }

    private static void Put(InMemoryStream stream, int from, int to)
    {
        for (int minute = from; minute < to; minute++)
        {
            foreach (string ticker in (string[])["A", "B", "A", "B"]) stream.Put(ticker, TickLog.Json(ticker, minute * 60, 1 + minute));
        }
    }

    private ConsumerService Service(InMemoryStream stream, IObjectStore lake)
        => PipelineRun.Service(stream, lake, PipelineRun.Eager with { AllowedLateness = TimeSpan.FromMinutes(2) }, loggers: _log);

    private static async Task<byte[]> DamagedAsync(string damage, byte[] good)
    {
        IReadOnlyList<Bar> bars = BarObjectCodec.Read("good", good).Bars;
        switch (damage)
        {
            case "truncated":
                return good[..(good.Length / 2)];
            case "text":
                return "window_start,avg_close"u8.ToArray();
            case "empty":
                return [];
            case "otherColumns":
                return OneColumn(new ParquetField("price", PhysicalType.Double, LogicalKind.None, IsOptional: true), writer => writer.Write([1.5]));
            case "otherTypes":
                return OneColumn(new ParquetField("window_start", PhysicalType.Double, LogicalKind.None, IsOptional: true), writer => writer.Write([1.5]));
            case "unordered":
                return BarObjectCodec.Write([.. bars.Reverse()], new ObjectOrigin("stock_stream", "id-1", "avg-1min", InMemoryStream.ShardId(0)));
            case "otherStream":
                return BarObjectCodec.Write(bars, new ObjectOrigin("stock_stream", "id-2", "avg-1min", InMemoryStream.ShardId(0)));
            default:
                await Task.CompletedTask;
                byte[] nameless = [.. good];
                // The same, but the key of the metadata that says who wrote it.
                for (int at; (at = nameless.AsSpan().IndexOf("streaming.shard"u8)) >= 0;) nameless[at] = (byte)'x';
                return nameless;
        }
    }

    private static byte[] OneColumn(ParquetField field, Action<ParquetWriter> write)
    {
        using var output = new MemoryStream();
        using var writer = new ParquetWriter(output, [field]);
        writer.BeginRowGroup(1);
        write(writer);
        writer.Finish();
        return output.ToArray();
    }

    private Task RestoreAsync() => RestoreAsync(_lake);

    private async Task RestoreAsync(InMemoryObjectStore lake)
        => await lake.PutAsync(Broken, _good.Content, (await lake.GetAsync(Broken, default))!.Tag, default);

    private static async Task<Exception> FailAsync(Func<Task> run) => await Assert.ThrowsAnyAsync<Exception>(run);

    private async Task<string> ContentWithoutAsync(string key)
    {
        var rest = new InMemoryObjectStore();
        await foreach (string other in _lake.ListAsync("", default))
        {
            if (other != key) await rest.PutAsync(other, (await _lake.GetAsync(other, default))!.Content, null, default);
        }

        return await PipelineRun.ContentAsync(rest);
    }

    private static string RowsOf(string ticker, string content)
        => string.Join('\n', content.Split('\n').Where(line => line.Contains($"Ticker = {ticker},", StringComparison.Ordinal)));

    private async Task<JsonDocument> CheckpointAsync(int shard)
        => JsonDocument.Parse(Encoding.UTF8.GetString((await _lake.GetAsync(PipelineRun.PointerKey(shard), default))!.Content.Span));

    private async Task<string[]> StatusProblemsAsync(InMemoryStream stream, string? except = null)
    {
        ApplicationStatus status = await new StatusReader(stream, _lake, "avg-1min", _clock).ReadAsync(withLag: false, default);
        return [.. status.Problems.Where(problem => except is null || !problem.Contains(except, StringComparison.Ordinal))];
    }
}
