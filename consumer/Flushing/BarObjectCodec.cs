using System.Runtime.InteropServices;
using Streaming.Shared.Parquet;

namespace Streaming.Consumer.Flushing;

/// <summary>Rows of one ticker's trading day, as they stand in its object.</summary>
/// <param name="Origin">Null if some other program wrote the object.</param>
/// <param name="Bars">Sorted by window start.</param>
public sealed record BarObject(ObjectOrigin? Origin, IReadOnlyList<Bar> Bars);

/// <summary>Bars to Parquet and back. Columns in the order of the table; timestamps are UTC without a zone, as Athena reads them.</summary>
public static class BarObjectCodec
{
    private static readonly ParquetField[] Fields =
    [
        new("window_start", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: true),
        new("window_end", PhysicalType.Int64, LogicalKind.TimestampMicros, IsOptional: true),
        new("avg_close", PhysicalType.Double, LogicalKind.None, IsOptional: true),
        new("last_close", PhysicalType.Double, LogicalKind.None, IsOptional: true),
        new("open", PhysicalType.Double, LogicalKind.None, IsOptional: true),
        new("high", PhysicalType.Double, LogicalKind.None, IsOptional: true),
        new("low", PhysicalType.Double, LogicalKind.None, IsOptional: true),
        new("volume", PhysicalType.Double, LogicalKind.None, IsOptional: true),
        new("tick_count", PhysicalType.Int64, LogicalKind.None, IsOptional: true),
    ];

    /// <summary>Room for an object of a trading day with every hour of it; a larger one is not kept.</summary>
    private const int UsualBytes = 1 << 17;

    /// <summary>The thread's, since a flush writes hundreds of objects one after the other.</summary>
    [ThreadStatic]
    private static MemoryStream? _output;

    public static byte[] Write(IReadOnlyList<Bar> bars, ObjectOrigin origin)
    {
        MemoryStream output = _output ??= new MemoryStream(UsualBytes);
        output.SetLength(0);
        using (var columns = new BarColumns(SpanOf(bars)))
        using (var writer = new ParquetWriter(output, Fields, origin.ToMetadata()))
        {
            writer.BeginRowGroup(bars.Count);
            writer.Write(columns.WindowStart);
            writer.Write(columns.WindowEnd);
            writer.Write(columns.AvgClose);
            writer.Write(columns.LastClose);
            writer.Write(columns.Open);
            writer.Write(columns.High);
            writer.Write(columns.Low);
            writer.Write(columns.Volume, columns.HasNoVolume);
            writer.Write(columns.TickCount);
            writer.Finish();
        }

        byte[] content = output.ToArray();
        if (content.Length > UsualBytes) _output = null;
        return content;
    }

    /// <exception cref="ParquetException">Not a Parquet file with the columns of <c>avg_1min</c>.</exception>
    public static BarObject Read(string name, ReadOnlyMemory<byte> content)
    {
        using var file = ParquetFile.Open(new MemoryByteSource(name, content));
        var bars = new List<Bar>((int)Math.Min(file.RowCount, content.Length));
        for (int group = 0; group < file.RowGroups.Count; group++)
        {
            ColumnVector[] columns = [.. Fields.Select(field => ReadColumn(file, group, field))];
            for (int i = 0; i < columns[0].Count; i++)
            {
                bars.Add(new Bar(
                    columns[0].Longs[i],
                    columns[2].Doubles[i],
                    columns[3].Doubles[i],
                    columns[4].Doubles[i],
                    columns[5].Doubles[i],
                    columns[6].Doubles[i],
                    columns[7].IsNull[i] ? null : columns[7].Doubles[i],
                    columns[8].Longs[i]));
            }
        }

        // The merge relies on it.
        for (int i = 1; i < bars.Count; i++)
        {
            if (bars[i].WindowStartMicros <= bars[i - 1].WindowStartMicros) throw new ParquetException(name, $"row {i + 1} does not follow the row before it by window_start.");
        }

        return new BarObject(ObjectOrigin.FromMetadata(file.Metadata), bars);
    }

    /// <summary>
    /// The start of an object's newest window, by the statistics in its footer; null where they do not say, or where the footer is not
    /// whole in <paramref name="tail"/>, the last bytes of the object.
    /// </summary>
    public static long? NewestWindow(string name, ReadOnlyMemory<byte> tail)
    {
        try
        {
            // A footer is found from the end; with the magic in front, the tail is a file without pages.
            using var file = ParquetFile.Open(new MemoryByteSource(name, (byte[])[.. "PAR1"u8, .. tail.Span]));
            if (file.FindColumn("window_start") is not { } column) return null;
            long? newest = null;
            foreach (ParquetRowGroup group in file.RowGroups.Where(group => group.RowCount > 0))
            {
                if (!group.TryGetRange(column, out _, out long max)) return null;
                newest = newest > max ? newest : max;
            }

            return newest;
        }
        catch (ParquetException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<Bar> SpanOf(IReadOnlyList<Bar> bars) => bars switch
    {
        Bar[] array => array,
        ArraySegment<Bar> segment => segment,
        List<Bar> list => CollectionsMarshal.AsSpan(list),
        _ => bars.ToArray(),
    };

    private static ColumnVector ReadColumn(ParquetFile file, int group, ParquetField field)
    {
        ParquetColumn column = file.FindColumn(field.Name) ?? throw new ParquetException(file.Name, $"there is no column {field.Name}.");
        // Volumes were whole numbers before they could be fractional.
        bool isWholeVolume = field.Name == "volume" && column.Type == PhysicalType.Int64;
        if (column.Type != field.Type && !isWholeVolume) throw new ParquetException(file.Name, $"column {field.Name} is {column.Type} and not {field.Type}.");
        int rows = (int)file.RowGroups[group].RowCount;
        var values = new ColumnVector(rows);
        if (file.OpenColumn(group, column).Read(values, rows) != rows)
            throw new ParquetException(file.Name, $"column {field.Name} ends before the row group does.");
        if (isWholeVolume) for (int row = 0; row < rows; row++) values.Doubles[row] = values.Longs[row];
        if (values.HasNulls && field.Name != "volume") throw new ParquetException(file.Name, $"column {field.Name} has rows without a value.");
        return values;
    }
}
