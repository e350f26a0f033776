namespace Streaming.Shared.Parquet;

/// <summary>Physical types, with the numbers of the format (parquet.thrift, <c>Type</c>).</summary>
public enum PhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLengthByteArray = 7,
}

/// <summary>What a physical value means, from the logical type or, in older files, the converted type.</summary>
public enum LogicalKind
{
    None,
    Text,
    Date,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,

    /// <summary>A time of day, since midnight of no stated zone: writers do not agree on what "adjusted to UTC" means for it.</summary>
    TimeMillis,
    TimeMicros,
    TimeNanos,
    Decimal,

    /// <summary>An integer annotation (INT_8 .. UINT_64).</summary>
    Integer,

    /// <summary>An annotation that this reader does not interpret (JSON, UUID, INTERVAL, ...).</summary>
    Other,
}

/// <summary>Compression codecs, with the numbers of the format (<c>CompressionCodec</c>).</summary>
public enum CompressionCodec
{
    None = 0,
    Snappy = 1,
    Gzip = 2,
    Lzo = 3,
    Brotli = 4,
    Lz4 = 5,
    Zstd = 6,
    Lz4Raw = 7,
}

/// <summary>A leaf column of a file.</summary>
/// <param name="Name">Top-level name as it stands in the file; for a leaf inside a nested column its dotted path.</param>
/// <param name="Index">Place among the leaf columns, from 0.</param>
/// <param name="Precision">Decimal digits in all, for <see cref="LogicalKind.Decimal"/>.</param>
/// <param name="Scale">Decimal digits after the point, for <see cref="LogicalKind.Decimal"/>.</param>
/// <param name="TypeLength">Bytes of a value, for <see cref="PhysicalType.FixedLengthByteArray"/>.</param>
/// <param name="IsAdjustedToUtc">For timestamps: the value is an instant. If false it is a local time of no stated zone.</param>
/// <param name="IsOptional">Values may be null.</param>
/// <param name="IsNested">Inside a group, list or map, or repeated: it cannot be read here.</param>
public sealed record ParquetColumn(
    string Name,
    int Index,
    PhysicalType Type,
    LogicalKind Logical,
    int Precision,
    int Scale,
    int TypeLength,
    bool IsAdjustedToUtc,
    bool IsOptional,
    bool IsNested);

/// <summary>A file that cannot be read as Parquet, or a part of it that is broken. The message names the file.</summary>
public sealed class ParquetException(string file, string problem, Exception? cause = null) : ActionableException($"{file}: {problem}", cause)
{
    public string File { get; } = file;

    public string Problem { get; } = problem;
}
