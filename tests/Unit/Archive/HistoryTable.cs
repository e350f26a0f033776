using System.Text;
using Streaming.Producer.Archive;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Archive;

/// <summary>Small history files of any columns, and what is read from them.</summary>
internal sealed class HistoryTable : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public string Folder => _folder.Path;

    public void Dispose() => _folder.Dispose();

    public string Write(string path, params HistoryColumn[] columns)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        using (FileStream output = File.Create(_folder[path]))
        {
            using var writer = new ParquetWriter(output, [.. columns.Select(column => column.Field)]);
            writer.BeginRowGroup(columns[0].Rows);
            foreach (HistoryColumn column in columns) column.Write(writer);
            writer.Finish();
        }

        byte[] bytes = File.ReadAllBytes(_folder[path]);
        foreach (HistoryColumn column in columns.Where(column => column.Logical != column.Field.Logical || column.IsAdjusted)) Annotate(bytes, column);
        File.WriteAllBytes(_folder[path], bytes);
        return _folder[path];
    }

    /// <summary>All ticks; no file may be refused.</summary>
    public List<Tick> Read(FileHints? hints = null)
    {
        List<Tick> ticks = Read(hints, out RefusedRows refused);
        Assert.Empty(refused.Files);
        Assert.Empty(refused.Examples);
        return ticks;
    }

    public List<Tick> Read(FileHints? hints, out RefusedRows refused)
    {
        refused = new RefusedRows();
        return ArchiveReads.All(refused, [_folder.Path], hints: hints);
    }

    /// <summary>Why the only file is refused.</summary>
    public string Refusal(FileHints? hints = null)
    {
        Assert.Empty(Read(hints, out RefusedRows refused));
        return Assert.Single(refused.Files).Reason;
    }

    public static string TimeOf(Tick tick) => IsoTime.ToDateTime(tick.TimestampMicros).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'");

    // The writer has local timestamps only. In the schema these differ from TIME, and from adjusted ones, in a byte each.
    private static void Annotate(byte[] file, HistoryColumn column)
    {
        int footer = file.Length - 8 - BitConverter.ToInt32(file, file.Length - 8);
        int name = footer + file.AsSpan(footer).IndexOf(Encoding.UTF8.GetBytes(column.Field.Name));
        int annotation = name + file.AsSpan(name).IndexOf((ReadOnlySpan<byte>)[0x8C, 0x12]);
        if (column.Logical != column.Field.Logical) file[annotation] = 0x7C;
        if (column.IsAdjusted) file[annotation + 1] = 0x11;
    }
}

/// <param name="Logical">What the file says; the writer may have another name for it.</param>
public sealed record HistoryColumn(ParquetField Field, LogicalKind Logical, int Rows, Action<ParquetWriter> Write, bool IsAdjusted = false)
{
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    public static HistoryColumn Text(string name, params string?[] values)
        => new(new(name, PhysicalType.ByteArray, LogicalKind.Text, true), LogicalKind.Text, values.Length, writer => writer.Write(values));

    public static HistoryColumn Doubles(string name, params double?[] values)
        => new(
            new(name, PhysicalType.Double, LogicalKind.None, true), LogicalKind.None, values.Length,
            writer => writer.Write(values.Select(value => value.GetValueOrDefault()).ToArray(), values.Select(value => value is null).ToArray()));

    public static HistoryColumn Longs(string name, params long?[] values) => Integers(name, PhysicalType.Int64, LogicalKind.None, LogicalKind.None, values);

    public static HistoryColumn Ints(string name, params long?[] values) => Integers(name, PhysicalType.Int32, LogicalKind.None, LogicalKind.None, values);

    public static HistoryColumn Dates(string name, params string[] days)
        => Integers(name, PhysicalType.Int32, LogicalKind.Date, LogicalKind.Date, [.. days.Select(day => (long?)DateOnly.Parse(day).DayNumber - Epoch)]);

    /// <summary>TIMESTAMP without a zone.</summary>
    public static HistoryColumn Local(string name, params string[] times)
        => Integers(name, PhysicalType.Int64, LogicalKind.TimestampMicros, LogicalKind.TimestampMicros, [.. times.Select(Micros)]);

    /// <summary>TIMESTAMP defined as UTC.</summary>
    public static HistoryColumn Utc(string name, params string[] times) => Local(name, times) with { IsAdjusted = true };

    /// <summary>TIME.</summary>
    public static HistoryColumn Clock(string name, params string[] times)
        => Integers(
            name, PhysicalType.Int64, LogicalKind.TimestampMicros, LogicalKind.TimeMicros,
            [.. times.Select(time => (long?)TimeOnly.Parse(time).Ticks / TimeSpan.TicksPerMicrosecond)]);

    private static long? Micros(string time)
        => DateTimeOffset.Parse(time, null, System.Globalization.DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds() * 1000;

    private static HistoryColumn Integers(string name, PhysicalType type, LogicalKind written, LogicalKind logical, long?[] values)
        => new(
            new(name, type, written, true), logical, values.Length,
            writer => writer.Write(values.Select(value => value.GetValueOrDefault()).ToArray(), values.Select(value => value is null).ToArray()));
}
