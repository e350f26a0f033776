using System.Text;
using Streaming.Consumer.Operating;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Operating;

/// <summary>A checkpoint that calls a shard ended which the stream lists as open, as an older version left it (field case f01).</summary>
public sealed class EndedShardTests
{
    private readonly InMemoryObjectStore _lake = new();
    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);

    [Fact]
    public async Task CheckpointThatCallsAnOpenShardEnded_IsAProblem()
    {
        var stream = new InMemoryStream(1, 10, _clock);
        stream.Put("A", TickLog.Json("A", 5, 1));
        await PipelineRun.ConsumeAsync(stream, _lake);
        string key = PipelineRun.PointerKey(0);
        StoredObject stored = (await _lake.GetAsync(key, default))!;
        string text = Encoding.UTF8.GetString(stored.Content.Span).Replace("\"is_ended\":false", "\"is_ended\":true", StringComparison.Ordinal);
        await _lake.PutAsync(key, Encoding.UTF8.GetBytes(text), stored.Tag, default);

        ApplicationStatus status = await StatusAsync(stream);
        Assert.False(status.Healthy);
        Assert.Contains("lists it as open", Assert.Single(status.Problems), StringComparison.Ordinal);
        Assert.Contains("checkpoints reset --shard " + InMemoryStream.ShardId(0), status.Problems[0], StringComparison.Ordinal);

        await stream.SplitShardAsync(InMemoryStream.ShardId(0), null, default);
        status = await StatusAsync(stream);
        Assert.DoesNotContain(status.Problems, problem => problem.Contains("lists it as open", StringComparison.Ordinal));
    }

    private Task<ApplicationStatus> StatusAsync(InMemoryStream stream) => new StatusReader(stream, _lake, "avg-1min", _clock).ReadAsync(withLag: false, default);
}
