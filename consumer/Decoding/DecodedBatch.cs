using Streaming.Shared.Streams;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// A batch after decoding: of each record a tick or the reason why it is none, which is a value and stops nothing. Owned and
/// refilled by its decoder, like the batch of records that it describes.
/// </summary>
public sealed class DecodedBatch
{
    private readonly List<RecordFailure> _failures = [];
    private DecodedTick[] _ticks = new DecodedTick[512];

    public RecordBatch Records { get; private set; } = new();

    /// <summary>One for each record, in its order.</summary>
    public ReadOnlySpan<DecodedTick> Ticks => _ticks.AsSpan(0, Records.Count);

    /// <summary>The records that are bad because this program failed on them, which is a bug of it.</summary>
    public IReadOnlyList<RecordFailure> Failures => _failures;

    /// <summary>Sum over the records, see <see cref="DecodedTick.IgnoredValues"/>.</summary>
    public long IgnoredValues { get; set; }

    public void Begin(RecordBatch records)
    {
        Records = records;
        _failures.Clear();
        IgnoredValues = 0;
        if (_ticks.Length < records.Count) _ticks = new DecodedTick[records.Count];
    }

    /// <summary>The place of a record's tick, to be filled.</summary>
    public ref DecodedTick Place(int recordIndex) => ref _ticks[recordIndex];

    /// <summary>Makes a bad record of one on which the program failed.</summary>
    public void Fail(int recordIndex, Exception failure)
    {
        _ticks[recordIndex] = new DecodedTick { Fault = BadRecordReasons.ConsumerFailed(failure) };
        _failures.Add(new RecordFailure(Records[recordIndex].SequenceNumber, failure));
    }
}

/// <summary>A record on which the program failed twice, and what it threw the second time.</summary>
public readonly record struct RecordFailure(SequenceNumber SequenceNumber, Exception Exception);
