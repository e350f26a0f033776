using System.Text.Json;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

/// <summary>Files of public reports, from the command line to the rows of the lake. Each has its unit tests, which need no file.</summary>
public sealed class FieldCaseTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("f05-column-names-that-cannot-be-given/yf_multi.parquet", "AAPL", null, null, 185.0)]
    [InlineData("f06-daily-bars-at-exchange-midnight/yf_daily.parquet", "AAPL", "2024-03-11 20:00:00", "2024-03-11", 172.75)]
    [InlineData("f07-integer-that-is-no-epoch/datetime_int.parquet", "ES", "2024-01-02 09:30:00", "2024-01-02", null)]
    [InlineData("r04-naive-new-york-time/naive_et.parquet", "AAPL", "2024-01-02 09:01:00", "2024-01-02", null, "--input-time-zone", "America/New_York")]
    [InlineData("r05-epoch-as-double/epochdouble.parquet", "BTC", "2024-01-02 15:00:00", "2024-01-02", 42000.5)]
    [InlineData("r06-date-and-time-apart/datetime_text.parquet", "ES", "2024-01-02 14:30:00", "2024-01-02", null, "--input-time-zone", "America/New_York")]
    [InlineData("r06-date-and-time-apart/datetime_time.parquet", "ES", "2024-01-02 09:30:00", "2024-01-02", null)]
    [InlineData("r07-price-in-1e-9/dbn.parquet", "AAPL", null, null, 185.645, "--price-scale", "1e-9")]
    [InlineData("r10-ticker-only-in-the-file-name/AAPL.parquet", "AAPL", null, null, null, "--ticker-from-file-name")]
    [InlineData("r10-ticker-only-in-the-file-name/AAPL.parquet", "MSFT", null, null, null, "--ticker", "MSFT")]
    public async Task FieldCase_GivesItsRightRow(string file, string ticker, string? window, string? date, double? average, params string[] options)
    {
        JsonElement row = (await ReplayAsync(file, options))[0];
        Assert.Equal(ticker, row.GetProperty("ticker").GetString());
        if (window is not null) Assert.Equal(window, row.GetProperty("window_start").GetString());
        if (date is not null) Assert.Equal(date, row.GetProperty("trade_date").GetString());
        if (average is not null) Assert.Equal(average.Value, row.GetProperty("avg_close").GetDouble(), 1e-12 * average.Value);
    }

    [Fact]
    public async Task DailyBars_HaveARowEach_AtMostSpeed()
    {
        JsonElement[] rows = await ReplayAsync("f06-daily-bars-at-exchange-midnight/yf_daily.parquet", []);
        Assert.Equal([("2024-03-11", 172.75), ("2024-03-08", 170.73)], rows.Select(row => (row.GetProperty("trade_date").GetString(), row.GetProperty("avg_close").GetDouble())));
    }

    [Fact]
    public async Task ScaledPrices_ShowInTheRangeOfInspect()
    {
        CliResult inspect = (await Cli.ProducerAsync(_folder.Path, "inspect", Case("r07-price-in-1e-9/dbn.parquet"))).ShouldExit(0);
        Assert.Contains("price     185", inspect.Output, StringComparison.Ordinal);
        Assert.Contains("000000", inspect.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ColumnsNamedInTheEnvironment_AreTakenVerbatim()
    {
        var environment = new Dictionary<string, string>
        {
            ["STREAMING__Producer__Column__0"] = "close=('Volume', 'AAPL')",
            ["STREAMING__Producer__Column__1"] = "volume=('Close', 'AAPL')",
        };
        string file = Case("f05-column-names-that-cannot-be-given/yf_multi.parquet");
        CliResult inspect = (await Cli.RunAsync("producer", _folder.Path, environment, "inspect", file, "--json")).ShouldExit(0);
        Assert.Contains("""{"name":"('Volume', 'AAPL')","type":"INT64","field":"close"}""", inspect.Output, StringComparison.Ordinal);
    }

    private static string Case(string file)
    {
        Assert.SkipWhen(TestPaths.FieldCases is null, TestPaths.NoFieldCases);
        return Path.Combine(TestPaths.FieldCases, file);
    }

    private async Task<JsonElement[]> ReplayAsync(string file, string[] options)
    {
        (await Cli.ProducerAsync(_folder.Path, ["replay", Case(file), "--speed", "max", "--create-stream", "--shards", "1", .. options])).ShouldExit(0);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--http", "off")).ShouldExit(0);
        CliResult query = (await Cli.ConsumerAsync(_folder.Path, "query", "--json")).ShouldExit(0);
        return [.. query.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
