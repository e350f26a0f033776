using System.Diagnostics;
using System.Globalization;

namespace Streaming.Tests.Unit.Streams.Local;

public sealed class FullDiskTests
{
    // A limit on the size of files cuts a write in the middle as a full disk does, and needs no disk of its own.
    [Fact]
    public async Task WriteThatFailsInTheMiddle_LeavesTheLogAsItWas()
    {
        Assert.SkipUnless(File.Exists("/bin/bash") && OperatingSystem.IsLinux(), "needs bash and Linux to limit the size of files");
        using var log = new LocalLog();
        await log.PutAsync("zero");
        string program = Path.Combine(AppContext.BaseDirectory, "Streaming.Tests.ChildProcess.dll");
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\"", host, program, "put-records", log.Folder, "full", "1", "1000"])
            start.ArgumentList.Add(argument);
        // With it the runtime maps its code through a file that is larger than the limit.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string[] acknowledged = (await child.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == 3, await errors);
        Assert.Contains(log.Folder, await errors, StringComparison.Ordinal);

        Assert.True(new FileInfo(log.Segments[0]).Length < 1_024_000, "what was written of the failed batch is taken back");
        int last = int.Parse(acknowledged[^1], CultureInfo.InvariantCulture);
        List<Seen> seen = await log.ReadAsync();
        Assert.Equal(["zero", .. Enumerable.Range(1, last).Select(i => $"full:{i}")], seen.Select(s => s.Text.LastIndexOf(':') is var at and > 0 ? s.Text[..at] : s.Text));
        await log.PutAsync("goes on");
        Assert.Equal("goes on", (await log.ReadAsync())[^1].Text);
    }
}
