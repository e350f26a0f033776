using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>
/// Owns the way of records onto a stream that takes a batch as a whole: gathers a batch and puts it. Does not decide when a partial batch
/// leaves. Without a stream it counts and sends nothing. For a stream that refuses single records there is <see cref="LanePublisher"/>.
/// </summary>
internal sealed class StreamPublisher(IRecordStream? stream, ReplayProgress progress) : IRecordPublisher
{
    private readonly PutBatch _batch = new();
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
    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (_batch.Count > 0)
        {
            // The put itself is not cancelled: its outcome would be unknown.
            progress.Requests++;
            PutReply reply = stream is null ? PutReply.AllAccepted : await stream.PutAsync(_batch, CancellationToken.None);
            if (reply.Refused.Count > 0) throw new InvalidOperationException($"{stream!.Address} refused single records, which it says it does not.");
            for (int i = 0; i < _batch.Count; i++) progress.BytesSent += _batch.Data(i).Length;
            progress.Sent += _batch.Count;
            progress.PossiblyRepeated += reply.PossiblyRepeated;
            _batch.Clear();
        }

        Volatile.Write(ref _acknowledged, _added);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
