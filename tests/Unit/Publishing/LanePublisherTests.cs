using System.Text;
using Streaming.Producer;
using Streaming.Producer.Publishing;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Publishing;

/// <summary>What goes into which request, on a stream of one shard that answers at once. A record is named by its key and its number.</summary>
public sealed class LanePublisherTests
{
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly ReplayProgress _progress = new();
    private readonly List<string> _asked = [];

    // a1 b1 c1 | a1 | a1 | the others
    [Fact]
    public void RefusedRecord_GoesAloneUntilItIsThrough()
    {
        RecordingStream stream = Put(data => data == "a1" && _asked.Count(asked => asked == "a1") < 3, "a1", "b1", "c1", "a2", "b2", "c2");
        Assert.Equal(["a1", "b1", "c1", "a1", "a1"], _asked[..5]);
        Assert.Equal(["a2", "b2", "c2"], _asked[5..].Order());
        Assert.Equal(["b1", "c1", "a1"], stream.Data.Take(3));
        Assert.Equal((6, 2, stream.Batches.Count), (_progress.Sent, _progress.Retried, _progress.Requests));
    }

    // Each of the three is refused for as long as a lane may be, less one.
    [Fact]
    public void AttemptsInVain_CountInARow()
    {
        RecordingStream stream = Put(data => _asked.Count(asked => asked == data) < Backoff.MaxIdleAttempts, "a1", "a2", "a3");
        Assert.Equal(["a1", "a2", "a3"], stream.Data);
        Assert.Throws<StreamUnavailableException>(() => Put(data => _asked.Count(asked => asked == data) <= Backoff.MaxIdleAttempts, "b1"));
    }

    [Fact]
    public void RecordsOfOneKey_GoOneAtATime()
    {
        RecordingStream stream = Put(_ => false, "a1", "a2", "b1", "a3", "b2");
        Assert.Equal([2, 2, 1], stream.Batches);
        Assert.Equal(["a1", "a2", "a3"], stream.Data.Where(data => data[0] == 'a'));
    }

    [Fact]
    public void RecordsThatAreDue_LeaveTogetherAfterALittleWhile()
    {
        var stream = new RecordingStream(_clock);
        TimeSpan half = LaneOptions.Default.Linger / 2;
        VirtualThread.Run(_clock, async () =>
        {
            await using LanePublisher publisher = await LanePublisher.OpenAsync(stream, _progress, _clock, new Random(1), default);
            foreach (string record in (string[])["a1", "b1", "c1", "d1", "a2"])
            {
                publisher.Add(Encoding.UTF8.GetBytes(record[..1]), Encoding.UTF8.GetBytes(record));
                await publisher.SendGatheredAsync(default);
                await Task.Delay(half, _clock);
            }

            await Task.Delay(half + half, _clock);
            Assert.True(publisher.IsFull is false && _progress.Sent == 5, "none waits for a flush");
        });
        Assert.Equal([3, 2], stream.Batches);
        Assert.Equal([20, 20, 20, 51, 51], stream.Records.Select(record => (int)(record.At - DateTimeOffset.UnixEpoch).TotalMilliseconds));
    }

    // b1, c1 and b2 are through before a1 is: a resume must begin at a1.
    [Fact]
    public void Acknowledged_EndsBeforeTheOldestRecordThatIsNotThrough()
    {
        var seen = new List<long>();
        bool isOpen = false;
        var stream = new RecordingStream(_clock) { Refuses = data => data == "a1" && !isOpen };
        VirtualThread.Run(_clock, async () =>
        {
            var options = new LaneOptions { FirstPause = TimeSpan.FromMilliseconds(10) };
            await using LanePublisher publisher = await LanePublisher.OpenAsync(stream, _progress, _clock, new Random(1), default, options);
            foreach (string record in (string[])["z1", "a1", "b1", "c1"]) publisher.Add(Encoding.UTF8.GetBytes(record[..1]), Encoding.UTF8.GetBytes(record));
            seen.Add(publisher.Acknowledged);
            await publisher.SendGatheredAsync(default);
            await Task.Delay(TimeSpan.FromMilliseconds(100), _clock);
            Assert.Equal(["z1", "b1", "c1"], stream.Data);
            seen.Add(publisher.Acknowledged);
            isOpen = true;
            await publisher.FlushAsync(default);
            seen.Add(publisher.Acknowledged);
        });
        Assert.Equal([0, 1, 4], seen);
    }

    private RecordingStream Put(Func<string, bool> refuses, params string[] records)
    {
        var stream = new RecordingStream(_clock)
        {
            Refuses = data =>
            {
                _asked.Add(data);
                return refuses(data);
            },
        };
        VirtualThread.Run(_clock, async () =>
        {
            await using LanePublisher publisher = await LanePublisher.OpenAsync(stream, _progress, _clock, new Random(1), default);
            foreach (string record in records) publisher.Add(Encoding.UTF8.GetBytes(record[..1]), Encoding.UTF8.GetBytes(record));
            await publisher.FlushAsync(default);
        });
        return stream;
    }
}
