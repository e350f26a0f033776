namespace Streaming.Shared.Parquet;

/// <summary>A column to write.</summary>
/// <param name="Name">Top-level name; not empty, and no other field has it.</param>
/// <param name="Type">BOOLEAN, INT32, INT64, DOUBLE or BYTE_ARRAY.</param>
/// <param name="Logical">
/// For INT32 none, a signed integer or a date (days since 1970); for INT64 none, a signed integer or a timestamp since 1970, which is
/// written as a local one (isAdjustedToUTC=false), so that SQL engines show <c>timestamp</c> and never shift it; for BYTE_ARRAY none
/// or text; else none.
/// </param>
/// <param name="IsOptional">Values may be null.</param>
public sealed record ParquetField(string Name, PhysicalType Type, LogicalKind Logical, bool IsOptional)
{
    /// <summary>
    /// Values may be NaN. Then the column has no bounds: they would not count it, and engines that take it for the largest number would not find it.
    /// </summary>
    public bool MayBeNaN { get; init; }
}
