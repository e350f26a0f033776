namespace Streaming.Shared.Parquet.Decoding;

/// <summary>Lengths of byte arrays from a delta-encoded sequence, in batches that fit a small buffer.</summary>
internal sealed class LengthReader(PageBytes bytes)
{
    private readonly long[] _lengths = new long[512];
    private DeltaRun _run = new(bytes);

    public ulong Left => _run.Left;

    /// <summary>What stands behind the lengths.</summary>
    public PageBytes Behind => _run.Behind();

    /// <summary>The next lengths, as many as fit; valid until the next call.</summary>
    /// <exception cref="InvalidDataException">One is negative or beyond what an array can hold.</exception>
    public ReadOnlySpan<long> Next(int wanted)
    {
        Span<long> lengths = _lengths.AsSpan(0, Math.Min(wanted, _lengths.Length));
        _run.Read(lengths);
        foreach (long length in lengths)
        {
            if ((ulong)length > int.MaxValue) throw new InvalidDataException($"a page has a text of {length} bytes");
        }

        return lengths;
    }
}
