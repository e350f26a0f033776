using Streaming.Shared.Streams;

namespace Streaming.Producer.Publishing;

/// <summary>One put in flight: its batch, whose records they are, and what became of them. Used again.</summary>
internal sealed class LaneRequest
{
    private readonly KeyQueue[] _queues = new KeyQueue[PutBatch.MaxRecords];
    private readonly Lane[] _lanes = new Lane[PutBatch.MaxRecords];
    private readonly string?[] _refusals = new string?[PutBatch.MaxRecords];

    public PutBatch Batch { get; } = new();

    public long SentAt { get; set; }

    public KeyQueue Queue(int index) => _queues[index];

    public Lane Lane(int index) => _lanes[index];

    /// <summary>The service's error code; null for a record that is in.</summary>
    public string? Refusal(int index) => _refusals[index];

    public void Clear() => Batch.Clear();

    public void Add(Lane lane, KeyQueue queue, ReadOnlySpan<byte> record)
    {
        (_lanes[Batch.Count], _queues[Batch.Count]) = (lane, queue);
        Batch.Add(queue.Key, record);
    }

    public void Answer(PutReply reply)
    {
        Array.Clear(_refusals);
        foreach (RefusedRecord refused in reply.Refused) _refusals[refused.Index] = refused.ErrorCode;
    }
}
