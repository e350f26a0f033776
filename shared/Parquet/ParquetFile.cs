using System.Buffers.Binary;
using ParquetSharp;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Reads a Parquet file of a flat schema by ParquetSharp (Apache Arrow's C++ library): its footer when opened, its columns one at a time, page by
/// page. Owns the byte source. Does not interpret values (epochs, scales, time zones): <see cref="ParquetColumn"/> describes them.
/// <para>Several <see cref="ColumnReader"/>s may be open at once, also on different threads if the byte source allows it.</para>
/// <para>A file that is not Parquet, is broken, or has something that this reader does not support is a <see cref="ParquetException"/>;
/// what the byte source itself cannot do (a file that is not there, a lost connection) stays the source's own exception.</para>
/// </summary>
public sealed class ParquetFile : IDisposable
{
    /// <summary>Four bytes of magic, then the pages; at the end the footer, its length in four bytes, the magic again.</summary>
    private const int MagicBytes = 4;
    private const int TailBytes = 8;

    private readonly IByteSource _source;
    private readonly NativeFile _native;
    private readonly ParquetSchema _schema;
    private readonly ParquetRowGroup[] _rowGroups;
    private readonly long _pagesEnd;

    private ParquetFile(IByteSource source)
    {
        byte[] footer = ReadFooter(source);
        SchemaDepth.Check(footer);
        _source = source;
        _pagesEnd = source.Length - TailBytes - footer.Length;
        _native = new NativeFile(source, TailBytes + footer.Length);
        try
        {
            using FileMetaData metadata = _native.Metadata;
            _schema = SchemaReader.Read(metadata.Schema);
            RowCount = metadata.NumRows;
            Metadata = metadata.KeyValueMetadata;
            _rowGroups = RowGroupsReader.Read(footer, _schema, RowCount);
        }
        catch
        {
            _native.Dispose();
            throw;
        }
    }

    public string Name => _source.Name;

    public long RowCount { get; }

    /// <summary>All leaf columns in the file's order. Nested ones are there to be named, and cannot be opened.</summary>
    public IReadOnlyList<ParquetColumn> Columns => _schema.Leaves;

    public IReadOnlyList<ParquetRowGroup> RowGroups => _rowGroups;

    /// <summary>The file's key-value metadata; a key without a value has an empty one, the last of equal keys counts.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    public static ParquetFile Open(string path) => Open(new FileByteSource(path));

    /// <summary>Takes ownership of <paramref name="source"/>, also when it fails.</summary>
    public static ParquetFile Open(IByteSource source)
    {
        try
        {
            return LibraryFaults.Guard(source.Name, null, () => new ParquetFile(source));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The column of exactly that name, else the only one whose name differs in case alone; null if there is none. A struct, list or
    /// map is found by its own name as well, as one of its leaves, so that using it is refused by name instead of calling it missing.
    /// </summary>
    /// <exception cref="ParquetException">Several columns answer to the name.</exception>
    public ParquetColumn? FindColumn(string name) => LibraryFaults.Guard(Name, null, () => _schema.Find(name));

    /// <summary>Reads a column of one row group from its first row on. <paramref name="column"/> is one of <see cref="Columns"/>.</summary>
    /// <exception cref="ParquetException">The column is nested, encrypted, or compressed in a way that is not known.</exception>
    public ColumnReader OpenColumn(int rowGroup, ParquetColumn column)
    {
        ParquetRowGroup group = _rowGroups[rowGroup];
        ColumnChunk chunk = group.Chunk(column);
        if (column.IsNested)
            throw Refuse("is nested (a struct, list or map); only flat columns can be read");
        if (chunk.Refusal is { } refusal) throw Refuse(refusal);
        if (chunk.ValueCount != group.RowCount) throw Refuse($"has {chunk.ValueCount} values in a row group of {group.RowCount} rows");

        // An empty row group need not have pages, and then its offsets mean nothing.
        if (group.RowCount > 0
            && (chunk.Start < MagicBytes || chunk.CompressedSize < 0 || chunk.CompressedSize > _pagesEnd - chunk.Start))
            throw Refuse($"claims {chunk.CompressedSize} bytes at {chunk.Start}, and the pages end at {_pagesEnd}");
        NativeColumn native = LibraryFaults.Guard(Name, $"column '{column.Name}'", () => _native.OpenColumn(rowGroup, column.Index));
        return new ColumnReader(_source, native, column, _schema.IsUnsigned[column.Index], chunk, group.RowCount);

        ParquetException Refuse(string problem) => new(Name, $"column '{column.Name}' {problem}");
    }

    public void Dispose()
    {
        _native.Dispose();
        _source.Dispose();
    }

    private static byte[] ReadFooter(IByteSource source)
    {
        if (source.Length == 0) throw new InvalidDataException("not a Parquet file: it is empty");
        Span<byte> head = stackalloc byte[(int)Math.Min(MagicBytes, source.Length)];
        source.Read(0, head);
        if (head.StartsWith("PARE"u8)) throw new InvalidDataException("its footer is encrypted, which this reader does not support");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            throw new InvalidDataException("it is compressed with gzip as a whole; unpack it first (gunzip)");
        if (!head.SequenceEqual("PAR1"u8)) throw new InvalidDataException("not a Parquet file: it does not begin with PAR1");
        if (source.Length < MagicBytes + TailBytes)
            throw new InvalidDataException($"a Parquet file is cut off: it has only {source.Length} bytes");

        Span<byte> tail = stackalloc byte[TailBytes];
        source.Read(source.Length - TailBytes, tail);
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw new InvalidDataException("a Parquet file is cut off: it does not end with PAR1");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > source.Length - MagicBytes - TailBytes)
            throw new InvalidDataException($"its footer claims {length} bytes, in a file of {source.Length}");
        byte[] footer = GC.AllocateUninitializedArray<byte>((int)length);
        source.Read(source.Length - TailBytes - length, footer);
        return footer;
    }
}
