using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>
/// Owns the way of records onto the stream: gathers a batch, puts it, and puts again what was refused until it is in. Does not
/// decide when a partial batch leaves. Without a stream it counts and sends nothing.
/// </summary>
/// <remarks>
/// What was refused goes again before anything later is put. Within one request a later record of the same key may have been
/// accepted before it: for a stream that does that there is <see cref="LanePublisher"/>.
/// </remarks>
internal sealed class StreamPublisher(IRecordStream? stream, ReplayProgress progress, TimeProvider time) : IRecordPublisher
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private PutBatch _batch = new();
    private PutBatch _again = new();
    private long _added;
    private long _acknowledged;

    /// <summary>By the number of records: the encoder's are so small that the bytes of a batch never run out before.</summary>
    public bool IsFull => _batch.Count == PutBatch.MaxRecords;

    public long Acknowledged => Volatile.Read(ref _acknowledged);

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        _added++;
        if (key.Length + record.Length > PutBatch.MaxRecordBytes) progress.TooLarge++;
        else _batch.Add(key, record);
    }

    public Task MakeRoomAsync(CancellationToken cancellation) => FlushAsync(cancellation);

    public Task SendGatheredAsync(CancellationToken cancellation) => FlushAsync(cancellation);

    /// <summary>Puts what was gathered. When it returns, all of it is durable.</summary>
    /// <exception cref="StreamUnavailableException">The stream refused everything, again and again.</exception>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        Backoff? backoff = null;
        while (_batch.Count > 0)
        {
            // The put itself is not cancelled: its outcome would be unknown.
            progress.Requests++;
            PutReply reply = stream is null ? PutReply.AllAccepted : await stream.PutAsync(_batch, CancellationToken.None);
            CountAccepted(reply);
            bool broughtSomethingIn = reply.Refused.Count < _batch.Count;
            KeepRefused(reply);
            if (_batch.Count == 0) break;
            backoff ??= new Backoff(FirstPause);
            TimeSpan pause = backoff.NextPause(broughtSomethingIn);
            if (backoff.IsHopeless)
            {
                throw new StreamUnavailableException(
                    $"{stream!.Address} refused {_batch.Count} records {Backoff.MaxIdleAttempts} times in a row ({reply.Refused[0].ErrorCode}). More shards or a lower --rate help against throttling.");
            }

            await Task.Delay(pause, time, cancellation);
        }

        Volatile.Write(ref _acknowledged, _added);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

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
        progress.PossiblyRepeated += reply.PossiblyRepeated;
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
