using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

public sealed class ParquetWriterTests
{
    private static readonly ParquetField Number = new("n", PhysicalType.Int64, LogicalKind.None, IsOptional: false);
    private static readonly ParquetField Text = new("t", PhysicalType.ByteArray, LogicalKind.Text, IsOptional: false);

    [Fact]
    public void FieldsThatCannotBeWritten_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Writer());
        Assert.Throws<ArgumentException>(() => Writer(Number, Number));
        Assert.Throws<ArgumentException>(() => Writer(Number with { Name = "" }));
        Assert.Throws<ArgumentException>(() => Writer(Number with { Type = PhysicalType.Int96 }));
        Assert.Throws<ArgumentException>(() => Writer(Number with { Logical = LogicalKind.Text }));
        Assert.Throws<ArgumentException>(() => new ParquetWriter(new MemoryStream(), [Number], codec: CompressionCodec.Zstd));
    }

    [Fact]
    public void WrongOrder_IsRefused()
    {
        using ParquetWriter writer = Writer(Number, Text);
        Assert.Throws<InvalidOperationException>(() => writer.Write([1L]));
        writer.BeginRowGroup(1);
        Assert.Throws<InvalidOperationException>(() => writer.Write(["text"]));
        Assert.Throws<InvalidOperationException>(() => writer.Write([1.0]));
        Assert.Throws<ArgumentException>(() => writer.Write([1L, 2L]));
        writer.Write([1L]);
        Assert.Throws<InvalidOperationException>(() => writer.BeginRowGroup(1));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        Assert.Throws<ArgumentException>(() => writer.Write([(string?)null]));
        writer.Write(["text"]);
        writer.Finish();
        Assert.Throws<InvalidOperationException>(writer.Finish);
        Assert.Throws<InvalidOperationException>(() => writer.BeginRowGroup(1));
    }

    [Theory]
    [InlineData(PhysicalType.Int32, int.MaxValue + 1L)]
    [InlineData(PhysicalType.Int32, int.MinValue - 1L)]
    [InlineData(PhysicalType.Boolean, 2)]
    [InlineData(PhysicalType.Boolean, -1)]
    public void ValueBeyondItsType_IsRefusedAndTheFileStaysUnfinished(PhysicalType type, long value)
    {
        using ParquetWriter writer = Writer(Number with { Type = type });
        writer.BeginRowGroup(1);
        Assert.Throws<OverflowException>(() => writer.Write([value]));
        Assert.Throws<InvalidOperationException>(writer.Finish);
    }

    [Fact]
    public void SmallFile_MakesNoGarbagePerValue()
    {
        ParquetField[] fields = [.. Enumerable.Range(0, 11).Select(i => Number with { Name = $"n{i}" })];
        long[] values = [.. Enumerable.Range(0, 390).Select(i => i * 7919L)];
        var output = new MemoryStream(1 << 17);
        void WriteFile()
        {
            output.SetLength(0);
            using var writer = new ParquetWriter(output, fields);
            writer.BeginRowGroup(values.Length);
            foreach (ParquetField _ in fields) writer.Write(values);
            writer.Finish();
        }

        WriteFile();
        long before = GC.GetAllocatedBytesForCurrentThread();
        WriteFile();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5000);
    }

    private static ParquetWriter Writer(params ParquetField[] fields) => new(new MemoryStream(), fields);
}
