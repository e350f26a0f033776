using System.Reflection;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>
/// The file's metadata: row groups as they come, written out with the schema at the end. Source: parquet.thrift, whose field ids these
/// are.
/// </summary>
internal sealed class FooterWriter : IDisposable
{
    private static readonly string CreatedBy = DescribeBuild();

    private readonly IReadOnlyList<ParquetField> _fields;
    private readonly CompressionCodec _codec;
    private readonly PooledBuffer _groups = new();
    private readonly ThriftWriter _group;
    private int _groupCount;
    private int _groupRows;
    private long _groupStart;
    private long _groupUncompressedStart;
    private long _rows;

    public FooterWriter(IReadOnlyList<ParquetField> fields, CompressionCodec codec)
    {
        (_fields, _codec) = (fields, codec);
        _group = new ThriftWriter(_groups);
    }

    public void BeginRowGroup(int rowCount, PageWriter pages)
    {
        (_groupRows, _groupStart, _groupUncompressedStart) = (rowCount, pages.Position, pages.UncompressedPosition);
        _group.BeginStructItem();
        _group.BeginStructList(1, _fields.Count);
    }

    public void AddChunk(ParquetField field, in WrittenChunk chunk, ColumnBounds bounds, PageWriter pages)
    {
        _group.BeginStructItem();
        // file_offset is deprecated: 0, as the format asks.
        _group.Int64(2, 0);
        _group.BeginStruct(3);
        _group.Int32(1, (int)field.Type);
        AddEncodings(chunk.Encoding);
        _group.BeginTextList(3, 1);
        _group.TextItem(field.Name);
        _group.Int32(4, (int)_codec);
        _group.Int64(5, _groupRows);
        _group.Int64(6, pages.UncompressedPosition - chunk.UncompressedStart);
        _group.Int64(7, pages.Position - chunk.Start);
        _group.Int64(9, chunk.DataStart);
        if (chunk.DataStart != chunk.Start) _group.Int64(11, chunk.Start);
        AddStatistics(field.Type, chunk.NullCount, bounds);
        _group.EndStruct();
        _group.EndStruct();
    }

    public void EndRowGroup(PageWriter pages)
    {
        _group.Int64(2, pages.UncompressedPosition - _groupUncompressedStart);
        _group.Int64(3, _groupRows);
        _group.Int64(5, _groupStart);
        _group.Int64(6, pages.Position - _groupStart);
        _group.EndStruct();
        _groupCount++;
        _rows += _groupRows;
    }

    /// <summary>The whole of FileMetaData.</summary>
    public void Append(PooledBuffer output, IReadOnlyDictionary<string, string>? metadata)
    {
        var file = new ThriftWriter(output);
        file.BeginStructItem();
        file.Int32(1, 1);
        SchemaWriter.Append(file, _fields);
        file.Int64(3, _rows);
        file.BeginStructList(4, _groupCount);
        output.Append(_groups.Written);
        if (metadata is { Count: > 0 }) AddMetadata(file, metadata);
        file.Text(6, CreatedBy);
        file.BeginStructList(7, _fields.Count);
        for (int i = 0; i < _fields.Count; i++)
        {
            // TYPE_ORDER: without it readers ignore min_value and max_value.
            file.BeginStructItem();
            file.EmptyStruct(1);
            file.EndStruct();
        }

        file.EndStruct();
    }

    public void Dispose() => _groups.Dispose();

    private static void AddMetadata(ThriftWriter file, IReadOnlyDictionary<string, string> metadata)
    {
        file.BeginStructList(5, metadata.Count);
        foreach ((string key, string value) in metadata)
        {
            file.BeginStructItem();
            file.Text(1, key);
            file.Text(2, value);
            file.EndStruct();
        }
    }

    private void AddEncodings(ValueEncoding values)
    {
        bool hasDictionary = values == ValueEncoding.RleDictionary;
        _group.BeginInt32List(2, hasDictionary ? 3 : 2);
        _group.Int32Item((int)ValueEncoding.Plain);
        _group.Int32Item((int)ValueEncoding.Rle);
        if (hasDictionary) _group.Int32Item((int)ValueEncoding.RleDictionary);
    }

    private void AddStatistics(PhysicalType type, int nullCount, ColumnBounds bounds)
    {
        _group.BeginStruct(12);
        _group.Int64(3, nullCount);
        if (bounds.TryEncode(type, out ReadOnlySpan<byte> min, out ReadOnlySpan<byte> max))
        {
            _group.Binary(5, max);
            _group.Binary(6, min);
            _group.Bool(7, true);
            _group.Bool(8, true);
        }

        _group.EndStruct();
    }

    private static string DescribeBuild()
    {
        string version = typeof(FooterWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        int build = version.IndexOf('+', StringComparison.Ordinal);
        return build < 0 ? $"streaming version {version} (build local)" : $"streaming version {version[..build]} (build {version[(build + 1)..]})";
    }
}

/// <param name="Start">Position of the chunk's first page.</param>
/// <param name="UncompressedStart">The same, had no page been compressed.</param>
/// <param name="DataStart">Position of the first data page: after the dictionary page, if there is one.</param>
/// <param name="Encoding">Of the data pages.</param>
internal readonly record struct WrittenChunk(long Start, long UncompressedStart, long DataStart, ValueEncoding Encoding, int NullCount);
