using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Page;

/// <summary>The page in the hands of people, and of those who would break it.</summary>
public sealed class OperatingTests(Chromium chromium, SampleWorker sample) : IClassFixture<SampleWorker>, IDisposable
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();

    // Row by row with the keyboard alone: / to the filter, arrows, Enter, Space, and the focus to be seen all the while.
    [Fact]
    public async Task Keyboard_ReachesEverything()
    {
        await using Viewer viewer = await Viewer.OpenAsync(chromium, sample.Worker);
        await viewer.WaitForTickersAsync(10);
        IKeyboard keyboard = viewer.Page.Keyboard;

        await keyboard.PressAsync("/");
        await Assertions.Expect(viewer.Filter).ToBeFocusedAsync();
        await keyboard.TypeAsync("m");
        await viewer.UntilAsync("() => [...document.querySelectorAll('[data-ticker]')].every(row => /m/i.test(row.dataset.ticker))");
        await keyboard.PressAsync("Escape");
        await Assertions.Expect(viewer.Filter).ToHaveValueAsync("");

        string[] order = await viewer.Grid.Locator("[data-ticker]").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.ticker)");
        await keyboard.PressAsync("Home");
        await Assertions.Expect(viewer.Row(order[0])).ToBeFocusedAsync();
        await keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(viewer.Row(order[1])).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(viewer.Row(order[1])).ToHaveAttributeAsync("aria-selected", "true");
        await keyboard.PressAsync("End");
        await Assertions.Expect(viewer.Row(order[^1])).ToBeFocusedAsync();
        await keyboard.PressAsync("Space");
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.List, new() { Name = "Compared tickers" }).GetByRole(AriaRole.Listitem)).ToHaveTextAsync([Named(order[1]), Named(order[^1])]);
        Assert.NotEqual("none", await viewer.Focused.EvaluateAsync<string>("row => getComputedStyle(row).outlineStyle"));
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "1 h" }).PressAsync("Enter");
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.Button, new() { Name = "1 h" })).ToHaveAttributeAsync("aria-pressed", "true");
        await viewer.Cursor.FocusAsync();
        await keyboard.PressAsync("Home");
        await Assertions.Expect(viewer.Cursor).ToHaveAttributeAsync("aria-valuenow", "0");
        await Assertions.Expect(viewer.Cursor).ToHaveAttributeAsync("aria-valuetext", new Regex($"; {Regex.Escape(order[^1])} "));

        // Kept in the address: the same after a reload.
        await viewer.Page.ReloadAsync();
        await Assertions.Expect(viewer.Row(order[^1])).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(viewer.Row(order[0])).ToHaveAttributeAsync("aria-selected", "false");
    }

    [Theory]
    [InlineData("Change", "descending", "ascending")]
    [InlineData("Close", "descending", "ascending")]
    [InlineData("1-min avg", "descending", "ascending")]
    [InlineData("Ticker", "descending", "ascending")]
    public async Task ColumnHeader_SortsAndSaysSo(string column, string first, string second)
    {
        await using Viewer viewer = await Viewer.OpenAsync(chromium, sample.Worker);
        await viewer.WaitForTickersAsync(10);
        await viewer.WaitForStateAsync("idle");
        ILocator header = viewer.Grid.GetByRole(AriaRole.Columnheader, new() { Name = column });
        string[][] orders = new string[2][];
        foreach ((int i, string direction) in new[] { first, second }.Index())
        {
            await header.GetByRole(AriaRole.Button).ClickAsync();
            await Assertions.Expect(header).ToHaveAttributeAsync("aria-sort", direction);
            Assert.Equal(1, await viewer.Grid.Locator("[aria-sort]").CountAsync());
            orders[i] = await OrderAsync(viewer);
        }

        Assert.Equal(orders[0].Reverse(), orders[1]);
        if (column == "Ticker") Assert.Equal(orders[1].Order(StringComparer.Ordinal), orders[1]);
    }

    // The dark picture is the README's.
    [Theory]
    [InlineData(ColorScheme.Light, "light")]
    [InlineData(ColorScheme.Dark, "compared")]
    public async Task ShiftClick_ComparesAndSelectsNoText(ColorScheme scheme, string picture)
    {
        await using Viewer viewer = await Viewer.OpenAsync(chromium, sample.Worker, scheme: scheme);
        await viewer.WaitForTickersAsync(10);
        string[] order = await OrderAsync(viewer);
        await viewer.Row(order[0]).ClickAsync();
        foreach (string ticker in order[3..6]) await viewer.Row(ticker).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        Assert.Equal("", await viewer.Page.EvaluateAsync<string>("getSelection().toString()"));
        await Assertions.Expect(viewer.Grid.Locator("[aria-selected=true]")).ToHaveCountAsync(4);
        await viewer.Cursor.HoverAsync();
        await Assertions.Expect(viewer.Page.Locator("#tip dt")).ToHaveTextAsync([order[0], .. order[3..6]]);
        await viewer.TakePictureAsync(picture);
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = $"Remove {order[4]} from the comparison" }).ClickAsync();
        await Assertions.Expect(viewer.Row(order[4])).ToHaveAttributeAsync("aria-selected", "false");
    }

    [Fact]
    public async Task HostileNames_AreTextAndNothingElse()
    {
        _ = chromium.Browser;
        string[] names = ["<img src=x onerror=alert(1)>", "../x", "😀", "\u202Eevil", "שלום", " SPY ", "\"'><script>alert(2)</script>", "a&amp;b,c=d#e%20", "__proto__", new string('W', 64)];
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await Feed.PutAsync(_folder.Path, [.. names.SelectMany((name, i) => Enumerable.Range(0, 4).Select(minute => new Tick(name, Start.AddMinutes(minute), 10 + i + minute)))]);
        await Feed.PutAsync(_folder.Path, new Tick("<b>late</b>", Start.AddHours(2), 1), new Tick("<b>late</b>", Start, 1));
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.WaitForTickersAsync(names.Length + 1);
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.List, new() { Name = "Problems" })).ToContainTextAsync("<b>late</b>");
        foreach (string name in names)
        {
            ILocator row = viewer.Grid.Locator(Selector(name));
            await row.ClickAsync();
            await Assertions.Expect(row).ToHaveAttributeAsync("aria-selected", "true");
            Assert.Equal(name, await row.GetByRole(AriaRole.Rowheader).EvaluateAsync<string>("cell => cell.textContent"));
            await viewer.UntilAsync("name => document.getElementById('average-title').textContent === `\\u2068${name}\\u2069`", name);
            await viewer.Cursor.HoverAsync();
            await viewer.AssertFitsAsync();
        }

        foreach (string name in names[..5])
            await viewer.Grid.Locator(Selector(name)).GetByRole(AriaRole.Button).ClickAsync();
        await viewer.Cursor.HoverAsync();
        await viewer.TakePictureAsync("hostile");
        Assert.Equal(0, await viewer.Page.Locator("body img, body script, body b b").CountAsync());
    }

    [Theory]
    [InlineData(390, 844, "phone")]
    [InlineData(768, 1024, "tablet")]
    [InlineData(1440, 900, "dark")]
    [InlineData(2560, 1440, "wide")]
    public async Task AnyWidth_HasNoHorizontalOverflow(int width, int height, string picture)
    {
        await using Viewer viewer = await Viewer.OpenAsync(chromium, sample.Worker, width, height);
        await viewer.WaitForTickersAsync(10);
        await viewer.UntilAsync("() => document.querySelector('#chart path') !== null");
        foreach (string ticker in (await OrderAsync(viewer))[1..4])
            await viewer.Page.GetByRole(AriaRole.Button, new() { Name = $"Compare {ticker}", Exact = true }).ClickAsync();
        await Assertions.Expect(viewer.Grid.Locator("[aria-selected=true]")).ToHaveCountAsync(4);
        await viewer.AssertFitsAsync();
        await viewer.TakePictureAsync(picture);
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Rows" }).ClickAsync();
        await viewer.AssertFitsAsync();
    }

    // Of a thousand tickers only what is in sight is in the document, and the focus goes where it is sent.
    [Fact]
    public async Task ThousandTickers_AreDrawnOnlyInSight()
    {
        _ = chromium.Browser;
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        foreach (int minute in Enumerable.Range(0, 3))
            await Feed.PutAsync(_folder.Path, [.. Enumerable.Range(0, 500).Select(i => new Tick($"T{i:D4}", Start.AddMinutes(minute), 10 + i + minute))]);
        foreach (int minute in Enumerable.Range(0, 3))
            await Feed.PutAsync(_folder.Path, [.. Enumerable.Range(500, 500).Select(i => new Tick($"T{i:D4}", Start.AddMinutes(minute), 10 + i + minute))]);
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.WaitForTickersAsync(1000);
        Assert.InRange(await viewer.Grid.Locator("[data-ticker]").CountAsync(), 20, 60);
        await viewer.Row("T0000").FocusAsync();
        await viewer.Page.Keyboard.PressAsync("End");
        await Assertions.Expect(viewer.Row("T0999")).ToBeFocusedAsync();
        await Assertions.Expect(viewer.Row("T0999")).ToBeInViewportAsync(new() { Ratio = 1 });
        await viewer.Page.Keyboard.PressAsync("PageUp");
        await Assertions.Expect(viewer.Row("T0999")).Not.ToBeFocusedAsync();

        // Scrolled away, the focus waits at the list, and an arrow brings it back.
        await viewer.Page.Locator("#grid-body").EvaluateAsync("body => { body.scrollTop = 0; }");
        await viewer.Row("T0000").WaitForAsync();
        await viewer.Page.Keyboard.PressAsync("End");
        await Assertions.Expect(viewer.Row("T0999")).ToBeFocusedAsync();
        await viewer.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(viewer.Row("T0999")).ToHaveAttributeAsync("aria-selected", "true");
    }

    public void Dispose() => _folder.Dispose();

    private static string Selector(string ticker)
        => $"[data-ticker=\"{ticker.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]";

    /// <summary>An entry of the legend: the ticker and its average.</summary>
    private static Regex Named(string ticker) => new($"^{Regex.Escape(ticker)}[0-9]");

    private static async Task<string[]> OrderAsync(Viewer viewer)
        => await viewer.Grid.Locator("[data-ticker]").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.ticker)");
}
