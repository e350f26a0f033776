using System.Buffers;
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
        new("volume", PhysicalType.Int64, LogicalKind.None, IsOptional: true),
        new("tick_count", PhysicalType.Int64, LogicalKind.None, IsOptional: true),
    ];

    /// <summary>Room for an object of a trading day with every hour of it; a larger one is not kept.</summary>
    private const int UsualBytes = 1 << 17;

    /// <summary>The thread's, since a flush writes hundreds of objects one after the other.</summary>
    [ThreadStatic]
    private static MemoryStream? _output;

    // A bar is a large struct: by reference, or copying it for each of its columns takes longer than compressing them.
    private delegate T Column<out T>(in Bar bar);

    public static byte[] Write(IReadOnlyList<Bar> bars, ObjectOrigin origin)
    {
        MemoryStream output = _output ??= new MemoryStream(UsualBytes);
        output.SetLength(0);
        int count = bars.Count;
        long[] longs = ArrayPool<long>.Shared.Rent(count);
        double[] doubles = ArrayPool<double>.Shared.Rent(count);
        bool[] isNull = ArrayPool<bool>.Shared.Rent(count);

        using (var writer = new ParquetWriter(output, Fields, origin.ToMetadata()))
        {
            writer.BeginRowGroup(count);
            WriteLongs(writer, static (in bar) => bar.WindowStartMicros);
            WriteLongs(writer, static (in bar) => bar.WindowEndMicros);
            WriteDoubles(writer, static (in bar) => bar.AvgClose);
            WriteDoubles(writer, static (in bar) => bar.LastClose);
            WriteDoubles(writer, static (in bar) => bar.Open);
            WriteDoubles(writer, static (in bar) => bar.High);
            WriteDoubles(writer, static (in bar) => bar.Low);
            Fill(isNull, static (in bar) => bar.Volume is null);
            Fill(longs, static (in bar) => bar.Volume.GetValueOrDefault());
            writer.Write(longs.AsSpan(0, count), isNull.AsSpan(0, count));
            WriteLongs(writer, static (in bar) => bar.TickCount);
            writer.Finish();
        }

        ArrayPool<long>.Shared.Return(longs);
        ArrayPool<double>.Shared.Return(doubles);
        ArrayPool<bool>.Shared.Return(isNull);
        byte[] content = output.ToArray();
        if (content.Length > UsualBytes) _output = null;
        return content;

        void Fill<T>(T[] values, Column<T> column)
        {
            ReadOnlySpan<Bar> rows = SpanOf(bars);
            for (int i = 0; i < rows.Length; i++) values[i] = column(in rows[i]);
        }

        void WriteLongs(ParquetWriter writer, Column<long> column)
        {
            Fill(longs, column);
            writer.Write(longs.AsSpan(0, count));
        }

        void WriteDoubles(ParquetWriter writer, Column<double> column)
        {
            Fill(doubles, column);
            writer.Write(doubles.AsSpan(0, count));
        }
    }

    /// <exception cref="ParquetException">Not a Parquet file with the columns of <c>avg_1min</c>.</exception>
    public static BarObject Read(string name, ReadOnlyMemory<byte> content)
    {
        using var file = ParquetFile.Open(new MemoryByteSource(name, content));
        var bars = new List<Bar>((int)Math.Min(file.RowCount, content.Length));
        for (int group = 0; group < file.RowGroups.Count; group++)
        {
            ColumnVector[] columns = [.. Fields.Select(field => ReadColumn(file, group, field.Name))];
            for (int i = 0; i < columns[0].Count; i++)
            {
                bars.Add(new Bar(
                    columns[0].Longs[i],
                    columns[2].Doubles[i],
                    columns[3].Doubles[i],
                    columns[4].Doubles[i],
                    columns[5].Doubles[i],
                    columns[6].Doubles[i],
                    columns[7].IsNull[i] ? null : columns[7].Longs[i],
                    columns[8].Longs[i]));
            }
        }

        return new BarObject(ObjectOrigin.FromMetadata(file.Metadata), bars);
    }

    private static ReadOnlySpan<Bar> SpanOf(IReadOnlyList<Bar> bars) => bars switch
    {
        Bar[] array => array,
        List<Bar> list => CollectionsMarshal.AsSpan(list),
        _ => bars.ToArray(),
    };

    private static ColumnVector ReadColumn(ParquetFile file, int group, string name)
    {
        ParquetColumn column = file.FindColumn(name) ?? throw new ParquetException(file.Name, $"there is no column {name}.");
        int rows = (int)file.RowGroups[group].RowCount;
        var values = new ColumnVector(rows);
        if (file.OpenColumn(group, column).Read(values, rows) != rows)
            throw new ParquetException(file.Name, $"column {name} ends before the row group does.");
        return values;
    }
}
