using Microsoft.Playwright;

// They wait for the page and its worker most of the time.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
[assembly: AssemblyFixture(typeof(Streaming.Tests.Page.Chromium))]

namespace Streaming.Tests.Page;

/// <summary>The browser of this machine, one for all tests. None is downloaded.</summary>
public sealed class Chromium : IAsyncLifetime
{
    public const string Missing = "chromium is not on PATH";

    private static readonly string? Executable = Find();

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static bool IsThere => Executable is not null;

    /// <summary>Skips the test where there is no browser.</summary>
    public IBrowser Browser
    {
        get
        {
            Assert.SkipUnless(Executable is not null, Missing);
            return _browser!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Executable is null) return;
        Assertions.SetDefaultExpectTimeout(Viewer.LimitMillis);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            // Its sandbox does not work for root, whom tests in containers run as.
            ChromiumSandbox = Environment.UserName != "root",
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser")])
        .FirstOrDefault(File.Exists);
}
