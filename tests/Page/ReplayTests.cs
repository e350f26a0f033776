using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Page;

/// <summary>What stands on the page is what stands in the lake.</summary>
public sealed class ReplayTests(Chromium chromium) : IDisposable
{
    private const int Ticks = 20_000;

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Replay_IsShownAsItComesAndEndsAsTheLake()
    {
        _ = chromium.Browser;
        await Feed.CreateStreamAsync(_folder.Path, shards: 2);
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.WaitForStateAsync("idle");
        await Assertions.Expect(viewer.Page.GetByText("No tick yet")).ToBeVisibleAsync();

        Task replay = Feed.ReplaySampleAsync(_folder.Path, Ticks);
        await viewer.UntilAsync("() => ['live', 'catching up'].includes(document.querySelector('[role=status]').textContent)");
        await viewer.WaitForTickersAsync(10);
        await replay;
        await viewer.WaitForStateAsync("idle");
        // Drained, so that the lake has what memory had; the page goes on to show what it knew.
        viewer.IsOutage = true;
        await worker.DrainAsync();
        await viewer.WaitForStateAsync("reconnecting");

        JsonElement[] latest = await Feed.QueryAsync(_folder.Path, "--latest");
        Assert.Equal(10, latest.Length);
        foreach (JsonElement row in latest)
        {
            string ticker = row.GetProperty("ticker").GetString()!;
            Assert.Equal((row.GetProperty("last_close").GetDouble(), row.GetProperty("avg_close").GetDouble()), await viewer.PricesAsync(ticker));
        }

        await viewer.TakePictureAsync("reconnecting");
    }

    [Fact]
    public async Task ChartOfATicker_HasItsRowsAndTheTooltipNamesThem()
    {
        _ = chromium.Browser;
        await Feed.CreateStreamAsync(_folder.Path, shards: 2);
        await Feed.ReplaySampleAsync(_folder.Path, Ticks);
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.WaitForTickersAsync(10);
        await viewer.WaitForStateAsync("idle");
        await viewer.Row("MSFT").ClickAsync();
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.Heading, new() { Name = "MSFT" })).ToBeVisibleAsync();
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Rows" }).ClickAsync();

        JsonElement[] expected = await Feed.QueryAsync(_folder.Path, "--ticker", "MSFT", "--limit", "120");
        Assert.True(expected.Length > 30, "more than memory holds");
        await viewer.UntilAsync("count => document.querySelectorAll('tbody tr').length >= count", expected.Length);
        ChartRow[] shown = await viewer.ReadChartAsync();
        Assert.All(shown, row => Assert.Equal("MSFT", row.Ticker));
        Assert.Equal(expected.Select(Text), shown.Where(row => expected.Any(written => StartOf(written) == row.Start)).Select(Text));

        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Rows" }).ClickAsync();
        await viewer.Cursor.FocusAsync();
        await viewer.Cursor.PressAsync("End");
        await viewer.Cursor.PressAsync("ArrowLeft");
        ChartRow before = shown[1];
        string minute = before.Start[11..16];
        await Assertions.Expect(viewer.Cursor).ToHaveAttributeAsync("aria-valuetext", new Regex($"^{minute} UTC: MSFT [0-9.]+$"));
        await Assertions.Expect(viewer.Page.GetByText($"{minute} – ")).ToBeVisibleAsync();
        string[] values = await viewer.Page.Locator("#tip data").EvaluateAllAsync<string[]>("cells => cells.map(cell => cell.value)");
        Assert.Equal(before.Values, values);
    }

    [Fact]
    public async Task CorrectedMinute_IsMarked()
    {
        _ = chromium.Browser;
        DateTimeOffset start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await Feed.PutAsync(_folder.Path, [.. Enumerable.Range(0, 6).Select(minute => new Tick("A", start.AddMinutes(minute), 10 + minute))]);
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.WaitForTickersAsync(1);
        await viewer.WaitForStateAsync("idle");

        await Feed.PutAsync(_folder.Path, new Tick("A", start.AddMinutes(2).AddSeconds(30), 20));
        await viewer.Page.Locator("svg").GetByText("corrected").WaitForAsync();
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Rows" }).ClickAsync();
        await Assertions.Expect(viewer.ChartRows.Filter(new() { HasText = "corrected" })).ToHaveCountAsync(1);
        ChartRow corrected = (await viewer.ReadChartAsync())[3];
        Assert.Equal(["16", "20", "12", "20", "12", "", "2"], corrected.Values);
        // The last minute stands open, and is drawn apart.
        Assert.True((await viewer.ReadChartAsync())[0].IsOpen);
    }

    [Fact]
    public async Task SmallNegativeAndZeroPrices_AreShownWithTheirDigits()
    {
        _ = chromium.Browser;
        DateTimeOffset start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await Feed.PutAsync(
            _folder.Path, new Tick("YOSHI", start, 7.2377e-11), new Tick("YOSHI", start.AddMinutes(1), 7.2399e-11),
            new Tick("WTI", start, 0), new Tick("WTI", start.AddMinutes(1), -37.63), new Tick("POWER", start, -10), new Tick("POWER", start.AddMinutes(1), -5));
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.WaitForTickersAsync(3);
        await Assertions.Expect(viewer.Row("YOSHI").Locator(".close")).ToHaveTextAsync("7.2399e−11");
        await Assertions.Expect(viewer.Row("WTI").Locator(".close")).ToHaveTextAsync("−37.63");
        // From zero there is no percentage; from a negative price up is up.
        await Assertions.Expect(viewer.Row("WTI").Locator(".change")).ToHaveTextAsync(new Regex("^\\s*–$"));
        await Assertions.Expect(viewer.Row("POWER").Locator(".change")).ToHaveTextAsync(new Regex("[+]50.00%$"));

        await viewer.Row("YOSHI").ClickAsync();
        await viewer.Cursor.FocusAsync();
        await viewer.Cursor.PressAsync("End");
        await Assertions.Expect(viewer.Cursor).ToHaveAttributeAsync("aria-valuetext", new Regex("YOSHI 7[.]2399e−11, still open$"));
        await viewer.Row("WTI").ClickAsync();
        await viewer.Row("POWER").ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(viewer.Page.Locator("#chart path.line")).ToHaveCountAsync(2);
        Assert.DoesNotContain("NaN", await viewer.Page.Locator("#chart").InnerHTMLAsync(), StringComparison.Ordinal);
    }

    // A class for 200 ms: seen by an observer, however short it is.
    [Theory]
    [InlineData(ReducedMotion.NoPreference)]
    [InlineData(ReducedMotion.Reduce)]
    public async Task ChangedClose_FlashesUnlessMotionIsToBeReduced(ReducedMotion motion)
    {
        const string Observe =
            """
            window.flashes = 0;
            new MutationObserver(changes => { for (const { target } of changes) if (target.matches('.close.up')) window.flashes++; })
              .observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });
            """;
        _ = chromium.Browser;
        DateTimeOffset start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await Feed.PutAsync(_folder.Path, new Tick("A", start, 10));
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker, motion: motion, script: Observe);
        await viewer.WaitForTickersAsync(1);
        await Feed.PutAsync(_folder.Path, new Tick("A", start.AddSeconds(1), 10.5));
        await Assertions.Expect(viewer.Row("A").Locator(".close")).ToHaveTextAsync("10.5");
        await Assertions.Expect(viewer.Page.Locator(".close.up, .close.down")).ToHaveCountAsync(0);
        Assert.Equal(motion == ReducedMotion.Reduce ? 0 : 1, await viewer.Page.EvaluateAsync<int>("window.flashes"));
    }

    public void Dispose() => _folder.Dispose();

    private static string StartOf(JsonElement row)
        => DateTimeOffset.Parse(row.GetProperty("window_start").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            .ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static string Text(ChartRow row) => $"{row.Start} {string.Join(' ', row.Values)}";

    private static string Text(JsonElement row)
    {
        string[] columns = ["avg_close", "last_close", "open", "high", "low", "volume", "tick_count"];
        return $"{StartOf(row)} {string.Join(' ', columns.Select(column => row.GetProperty(column).GetRawText()))}";
    }
}
