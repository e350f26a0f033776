using System.Buffers;

namespace Streaming.Shared.Streams;

/// <summary>
/// Records on their way to the stream: reusable, one buffer for all. At most <see cref="MaxRecords"/> records and
/// <see cref="MaxBytes"/> bytes, the limits of one Kinesis PutRecords request as older services and validators have them.
/// </summary>
public sealed class PutBatch
{
    /// <summary>Records in one request.</summary>
    public const int MaxRecords = 500;

    /// <summary>Bytes of data and keys in one request.</summary>
    public const int MaxBytes = 5 * 1024 * 1024;

    /// <summary>Bytes of data and key in one record.</summary>
    public const int MaxRecordBytes = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _bytes = new(128 * 1024);
    private readonly Entry[] _entries = new Entry[MaxRecords];

    public int Count { get; private set; }

    /// <summary>Bytes of data and keys so far.</summary>
    public int Bytes => _bytes.WrittenCount;

    /// <summary>True if one more record of <paramref name="size"/> bytes (data and key) fits.</summary>
    public bool Fits(int size) => Count < MaxRecords && Bytes + size <= MaxBytes;

    /// <summary>UTF-8 bytes of the partition key.</summary>
    public ReadOnlySpan<byte> Key(int index) => Slice(_entries[index].KeyOffset, _entries[index].DataOffset);

    public ReadOnlySpan<byte> Data(int index) => Slice(_entries[index].DataOffset, _entries[index].End);

    /// <exception cref="InvalidOperationException">The record does not fit (<see cref="Fits"/>).</exception>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        if (!Fits(key.Length + data.Length)) throw new InvalidOperationException("The batch is full; ask Fits first.");
        int start = _bytes.WrittenCount;
        _bytes.Write(key);
        _bytes.Write(data);
        _entries[Count++] = new Entry(start, start + key.Length, _bytes.WrittenCount);
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Count = 0;
    }

    private ReadOnlySpan<byte> Slice(int start, int end) => _bytes.WrittenSpan[start..end];

    private readonly record struct Entry(int KeyOffset, int DataOffset, int End);
}
