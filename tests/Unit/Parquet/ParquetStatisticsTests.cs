using Streaming.Shared.Parquet;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>Statistics as DuckDB's parquet_metadata shows them, and filters that rely on them.</summary>
public sealed class ParquetStatisticsTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public ParquetStatisticsTests() => Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Bounds_AreThoseOfTheValuesThatAreThere()
    {
        AssertStatistics(WrittenColumn.Longs("x", [9, long.MinValue, -5], [false, true, false]), "-5", "9", "1");
        AssertStatistics(WrittenColumn.Longs("x", [9, 1, -5], type: PhysicalType.Int32), "-5", "9", "0");
        AssertStatistics(WrittenColumn.Longs("x", [1, 1, 0], type: PhysicalType.Boolean), "false", "true", "0");
        AssertStatistics(WrittenColumn.Doubles("x", [2.5, -1.5, 0]), "-1.5", "2.5", "0");
        AssertStatistics(WrittenColumn.Times("x", [1, 3, 2]), "1970-01-01 00:00:00.000001", "1970-01-01 00:00:00.000003", "0");
    }

    // U+FF5E sorts after the emoji as UTF-16 and before it as UTF-8, whose order counts.
    [Fact]
    public void TextBounds_FollowTheOrderOfUtf8()
        => AssertStatistics(WrittenColumn.Texts("x", "😀", "\uFF5E", null, ""), "", "😀", "1");

    [Fact]
    public void NoValueOrNotComparable_HasNoBounds()
    {
        AssertStatistics(WrittenColumn.Longs("x", [1, 2], [true, true]), null, null, "2");
        AssertStatistics(WrittenColumn.Doubles("x", [1, double.NaN]), null, null, null);
        AssertStatistics(WrittenColumn.Texts("x", "a", new string('b', 65)), "a", null, "0");
    }

    [Fact]
    public void Zeros_BoundBothSigns()
    {
        AssertStatistics(WrittenColumn.Doubles("x", [0.0]), "-0.0", "0.0", "0");
        AssertStatistics(WrittenColumn.Doubles("x", [-0.0]), "-0.0", "0.0", "0");
    }

    [Fact]
    public void Filter_FindsNaN()
    {
        Write(WrittenColumn.Doubles("x", [1, double.NaN]), 2);
        Assert.Equal("1", NodeReaders.Query($"SELECT count(*) FROM '{_scratch["a.parquet"]}' WHERE x > 1e300")[0][0]);
    }

    [Fact]
    public void CreatedBy_HasTheFormThatReadersParse()
    {
        Write(WrittenColumn.Longs("x", [1]), 1);
        Assert.Matches(@"^streaming version \d+\.\d+\.\d+ \(build \w+\)$", NodeReaders.Query($"SELECT created_by FROM parquet_file_metadata('{_scratch["a.parquet"]}')")[0][0]!);
    }

    [Fact]
    public void FewDistinctTexts_TakeADictionary()
    {
        Assert.Contains("RLE_DICTIONARY", Encodings(WrittenColumn.Texts("x", "a", "b", "a", "b")));
    }

    private string Encodings(WrittenColumn column)
    {
        Write(column, 4);
        return NodeReaders.Query($"SELECT encodings FROM parquet_metadata('{_scratch["a.parquet"]}')")[0][0]!;
    }

    private void AssertStatistics(WrittenColumn column, string? min, string? max, string? nullCount)
    {
        Write(column, column.RowCount);
        string?[] found = Assert.Single(NodeReaders.Query($"SELECT stats_min_value, stats_max_value, stats_null_count FROM parquet_metadata('{_scratch["a.parquet"]}')"));
        Assert.Equal((min, max, nullCount), (found[0], found[1], found[2]));
    }

    private void Write(WrittenColumn column, int rowCount) => WrittenColumn.WriteFile(_scratch["a.parquet"], [column], rowCount);
}
