using System.Globalization;
using System.Numerics;
using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>A file read whole, as text that means the same whatever the physical form: micros, plain decimals, doubles round-trip.</summary>
internal static class Table
{
    public static List<string?[]> Read(string path, params string[] columns)
    {
        using ParquetFile file = ParquetFile.Open(path);
        return Read(file, columns);
    }

    public static List<string?[]> Read(ParquetFile file, params string[] columns)
    {
        ParquetColumn[] chosen = columns.Length == 0
            ? [.. file.Columns.Where(column => !column.IsNested)]
            : [.. columns.Select(name => file.FindColumn(name) ?? throw new InvalidOperationException($"no column {name}"))];
        List<string?[]> rows = [];
        for (int group = 0; group < file.RowGroups.Count; group++)
        {
            int first = rows.Count;
            for (int i = 0; i < file.RowGroups[group].RowCount; i++) rows.Add(new string?[chosen.Length]);
            for (int c = 0; c < chosen.Length; c++) ReadColumn(file.OpenColumn(group, chosen[c]), chosen[c], rows, first, c);
        }

        Assert.Equal(file.RowCount, rows.Count);
        return rows;
    }

    private static void ReadColumn(ColumnReader reader, ParquetColumn column, List<string?[]> rows, int row, int c)
    {
        // A size that divides nothing, so that pages and runs are cut in odd places.
        ColumnVector vector = new(617);
        while (reader.Read(vector, 617) > 0)
        {
            for (int i = 0; i < vector.Count; i++) rows[row++][c] = Show(column, vector, i);
        }

        Assert.Equal(rows.Count, row);
    }

    public static string? Show(ParquetColumn column, ColumnVector vector, int row)
    {
        if (vector.IsNull[row]) return null;
        switch (column.Type)
        {
            case PhysicalType.Float or PhysicalType.Double:
                return vector.Doubles[row].ToString("R", CultureInfo.InvariantCulture);
            case PhysicalType.ByteArray or PhysicalType.FixedLengthByteArray:
                ReadOnlySpan<byte> bytes = vector.Bytes(row);
                if (column.Logical == LogicalKind.Decimal) return Decimal(new BigInteger(bytes, isBigEndian: true), column.Scale);
                return column.Logical == LogicalKind.Text ? System.Text.Encoding.UTF8.GetString(bytes) : Convert.ToHexString(bytes);
            default:
                long value = vector.Longs[row];
                return column.Logical switch
                {
                    LogicalKind.TimestampMillis => (value * 1000).ToString(CultureInfo.InvariantCulture),
                    LogicalKind.TimestampNanos => (value / 1000).ToString(CultureInfo.InvariantCulture),
                    LogicalKind.Decimal => Decimal(value, column.Scale),
                    _ => value.ToString(CultureInfo.InvariantCulture),
                };
        }
    }

    private static string Decimal(BigInteger unscaled, int scale)
        => ((double)((decimal)unscaled / (decimal)BigInteger.Pow(10, scale))).ToString("R", CultureInfo.InvariantCulture);
}
