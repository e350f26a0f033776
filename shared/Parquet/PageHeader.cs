namespace Streaming.Shared.Parquet;

internal enum PageType
{
    Data = 0,
    Index = 1,
    Dictionary = 2,
    DataV2 = 3,
}

/// <summary>Encodings, with the numbers of the format (parquet.thrift, <c>Encoding</c>).</summary>
internal enum PageEncoding
{
    Plain = 0,
    PlainDictionary = 2,
    Rle = 3,
    BitPacked = 4,
    DeltaBinaryPacked = 5,
    DeltaLengthByteArray = 6,
    DeltaByteArray = 7,
    RleDictionary = 8,
    ByteStreamSplit = 9,
}

/// <summary>The header of a page (<c>PageHeader</c> with the header of its kind), flattened. Sizes are in bytes.</summary>
internal struct PageHeader()
{
    public PageType Type = (PageType)(-1);
    public int UncompressedSize = -1;
    public int CompressedSize = -1;

    /// <summary>CRC-32 of the page's bytes as they stand in the file; null where the writer left it out.</summary>
    public uint? Crc;

    /// <summary>Values of a data page with its nulls, or entries of a dictionary.</summary>
    public int ValueCount = -1;
    public PageEncoding Encoding = (PageEncoding)(-1);

    /// <summary>Of a v1 page; a v2 page always has RLE.</summary>
    public PageEncoding DefinitionLevelEncoding = PageEncoding.Rle;

    // The rest is of v2 alone.
    public int NullCount = -1;
    public int RowCount = -1;
    public int DefinitionLevelsSize;
    public int RepetitionLevelsSize;
    public bool IsCompressed = true;

    /// <summary>Reads a header; <paramref name="size"/> is what it took itself.</summary>
    public static PageHeader Read(ReadOnlySpan<byte> bytes, out int size)
    {
        ThriftReader thrift = new(bytes);
        PageHeader header = new();
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType type))
        {
            switch (id)
            {
                case 1: header.Type = (PageType)thrift.ReadInt32(type); break;
                case 2: header.UncompressedSize = thrift.ReadInt32(type); break;
                case 3: header.CompressedSize = thrift.ReadInt32(type); break;
                case 4: header.Crc = (uint)thrift.ReadInt32(type); break;
                case 5: header.ReadKind(PageType.Data, ref thrift, type); break;
                case 7: header.ReadKind(PageType.Dictionary, ref thrift, type); break;
                case 8: header.ReadKind(PageType.DataV2, ref thrift, type); break;
                default: thrift.Skip(type); break;
            }
        }

        size = thrift.Position;
        return header;
    }

    /// <summary>The header of its kind: alike in all three, but for v2's two counts between.</summary>
    private void ReadKind(PageType kind, ref ThriftReader thrift, ThriftType type)
    {
        ThriftReader.BeginStruct(type);
        int id = 0;
        while (thrift.NextField(ref id, out ThriftType field))
        {
            switch (kind, id)
            {
                case (_, 1): ValueCount = thrift.ReadInt32(field); break;
                case (PageType.DataV2, 2): NullCount = thrift.ReadInt32(field); break;
                case (PageType.DataV2, 3): RowCount = thrift.ReadInt32(field); break;
                case (PageType.DataV2, 4) or (not PageType.DataV2, 2): Encoding = (PageEncoding)thrift.ReadInt32(field); break;
                case (PageType.DataV2, 5): DefinitionLevelsSize = thrift.ReadInt32(field); break;
                case (PageType.DataV2, 6): RepetitionLevelsSize = thrift.ReadInt32(field); break;
                case (PageType.DataV2, 7): IsCompressed = ThriftReader.ReadBool(field); break;
                case (PageType.Data, 3): DefinitionLevelEncoding = (PageEncoding)thrift.ReadInt32(field); break;
                default: thrift.Skip(field); break;
            }
        }
    }
}
