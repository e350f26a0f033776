using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>The library's handles are freed with the file, whatever was read of it; an access after that is an exception and no crash.</summary>
public sealed class NativeFileTests
{
    private const int Rows = 1000;
    private const int Files = 200;

    private static readonly byte[] Content = Make();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FileWithOpenColumns_IsFreedBeforeItsSource(bool isStream)
    {
        for (int i = 0; i < Files; i++)
        {
            var source = new OtherSource();
            using (ParquetFile file = ParquetFile.Open(isStream ? source : TestFile.Source(Content)))
            {
                foreach (ParquetColumn column in file.Columns)
                {
                    ColumnReader reader = file.OpenColumn(0, column);
                    var vector = new ColumnVector(7);
                    Assert.Equal(7, reader.Read(vector, 7));
                    Assert.Equal(6, vector.Longs[6]);
                }
            }

            source.IsOver = true;
        }

        // What was left to the finalizers would read from a source that is over, and end the process.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ColumnOfADisposedFile_IsAnError(bool isStream)
    {
        ColumnReader reader;
        using (ParquetFile file = ParquetFile.Open(isStream ? new OtherSource() : TestFile.Source(Content))) reader = file.OpenColumn(0, file.Columns[0]);
        Assert.Throws<ObjectDisposedException>(() => reader.Read(new ColumnVector(7), 7));
    }

    [Fact]
    public void FaultOfTheSource_ComesOutAsItWas()
    {
        var source = new OtherSource();
        using ParquetFile file = ParquetFile.Open(source);
        source.Fails = true;
        Assert.Equal("the cable was pulled", Assert.Throws<IOException>(() => file.OpenColumn(0, file.Columns[0]).Read(new ColumnVector(7), 7)).Message);
    }

    // A value of a required column without compression: nothing but the checksum can tell.
    [Fact]
    public void WrittenPages_HaveChecksums()
    {
        using var output = new MemoryStream();
        using var writer = new ParquetWriter(output, [new("x", PhysicalType.Int64, LogicalKind.None, IsOptional: false)], codec: CompressionCodec.None);
        writer.BeginRowGroup(1);
        writer.Write([0x0102030405060708]);
        writer.Finish();
        byte[] damaged = output.ToArray();
        damaged[damaged.AsSpan().IndexOf((ReadOnlySpan<byte>)[8, 7, 6, 5, 4, 3, 2, 1])] ^= 1;
        using ParquetFile file = TestFile.Open(damaged);
        ParquetException problem = Assert.Throws<ParquetException>(() => file.OpenColumn(0, file.Columns[0]).Read(new ColumnVector(1), 1));
        Assert.Contains("checksum", problem.Message, StringComparison.Ordinal);
    }

    private static byte[] Make()
    {
        using var output = new MemoryStream();
        using var writer = new ParquetWriter(output, [.. Enumerable.Range(0, 3).Select(i => new ParquetField($"c{i}", PhysicalType.Int64, LogicalKind.None, IsOptional: i > 0))]);
        writer.BeginRowGroup(Rows);
        for (int i = 0; i < 3; i++) writer.Write([.. Enumerable.Range(0, Rows).Select(row => (long)row)]);
        writer.Finish();
        return output.ToArray();
    }

    /// <summary>Neither memory nor a local file: read through a stream, as S3 is.</summary>
    private sealed class OtherSource : IByteSource
    {
        public bool IsOver { get; set; }

        public bool Fails { get; set; }

        public string Name => "other.parquet";

        public long Length => Content.Length;

        public void Read(long offset, Span<byte> destination)
        {
            if (IsOver) throw new InvalidOperationException("read after the file was disposed");
            if (Fails) throw new IOException("the cable was pulled");
            Content.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }

        public void Dispose() => IsOver = true;
    }
}
