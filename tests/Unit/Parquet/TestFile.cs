using System.Buffers.Binary;
using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>A column chunk of a <see cref="TestFile"/>: its pages as bytes, and what the footer is to say about it.</summary>
internal sealed record TestColumn(string Name, PhysicalType Type, params byte[][] Pages)
{
    public bool IsOptional { get; init; }

    public int TypeLength { get; init; }

    public int? Converted { get; init; }

    public Action<CompactThrift>? Logical { get; init; }

    public int Codec { get; init; }

    public Action<CompactThrift>? Statistics { get; init; }

    public long? ValueCount { get; init; }

    public long? DataPageOffset { get; init; }

    public long? CompressedSize { get; init; }

    public bool IsEncrypted { get; init; }
}

/// <summary>Builds small Parquet files page by page, so that a test can say every byte of one, and lie in any of them.</summary>
internal static class TestFile
{
    public static MemoryByteSource Source(byte[] bytes) => new("made.parquet", bytes);

    public static ParquetFile Open(byte[] bytes) => ParquetFile.Open(Source(bytes));

    /// <summary>One row group. Without a dictionary offset, as some writers have it.</summary>
    public static byte[] Build(int rows, params TestColumn[] columns)
    {
        List<byte> file = [.. "PAR1"u8];
        List<byte[]> chunks = [];
        foreach (TestColumn column in columns)
        {
            int offset = file.Count;
            foreach (byte[] page in column.Pages) file.AddRange(page);
            chunks.Add(Chunk(column, offset, file.Count - offset, rows));
        }

        byte[] root = CompactThrift.Of(element => element.Text(4, "schema").Int32(5, columns.Length));
        byte[] group = CompactThrift.Of(fields => fields.Subs(1, chunks).Int64(2, file.Count).Int64(3, rows));
        byte[] footer = CompactThrift.Of(fields => fields
            .Int32(1, 1)
            .Subs(2, columns.Select(Element).Prepend(root))
            .Int64(3, rows)
            .Subs(4, [group])
            .Subs(5, [CompactThrift.Of(pair => pair.Text(1, "made by").Text(2, "a test"))]));
        return WithFooter(file, footer);
    }

    public static byte[] WithFooter(IEnumerable<byte> before, byte[] footer)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        return [.. before, .. footer, .. length, .. "PAR1"u8];
    }

    public static byte[] Element(TestColumn column) => CompactThrift.Of(element =>
    {
        element.Int32(1, (int)column.Type);
        if (column.TypeLength > 0) element.Int32(2, column.TypeLength);
        element.Int32(3, column.IsOptional ? 1 : 0).Text(4, column.Name);
        if (column.Converted is { } converted) element.Int32(6, converted);
        if (column.Logical is not null) element.Sub(10, column.Logical);
    });

    public static byte[] PageV1(int values, PageEncoding encoding, byte[] body, int levels = 3, bool badCrc = false)
        => Page(0, body, body, badCrc, 5, header => header.Int32(1, values).Int32(2, (int)encoding).Int32(3, levels).Int32(4, 3));

    public static byte[] PageV2(int values, int nulls, PageEncoding encoding, byte[] levels, byte[] body, bool? isCompressed = null)
        => Page(3, [.. levels, .. body], [.. levels, .. body], badCrc: false, 8, header =>
        {
            header.Int32(1, values).Int32(2, nulls).Int32(3, values).Int32(4, (int)encoding).Int32(5, levels.Length).Int32(6, 0);
            if (isCompressed is { } compressed) header.Bool(7, compressed);
        });

    public static byte[] DictionaryPage(int values, byte[] body)
        => Page(2, body, body, badCrc: false, 7, header => header.Int32(1, values).Int32(2, 0));

    /// <summary>A data page whose body is compressed, or claims to decompress to something else than it does.</summary>
    public static byte[] CompressedPage(int values, PageEncoding encoding, byte[] compressed, int uncompressedSize)
        => [.. CompactThrift.Of(page => page.Int32(1, 0).Int32(2, uncompressedSize).Int32(3, compressed.Length)
            .Sub(5, header => header.Int32(1, values).Int32(2, (int)encoding).Int32(3, 3).Int32(4, 3))), .. compressed];

    private static byte[] Page(int type, byte[] body, byte[] checksummed, bool badCrc, int headerId, Action<CompactThrift> header)
        => [.. CompactThrift.Of(page => page.Int32(1, type).Int32(2, body.Length).Int32(3, body.Length)
            .Int32(4, (int)System.IO.Hashing.Crc32.HashToUInt32(checksummed) ^ (badCrc ? 1 : 0)).Sub(headerId, header)), .. body];

    private static byte[] Chunk(TestColumn column, int offset, int size, int rows) => CompactThrift.Of(chunk =>
    {
        chunk.Int64(2, 0).Sub(3, metadata =>
        {
            // No encodings, and the path of the column: the library wants both to be there.
            byte[] path = System.Text.Encoding.UTF8.GetBytes(column.Name);
            metadata.Int32(1, (int)column.Type).Head(2, CompactThrift.List).Raw(0x05).Head(3, CompactThrift.List).Raw(0x18)
                .Raw(CompactThrift.Varint((ulong)path.Length)).Raw(path).Int32(4, column.Codec).Int64(5, column.ValueCount ?? rows).Int64(6, size)
                .Int64(7, column.CompressedSize ?? size).Int64(9, column.DataPageOffset ?? offset);
            if (column.Statistics is not null) metadata.Sub(12, column.Statistics);
        });
        if (column.IsEncrypted) chunk.Sub(8, _ => { });
    });
}
