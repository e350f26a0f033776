using Streaming.Producer;
using Streaming.Producer.Publishing;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Publishing;

public sealed class StreamPublisherTests
{
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly ReplayProgress _progress = new();

    [Fact]
    public async Task Refused_ArePutAgainInOrder_AndOnlyThey()
    {
        var attempts = new Dictionary<string, int>();
        var stream = new RecordingStream(_clock) { Refuses = data => data[0] == 'b' && (attempts[data] = attempts.GetValueOrDefault(data) + 1) < 2 };
        await FlushAsync(stream, "a1", "b1", "b2", "a2");
        Assert.Equal(["a1", "a2", "b1", "b2"], stream.Data);
        Assert.Equal([4, 2], stream.Batches);
        Assert.Equal((4, 8, 2), (_progress.Sent, _progress.BytesSent, _progress.Retried));
    }

    [Fact]
    public async Task RefusedForEver_EndsWithTheRemedy()
    {
        var stream = new RecordingStream(_clock) { Refuses = data => data == "b" };
        var error = await Assert.ThrowsAsync<StreamUnavailableException>(() => FlushAsync(stream, "a", "b"));
        Assert.Contains("--rate", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], stream.Data);
        Assert.Equal(1, _progress.Sent);
    }

    private async Task FlushAsync(RecordingStream stream, params string[] records)
    {
        var publisher = new StreamPublisher(stream, _progress, _clock);
        foreach (string record in records) publisher.Add("key"u8, System.Text.Encoding.UTF8.GetBytes(record));
        async Task<bool> Flush()
        {
            await publisher.FlushAsync(CancellationToken.None);
            return true;
        }

        await _clock.RunAsync(Flush());
    }
}
