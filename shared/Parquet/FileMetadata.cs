namespace Streaming.Shared.Parquet;

/// <summary>What the footer says about the whole file (parquet.thrift, <c>FileMetaData</c>).</summary>
internal sealed record FileMetadata(
    ParquetSchema Schema,
    long RowCount,
    ParquetRowGroup[] RowGroups,
    Dictionary<string, string> KeyValues);

/// <summary>What the footer says about one column in one row group (<c>ColumnChunk</c> with its <c>ColumnMetaData</c>).</summary>
internal sealed class ColumnChunk
{
    /// <summary>Why the chunk cannot be read, or null; said only when it is asked for, so that its neighbours stay readable.</summary>
    public string? Refusal { get; set; }

    public PhysicalType Type { get; set; }

    public CompressionCodec Codec { get; set; }

    public long ValueCount { get; set; }

    /// <summary>Bytes of all pages with their headers, the dictionary's too.</summary>
    public long CompressedSize { get; set; }

    public long DataPageOffset { get; set; }

    /// <summary>0 where the writer left it out; a dictionary may stand at <see cref="DataPageOffset"/> all the same.</summary>
    public long DictionaryPageOffset { get; set; }

    /// <summary>Statistics in the form of <see cref="ColumnVector.Longs"/>; null where absent or not to be trusted.</summary>
    public (long Min, long Max)? Range { get; set; }

    /// <summary>First byte of the chunk's pages.</summary>
    public long Start => DictionaryPageOffset > 0 && DictionaryPageOffset < DataPageOffset ? DictionaryPageOffset : DataPageOffset;
}
