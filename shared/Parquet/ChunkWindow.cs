namespace Streaming.Shared.Parquet;

/// <summary>
/// A sliding window over the bytes of one column chunk. It holds what was asked for and a short read-ahead, never the whole chunk. Its
/// buffer is rented: chunks follow each other, and a new one for each would make memory grow with the file.
/// </summary>
internal sealed class ChunkWindow(IByteSource source, long start, long length)
{
    private const int ReadAhead = 64 * 1024;

    private readonly long _end = start + length;
    private long _nextRead = start;
    private int _first;
    private int _last;

    /// <summary>The bytes at hand stand here, from <see cref="First"/> on; valid until the next <see cref="Ensure"/>.</summary>
    public byte[] Buffer { get; private set; } = [];

    public int First => _first;

    /// <summary>Bytes from here to the end of the chunk, at hand or not.</summary>
    public long Remaining => _last - _first + (_end - _nextRead);

    public ReadOnlySpan<byte> AtHand => Buffer.AsSpan(_first.._last);

    /// <summary>Brings at least <paramref name="count"/> bytes to hand, or all that are left.</summary>
    public void Ensure(int count)
    {
        int held = _last - _first;
        if (held >= count || _nextRead == _end) return;
        int wanted = (int)Math.Min(Remaining, Math.Max(count, ReadAhead));
        if (wanted > Buffer.Length)
        {
            // A little more than asked for: the next page is likely of about the same size.
            byte[] larger = PageBuffers.Rent((int)Math.Min(Remaining, wanted + (wanted / 8L)));
            AtHand.CopyTo(larger);
            ReturnBuffer();
            Buffer = larger;
        }
        else
        {
            AtHand.CopyTo(Buffer);
        }

        source.Read(_nextRead, Buffer.AsSpan(held..wanted));
        _nextRead += wanted - held;
        (_first, _last) = (0, wanted);
    }

    public void Advance(int count) => _first += count;

    /// <summary>To be called once nobody looks at the bytes any more; without it the buffer is garbage.</summary>
    public void Release()
    {
        ReturnBuffer();
        (_first, _last, _nextRead) = (0, 0, _end);
    }

    private void ReturnBuffer()
    {
        PageBuffers.Return(Buffer);
        Buffer = [];
    }
}
