using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

public sealed class SchemaTests
{
    private static readonly byte[] EmptyChunk = CompactThrift.Of(chunk => chunk.Int64(2, 0).Sub(3, metadata => metadata
        .Int32(1, (int)PhysicalType.Int32).Head(2, CompactThrift.List).Raw(0x05).Head(3, CompactThrift.List).Raw(0x08).Int32(4, 0).Int64(5, 0).Int64(6, 0)
        .Int64(7, 0).Int64(9, 4)));

    private static ParquetColumn Only(TestColumn column)
    {
        using ParquetFile file = TestFile.Open(TestFile.Build(0, column));
        return Assert.Single(file.Columns);
    }

    [Theory]
    [InlineData(0, PhysicalType.ByteArray, LogicalKind.Text, false)]
    [InlineData(6, PhysicalType.Int32, LogicalKind.Date, false)]
    [InlineData(9, PhysicalType.Int64, LogicalKind.TimestampMillis, true)]
    [InlineData(10, PhysicalType.Int64, LogicalKind.TimestampMicros, true)]
    [InlineData(18, PhysicalType.Int64, LogicalKind.Integer, false)]
    [InlineData(19, PhysicalType.ByteArray, LogicalKind.Other, false)]
    public void ConvertedType_SaysWhatTheValuesMean(int converted, PhysicalType type, LogicalKind kind, bool isUtc)
    {
        ParquetColumn column = Only(new TestColumn("x", type) with { Converted = converted });
        Assert.Equal((kind, isUtc), (column.Logical, column.IsAdjustedToUtc));
    }

    [Theory]
    [InlineData(1, true, LogicalKind.TimestampMillis)]
    [InlineData(2, false, LogicalKind.TimestampMicros)]
    [InlineData(3, true, LogicalKind.TimestampNanos)]
    public void LogicalTimestamp_HasUnitAndZone(int unit, bool isUtc, LogicalKind kind)
    {
        ParquetColumn column = Only(new TestColumn("x", PhysicalType.Int64) with
        {
            Converted = 10,
            Logical = logical => logical.Sub(8, timestamp => timestamp.Bool(1, isUtc).Sub(2, union => union.Sub(unit, _ => { }))),
        });
        Assert.Equal((kind, isUtc), (column.Logical, column.IsAdjustedToUtc));
    }

    [Fact]
    public void AnnotationThatDoesNotFit_IsRefused()
        => Assert.Contains("annotates a column", Assert.Throws<ParquetException>(() => Only(new TestColumn("x", PhysicalType.Double) with { Converted = 6 })).Message, StringComparison.Ordinal);

    [Fact]
    public void Decimal_HasPrecisionAndScale()
    {
        ParquetColumn column = Only(new TestColumn("x", PhysicalType.FixedLengthByteArray) with
        {
            TypeLength = 16,
            Logical = logical => logical.Sub(5, decimals => decimals.Int32(1, 4).Int32(2, 38)),
        });
        Assert.Equal((LogicalKind.Decimal, 38, 4, 16), (column.Logical, column.Precision, column.Scale, column.TypeLength));
    }

    [Fact]
    public void Int96_IsAnInstantInMicros()
    {
        ParquetColumn column = Only(new TestColumn("x", PhysicalType.Int96));
        Assert.Equal((LogicalKind.TimestampMicros, true), (column.Logical, column.IsAdjustedToUtc));
    }

    [Fact]
    public void UnsignedInt32_IsReadWithoutSign()
    {
        TestColumn column = new TestColumn("x", PhysicalType.Int32, TestFile.PageV1(1, PageEncoding.Plain, [255, 255, 255, 255])) with { Converted = 13 };
        using ParquetFile file = TestFile.Open(TestFile.Build(1, column));
        Assert.Equal("4294967295", Table.Read(file)[0][0]);
    }

    [Fact]
    public void Statistics_GiveTheRangeWhereTheyCanBeTrusted()
    {
        byte[] low = BitConverter.GetBytes(-5L), high = BitConverter.GetBytes(7L);
        TestColumn column = new("x", PhysicalType.Int64);
        Assert.Equal((-5, 7), Range(column with { Statistics = fields => fields.Binary(5, high).Binary(6, low) }));
        Assert.Equal((-5, 7), Range(column with { Statistics = fields => fields.Binary(1, high).Binary(2, low) }));
        Assert.Null(Range(column with { Statistics = fields => fields.Binary(5, low).Binary(6, high) }));
        Assert.Null(Range(column with { Statistics = fields => fields.Binary(5, high[..4]).Binary(6, low) }));
        Assert.Null(Range(column with { Statistics = fields => fields.Binary(5, high) }));
        Assert.Null(Range(column with { Converted = 14, Statistics = fields => fields.Binary(1, high).Binary(2, low) }));
        Assert.Null(Range(new TestColumn("x", PhysicalType.Double) with { Statistics = fields => fields.Binary(5, high).Binary(6, low) }));
        Assert.Null(Range(column));
    }

    [Fact]
    public void FindColumn_PrefersTheExactNameAndRefusesToGuess()
    {
        using ParquetFile file = TestFile.Open(TestFile.Build(0, Int("close"), Int("Close"), Int("TS")));
        Assert.Equal(0, file.FindColumn("close")?.Index);
        Assert.Equal(1, file.FindColumn("Close")?.Index);
        Assert.Equal(2, file.FindColumn("ts")?.Index);
        Assert.Null(file.FindColumn("open"));
        ParquetException refusal = Assert.Throws<ParquetException>(() => file.FindColumn("CLOSE"));
        Assert.Contains("'close', 'Close'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NestedColumns_AreSkippedUnusedAndRefusedByNameWhenUsed()
    {
        byte[] Group(string name, int children) => CompactThrift.Of(group => group.Int32(3, 1).Text(4, name).Int32(5, children));
        byte[] repeated = CompactThrift.Of(element => element.Int32(1, 1).Int32(3, 2).Text(4, "list"));
        byte[] row = CompactThrift.Of(fields => fields.Subs(1, Enumerable.Repeat(EmptyChunk, 4)).Int64(2, 0).Int64(3, 0));
        byte[] footer = CompactThrift.Of(fields => fields
            .Int32(1, 1)
            .Subs(2, [Group("root", 3), Group("ohlc", 2), TestFile.Element(Int("open")), TestFile.Element(Int("close")), repeated, TestFile.Element(Int("flat"))])
            .Int64(3, 0)
            .Subs(4, [row]));
        using ParquetFile file = TestFile.Open(TestFile.WithFooter("PAR1"u8.ToArray(), footer));
        Assert.Equal(["ohlc.open", "ohlc.close", "list", "flat"], file.Columns.Select(column => column.Name));
        Assert.Equal([true, true, true, false], file.Columns.Select(column => column.IsNested));
        Assert.Null(file.FindColumn("close"));
        Assert.Equal(0, file.OpenColumn(0, file.FindColumn("flat")!).Read(new ColumnVector(1), 1));
        ParquetException refusal = Assert.Throws<ParquetException>(() => file.OpenColumn(0, file.FindColumn("OHLC")!));
        Assert.Contains("'ohlc.open' is nested", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_IsRead()
    {
        using ParquetFile file = TestFile.Open(TestFile.Build(0, Int("x")));
        Assert.Equal("a test", file.Metadata["made by"]);
    }

    private static TestColumn Int(string name) => new(name, PhysicalType.Int32);

    private static (long, long)? Range(TestColumn column)
    {
        using ParquetFile file = TestFile.Open(TestFile.Build(0, column));
        return file.RowGroups[0].TryGetRange(file.Columns[0], out long min, out long max) ? (min, max) : null;
    }
}
