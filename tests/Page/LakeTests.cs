using Microsoft.Playwright;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Page;

/// <summary>The state word when the lake is at fault. It takes the consumer's own time to say so, beside which other classes run.</summary>
public sealed class LakeTests(Chromium chromium) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task LakeThatDoesNotAnswer_IsStalledAndNotIdle()
    {
        _ = chromium.Browser;
        await using FakeAws aws = await FakeAws.StartAsync();
        aws.S3.CreateBucket("lake");
        await Feed.CreateStreamAsync(_folder.Path, shards: 1);
        await using Worker worker = await Worker.StartAsync(_folder.Path, 0, aws.EnvironmentVariables, "--lake", "s3://lake/x");
        await using Viewer viewer = await Viewer.OpenAsync(chromium, worker);
        await viewer.WaitForStateAsync("idle");

        viewer.IsOutage = true;
        aws.S3.Faults = _ => S3Fault.SlowDown;
        await Feed.ReplaySampleAsync(_folder.Path, 5000);
        await viewer.WaitForStateAsync("stalled");
        await Assertions.Expect(viewer.Page.GetByText("the lake does not take what is written")).ToBeVisibleAsync();
        await viewer.TakePictureAsync("stalled");

        aws.S3.Faults = _ => S3Fault.None;
        await viewer.WaitForStateAsync("idle");
        await Assertions.Expect(viewer.Page.GetByText("the lake does not take what is written")).ToBeHiddenAsync();
    }

    public void Dispose() => _folder.Dispose();
}
