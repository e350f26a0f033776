using System.IO.Compression;
using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

public sealed class PageTests
{
    private static readonly byte[] ThreeInts = [.. TestEncode.Little(7), .. TestEncode.Little(-1), .. TestEncode.Little(9)];

    private static TestColumn Column(params byte[][] pages) => new("x", PhysicalType.Int32, pages);

    private static List<string?> Read(int rows, TestColumn column)
    {
        using ParquetFile file = TestFile.Open(TestFile.Build(rows, column));
        return [.. Table.Read(file).Select(row => row[0])];
    }

    [Fact]
    public void DictionaryWithoutAnOffset_IsFoundAtTheDataPageOffset()
    {
        byte[] indices = [2, .. TestEncode.Hybrid([0, 2, 1], 2)];
        Assert.Equal(["7", "9", "-1"], Read(3, Column(TestFile.DictionaryPage(3, ThreeInts), TestFile.PageV1(3, PageEncoding.PlainDictionary, indices))));
    }

    [Fact]
    public void UncompressedV2PageInACompressedChunk_IsReadAsItStands()
        => Assert.Equal(["7", "-1", "9"], Read(3, Column(TestFile.PageV2(3, 0, PageEncoding.Plain, [], ThreeInts, isCompressed: false)) with { Codec = 1 }));

    [Fact]
    public void CompressedV2Page_HasItsLevelsUncompressedInFront()
    {
        byte[] levels = TestEncode.Hybrid([1, 0, 1, 1], 1);
        byte[] values = Snappier.Snappy.CompressToArray(ThreeInts);
        byte[] page =
        [
            .. CompactThrift.Of(header => header.Int32(1, 3).Int32(2, levels.Length + 12).Int32(3, levels.Length + values.Length)
                .Sub(8, v2 => v2.Int32(1, 4).Int32(2, 1).Int32(3, 4).Int32(4, 0).Int32(5, levels.Length).Int32(6, 0))),
            .. levels,
            .. values,
        ];
        Assert.Equal(["7", null, "-1", "9"], Read(4, Column(page) with { Codec = 1, IsOptional = true }));
    }

    [Fact]
    public void DeprecatedBitPackedLevels_AreRefusedAndNotReadAsNulls()
    {
        TestColumn column = Column(TestFile.PageV1(4, PageEncoding.Plain, [0b1011_0000, .. ThreeInts], levels: 4)) with { IsOptional = true };
        Assert.Contains("BitPacked, which is not supported", Assert.Throws<ParquetException>(() => Read(4, column)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PageEncoding.Plain)]
    [InlineData(PageEncoding.ByteStreamSplit)]
    internal void PageOfNullsAlone_NeedsNoValuesSection(PageEncoding encoding)
        => Assert.Equal([null, null], Read(2, Column(TestFile.PageV1(2, encoding, TestEncode.Prefixed(TestEncode.Hybrid([0, 0], 1)))) with { IsOptional = true }));

    // The dictionary became too large, and the chunk goes on without it: in the midst of a batch of rows, or between two.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void TextsWithAndWithoutDictionary_AreReadAlike(int batchRows)
    {
        byte[] dictionary = [.. TestEncode.Prefixed("AAPL"u8.ToArray()), .. TestEncode.Prefixed("MSFT"u8.ToArray())];
        byte[] coded = [.. TestEncode.Prefixed(TestEncode.Hybrid([1, 0, 1, 1], 1)), 1, .. TestEncode.Hybrid([1, 0, 1], 1)];
        byte[] plain = [.. TestEncode.Prefixed(TestEncode.Hybrid([0, 1], 1)), .. TestEncode.Prefixed("IBM"u8.ToArray())];
        byte[] codedPage = TestFile.PageV1(4, PageEncoding.RleDictionary, coded);
        var column = new TestColumn(
            "x", PhysicalType.ByteArray, TestFile.DictionaryPage(2, dictionary), codedPage, TestFile.PageV1(2, PageEncoding.Plain, plain), codedPage);
        using ParquetFile file = TestFile.Open(TestFile.Build(10, column with { IsOptional = true }));
        ColumnReader reader = file.OpenColumn(0, file.Columns[0]);
        var vector = new ColumnVector(100);
        var texts = new List<string?>();
        while (reader.Read(vector, batchRows) is var count and > 0)
        {
            for (int row = 0; row < count; row++) texts.Add(vector.IsNull[row] ? null : System.Text.Encoding.UTF8.GetString(vector.Bytes(row)));
        }

        Assert.Equal(["MSFT", null, "AAPL", "MSFT", null, "IBM", "MSFT", null, "AAPL", "MSFT"], texts);
    }

    [Fact]
    public void DeltasOfInt32_WrapAt32Bits()
        => Assert.Equal(["2147483647", "-2147483648"], Read(2, Column(
            TestFile.PageV1(2, PageEncoding.DeltaBinaryPacked, TestEncode.Delta([int.MaxValue, int.MaxValue + 1L])))));

    [Fact]
    public void EmptyAndIndexPages_ArePassedOver()
    {
        byte[] index = [.. CompactThrift.Of(page => page.Int32(1, 1).Int32(2, 2).Int32(3, 2)), 1, 2];
        byte[] empty = TestFile.PageV1(0, PageEncoding.Plain, []);
        Assert.Equal(["7", "-1", "9"], Read(3, Column(empty, index, TestFile.PageV1(3, PageEncoding.Plain, ThreeInts), empty)));
    }

    [Fact]
    public void HeaderLongerThanTheReadAhead_IsRead()
    {
        byte[] page =
        [
            .. CompactThrift.Of(header => header.Int32(1, 0).Int32(2, 12).Int32(3, 12).Sub(5, data => data
                .Int32(1, 3).Int32(2, 0).Int32(3, 3).Int32(4, 3).Sub(5, statistics => statistics.Binary(5, new byte[200_000])))),
            .. ThreeInts,
        ];
        Assert.Equal(["7", "-1", "9"], Read(3, Column(page)));
    }

    [Fact]
    public void ZeroRowFile_HasNoRows()
    {
        using ParquetFile file = TestFile.Open(TestFile.Build(0, new TestColumn("x", PhysicalType.Int32) { DataPageOffset = 0 }));
        Assert.Equal(0, file.RowCount);
        Assert.Equal(0, file.OpenColumn(0, file.Columns[0]).Read(new ColumnVector(8), 8));
    }

    [Fact]
    public void GzipOfSeveralMembers_IsOnePage()
    {
        byte[] compressed = [.. Gzip(ThreeInts[..5]), .. Gzip(ThreeInts[5..])];
        Assert.Equal(["7", "-1", "9"], Read(3, Column(TestFile.CompressedPage(3, PageEncoding.Plain, compressed, 12)) with { Codec = 2 }));
    }

    [Fact]
    public void Read_FillsTheVectorAcrossPagesSoThatColumnsStayInStep()
    {
        byte[] page = TestFile.PageV1(3, PageEncoding.Plain, ThreeInts);
        using ParquetFile file = TestFile.Open(TestFile.Build(9, new TestColumn("x", PhysicalType.Int32, page, page, page)));
        ColumnReader reader = file.OpenColumn(0, file.Columns[0]);
        ColumnVector vector = new(7);
        Assert.Equal(7, reader.Read(vector, 100));
        Assert.Equal([7L, -1L, 9L, 7L, -1L, 9L, 7L], vector.Longs[..7]);
        Assert.Equal(2, reader.Read(vector, 100));
        Assert.Equal(0, reader.Read(vector, 100));
        Assert.Equal(0, vector.Count);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return compressed.ToArray();
    }
}
