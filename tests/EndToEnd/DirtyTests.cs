using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Producer;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>
/// Real rows with faults put into them, through the whole pipeline: what is usable gives the rows that SQL gives of the usable rows
/// alone.
/// </summary>
public sealed class DirtyTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    /// <summary>The same rows in other shapes; "missing_volume" has none to sum.</summary>
    public static TheoryData<string> SameAsBase =>
    [
        "dirty/intraday/base", "dirty/intraday/extra_columns", "dirty/intraday/reordered_columns", "dirty/intraday/upper_case_columns",
        "dirty/intraday/missing_volume", "dirty/intraday/wrong_types_text", "dirty/intraday/wrong_types_numeric", "dirty/intraday/unsorted",
        "intraday/variants/dictionary_ticker_many_files_*of2", "intraday/variants/parquet_v2_lz4raw", "intraday/variants/ts_micros_utcfalse_zstd",
        "intraday/variants/decimal_prices", "intraday/variants/ts_int64_epoch_ms_uncompressed", "intraday/variants/small_row_groups_brotli",
        "intraday/variants/ts_nanos_gzip", "intraday/variants/ts_micros_utctrue_snappy",
    ];

    [Theory]
    [MemberData(nameof(SameAsBase))]
    public async Task OtherShapeOfTheSameRows_GivesTheSameBars(string file)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        ReplaySummary summary = await RunAsync(Path.Combine(TestPaths.MarketData, file + ".parquet"));
        Assert.Equal((0, 0, 571), (summary.Rejected, summary.RefusedFiles.Count, (int)summary.Sent));
        IEnumerable<OracleRow> oracle = Oracle.LoadPath(Path.Combine(TestPaths.MarketData, "dirty/base_1m.parquet"));
        if (file.EndsWith("missing_volume", StringComparison.Ordinal)) oracle = oracle.Select(row => row with { Volume = null });
        await Oracle.AssertEqualAsync([.. oracle], _folder["lake"]);
    }

    [Fact]
    public async Task MixedRows_GiveTheBarsOfTheUsableOnes()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        ReplaySummary summary = await RunAsync(Path.Combine(TestPaths.MarketData, "dirty/intraday/bars_mixed_varchar.parquet"));
        List<JsonElement> faults = Faults("intraday/bars_mixed_varchar.parquet");
        // Zero and negative prices are prices, and a volume of more than 64 bits is a number.
        string?[] taken = ["zero_price", "negative_price", "volume_gt_int64"];
        Assert.True(summary.Rejected >= faults.Count(fault => Expected(fault) == "reject" && !taken.Contains(fault.GetProperty("fault").GetString())));

        // A window that a row of either treatment falls in may have it or not; all others are of usable rows only.
        HashSet<long> open = [.. faults.Where(fault => Expected(fault) == "policy").SelectMany(MinutesOf)];
        var lake = await Oracle.LakeAsync(_folder["lake"]);
        List<OracleRow> oracle = Oracle.LoadPath(Path.Combine(TestPaths.MarketData, "dirty/bars_mixed_clean_1m.parquet"));
        int compared = 0;
        foreach (OracleRow row in oracle)
        {
            if (!lake.TryGetValue((row.Ticker, row.MinuteMicros), out Consumer.Querying.AvgRow? bar)) Assert.Fail($"{row} is missing");
            if (open.Contains(row.MinuteMicros) || bar.Bar.TickCount != row.Count) continue;
            Assert.Equal(row.Average, bar.Bar.AvgClose, 1e-9 * row.Average);
            Assert.Equal(row.Last, bar.Bar.LastClose);
            compared++;
        }

        Assert.True(compared >= 500, $"only {compared} of {oracle.Count} windows were compared");
    }

    [Fact]
    public async Task BrokenFilesAmongGoodOnes_StopNothing()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        string dirty = Path.Combine(TestPaths.MarketData, "dirty", "intraday");
        string[] broken = ["zero_bytes", "truncated_60pct", "truncated_footer_magic", "magic_only", "corrupt_page", "footer_length_lies", "not_parquet",
            "gzip_of_parquet", "missing_close", "missing_ticker", "nested_struct", "ts_date_only"];
        ReplaySummary summary = await RunAsync([Path.Combine(dirty, "base.parquet"), .. broken.Select(name => Path.Combine(dirty, name + ".parquet")), Path.Combine(dirty, "zero_rows.parquet")]);
        Assert.Equal(broken.Order(), summary.RefusedFiles.Select(file => Path.GetFileNameWithoutExtension(file.File)).Order());
        List<OracleRow> oracle = Oracle.LoadPath(Path.Combine(TestPaths.MarketData, "dirty/base_1m.parquet"));

        // The corrupt page is met while the file's other columns were fine; whatever left before counts as a repeat of base's rows.
        Assert.Equal(571, summary.Sent);
        await Oracle.AssertEqualAsync(oracle, _folder["lake"]);
    }

    private static string? Expected(JsonElement fault) => fault.GetProperty("expected").GetString();

    private static List<JsonElement> Faults(string file)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestPaths.MarketData!, "dirty", "faults.json")));
        return [.. json.RootElement.GetProperty("faults").Clone().EnumerateArray().Where(fault => fault.GetProperty("file").GetString() == file)];
    }

    /// <summary>Minutes that the fault's own words name.</summary>
    private static IEnumerable<long> MinutesOf(JsonElement fault)
    {
        foreach (string property in (string[])["original", "value"])
        {
            if (fault.GetProperty(property).ValueKind == JsonValueKind.String
                && DateTimeOffset.TryParse(fault.GetProperty(property).GetString(), null, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
                yield return (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        }
    }

    private async Task<ReplaySummary> RunAsync(params string[] inputs)
    {
        await using IManagedStream stream = RecordStreams.Open(_folder["stream"], TimeProvider.System);
        await stream.CreateAsync(4, CancellationToken.None);
        var replay = new ReplayPipeline(new ProducerOptions { Inputs = inputs, Speed = double.PositiveInfinity, RunId = "test" }, TimeProvider.System);
        ReplaySummary summary = await replay.RunAsync(stream, CancellationToken.None);
        var options = new ConsumerOptions { Once = true };
        var service = new ConsumerService(stream, ObjectStores.Open(_folder["lake"], TimeProvider.System), options, TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        await service.RunAsync(CancellationToken.None);
        return summary;
    }

    public void Dispose() => _folder.Dispose();
}
