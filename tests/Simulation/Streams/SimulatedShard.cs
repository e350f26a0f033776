using Streaming.Shared.Streams;

namespace Streaming.Tests.Simulation.Streams;

/// <summary>One shard with all records that it ever took; retention only hides the oldest.</summary>
internal sealed class SimulatedShard(Shard description)
{
    private readonly List<StoredRecord> _records = [];

    public Shard Description { get; private set; } = description;

    public string Id => Description.Id;

    public int Count => _records.Count;

    /// <summary>Records that retention has removed.</summary>
    public int Trimmed { get; private set; }

    public SequenceNumber Last => _records.Count == 0 ? SequenceNumber.None : _records[^1].Number;

    /// <summary>How many times as long as of another shard a read takes.</summary>
    public int Slowness { get; init; } = 1;

    public StoredRecord this[int index] => _records[index];

    public void Add(StoredRecord record) => _records.Add(record);

    public void Close() => Description = Description with { IsClosed = true };

    /// <summary>Index of the first record after <paramref name="position"/>.</summary>
    public int IndexAfter(SequenceNumber position)
    {
        int low = 0;
        for (int high = _records.Count; low < high;)
        {
            int middle = (low + high) / 2;
            if (_records[middle].Number <= position) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Whoever goes on from there may have lost records: the position's own is gone, if there was one.</summary>
    public bool IsBehindRetention(SequenceNumber position) => position != SequenceNumber.None && IndexAfter(position) <= Trimmed;

    /// <summary>Records after the position that retention has removed.</summary>
    public IEnumerable<SequenceNumber> LostAfter(SequenceNumber position)
        => _records.Take(Trimmed).Skip(IndexAfter(position)).Select(record => record.Number);

    /// <summary>Removes records before <paramref name="index"/>.</summary>
    public void Trim(int index) => Trimmed = Math.Max(Trimmed, index);

    /// <summary>A record that arrived at that time would still be there.</summary>
    public bool Retains(long micros) => Trimmed == 0 || micros > _records[Trimmed - 1].ArrivalMicros;

    /// <summary>
    /// Where an iterator begins. As Kinesis, at the oldest record where the position is older, without a word. But what is removed between a reader's look
    /// at the oldest record and its question for the iterator, which takes days in truth, is not passed over: there the iterator begins at what is gone.
    /// </summary>
    /// <exception cref="StreamDataLossException">The shard knows no such position.</exception>
    public int Find(StreamPosition from)
    {
        switch (from.Kind)
        {
            case StreamPositionKind.TrimHorizon:
                return Trimmed;
            case StreamPositionKind.Latest:
                return Count;
            case StreamPositionKind.AtTimestamp:
                int at = _records.FindIndex(record => record.ArrivalMicros >= from.TimestampMicros);
                return Math.Max(Trimmed, at < 0 ? Count : at);
            default:
                if (from.SequenceNumber > Last) throw new StreamDataLossException($"{Id} ends before position {from.SequenceNumber}.");
                int next = IndexAfter(from.SequenceNumber);
                return from.AcceptsLoss || (from.ReadToTipAtMicros is { } tip && Retains(tip)) ? Math.Max(next, Trimmed) : next;
        }
    }
}

/// <param name="ArrivalMicros">UTC microseconds since 1970, by the service's own clock.</param>
internal sealed record StoredRecord(SequenceNumber Number, long ArrivalMicros, byte[] Data)
{
    /// <summary>Readers are told when it arrived.</summary>
    public bool TellsArrival { get; init; } = true;
}
