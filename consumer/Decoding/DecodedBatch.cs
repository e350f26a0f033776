using Streaming.Shared.Streams;

namespace Streaming.Consumer.Decoding;

/// <summary>
/// A batch after decoding: ticks and bad records, which are values and stop nothing. Owned and refilled by its decoder, like the
/// batch of records that it describes.
/// </summary>
public sealed class DecodedBatch
{
    private DecodedTick[] _ticks = new DecodedTick[512];
    private readonly List<BadRecord> _bad = [];

    public RecordBatch Records { get; private set; } = new();

    public int TickCount { get; private set; }

    public ReadOnlySpan<DecodedTick> Ticks => _ticks.AsSpan(0, TickCount);

    public IReadOnlyList<BadRecord> Bad => _bad;

    public void Begin(RecordBatch records)
    {
        Records = records;
        TickCount = 0;
        _bad.Clear();
        if (_ticks.Length < records.Count) _ticks = new DecodedTick[records.Count];
    }

    /// <summary>The place for the next tick; it counts once <see cref="KeepTick"/> was called.</summary>
    public ref DecodedTick NextTick() => ref _ticks[TickCount];

    public void KeepTick() => TickCount++;

    public void AddBad(int recordIndex, string reason) => _bad.Add(new BadRecord(recordIndex, reason));
}

/// <param name="RecordIndex">Place in the batch.</param>
/// <param name="Reason">One of <see cref="BadRecordReasons"/>.</param>
public readonly record struct BadRecord(int RecordIndex, string Reason);
