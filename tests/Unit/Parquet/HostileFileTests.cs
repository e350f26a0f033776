using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>Files that lie. Each is refused with one message that names the file, before memory is taken on the lie's word.</summary>
public sealed class HostileFileTests
{
    private const long MemoryBound = 4 << 20;

    private static readonly byte[] TwoInts = [.. TestEncode.Little(1), .. TestEncode.Little(2)];
    private static readonly byte[] Page = TestFile.PageV1(2, PageEncoding.Plain, TwoInts);
    private static readonly TestColumn Good = new("x", PhysicalType.Int32, Page);

    public static TheoryData<string, byte[], string> Lies()
    {
        TheoryData<string, byte[], string> lies = [];
        void Column(string lie, TestColumn column, string message, int rows = 2) => lies.Add(lie, TestFile.Build(rows, column), message);
        void OfPage(string lie, byte[] page, string message) => Column(lie, Good with { Pages = [page] }, message);
        byte[] Footer(Action<CompactThrift> fields) => TestFile.WithFooter("PAR1"u8.ToArray(), CompactThrift.Of(fields));

        OfPage("checksum", TestFile.PageV1(2, PageEncoding.Plain, TwoInts, badCrc: true), "checksum");
        OfPage("more rows than the group", TestFile.PageV1(3, PageEncoding.Plain, [.. TwoInts, 0, 0, 0, 0]), "claims 3 rows");
        OfPage("fewer rows than the group", TestFile.PageV1(1, PageEncoding.Plain, TwoInts[..4]), "1 rows missing");
        OfPage("negative rows", TestFile.PageV1(-1, PageEncoding.Plain, TwoInts), "claims -1 rows");
        OfPage("values missing", TestFile.PageV1(2, PageEncoding.Plain, TwoInts[..7]), "ends too early");
        OfPage("unknown encoding", TestFile.PageV1(2, (PageEncoding)77, TwoInts), "encoding 77");
        OfPage("wrong encoding", TestFile.PageV1(2, PageEncoding.DeltaByteArray, TestEncode.DeltaByteArrays([[1], [2]])), "does not serve");
        OfPage("no dictionary", TestFile.PageV1(2, PageEncoding.RleDictionary, [1, 4, 0]), "dictionary that the chunk does not have");
        OfPage("v2 rows", [.. CompactThrift.Of(page => page.Int32(1, 3).Int32(2, 8).Int32(3, 8).Sub(8, v2 => v2
            .Int32(1, 2).Int32(2, 0).Int32(3, 1).Int32(4, 0).Int32(5, 0).Int32(6, 0))), .. TwoInts], "2 values in 1 rows");
        OfPage("v2 levels", [.. CompactThrift.Of(page => page.Int32(1, 3).Int32(2, 8).Int32(3, 8).Sub(8, v2 => v2
            .Int32(1, 2).Int32(2, 0).Int32(3, 2).Int32(4, 0).Int32(5, 9).Int32(6, 0))), .. TwoInts], "claims 9 bytes of levels");
        OfPage("v2 nulls", TestFile.PageV2(2, 1, PageEncoding.Plain, [], TwoInts), "says that it has 1 nulls");
        OfPage("page size", CompactThrift.Of(page => page.Int32(1, 0).Int32(2, 8).Int32(3, int.MaxValue)), "claims 2147483647 bytes");
        OfPage("negative page size", CompactThrift.Of(page => page.Int32(1, 0).Int32(2, 8).Int32(3, -8)), "claims -8 bytes");
        OfPage("page type", CompactThrift.Of(page => page.Int32(1, 9).Int32(2, 0).Int32(3, 0)), "page of type 9");
        OfPage("header nesting", [.. Enumerable.Repeat((byte)0x9C, 4000)], "nest deeper");
        OfPage("delta too short", TestFile.PageV1(2, PageEncoding.DeltaBinaryPacked, TestEncode.Delta([1])), "ends too early");
        OfPage("delta block size", TestFile.PageV1(2, PageEncoding.DeltaBinaryPacked, [0x80, 1, 0, 2, 0]), "delta encoding is broken");
        OfPage("split streams", TestFile.PageV1(2, PageEncoding.ByteStreamSplit, new byte[7]), "byte stream split encoding is broken");

        TestColumn optional = Good with { IsOptional = true };
        Column("level", optional with { Pages = [TestFile.PageV1(2, PageEncoding.Plain, [.. TestEncode.Prefixed([4, 2]), .. TwoInts])] }, "definition levels are broken");
        Column("level length", optional with { Pages = [TestFile.PageV1(2, PageEncoding.Plain, [255, 255, 255, 127, 4, 1])] }, "definition levels are broken");
        Column("negative level length", optional with { Pages = [TestFile.PageV1(2, PageEncoding.Plain, [255, 255, 255, 255, 4, 1])] }, "definition levels are broken");

        TestColumn text = new("x", PhysicalType.ByteArray);
        Column("text length", text with { Pages = [TestFile.PageV1(2, PageEncoding.Plain, [255, 255, 255, 127])] }, "ends too early");
        Column("negative text length", text with { Pages = [TestFile.PageV1(2, PageEncoding.Plain, [255, 255, 255, 255])] }, "text of a length");
        Column("negative delta length", text with { Pages = [TestFile.PageV1(2, PageEncoding.DeltaLengthByteArray, TestEncode.Delta([-1, 1]))] }, "delta encoding is broken");
        Column("prefix", text with { Pages = [TestFile.PageV1(2, PageEncoding.DeltaByteArray, [.. TestEncode.Delta([0, 9]), .. TestEncode.DeltaLengths([[1], []])])] }, "delta encoding is broken");

        Column("dictionary index", Good with { Pages = [TestFile.DictionaryPage(2, TwoInts), TestFile.PageV1(2, PageEncoding.RleDictionary, [2, 4, 3])] }, "entry that its dictionary does not have");
        Column("index width", Good with { Pages = [TestFile.DictionaryPage(2, TwoInts), TestFile.PageV1(2, PageEncoding.RleDictionary, [33, 4, 3])] }, "width of bits");
        Column("dictionary count", Good with { Pages = [TestFile.DictionaryPage(int.MaxValue, TwoInts), Page] }, "claims 2147483647 entries");
        Column("two dictionaries", Good with { Pages = [TestFile.DictionaryPage(2, TwoInts), TestFile.DictionaryPage(2, TwoInts)] }, "none belongs");

        Column("values", Good with { ValueCount = 3 }, "3 values in a row group of 2");
        Column("offset", Good with { DataPageOffset = long.MaxValue }, "the pages end at");
        Column("negative offset", Good with { DataPageOffset = -5 }, "the pages end at");
        Column("chunk size", Good with { CompressedSize = long.MaxValue }, "the pages end at");
        Column("chunk size negative", Good with { CompressedSize = -1 }, "the pages end at");
        Column("negative group", Good, "claims -1 rows", rows: -1);
        Column("type length", new TestColumn("x", PhysicalType.FixedLengthByteArray, Page) { TypeLength = 0 }, "without a length");
        Column("LZO", Good with { Codec = 3 }, "LZO");
        Column("codec", Good with { Codec = 42 }, "codec 42");
        Column("encrypted", Good with { IsEncrypted = true }, "encrypted");

        lies.Add("no schema", Footer(fields => fields.Int32(1, 1).Int64(3, 0).Subs(4, [])), "thrift is cut off or broken");
        lies.Add("empty schema", Footer(fields => fields.Int32(1, 1).Subs(2, []).Int64(3, 0).Subs(4, [])), "schema is cut off or broken");
        lies.Add("schema count", Footer(fields => fields.Head(2, CompactThrift.List).Raw(0xFC).Raw(CompactThrift.Varint(int.MaxValue))), "2147483647 elements");
        lies.Add("binary length", Footer(fields => fields.Head(6, 8).Raw(CompactThrift.Varint(ulong.MaxValue))), "is cut off");
        lies.Add("footer nesting", Footer(fields => fields.Head(15, CompactThrift.List).Raw([.. Enumerable.Repeat((byte)0x19, 100_000)])), "nest deeper");
        lies.Add("children", Footer(fields => fields.Int32(1, 1).Subs(2, [CompactThrift.Of(root => root.Text(4, "r").Int32(5, int.MaxValue))]).Int64(3, 0).Subs(4, [])), "cut off or broken");
        lies.Add("rows", Footer(fields => fields.Int32(1, 1).Subs(2, [CompactThrift.Of(root => root.Text(4, "r").Int32(5, 0))]).Int64(3, 7).Subs(4, [])), "7 rows, its row groups have 0");
        lies.Add("schema depth", Footer(fields => fields.Int32(1, 1).Subs(2, Enumerable.Repeat(CompactThrift.Of(group => group.Int32(3, 0).Text(4, "g").Int32(5, 1)), 5000)).Int64(3, 0).Subs(4, [])), "nests deeper");
        byte[][] deep = [.. Enumerable.Repeat(CompactThrift.Of(group => group.Int32(3, 0).Text(4, "g").Int32(5, 1)), 300_000), TestFile.Element(Good)];
        lies.Add("schema depth of a bomb", Footer(fields => fields.Int32(1, 1).Subs(2, deep).Int64(3, 0).Subs(4, [])), "nests deeper");
        return lies;
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void Lie_IsRefusedByNameWithinBoundedMemory(string lie, byte[] file, string message)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParquetException refusal = Assert.Throws<ParquetException>(() => ReadAll(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MemoryBound);
        Assert.StartsWith("made.parquet: ", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Contains(message, StringComparison.Ordinal), $"{lie}: {refusal.Message}");
    }

    [Theory]
    [InlineData(1, new byte[] { 0xFF, 0xFF, 0xFF, 0x7F, 0 })]
    [InlineData(2, new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(4, new byte[] { 6 })]
    [InlineData(5, new byte[] { 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0 })]
    [InlineData(6, new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0xFF, 0xFF, 0xFF, 0x7F, 1, 0, 0 })]
    [InlineData(7, new byte[] { 0xFF, 255, 255, 255, 255, 255, 0 })]
    public void PageThatDecompressesToAnotherSize_IsRefused(int codec, byte[] compressed)
    {
        foreach (int claimed in new[] { 0, 8, 1 << 20, int.MaxValue })
        {
            TestColumn column = Good with { Codec = codec, Pages = [TestFile.CompressedPage(2, PageEncoding.Plain, compressed, claimed)] };
            byte[] file = TestFile.Build(2, column);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<ParquetException>(() => ReadAll(file));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MemoryBound);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void TextBeyondTheDictionary_IsRefused(int code)
    {
        byte[] repeated = [32, .. CompactThrift.Varint(2UL << 1), .. TestEncode.Little(code)];
        TestColumn column = new(
            "x", PhysicalType.ByteArray, TestFile.DictionaryPage(1, TestEncode.Prefixed([65])), TestFile.PageV1(2, PageEncoding.RleDictionary, repeated));
        using ParquetFile file = TestFile.Open(TestFile.Build(2, column));
        ParquetException problem = Assert.Throws<ParquetException>(() => file.OpenColumn(0, file.Columns[0]).Read(new ColumnVector(2), 2));
        Assert.Contains("entry that its dictionary does not have", problem.Message, StringComparison.Ordinal);
    }

    // 30 KB in the file, 100,000 rows of it in one batch would be 3 GB.
    private static TestColumn LongTextRepeated(params byte[][] more)
    {
        byte[] dictionary = TestEncode.Prefixed(new byte[30_000]);
        byte[] indices = [1, .. CompactThrift.Varint(100_000UL << 1), 0];
        return new("x", PhysicalType.ByteArray, [TestFile.DictionaryPage(1, dictionary), TestFile.PageV1(100_000, PageEncoding.RleDictionary, indices), .. more]);
    }

    [Fact]
    public void LongTextRepeatedWithoutEnd_TakesTheMemoryOfABatch()
    {
        const int batch = 512;
        using ParquetFile file = TestFile.Open(TestFile.Build(100_000, LongTextRepeated()));
        long before = GC.GetAllocatedBytesForCurrentThread();
        var vector = new ColumnVector(batch);
        ColumnReader reader = file.OpenColumn(0, file.Columns[0]);
        int rows = 0;
        for (int read; (read = reader.Read(vector, batch)) > 0; rows += read) Assert.Equal(30_000, vector.Bytes(read - 1).Length);
        Assert.Equal(100_000, rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L << 20);
    }

    [Fact]
    public void LongTextRepeatedInOneBatch_IsRefusedBeforeItFillsTheMemory()
    {
        byte[] plain = TestFile.PageV1(1, PageEncoding.Plain, TestEncode.Prefixed([65]));
        using ParquetFile file = TestFile.Open(TestFile.Build(100_001, LongTextRepeated(plain)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ParquetException>(() => file.OpenColumn(0, file.Columns[0]).Read(new ColumnVector(100_001), 100_001));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 128L << 20);
    }

    [Fact]
    public void FailedReader_StaysAtItsError()
    {
        using ParquetFile file = TestFile.Open(TestFile.Build(2, Good with { Pages = [TestFile.PageV1(2, PageEncoding.Plain, TwoInts, badCrc: true)] }));
        ColumnReader reader = file.OpenColumn(0, file.Columns[0]);
        ColumnVector vector = new(2);
        string first = Assert.Throws<ParquetException>(() => reader.Read(vector, 2)).Message;
        Assert.Equal(first, Assert.Throws<ParquetException>(() => reader.Read(vector, 2)).Message);
    }

    [Fact]
    public void FailedOpen_DisposesItsSource()
    {
        DisposableSource source = new();
        Assert.Throws<ParquetException>(() => ParquetFile.Open(source));
        Assert.True(source.IsDisposed);
    }

    private static void ReadAll(byte[] bytes)
    {
        using ParquetFile file = TestFile.Open(bytes);
        ColumnVector vector = new(64);
        foreach (ParquetColumn column in file.Columns)
        {
            ColumnReader reader = file.OpenColumn(0, column);
            while (reader.Read(vector, 64) > 0)
            {
            }
        }
    }

    private sealed class DisposableSource : IByteSource
    {
        public bool IsDisposed { get; private set; }

        public string Name => "nothing";

        public long Length => 0;

        public void Read(long offset, Span<byte> destination) => throw new EndOfStreamException();

        public void Dispose() => IsDisposed = true;
    }
}
