using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Page;

/// <summary>Somebody who looks at the page. What the browser complains about fails the test.</summary>
internal sealed class Viewer : IAsyncDisposable
{
    /// <summary>Long, because the machine may be busy; nobody waits for it where all is well.</summary>
    public const float LimitMillis = 60_000;

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private Viewer(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.SetDefaultTimeout(LimitMillis);
        page.Console += (_, message) => Complain(message.Type is "error" or "warning" && !(IsOutage && message.Text.StartsWith("Failed to load resource:", StringComparison.Ordinal)), message.Text);
        page.PageError += (_, error) => Complain(true, error);
        page.Dialog += (_, dialog) => Complain(true, $"a dialog: {dialog.Message}");
    }

    public IPage Page { get; }

    /// <summary>The test has taken the server or the lake down, and the browser may say so.</summary>
    public bool IsOutage { get; set; }

    public ILocator State => Page.GetByRole(AriaRole.Status);

    public ILocator Grid => Page.GetByRole(AriaRole.Grid, new() { Name = "Latest close" });

    public ILocator Filter => Page.GetByRole(AriaRole.Searchbox, new() { Name = "Filter tickers" });

    public ILocator Cursor => Page.GetByRole(AriaRole.Slider, new() { Name = "Minute of the chart" });

    /// <summary>The rows that the chart is drawn from.</summary>
    public ILocator ChartRows => Page.GetByRole(AriaRole.Region, new() { Name = "Rows of the chart" }).Locator("tbody tr");

    public ILocator Focused => Page.Locator("*:focus");

    /// <param name="script">Runs before the page's own.</param>
    public static async Task<Viewer> OpenAsync(
        Chromium chromium, Worker worker, int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Dark, ReducedMotion motion = ReducedMotion.NoPreference, string? script = null)
    {
        IBrowserContext context = await chromium.Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = motion,
            IsMobile = width < 600,
            HasTouch = width < 600,
        });
        var viewer = new Viewer(context, await context.NewPageAsync());
        if (script is not null) await viewer.Page.AddInitScriptAsync(script);
        await viewer.Page.GotoAsync($"http://127.0.0.1:{await worker.Port}/");
        return viewer;
    }

    /// <summary>Not by a CSS selector, because a ticker may be called anything.</summary>
    public ILocator Row(string ticker) => Grid.GetByRole(AriaRole.Row).Filter(new() { Has = Page.GetByRole(AriaRole.Rowheader, new() { Name = ticker, Exact = true }) });

    public async Task WaitForStateAsync(string word) => await Assertions.Expect(State).ToHaveTextAsync(word);

    public async Task WaitForTickersAsync(int count)
        => await Assertions.Expect(Grid).ToHaveAttributeAsync("aria-rowcount", $"{count + 1}");

    /// <summary>Waits until a condition of the page, in JavaScript, holds.</summary>
    public async Task UntilAsync(string condition, object? argument = null) => await Page.WaitForFunctionAsync(condition, argument, new() { Timeout = LimitMillis });

    /// <summary>Close and average of a ticker, exactly.</summary>
    public async Task<(double Close, double Average)> PricesAsync(string ticker)
    {
        ILocator cells = Row(ticker).Locator("data");
        // A row may be there before its prices are.
        await cells.Nth(1).WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = LimitMillis });
        string[] values = await cells.EvaluateAllAsync<string[]>("cells => cells.map(cell => cell.getAttribute('value'))");
        return (double.Parse(values[0], CultureInfo.InvariantCulture), double.Parse(values[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Each row of the chart, newest first, as its values stand there exactly.</summary>
    public async Task<ChartRow[]> ReadChartAsync()
    {
        string json = await ChartRows.EvaluateAllAsync<string>(
            """
            rows => JSON.stringify(rows.map(row => ({
              start: row.querySelector('time').dateTime, ticker: row.dataset.ticker, isOpen: row.lastElementChild.textContent === 'still open',
              values: [...row.querySelectorAll('data')].map(cell => cell.value) })))
            """);
        return JsonSerializer.Deserialize<ChartRow[]>(json, JsonSerializerOptions.Web)!;
    }

    public async Task AssertFitsAsync()
        => Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than its window");

    /// <summary>Kept for people, under artifacts/page; without the worker, whose name is the machine's: a picture may go into a document.</summary>
    public async Task TakePictureAsync(string name)
    {
        const string Show = "shown => document.getElementById('worker').parentElement.style.display = shown ? '' : 'none'";
        await Page.EvaluateAsync(Show, false);
        await Page.ScreenshotAsync(new() { Path = Path.Combine(TestPaths.Repository, "artifacts", "page", name + ".png") });
        await Page.EvaluateAsync(Show, true);
    }

    /// <summary>To be called at the end: nothing was complained about.</summary>
    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        lock (_complaints) Assert.Empty(_complaints);
    }

    private void Complain(bool counts, string text)
    {
        lock (_complaints) if (counts) _complaints.Add(text);
    }
}

/// <param name="Values">Average, last, open, high, low, volume, ticks.</param>
internal sealed record ChartRow(string Start, string Ticker, bool IsOpen, string[] Values);
