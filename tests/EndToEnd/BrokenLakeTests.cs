using System.Diagnostics;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd;

/// <summary>
/// A lake that cannot be written for a while: the consumer stays up and says why, holds back what it may not drop, and
/// afterwards the rows are those of a run without trouble.
/// </summary>
public sealed class BrokenLakeTests : IDisposable
{
    private const int Ticks = 20_000;
    private const string NoNamespaces = "this system gives no file systems of their own to a user's processes (unshare)";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ScratchFolder _folder = new();

    public static TheoryData<string, string, string> Troubles => new()
    {
        { "head -c 64m /dev/zero > lake/filler 2>/dev/null", "rm lake/filler", "The disk is full" },
        // Bound to itself, so that it can be remounted while files of it are open.
        { "until mount -o remount,bind,ro lake 2>/dev/null; do :; done", "mount -o remount,bind,rw lake", "The disk is read-only" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task DiskThatIsFullOrReadOnly_DelaysTheRowsAndLosesNone(string breakLake, string mendLake, string expectedLog)
    {
        Assert.SkipUnless(await HasNamespacesAsync(), NoNamespaces);
        await PrepareAsync();
        Directory.CreateDirectory(_folder["lake"]);
        await using var shell = new LakeShell(_folder.Path);
        await shell.RunAsync("mount -t tmpfs -o size=32m tmpfs lake && mount --bind lake lake && echo mounted");
        await shell.WaitForAsync("mounted", Limit);
        await shell.RunAsync($"{Consumer} run --lake lake --flush-interval 200ms --lease-duration 2s --http off & echo started");
        await shell.WaitForAsync("taken with epoch", Limit);

        await shell.RunAsync(breakLake);
        await shell.RunAsync("echo broken");
        await shell.WaitForAsync("broken", Limit);
        (await Cli.ProducerAsync(_folder.Path, "replay", "in", "--speed", "max", "--limit", $"{Ticks}")).ShouldExit(0);
        await shell.WaitForAsync(expectedLog, Limit);

        await shell.RunAsync(mendLake);
        await shell.RunAsync($"until {Consumer} status --lake lake | grep '^books: {Ticks:N0} read'; do :; done; kill -TERM $!; wait $!; echo \"exit code $?\"; cp -r lake out; echo copied");
        await shell.WaitForAsync("copied", Limit);
        Assert.Contains("exit code 0", shell.Output, StringComparison.Ordinal);
        await AssertSameRowsAsync("out");
    }

    [Fact]
    public async Task StoreThatAnswers503ForAMinute_DelaysTheRowsAndLosesNone()
    {
        await using FakeAws aws = await FakeAws.StartAsync();
        aws.S3.CreateBucket("lake");
        await PrepareAsync();
        using Process consumer = Cli.Start("consumer", _folder.Path, aws.EnvironmentVariables, "run", "--lake", "s3://lake/x", "--flush-interval", "200ms", "--http", "off");
        Task<string> error = consumer.StandardError.ReadToEndAsync(), output = consumer.StandardOutput.ReadToEndAsync();
        await UntilAsync(() => aws.S3.Calls.Any(call => call.Key.Contains("/checkpoints/", StringComparison.Ordinal) && call.Method == "PUT"));
        (await Cli.ProducerAsync(_folder.Path, "replay", "in", "--speed", "max", "--limit", $"{Ticks / 2}")).ShouldExit(0);
        await UntilAsync(() => aws.S3.Calls.Any(IsRow));

        aws.S3.Faults = _ => S3Fault.SlowDown;
        (await Cli.ProducerAsync(_folder.Path, "replay", "in", "--speed", "max", "--limit", $"{Ticks}")).ShouldExit(0);
        await Task.Delay(TimeSpan.FromMinutes(1), TimeProvider.System);
        Assert.False(consumer.HasExited);
        aws.S3.Faults = _ => S3Fault.None;
        string[] status = ["status", "--lake", "s3://lake/x"];
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (!(await Cli.RunAsync("consumer", _folder.Path, aws.EnvironmentVariables, status)).Output.Contains($"books: {Ticks * 3 / 2:N0} read", StringComparison.Ordinal))
            Assert.False(limit.IsCancellationRequested, "the consumer did not recover");

        await Cli.StopAsync(consumer);
        await output;
        Assert.True(consumer.ExitCode == 0, await error);
        Assert.Contains("SlowDown", await error, StringComparison.Ordinal);
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--lake", "plain")).ShouldExit(0);
        CliResult rows = await Cli.RunAsync("consumer", _folder.Path, aws.EnvironmentVariables, "query", "--lake", "s3://lake/x", "--json", "--limit", "1000000");
        Assert.Equal((await Cli.ConsumerAsync(_folder.Path, "query", "--lake", "plain", "--json", "--limit", "1000000")).Output, rows.ShouldExit(0).Output);
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsRow(S3Call call) => call.Method == "PUT" && call.Key.Contains("/avg_1min/", StringComparison.Ordinal);

    private static string Consumer => string.Join(' ', Cli.Command("consumer"));

    private async Task PrepareAsync()
    {
        (await Cli.ProducerAsync(_folder.Path, "sample", "--out", "in")).ShouldExit(0);
        (await Cli.ProducerAsync(_folder.Path, "stream", "create", "--shards", "2")).ShouldExit(0);
    }

    private async Task AssertSameRowsAsync(string lake)
    {
        (await Cli.ConsumerAsync(_folder.Path, "run", "--once", "--lake", "plain")).ShouldExit(0);
        var expected = await Oracle.LakeAsync(_folder["plain"]);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, await Oracle.LakeAsync(_folder[lake]));
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (!isTrue()) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
    }

    private static async Task<bool> HasNamespacesAsync()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/unshare")) return false;
        using Process trial = Process.Start(new ProcessStartInfo("/usr/bin/unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]) { UseShellExecute = false, RedirectStandardError = true })!;
        await trial.WaitForExitAsync();
        return trial.ExitCode == 0;
    }

    /// <summary>A shell with mounts of its own, which are gone with it.</summary>
    private sealed class LakeShell : IAsyncDisposable
    {
        private readonly Process _shell;
        private readonly Lock _lock = new();
        private string _output = "";

        public LakeShell(string folder)
        {
            _shell = Process.Start(new ProcessStartInfo("/usr/bin/unshare", ["-rm", "--kill-child", "--pid", "--fork", "sh"])
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _shell.OutputDataReceived += (_, line) => Add(line.Data);
            _shell.ErrorDataReceived += (_, line) => Add(line.Data);
            _shell.BeginOutputReadLine();
            _shell.BeginErrorReadLine();
        }

        public string Output
        {
            get
            {
                lock (_lock) return _output;
            }
        }

        public Task RunAsync(string command) => _shell.StandardInput.WriteLineAsync(command);

        public async Task WaitForAsync(string text, TimeSpan limit)
        {
            long start = TimeProvider.System.GetTimestamp();
            while (!Output.Contains(text, StringComparison.Ordinal))
            {
                Assert.True(!_shell.HasExited && TimeProvider.System.GetElapsedTime(start) < limit, $"'{text}' was not printed. The last that was:\n{Output[^Math.Min(Output.Length, 2000)..]}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }

        private void Add(string? line)
        {
            lock (_lock) _output += line + "\n";
        }

        public async ValueTask DisposeAsync()
        {
            if (!_shell.HasExited) _shell.Kill();
            await _shell.WaitForExitAsync();
            _shell.Dispose();
        }
    }
}
