using Streaming.Shared.Parquet;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>What we write, as four readers that are not ours see it.</summary>
public sealed class ParquetReadersTests : IDisposable
{
    private const long Micro = 1;
    private const long Minute = 60_000_000 * Micro;
    private const long MarketOpen = 1_704_205_800_000_000;

    private readonly ScratchFolder _scratch = new();

    public ParquetReadersTests() => Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Snappy)]
    public void Bars_ReadTheSameEverywhere(CompressionCodec codec)
    {
        WrittenColumn[] bars = Bars(390);
        Dictionary<string, ReadTable> tables = WriteAndRead(bars, 390, codec: codec, metadata: new Dictionary<string, string>
        {
            ["stream"] = "stock_stream",
            ["empty"] = "",
            ["unicode"] = "ÅÖ漢 😀",
        });

        Assert.Equal(["TIMESTAMP", "TIMESTAMP", "DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "BIGINT", "BIGINT"], Types(tables["duckdb"]));
        Assert.Equal("INT64 TIMESTAMP MICROS utc=false", Types(tables["hyparquet"])[0]);
        Assert.Equal(["Timestamp<MICROSECOND>", "Timestamp<MICROSECOND>", "Float64", "Float64", "Float64", "Float64", "Float64", "Int64", "Int64"], Types(tables["arrow"]));
        Assert.All(tables.Values, table => Assert.Equal(("stock_stream", "", "ÅÖ漢 😀"), (table.Metadata["stream"], table.Metadata["empty"], table.Metadata["unicode"])));
    }

    [Theory]
    [InlineData(CompressionCodec.None, int.MaxValue)]
    [InlineData(CompressionCodec.Snappy, int.MaxValue)]
    [InlineData(CompressionCodec.Snappy, 1)]
    [InlineData(CompressionCodec.Snappy, 3)]
    public void Extremes_ReadTheSameEverywhere(CompressionCodec codec, int rowsPerGroup)
    {
        const bool no = false;
        WrittenColumn[] columns =
        [
            WrittenColumn.Longs("long", [long.MinValue, long.MaxValue, 0, -1, 1, 42, 7]),
            WrittenColumn.Longs("optional long", [1, 2, 3, 4, 5, 6, 7], [true, no, true, no, no, true, true]),
            WrittenColumn.Longs("never", [1, 2, 3, 4, 5, 6, 7], [true, true, true, true, true, true, true]),
            WrittenColumn.Longs("int", [int.MinValue, int.MaxValue, 0, -1, 1, 42, 7], type: PhysicalType.Int32),
            WrittenColumn.Longs("annotated", [int.MinValue, int.MaxValue, 0, -1, 1, 42, 7], type: PhysicalType.Int32, logical: LogicalKind.Integer),
            WrittenColumn.Longs("flag", [1, 0, 0, 1, 1, 0, 1], [no, no, no, true, no, no, no], type: PhysicalType.Boolean),
            WrittenColumn.Times("time", [-1, 0, 253_402_300_799_999_999, MarketOpen, MarketOpen + 1, -62_135_596_800_000_000, 1]),
            WrittenColumn.Doubles("double", [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0.0, double.Epsilon, double.MaxValue]),
            WrittenColumn.Doubles("optional double", [0.1, 1, 2, 3, 4, 5, -1e-300], [no, true, no, true, true, no, no]),
            WrittenColumn.Texts("text", "", "漢字", "😀", "a\0b", "line\r\nline", new string('x', 100_000), "\uFFFD"),
            WrittenColumn.Texts("few", "AAPL", "AAPL", "MSFT", "AAPL", null, "MSFT", "AAPL"),
            WrittenColumn.Texts("one", "x", "x", "x", "x", "x", "x", "x"),
            WrittenColumn.Texts("no text", null, null, null, null, null, null, null),
        ];
        WriteAndRead(columns, 7, rowsPerGroup, codec);
    }

    [Fact]
    public void NoRows_IsAFileWithColumns()
    {
        Dictionary<string, ReadTable> tables = WriteAndRead(Bars(0), 0);
        Assert.Equal(9, tables["duckdb"].Columns.Length);
    }

    [Fact]
    public void EmptyRowGroupAmongOthers_IsLeftOut()
    {
        using (FileStream file = File.Create(_scratch["a.parquet"]))
        using (var writer = new ParquetWriter(file, [new("x", PhysicalType.Int64, LogicalKind.None, false)]))
        {
            foreach (long[] rows in new long[][] { [], [1], [], [2, 3], [] })
            {
                writer.BeginRowGroup(rows.Length);
                writer.Write(rows);
            }

            writer.Finish();
        }

        Assert.All(NodeReaders.Read(_scratch["a.parquet"]).Values, table => Assert.Equal(["1", "2", "3"], table.Rows.Select(row => row[0])));
    }

    [Fact]
    public void RandomNullsAndRepeats_ReadTheSameEverywhere()
    {
        const int seed = 20240102;
        var random = new Random(seed);
        const int rows = 3000;
        // Stretches of one value or one state, of lengths around the encodings' groups of eight.
        int[] states = new int[rows];
        for (int row = 0; row < rows;)
        {
            int state = random.Next(40);
            for (int end = Math.Min(rows, row + random.Next(1, 30)); row < end; row++) states[row] = state;
            for (int end = Math.Min(rows, row + random.Next(0, 12)); row < end; row++) states[row] = random.Next(40);
        }

        bool[] isNull = [.. states.Select(state => state % 3 == 0)];
        WrittenColumn[] columns =
        [
            WrittenColumn.Longs("long", [.. states.Select(state => (long)state)], isNull),
            WrittenColumn.Doubles("double", [.. states.Select(state => state / 7.0)], isNull),
            WrittenColumn.Texts("text", [.. states.Select(state => state % 3 == 0 ? null : $"value {state}")]),
            WrittenColumn.Texts("distinct", [.. states.Select((state, row) => state % 3 == 0 ? null : $"value {row}")]),
        ];
        WriteAndRead(columns, rows, rowsPerGroup: 1789, seed: seed);
    }

    [Fact]
    public void RepeatedNumbers_ReadTheSameEverywhere()
    {
        const int rows = 600;
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0.0, double.Epsilon, double.MaxValue, 0.1];
        bool[] isNull = [.. Enumerable.Range(0, rows).Select(row => row % 7 < 2)];
        WriteAndRead(
            [
                WrittenColumn.Doubles("odd", [.. Enumerable.Range(0, rows).Select(row => odd[row * row % 13 % 8])]),
                WrittenColumn.Doubles("some", [.. Enumerable.Range(0, rows).Select(row => row % 37 / 8.0)], isNull),
                WrittenColumn.Longs("one", [.. Enumerable.Repeat(long.MinValue, rows)]),
                WrittenColumn.Longs("half", [.. Enumerable.Range(0, rows).Select(row => (long)(row / 2) << 33)]),
                WrittenColumn.Longs("few", [.. Enumerable.Range(0, rows).Select(row => row % 3 - 1L)], isNull),
                WrittenColumn.Times("time", [.. Enumerable.Range(0, rows).Select(row => MarketOpen + (row / 5 * Minute))]),
            ],
            rows);
    }

    [Fact]
    public void ManyPages_ReadTheSame()
    {
        const int rows = 300_000;
        bool[] isNull = [.. Enumerable.Range(0, rows).Select(row => row % 5 == 0)];
        WrittenColumn[] columns =
        [
            WrittenColumn.Longs("n", [.. Enumerable.Range(0, rows).Select(row => (long)row)], isNull),
            WrittenColumn.Doubles("d", [.. Enumerable.Range(0, rows).Select(row => row / 8.0)]),
            WrittenColumn.Longs("r", [.. Enumerable.Range(0, rows).Select(row => row % 1000L)], isNull),
            WrittenColumn.Texts("t", [.. Enumerable.Range(0, rows).Select(row => $"row {row}")]),
            WrittenColumn.Texts("few", [.. Enumerable.Range(0, rows).Select(row => row % 5 == 0 ? null : $"row {row % 1000}")]),
        ];
        WrittenColumn.WriteFile(_scratch["a.parquet"], columns, rows);

        IEnumerable<string?> answer = Assert.Single(NodeReaders.Query($"""
            SELECT count(*),
              count(*) FILTER (n IS DISTINCT FROM CASE WHEN file_row_number % 5 <> 0 THEN file_row_number END),
              count(*) FILTER (d IS DISTINCT FROM file_row_number / 8.0),
              count(*) FILTER (r IS DISTINCT FROM CASE WHEN file_row_number % 5 <> 0 THEN file_row_number % 1000 END),
              count(*) FILTER (t IS DISTINCT FROM 'row ' || file_row_number),
              count(*) FILTER (few IS DISTINCT FROM CASE WHEN file_row_number % 5 <> 0 THEN 'row ' || file_row_number % 1000 END)
            FROM read_parquet('{_scratch["a.parquet"]}', file_row_number = true)
            """));
        Assert.Equal(["300000", "0", "0", "0", "0", "0"], answer);
        Assert.All(NodeReaders.Read(_scratch["a.parquet"]).Values, table => Assert.Equal(["299999", "37499.875", "999", "row 299999", "row 999"], table.Rows[^1].AsEnumerable()));
    }

    private static WrittenColumn[] Bars(int rows)
    {
        double[] Prices(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, rows).Select(_ => Math.Round(100 + (random.NextDouble() * 10), 4) / 3)];
        }

        long[] starts = [.. Enumerable.Range(0, rows).Select(row => MarketOpen + (row * Minute))];
        return
        [
            WrittenColumn.Times("window_start", starts),
            WrittenColumn.Times("window_end", [.. starts.Select(start => start + Minute)]),
            WrittenColumn.Doubles("avg_close", Prices(1)),
            WrittenColumn.Doubles("last_close", Prices(2)),
            WrittenColumn.Doubles("open", Prices(3)),
            WrittenColumn.Doubles("high", Prices(4)),
            WrittenColumn.Doubles("low", Prices(5)),
            WrittenColumn.Longs("volume", [.. starts.Select(start => start % 7919)], [.. starts.Select(start => start % 7 == 0)]),
            WrittenColumn.Longs("tick_count", [.. starts.Select(start => start % 60)]),
        ];
    }

    // 600 minutes in groups of 60: what the bounds prune must be what the values would leave out. (Parquet.Net's own bounds prune all 600.)
    [Fact]
    public void FilterByWindowStart_FindsWhatIsThereAndReadsNoMore()
    {
        const int rows = 600;
        const int rowsPerGroup = 60;
        WrittenColumn.WriteFile(_scratch["a.parquet"], Bars(rows), rows, rowsPerGroup);
        for (int first = 0; first <= rows; first += 37)
        {
            string from = DateTime.UnixEpoch.AddMicroseconds(MarketOpen + (first * Minute)).ToString("yyyy-MM-dd HH:mm:ss");
            Assert.Equal($"{rows - first}", NodeReaders.Query($"SELECT count(*) FROM '{_scratch["a.parquet"]}' WHERE window_start >= TIMESTAMP '{from}'")[0][0]);
            Assert.Equal($"{first}", NodeReaders.Query($"SELECT count(*) FROM '{_scratch["a.parquet"]}' WHERE window_start < TIMESTAMP '{from}'")[0][0]);
        }

        string?[][] bounds = NodeReaders.Query(
            $"SELECT epoch_us(stats_min_value::TIMESTAMP), epoch_us(stats_max_value::TIMESTAMP) FROM parquet_metadata('{_scratch["a.parquet"]}') WHERE path_in_schema = 'window_start' ORDER BY row_group_id");
        Assert.Equal(
            Enumerable.Range(0, rows / rowsPerGroup).Select(group => ($"{MarketOpen + (group * rowsPerGroup * Minute)}", $"{MarketOpen + (((group + 1) * rowsPerGroup) - 1) * Minute}")),
            bounds.Select(row => (row[0]!, row[1]!)));
    }

    private static string[] Types(ReadTable table) => [.. table.Columns.Select(column => column[1])];

    private Dictionary<string, ReadTable> WriteAndRead(
        WrittenColumn[] columns, int rowCount, int rowsPerGroup = int.MaxValue, CompressionCodec codec = CompressionCodec.Snappy,
        Dictionary<string, string>? metadata = null, int seed = 0)
    {
        WrittenColumn.WriteFile(_scratch["a.parquet"], columns, rowCount, rowsPerGroup, metadata, codec);
        var tables = new Dictionary<string, ReadTable>(NodeReaders.Read(_scratch["a.parquet"]))
        {
            [ParquetNetReader.Name] = ParquetNetReader.ReadAsync(_scratch["a.parquet"]).GetAwaiter().GetResult(),
        };
        Assert.Equal(4, tables.Count);
        foreach ((string reader, ReadTable table) in tables)
        {
            Assert.Equal(columns.Select(column => column.Field.Name), table.Columns.Select(column => column[0]));
            Assert.Equal(rowCount, table.Rows.Length);
            for (int row = 0; row < rowCount; row++)
            {
                for (int i = 0; i < columns.Length; i++)
                    Assert.True(columns[i].Matches(row, table.Rows[row][i]), $"{reader}, seed {seed}: {columns[i].Field.Name}[{row}] reads as {table.Rows[row][i] ?? "null"}");
            }
        }

        return tables;
    }
}
