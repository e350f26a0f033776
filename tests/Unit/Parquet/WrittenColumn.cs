using System.Globalization;
using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>A column of a test file: what is written, and the text that every reader must show for it.</summary>
internal abstract class WrittenColumn(string name, PhysicalType type, LogicalKind logical, bool isOptional, int rowCount, bool mayBeNaN = false)
{
    public ParquetField Field { get; } = new(name, type, logical, isOptional) { MayBeNaN = mayBeNaN };

    public int RowCount { get; } = rowCount;

    public static WrittenColumn Longs(string name, long[] values, bool[]? isNull = null, PhysicalType type = PhysicalType.Int64, LogicalKind logical = LogicalKind.None)
        => new LongColumn(name, type, logical, values, isNull);

    public static WrittenColumn Times(string name, long[] micros) => Longs(name, micros, logical: LogicalKind.TimestampMicros);

    public static WrittenColumn Doubles(string name, double[] values, bool[]? isNull = null) => new DoubleColumn(name, values, isNull);

    public static WrittenColumn Texts(string name, params string?[] values) => new TextColumn(name, values);

    public static void WriteFile(
        string path, IReadOnlyList<WrittenColumn> columns, int rowCount, int rowsPerGroup = int.MaxValue,
        IReadOnlyDictionary<string, string>? metadata = null, CompressionCodec codec = CompressionCodec.Snappy)
    {
        using FileStream file = File.Create(path);
        using var writer = new ParquetWriter(file, [.. columns.Select(column => column.Field)], metadata, codec);
        for (int row = 0; row < rowCount; row += Math.Min(rowsPerGroup, rowCount))
        {
            int count = Math.Min(rowsPerGroup, rowCount - row);
            writer.BeginRowGroup(count);
            foreach (WrittenColumn column in columns) column.Write(writer, row, count);
        }

        writer.Finish();
    }

    public abstract void Write(ParquetWriter writer, int start, int count);

    /// <summary>True if a reader's text means the value of the row.</summary>
    public abstract bool Matches(int row, string? text);

    private sealed class LongColumn(string name, PhysicalType type, LogicalKind logical, long[] values, bool[]? isNull)
        : WrittenColumn(name, type, logical, isNull is not null, values.Length)
    {
        public override void Write(ParquetWriter writer, int start, int count)
            => writer.Write(values.AsSpan(start, count), isNull is null ? default : isNull.AsSpan(start, count));

        public override bool Matches(int row, string? text)
        {
            if (isNull?[row] == true) return text is null;
            return text == (Field.Type == PhysicalType.Boolean ? (values[row] == 1 ? "true" : "false") : values[row].ToString(CultureInfo.InvariantCulture));
        }
    }

    private sealed class DoubleColumn(string name, double[] values, bool[]? isNull)
        : WrittenColumn(name, PhysicalType.Double, LogicalKind.None, isNull is not null, values.Length, Array.Exists(values, double.IsNaN))
    {
        public override void Write(ParquetWriter writer, int start, int count)
            => writer.Write(values.AsSpan(start, count), isNull is null ? default : isNull.AsSpan(start, count));

        // Bits, because 0 and -0 are equal and NaN is not equal to itself.
        public override bool Matches(int row, string? text)
            => isNull?[row] == true ? text is null : text is not null
                && BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)) == BitConverter.DoubleToInt64Bits(values[row]);
    }

    private sealed class TextColumn(string name, string?[] values)
        : WrittenColumn(name, PhysicalType.ByteArray, LogicalKind.Text, values.Contains(null), values.Length)
    {
        public override void Write(ParquetWriter writer, int start, int count) => writer.Write(values.AsSpan(start, count));

        public override bool Matches(int row, string? text) => text == values[row];
    }
}
