using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Page;

/// <summary>What is written on the page is what it says: periods, names, ages, and that there is nothing.</summary>
public sealed class ReadingTests(Chromium chromium, SampleWorker sample) : IClassFixture<SampleWorker>, IDisposable
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Change_SaysItsPeriodAndIsThatOfTheChart()
    {
        await using Viewer viewer = await Viewer.OpenAsync(chromium, sample.Worker);
        await viewer.WaitForTickersAsync(10);
        await viewer.WaitForStateAsync("idle");
        await Assertions.Expect(viewer.Grid.GetByRole(AriaRole.Columnheader, new() { Name = "Change 30 m" })).ToBeVisibleAsync();
        await viewer.Row("AAPL").ClickAsync();
        await viewer.Row("AMZN").ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "30 m" }).And(viewer.Page.Locator("#ranges button")).ClickAsync();
        foreach (string ticker in (string[])["AAPL", "AMZN"])
        {
            string change = await viewer.Row(ticker).Locator(".change span").Nth(1).InnerTextAsync();
            Assert.Matches("^[+−]?[0-9.]+%$", change);
            await Assertions.Expect(viewer.Page.Locator("#chart .tag-text").Filter(new() { HasText = ticker })).ToHaveTextAsync(new Regex($"{Regex.Escape(change)}$"));
            Assert.Matches("^since [0-9]{2}:[0-9]{2} UTC$", await viewer.Row(ticker).Locator(".change").GetAttributeAsync("title"));
        }
    }

    [Fact]
    public async Task TapOnAPhone_BringsTheChartIntoSight()
    {
        await using Viewer viewer = await Viewer.OpenAsync(chromium, sample.Worker, 390, 844, motion: ReducedMotion.Reduce);
        await viewer.WaitForTickersAsync(10);
        await viewer.Page.Locator(".shards").ScrollIntoViewIfNeededAsync();
        await viewer.Page.EvaluateAsync("document.querySelector('.latest').scrollIntoView({ block: 'start' })");
        ILocator plot = viewer.Page.Locator("#plot");
        await Assertions.Expect(plot).Not.ToBeInViewportAsync(new() { Ratio = 0.5f });
        await viewer.Row("JPM").TapAsync();
        await Assertions.Expect(viewer.Page.Locator("#average-title")).ToContainTextAsync("JPM");
        await Assertions.Expect(plot).ToBeInViewportAsync(new() { Ratio = 0.99f });
    }

    [Fact]
    public async Task FilterWithoutAMatch_SaysSo()
    {
        await using Viewer viewer = await Viewer.OpenAsync(chromium, sample.Worker);
        await viewer.WaitForTickersAsync(10);
        await viewer.Filter.FillAsync("zz<b>");
        ILocator words = viewer.Page.GetByText("No ticker matches '\u2068zz<b>\u2069'.");
        await Assertions.Expect(words).ToBeVisibleAsync();
        await viewer.TakePictureAsync("no-match");
        await viewer.Filter.FillAsync("aa");
        await Assertions.Expect(words).ToBeHiddenAsync();
        await Assertions.Expect(viewer.Row("AAPL")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(320, 700)]
    [InlineData(390, 844)]
    [InlineData(768, 1024)]
    [InlineData(1250, 900)]
    [InlineData(1440, 900)]
    [InlineData(2560, 1440)]
    public async Task ShardName_IsWholeAtAnyWidth(int width, int height)
    {
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await Feed.PutAsync(_folder.Path, new Tick("A", Start.AddHours(2), 1), new Tick("A", Start, 1));
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker, width, height);
        foreach (ILocator name in (ILocator[])[viewer.Page.Locator("#shard-rows .name"), viewer.Page.Locator("#problem-list .name").First])
        {
            await Assertions.Expect(name).ToHaveTextAsync("shardId-000000000000");
            Assert.Equal("ltr", await name.EvaluateAsync<string>("cell => getComputedStyle(cell).direction"));
            Assert.True(await name.EvaluateAsync<bool>("cell => cell.scrollWidth <= cell.clientWidth && cell.scrollHeight <= cell.clientHeight + 1"), $"cut at {width}");
        }

        await viewer.AssertFitsAsync();
    }

    // Its age would grow for ever, and look like a checkpoint that fails.
    [Fact]
    public async Task ShardThatIsSplit_HasNoCheckpointAgeAndItsChildrenHave()
    {
        _ = chromium.Browser;
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await Feed.ReplaySampleAsync(_folder.Path, 2000);
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.UntilAsync("() => /^[0-9]/.test(document.querySelector('[data-shard=shardId-000000000000] > :nth-child(5)')?.textContent)");
        (await Cli.ProducerAsync(_folder.Path, "stream", "split", "--shard", "shardId-000000000000")).ShouldExit(0);
        await Feed.ReplaySampleAsync(_folder.Path, 2000);
        await viewer.UntilAsync(
            """
            () => {
              const cells = shard => [...document.querySelector(`[data-shard="${shard}"]`)?.children ?? []].map(cell => cell.textContent);
              const [ended, left, right] = ['shardId-000000000000', 'shardId-000000000001', 'shardId-000000000002'].map(cells);
              return ended[1] === 'ended' && ended[4] === '–' && [left, right].every(child => child[1] === 'this worker' && /^[0-9]/.test(child[4]));
            }
            """);
        string tile = await viewer.Page.Locator("[data-tile=checkpoint_age_s] data").GetAttributeAsync("value") ?? "";
        Assert.InRange(double.Parse(tile, System.Globalization.CultureInfo.InvariantCulture), 0, 60);
    }

    public void Dispose() => _folder.Dispose();
}
