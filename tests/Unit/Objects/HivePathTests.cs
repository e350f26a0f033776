using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Objects;

public sealed class HivePathTests
{
    public static TheoryData<string> Values { get; } =
    [
        "AAPL", "BRK.B", ".", "..", "../x", "A/B", "A\\B", "a=b", " SPY ", "😀", "ÅÖ漢", "NULL", "null", "nUlL", "NULL1", "__HIVE_DEFAULT_PARTITION__",
        "%", "%4E", "%25", "100%", "a%zz", "a:b", "*?[x]{y}^", "'\"#", "a\0b", "a\u0001\t\n\r\u001Fb", "\u007F", "\u0085\u009F", "-", "~", "007", "1e5", "Infinity", "2024-01-02",
    ];

    [Theory]
    [InlineData("AAPL", "AAPL")]
    [InlineData("BRK.B", "BRK.B")]
    [InlineData("../x", "..%2Fx")]
    [InlineData("A\\B", "A%5CB")]
    [InlineData("a=b", "a%3Db")]
    [InlineData("100%", "100%25")]
    [InlineData("ÅÖ漢 😀", "ÅÖ漢 😀")]
    [InlineData("NULL", "%4EULL")]
    [InlineData("__HIVE_DEFAULT_PARTITION__", "%5F_HIVE_DEFAULT_PARTITION__")]
    [InlineData("a\tb", "a%09b")]
    public void Encoding_IsHives(string value, string encoded) => Assert.Equal(encoded, HivePath.Encode(value));

    [Theory]
    [MemberData(nameof(Values))]
    public void Decoding_GivesTheValueBack(string value) => Assert.Equal(value, HivePath.Decode(HivePath.Encode(value)));

    // Field case f03. What is no UTF-8 is characters of Latin-1, as Hive reads it.
    [Theory]
    [InlineData("%C3%85%C3%84%C3%96", "ÅÄÖ")]
    [InlineData("Soci%c3%a9t%c3%a9", "Société")]
    [InlineData("%E8%85%BE%E8%AE%AF", "腾讯")]
    [InlineData("%F0%9F%98%80", "😀")]
    [InlineData("a%C3%A9%2Fb", "aé/b")]
    [InlineData("%C3%A9%C3", "\u00C3\u00A9\u00C3")]
    [InlineData("%E9", "é")]
    [InlineData("%C3é", "Ãé")]
    [InlineData("%C3%41", "ÃA")]
    [InlineData("%25C3%25A9", "%C3%A9")]
    [InlineData("%C3%A", "Ã%A")]
    [InlineData("%ED%A0%80", "\u00ED\u00A0\u0080")]
    public void EscapesBeyondAscii_AreUtf8WhereTheyAreValid(string segment, string value) => Assert.Equal(value, HivePath.Decode(segment));

    [Fact]
    public void RandomValues_ComeBack_AndAreOneSegment()
    {
        const int seed = 42;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            string value = new([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => (char)random.Next(random.Next(2) == 0 ? 128 : 0xD800))]);
            string segment = HivePath.Segment("ticker", value);
            Assert.True(ObjectKey.IsSegment(segment), $"seed {seed}: {segment}");
            Assert.Equal(value, HivePath.Decode(segment["ticker=".Length..]));
        }
    }

    [Fact]
    public async Task DuckDb_ReadsTheValueBack()
    {
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        using var scratch = new ScratchFolder();
        var store = new LocalObjectStore(scratch.Path, TimeProvider.System);
        string[] values = [.. Values.Select(row => row.Data)];
        for (int i = 0; i < values.Length; i++)
        {
            using var file = new MemoryStream();
            using var writer = new ParquetWriter(file, [new("n", PhysicalType.Int64, LogicalKind.None, IsOptional: false)]);
            writer.BeginRowGroup(1);
            writer.Write([(long)i]);
            writer.Finish();
            await store.PutAsync($"{HivePath.Segment("ticker", values[i])}/bars.parquet", file.ToArray(), null, CancellationToken.None);
        }

        string?[][] rows = NodeReaders.Query(
            $"SELECT ticker FROM read_parquet('{scratch.Path}/*/*.parquet', hive_partitioning = true, hive_types = {{'ticker': VARCHAR}}) ORDER BY n");
        Assert.Equal(values, rows.Select(row => row[0]));
    }
}
