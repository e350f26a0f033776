using System.Text.RegularExpressions;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Parquet;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Flushing;

public sealed partial class AthenaTableTests
{
    [Fact]
    public void TableColumns_AreThoseOfAnObject()
    {
        byte[] content = BarObjectCodec.Write(
            [new Bar(0, 1, 1, 1, 1, 1, 1, 1)], new ObjectOrigin("stock_stream", "id", "avg-1min", "shardId-000000000000"));
        using var file = ParquetFile.Open(new MemoryByteSource("bars.parquet", content));
        Assert.Equal(
            file.Columns.Select(column => (column.Name, AthenaType(column))),
            Columns(AthenaScripts.Table[..AthenaScripts.Table.IndexOf("PARTITIONED", StringComparison.Ordinal)]));
    }

    [Fact]
    public void TablePartitions_AreThoseOfAKey()
    {
        string key = LakeLayout.Bars("AAPL", new DateOnly(2024, 1, 2));
        string[] folders = key.Split('/');
        Assert.Equal(
            folders[1..^1].Select(folder => (folder.Split('=')[0], "string")),
            Columns(Partitions().Match(AthenaScripts.Table).Groups["columns"].Value.Replace(", ", ",\n", StringComparison.Ordinal)));
        Assert.Contains($"LOCATION '{{{{lake}}}}/{folders[0]}/'", AthenaScripts.Table, StringComparison.Ordinal);
    }

    private static string AthenaType(ParquetColumn column) => (column.Type, column.Logical) switch
    {
        (PhysicalType.Int64, LogicalKind.TimestampMicros) => "timestamp",
        (PhysicalType.Int64, LogicalKind.None) => "bigint",
        (PhysicalType.Double, LogicalKind.None) => "double",
        _ => $"{column.Type} {column.Logical}",
    };

    private static IEnumerable<(string, string)> Columns(string text)
        => Column().Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["type"].Value));

    [GeneratedRegex(@"^\s*(?<name>\w+) (?<type>timestamp|double|bigint|string),?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Column();

    [GeneratedRegex(@"PARTITIONED BY \((?<columns>[^)]*)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Partitions();
}
