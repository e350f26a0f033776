using System.Text.Json;
using Streaming.Producer.Archive;
using Streaming.Shared.Ticks;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Archive;

/// <summary>Every fault of the dirty market data that stands in a Parquet file of intraday bars.</summary>
public sealed class DirtyArchiveTests
{
    private const string VarcharFile = "intraday/bars_mixed_varchar.parquet";
    private const string TypedFile = "intraday/bars_typed_faults.parquet";

    // What we decided where the market data leaves it open, or says otherwise: true refuses the row.
    private static readonly Dictionary<string, bool> Policy = new(StringComparer.Ordinal)
    {
        ["duplicate_row_adjacent"] = false,
        ["duplicate_row_distant"] = false,
        ["duplicate_key_other_close"] = false,
        ["late_35_minutes"] = false,
        ["high_below_low"] = false,
        ["thousands_separator"] = true,
        ["currency_sign"] = true,
        ["fat_finger_x1000"] = false,
        ["negative_price"] = false,
        ["zero_price"] = false,
        ["negative_zero_price"] = false,
        ["volume_gt_int64"] = false,
        ["tiny_price"] = true,
        ["huge_price"] = true,
        ["epoch_millis_text"] = false,
        ["us_date_format"] = true,
        ["iso_offset"] = false,
        ["epoch_zero"] = false,
        ["before_epoch"] = false,
        ["far_future"] = true,
        ["date_only"] = true,
        ["null_volume"] = false,
        ["text_in_volume"] = false,
        ["negative_volume"] = false,
        ["fractional_volume"] = false,
        ["path_like_ticker"] = false,
        ["partition_syntax_ticker"] = false,
        ["whitespace_ticker"] = false,
        ["trailing_space_ticker"] = false,
        ["trailing_dot_ticker"] = false,
        ["lowercase_ticker"] = false,
        ["null_word_ticker"] = false,
        ["comma_in_ticker"] = false,
        ["long_ticker"] = true,
        ["unicode_ticker"] = false,
        ["formula_ticker"] = false,
        ["nul_char_ticker"] = true,
    };

    private static readonly string[] RefusedFiles =
    [
        "corrupt_page", "footer_length_lies", "gzip_of_parquet", "magic_only", "missing_close", "missing_ticker", "nested_struct",
        "not_parquet", "truncated_60pct", "truncated_footer_magic", "ts_date_only", "zero_bytes",
    ];

    // Same rows as base.parquet in another shape.
    private static readonly string[] SameAsBase =
        ["extra_columns", "reordered_columns", "upper_case_columns", "wrong_types_text", "redelivered_copy_of_base", "unsorted"];

    [Theory]
    [InlineData(VarcharFile)]
    [InlineData(TypedFile)]
    public void BadRows_AreRefusedWithTheirNumber_AndNoOthers(string file)
    {
        List<JsonElement> faults = Faults(file);
        long[] expected = [.. faults.Where(IsRefused).Select(fault => fault.GetProperty("row").GetInt64()).Order()];
        var told = new List<RefusedRow>();
        var refused = new RefusedRows(told: told.Add);

        List<Tick> ticks = ArchiveReads.All(refused, [Dirty(file)]);

        Assert.Equal(expected, told.Select(row => row.Row).Order());
        Assert.All(told, row => Assert.Equal(Dirty(file), row.File));
        Assert.Equal((file == VarcharFile ? 574 : 572) - expected.Length, ticks.Count);
    }

    [Theory]
    [InlineData(VarcharFile)]
    [InlineData(TypedFile)]
    public void OddButValidRows_KeepTheirValues(string file)
    {
        List<Tick> ticks = ArchiveReads.All(new RefusedRows(), [Dirty(file)]);
        foreach (JsonElement fault in Faults(file).Where(fault => !IsRefused(fault)))
        {
            string value = fault.GetProperty("value").GetString() ?? "";
            switch (fault.GetProperty("column").GetString())
            {
                case "ticker":
                    Assert.Contains(ticks, tick => tick.Ticker == value);
                    break;
                case "volume" when double.TryParse(value, out double volume) && volume >= 0:
                    Assert.Contains(ticks, tick => tick.Volume == volume);
                    break;
                case "volume":
                    Assert.Contains(ticks, tick => double.IsNaN(tick.Volume));
                    break;
                case "close":
                    Assert.Contains(ticks, tick => tick.Close == double.Parse(value));
                    break;
                case "ts":
                    Assert.Contains(ticks, tick => tick.TimestampMicros == Micros(value));
                    break;
            }
        }
    }

    [Fact]
    public void BrokenOrUnusableFiles_AreRefusedWhole_WhileOthersGoOn()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        var refused = new RefusedRows();

        List<Tick> ticks = ArchiveReads.All(refused, [.. RefusedFiles.Append("base").Select(name => Dirty($"intraday/{name}.parquet"))]);

        Assert.Equal(571, ticks.Count);
        Assert.Equal(
            RefusedFiles.Order(StringComparer.Ordinal),
            refused.Files.Select(file => Path.GetFileNameWithoutExtension(file.File)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void OtherShapesOfTheSameRows_GiveTheSameTicks()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        List<Tick> expected = ArchiveReads.All(Dirty("intraday/base.parquet"));
        foreach (string name in SameAsBase) Assert.Equal(expected, ArchiveReads.All(Dirty($"intraday/{name}.parquet")));
        foreach (string file in Directory.GetFiles(Path.Combine(TestPaths.MarketData!, "intraday", "variants")).Where(file => !file.Contains("many_files")))
            Assert.Equal(expected, ArchiveReads.All(file));
        Assert.Equal(expected, ArchiveReads.All(Path.Combine(TestPaths.MarketData!, "intraday", "variants", "dictionary_*.parquet")));
    }

    [Fact]
    public void FloatAndDecimalAndDoubleColumns_GiveCloseAndVolumeOfTheBase()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        List<Tick> expected = ArchiveReads.All(Dirty("intraday/base.parquet"));
        List<Tick> actual = ArchiveReads.All(Dirty("intraday/wrong_types_numeric.parquet"));
        Assert.Equal(expected.Select(tick => (tick.Close, tick.Volume)), actual.Select(tick => (tick.Close, tick.Volume)));
        Assert.Equal(expected.Select(tick => (double)(float)tick.Open), actual.Select(tick => tick.Open));
    }

    [Fact]
    public void MissingVolume_IsAbsent_ZeroRows_AreNothing_AllNullClose_RefusesEveryRow()
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        Assert.All(ArchiveReads.All(Dirty("intraday/missing_volume.parquet")), tick => Assert.Equal(double.NaN, tick.Volume));
        Assert.Empty(ArchiveReads.All(Dirty("intraday/zero_rows.parquet")));
        var refused = new RefusedRows();
        Assert.Empty(ArchiveReads.All(refused, [Dirty("intraday/all_null_close.parquet")]));
        Assert.Equal(KeyValuePair.Create("close is missing", 571L), Assert.Single(refused.ByReason));
    }

    private static bool IsRefused(JsonElement fault)
    {
        if (Policy.TryGetValue(fault.GetProperty("fault").GetString()!, out bool isRefused)) return isRefused;
        string? expected = fault.GetProperty("expected").GetString();
        Assert.NotEqual("policy", expected);
        return expected == "reject";
    }

    private static long Micros(string text)
    {
        DateTimeOffset time = long.TryParse(text, out long millis)
            ? DateTimeOffset.FromUnixTimeMilliseconds(millis)
            : DateTimeOffset.Parse(text, null, System.Globalization.DateTimeStyles.AssumeUniversal);
        return (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    }

    private static string Dirty(string file)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        return Path.Combine(TestPaths.MarketData!, "dirty", file);
    }

    private static List<JsonElement> Faults(string file)
    {
        using JsonDocument all = JsonDocument.Parse(File.ReadAllBytes(Dirty("faults.json")));
        return [.. all.RootElement.GetProperty("faults").EnumerateArray().Where(fault => fault.GetProperty("file").GetString() == file).Select(fault => fault.Clone())];
    }
}
