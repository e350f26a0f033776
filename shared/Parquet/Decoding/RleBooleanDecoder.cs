namespace Streaming.Shared.Parquet.Decoding;

/// <summary>RLE as a column's encoding: booleans, after the length of their runs in four bytes.</summary>
internal sealed class RleBooleanDecoder : ValueDecoder
{
    private readonly int[] _bits = new int[1024];
    private PageBytes _bytes;
    private RleBitPackedDecoder _runs;
    private bool _isOpen;

    public RleBooleanDecoder(PageBytes bytes, ParquetColumn column)
    {
        if (column.Type != PhysicalType.Boolean) throw new InvalidDataException($"encoding RLE does not serve {column.Type}");
        _bytes = bytes;
    }

    public override void Read(Span<long> into)
    {
        // A page of nothing but nulls may lack the length.
        if (!_isOpen && !into.IsEmpty)
        {
            _runs = new RleBitPackedDecoder(_bytes.Split(_bytes.TakeInt32()), width: 1);
            _isOpen = true;
        }

        while (!into.IsEmpty)
        {
            Span<int> bits = _bits.AsSpan(0, Math.Min(into.Length, _bits.Length));
            _runs.Read(bits);
            for (int i = 0; i < bits.Length; i++) into[i] = bits[i] & 1;
            into = into[bits.Length..];
        }
    }
}
