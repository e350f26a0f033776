using Microsoft.Playwright;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Page;

/// <summary>The state word is true, and the page outlives its server.</summary>
public sealed class StateTests(Chromium chromium) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task ServerThatIsKilledAndStartedAgain_IsShownAgainWithAllItsRows()
    {
        _ = chromium.Browser;
        await Feed.CreateStreamAsync(_folder.Path, shards: 2);
        await Feed.ReplaySampleAsync(_folder.Path, 20_000);
        Worker first = await Worker.StartAsync(_folder.Path);
        int port = await first.Port;
        await using Viewer viewer = await Viewer.OpenAsync(chromium, first);
        await viewer.WaitForTickersAsync(10);
        await viewer.WaitForStateAsync("idle");
        await viewer.Row("JPM").ClickAsync();
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Rows" }).ClickAsync();
        await viewer.UntilAsync("() => document.querySelector('tbody tr')?.dataset.ticker === 'JPM'");
        (double, double) prices = await viewer.PricesAsync("JPM");
        await viewer.UntilAsync("() => document.querySelectorAll('tbody tr').length > 30");
        ChartRow[] rows = await viewer.ReadChartAsync();

        viewer.IsOutage = true;
        await first.KillAsync();
        await viewer.WaitForStateAsync("reconnecting");
        await using Worker second = await Worker.StartAsync(_folder.Path, port);
        await viewer.WaitForStateAsync("idle");
        await viewer.WaitForTickersAsync(10);
        await viewer.UntilAsync("count => document.querySelectorAll('tbody tr').length >= count", rows.Length);
        Assert.Equal(prices, await viewer.PricesAsync("JPM"));
        Assert.Equal(rows.Select(row => (row.Start, string.Join(' ', row.Values))), (await viewer.ReadChartAsync()).Select(row => (row.Start, string.Join(' ', row.Values))));
        await first.DisposeAsync();
    }

    // The connection stays open, and nothing comes.
    [Fact]
    public async Task ServerThatFallsSilent_IsReconnectedTo()
    {
        _ = chromium.Browser;
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.WaitForStateAsync("idle");
        await worker.SignalAsync("STOP");
        await viewer.WaitForStateAsync("reconnecting");
        await worker.SignalAsync("CONT");
        await viewer.WaitForStateAsync("idle");
    }

    // What the server says is what is read, also where a test cannot bring a worker into the state for long.
    [Theory]
    [InlineData("live")]
    [InlineData("catching up")]
    [InlineData("draining")]
    public async Task StateOfTheServer_IsTheWordThatIsRead(string word)
    {
        _ = chromium.Browser;
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await using Worker worker = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker, script: $$$"""
            window.EventSource = class {
              constructor() {
                this.timer = setInterval(() => this.onmessage({ data: '{"full":true,"at":0,"state":"{{{word}}}","market":null,"tiles":{"rate":null}}' }), 250);
              }
              close() { clearInterval(this.timer); }
            };
            """);
        await viewer.WaitForStateAsync(word);
        await Assertions.Expect(viewer.Page).ToHaveTitleAsync($"{word} · Stock stream");
        await Assertions.Expect(viewer.State).ToHaveAttributeAsync("role", "status");
    }

    [Fact]
    public async Task SecondWorker_StandsBy()
    {
        _ = chromium.Browser;
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await using Worker first = await Worker.StartAsync(_folder.Path);
        await using (Viewer owner = await Viewer.OpenAsync(chromium, first)) await owner.WaitForStateAsync("idle");
        await using Worker second = await Worker.StartAsync(_folder.Path);
        await using Viewer viewer = await Viewer.OpenAsync(chromium, second);
        await viewer.WaitForStateAsync("standing by");
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.Rowheader, new() { Name = "shardId-000000000000" })).ToBeVisibleAsync();
    }

    public void Dispose() => _folder.Dispose();
}
