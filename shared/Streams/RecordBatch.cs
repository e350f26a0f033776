using System.Runtime.CompilerServices;

namespace Streaming.Shared.Streams;

/// <summary>
/// Records of one shard, in order, as they were read in one go. Owned and refilled by its reader: nothing in it outlives the
/// next read. All records share one buffer, so that a batch makes no object per record.
/// </summary>
public sealed class RecordBatch
{
    /// <summary>
    /// Bytes behind a record's data that may be read too, whatever they are (the next record, or nothing): who looks at sixteen bytes at once need not
    /// ask at each look how many are left.
    /// </summary>
    public const int Padding = 64;

    /// <summary>
    /// The arrival time of a record whose service gives none. So far ahead that nothing lies after it, and not so far that a difference to an
    /// event time overflows.
    /// </summary>
    public const long NoArrival = long.MaxValue / 2;

    private byte[] _bytes = new byte[64 * 1024];
    private int _length;
    private RecordHeader[] _headers = new RecordHeader[512];

    public int Count { get; private set; }

    /// <summary>How far the reader is behind the shard's tip after this batch, in milliseconds; 0 at the tip.</summary>
    public long MillisBehindLatest { get; set; }

    /// <summary>True if the shard is closed and this batch ends it.</summary>
    public bool IsEndOfShard { get; set; }

    /// <summary>
    /// Null unless it is certain that nothing followed this batch when it was asked for; then that time, UTC microseconds since 1970 by the stream's
    /// clock: whatever comes later arrived after it. <see cref="MillisBehindLatest"/> is only what the service says.
    /// </summary>
    public long? TipAtMicros { get; set; }

    /// <summary>What was wrong with the service's answers although the batch is good, for the log; null if nothing was.</summary>
    public string? Trouble { get; set; }

    /// <summary>Sum of the records' data, in bytes, without keys.</summary>
    public long DataBytes { get; private set; }

    public StreamRecord this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            ref readonly RecordHeader header = ref _headers[index];
            return new StreamRecord(in header, new ReadOnlySpan<byte>(_bytes, header.DataOffset, header.DataLength + Padding));
        }
    }

    /// <summary>The records' numbers, without the rest of them.</summary>
    public SequenceNumbers Numbers => new(_headers.AsSpan(0, Count));

    /// <summary>Forgets all records; for the reader that owns the batch.</summary>
    public void Clear()
    {
        _length = 0;
        Count = 0;
        DataBytes = 0;
        MillisBehindLatest = 0;
        IsEndOfShard = false;
        TipAtMicros = null;
        Trouble = null;
    }

    /// <summary>The shard ends behind this batch; nothing can be behind then, whatever the service says.</summary>
    internal void MarkEndOfShard() => (IsEndOfShard, MillisBehindLatest) = (true, 0);

    /// <summary>Space for at least <paramref name="size"/> bytes, to be followed by <see cref="Advance"/>; returns the offset of its first byte.</summary>
    public int Reserve(int size, out Span<byte> space)
    {
        MakeRoom(size);
        space = _bytes.AsSpan(_length, size);
        return _length;
    }

    /// <summary>Keeps the first <paramref name="size"/> bytes of the space last reserved.</summary>
    public void Advance(int size) => _length += size;

    private void MakeRoom(int size)
    {
        if (size > _bytes.Length - Padding - _length) Array.Resize(ref _bytes, Math.Max(_length + size + Padding, _bytes.Length * 2));
    }

    /// <summary>Has the processor fetch the record's first bytes, which are soon to be looked at.</summary>
    public void Prefetch(int index) => CacheLines.Prefetch(ref _bytes[_headers[index].DataOffset], 2);

    /// <summary>Adds a record whose data lies in bytes that were reserved before.</summary>
    /// <param name="arrivalMicros">Arrival time, UTC microseconds since 1970.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(SequenceNumber sequenceNumber, long arrivalMicros, int dataOffset, int dataLength)
    {
        // Field by field: of one that is made first, the vector copy would have to wait for its words.
        ref RecordHeader next = ref Next();
        next.SequenceNumber = sequenceNumber;
        next.ArrivalMicros = arrivalMicros;
        next.DataOffset = dataOffset;
        next.DataLength = dataLength;
        KeepNext();
    }

    /// <summary>
    /// The place of the next record, to be filled where it stands: a sequence number that is handed on is copied as a vector, for which
    /// the processor waits until its three words are written. It counts once <see cref="KeepNext"/> was called.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref RecordHeader Next()
    {
        if (Count == _headers.Length) MakeRoomForHeaders();
        return ref _headers[Count];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void KeepNext() => DataBytes += _headers[Count++].DataLength;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoomForHeaders() => Array.Resize(ref _headers, Count * 2);

    /// <summary>Adds a copy of <paramref name="data"/>.</summary>
    public void Add(SequenceNumber sequenceNumber, long arrivalMicros, ReadOnlySpan<byte> data)
    {
        int offset = Reserve(data.Length, out Span<byte> space);
        data.CopyTo(space);
        Advance(data.Length);
        Add(sequenceNumber, arrivalMicros, offset, data.Length);
    }

    /// <summary>Leaves out what arrived later, as if the shard's tip were before it. A record without arrival time goes with those around it.</summary>
    public void CutAfter(long arrivalMicros)
    {
        int kept = Count;
        for (int i = Count - 1; i >= 0 && _headers[i].ArrivalMicros > arrivalMicros; i--)
        {
            if (_headers[i].ArrivalMicros != NoArrival) kept = i;
        }

        if (kept == Count) return;
        while (Count > kept) DataBytes -= _headers[--Count].DataLength;
        (MillisBehindLatest, TipAtMicros) = (0, arrivalMicros);
        IsEndOfShard = false;
    }

    /// <summary>Arrival time of the last record that has one; null if none has.</summary>
    public long? LastArrivalMicros
    {
        get
        {
            for (int i = Count - 1; i >= 0; i--)
            {
                if (_headers[i].ArrivalMicros != NoArrival) return _headers[i].ArrivalMicros;
            }

            return null;
        }
    }

    /// <summary>A view of the sequence numbers of a batch.</summary>
    public readonly ref struct SequenceNumbers
    {
        private readonly ReadOnlySpan<RecordHeader> _headers;

        internal SequenceNumbers(ReadOnlySpan<RecordHeader> headers) => _headers = headers;

        public ref readonly SequenceNumber this[int index] => ref _headers[index].SequenceNumber;
    }

    internal struct RecordHeader
    {
        public SequenceNumber SequenceNumber;
        public long ArrivalMicros;
        public int DataOffset;
        public int DataLength;
    }
}

/// <summary>One record as it was read. A view into its batch.</summary>
public readonly ref struct StreamRecord
{
    private readonly ref readonly RecordBatch.RecordHeader _header;

    internal StreamRecord(ref readonly RecordBatch.RecordHeader header, ReadOnlySpan<byte> paddedData)
    {
        _header = ref header;
        PaddedData = paddedData;
    }

    public ref readonly SequenceNumber SequenceNumber => ref _header.SequenceNumber;

    /// <summary>When the stream took the record: UTC microseconds since 1970, or <see cref="RecordBatch.NoArrival"/>.</summary>
    public long ArrivalMicros => _header.ArrivalMicros;

    public bool HasArrival => _header.ArrivalMicros != RecordBatch.NoArrival;

    public ReadOnlySpan<byte> Data => PaddedData[..^RecordBatch.Padding];

    /// <summary><see cref="Data"/> and <see cref="RecordBatch.Padding"/> bytes more, which mean nothing.</summary>
    public ReadOnlySpan<byte> PaddedData { get; }
}
