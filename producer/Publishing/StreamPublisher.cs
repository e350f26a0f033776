using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>
/// Owns the way of records onto the stream: gathers a batch, puts it, and puts again what was refused until it is in. Does not
/// decide when a partial batch leaves. Without a stream it counts and sends nothing.
/// </summary>
/// <remarks>
/// What was refused goes again before anything later is put. Within one request a later record of the same key may have been
/// accepted before it, which a stream that refuses single records has to prevent by its own lanes.
/// </remarks>
internal sealed class StreamPublisher(IRecordStream? stream, ReplayProgress progress, TimeProvider time)
{
    /// <summary>Attempts in a row that brought no record in.</summary>
    private const int MaxIdleAttempts = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private PutBatch _batch = new();
    private PutBatch _again = new();

    public bool IsEmpty => _batch.Count == 0;

    /// <summary>By the number of records: the encoder's are so small that the bytes of a batch never run out before.</summary>
    public bool IsFull => _batch.Count == PutBatch.MaxRecords;

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record) => _batch.Add(key, record);

    /// <summary>Puts what was gathered. When it returns, all of it is durable.</summary>
    /// <exception cref="StreamUnavailableException">The stream refused everything, again and again.</exception>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        int idleAttempts = 0;
        TimeSpan pause = FirstPause;
        while (_batch.Count > 0)
        {
            // The put itself is not cancelled: its outcome would be unknown.
            PutReply reply = stream is null ? PutReply.AllAccepted : await stream.PutAsync(_batch, CancellationToken.None);
            CountAccepted(reply);
            idleAttempts = reply.Refused.Count == _batch.Count ? idleAttempts + 1 : 0;
            KeepRefused(reply);
            if (_batch.Count == 0) return;
            if (idleAttempts == MaxIdleAttempts)
            {
                throw new StreamUnavailableException(
                    $"{stream!.Address} refused {_batch.Count} records {MaxIdleAttempts} times in a row ({reply.Refused[0].ErrorCode}). More shards or a lower --rate help against throttling.");
            }

            await Task.Delay(pause, time, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void CountAccepted(PutReply reply)
    {
        long refusedBytes = 0;
        foreach (RefusedRecord refused in reply.Refused)
        {
            refusedBytes += _batch.Data(refused.Index).Length;
            if (refused.ErrorCode.Contains("Throughput", StringComparison.Ordinal)) progress.Throttled++;
        }

        long bytes = 0;
        for (int i = 0; i < _batch.Count; i++) bytes += _batch.Data(i).Length;
        progress.Retried += reply.Refused.Count;
        progress.Sent += _batch.Count - reply.Refused.Count;
        progress.BytesSent += bytes - refusedBytes;
    }

    private void KeepRefused(PutReply reply)
    {
        _again.Clear();
        foreach (RefusedRecord refused in reply.Refused.OrderBy(record => record.Index))
            _again.Add(_batch.Key(refused.Index), _batch.Data(refused.Index));
        (_batch, _again) = (_again, _batch);
    }
}
