namespace Streaming.Shared.Streams.Kinesis;

/// <summary>When a shard may be asked again: at most 5 times and 2 MB a second while behind, about once a second at the tip.</summary>
internal sealed class ReadPace(KinesisStreamOptions options, TimeProvider time)
{
    private long _askedAt;
    private TimeSpan _pause;

    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        TimeSpan left = _pause - time.GetElapsedTime(_askedAt);
        if (left > TimeSpan.Zero) await Task.Delay(left, time, cancellation);
        _askedAt = time.GetTimestamp();
    }

    /// <summary>Learns from the answer how soon the next question is due.</summary>
    public void Observe(RecordBatch answer)
    {
        if (answer.MillisBehindLatest == 0)
        {
            _pause = options.TipPollInterval;
            return;
        }

        var forBytes = TimeSpan.FromSeconds(answer.DataBytes / options.BytesPerSecond);
        _pause = forBytes > options.BehindPollInterval ? forBytes : options.BehindPollInterval;
    }

    /// <summary>The next question is due after that pause at the earliest.</summary>
    public void BackOff(TimeSpan pause) => _pause = pause > _pause ? pause : _pause;

    /// <summary>The next question is a first one: it need not wait as long as one at the tip.</summary>
    public void Forget() => _pause = _pause > options.BehindPollInterval ? options.BehindPollInterval : _pause;
}
