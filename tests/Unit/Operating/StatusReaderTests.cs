using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Consumer.Progress;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Operating;

/// <summary>What the status calls a problem, of checkpoints that a consumer wrote and the test changed.</summary>
public sealed class StatusReaderTests
{
    private readonly InMemoryObjectStore _lake = new();
    private readonly InMemoryStream _stream = new(shardCount: 1, recordsPerBatch: 10, new ManualTimeProvider(PipelineRun.Now));

    [Fact]
    public async Task ShardThatIsRead_HasNoProblem() => Assert.Empty(await ProblemsAsync(document => document));

    [Fact]
    public async Task LostRecords_AreAProblem()
        => Assert.Contains($"{InMemoryStream.ShardId(0)}: records were lost 2 times", await ProblemsAsync(document => document with { DataLosses = 2 }), StringComparer.Ordinal);

    [Theory]
    [InlineData(1, 0, 0, 0, 0)]
    [InlineData(0, 1, 0, 0, 0)]
    [InlineData(0, 0, 1, 0, 0)]
    [InlineData(0, 0, 0, 1, 0)]
    [InlineData(0, 0, 0, 0, 1)]
    public async Task RecordCountsThatDoNotBalance_AreAProblem(int read, int windowed, int late, int quarantined, int repeated)
    {
        string problem = Assert.Single(await ProblemsAsync(document => document with
        {
            Books = new CheckpointBooks(
                document.Books.Read + read,
                document.Books.Windowed + windowed,
                document.Books.Late + late,
                document.Books.Quarantined + quarantined,
                document.Books.Repeated + repeated),
        }));
        Assert.StartsWith($"{InMemoryStream.ShardId(0)}: the books do not balance: ", problem, StringComparison.Ordinal);
    }

    /// <summary>The problems of an application whose only shard is owned, once its checkpoint is changed so.</summary>
    private async Task<IReadOnlyList<string>> ProblemsAsync(Func<CheckpointPointer, CheckpointPointer> change)
    {
        for (int i = 0; i < 3; i++) _stream.Put("A", TickLog.Json("A", i, 1));
        await PipelineRun.ConsumeAsync(_stream, _lake);
        var checkpoints = new CheckpointStore(_lake, await _stream.DescribeAsync(default), PipelineRun.Eager.AppName, new StoreRetry(_stream.Time, new Random(1)));
        StoredPointer stored = (await checkpoints.ReadAsync(InMemoryStream.ShardId(0), default))!;
        CheckpointPointer owned = stored.Document with { Lease = stored.Document.Lease with { Owner = "worker" } };
        Assert.NotNull(await checkpoints.PutAsync(change(owned), stored.Tag, default));
        ApplicationStatus status = await new StatusReader(_stream, _lake, PipelineRun.Eager.AppName, _stream.Time).ReadAsync(withLag: false, default);
        Assert.Equal(status.Problems.Count == 0, status.Healthy);
        return status.Problems;
    }
}
