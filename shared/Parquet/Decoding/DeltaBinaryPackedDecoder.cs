namespace Streaming.Shared.Parquet.Decoding;

/// <summary>DELTA_BINARY_PACKED as a column's encoding: INT32 and INT64.</summary>
internal sealed class DeltaBinaryPackedDecoder(PageBytes bytes, ParquetColumn column, bool isUnsigned) : ValueDecoder
{
    private DeltaRun _run = new(bytes);

    public override void Read(Span<long> into)
    {
        if (column.Type is not PhysicalType.Int32 and not PhysicalType.Int64) base.Read(into);
        _run.Read(into);
        if (column.Type != PhysicalType.Int32) return;

        // The sums of an INT32 column wrap at 32 bits.
        if (isUnsigned)
        {
            for (int i = 0; i < into.Length; i++) into[i] = (uint)into[i];
        }
        else
        {
            for (int i = 0; i < into.Length; i++) into[i] = (int)into[i];
        }
    }

    public override void CheckEnd()
    {
        if (_run.Left > 0) throw LeftOver($"{_run.Left} values");
    }
}
