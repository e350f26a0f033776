using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Streaming.Tests.Unit.Streams.Local;

/// <summary>
/// What a power cut would show, shown by what a process asks of the system: every name is on disk before somebody relies on it.
/// </summary>
public sealed partial class DurabilityTests
{
    private static readonly string Programs = AppContext.BaseDirectory;

    [Fact]
    public async Task NewStream_IsNamedInEveryFolderThatWasMadeForIt()
    {
        using var log = new LocalLog();
        string deep = Path.Combine(log.Folder, "a", "b"), above = Path.GetDirectoryName(log.Folder)!;
        string[] calls = await TraceAsync("producer.dll", "stream", "create", "--stream", deep);
        string draft = Path.Combine(deep, "stream.json.tmp"), manifest = Path.Combine(deep, "stream.json");
        Assert.Equal([Path.Combine(log.Folder, "a"), log.Folder, above, draft, $"> {manifest}", deep], calls);
    }

    [Fact]
    public async Task Reshard_FollowsTheLogAndPrecedesEveryRecordOfItsChildren()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("two");
        // As a producer leaves it that died before it had synced its batch.
        await File.WriteAllBytesAsync(log.SyncedEnd, end);
        string logFolder = Path.Combine(log.Folder, "log");
        string[] split = await TraceAsync("producer.dll", "stream", "split", "--shard", LocalLog.Shard, "--stream", log.Folder);
        Assert.Equal([log.Segments[0], logFolder, log.Manifest + ".tmp", $"> {log.Manifest}", log.Folder], split);

        // Whoever split may have died before the last of them.
        string[] put = await TraceAsync("Streaming.Tests.ChildProcess.dll", "put-records", log.Folder, "A", "1", "1");
        Assert.Equal([log.Folder, log.Segments[0]], put);
    }

    [Fact]
    public async Task NewSegment_IsBegunWhenTheOneBeforeHasItsLengthOnDisk()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        string[] put = await TraceAsync("Streaming.Tests.ChildProcess.dll", "put-records", log.Folder, "A", "1", "1", "1");
        Assert.Equal([log.Folder, log.Segments[0], log.Segments[1], Path.Combine(log.Folder, "log")], put);
    }

    /// <summary>Paths that were synced, and names that were given (<c>></c>), in order.</summary>
    private static async Task<string[]> TraceAsync(params string[] command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/strace"), "needs Linux and strace to see what is synced");
        var start = new ProcessStartInfo("/usr/bin/strace") { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])["-f", "-y", "-qq", "-e", "trace=fsync,rename", "-e", "signal=none", Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(Programs, command[0]), .. command[1..]])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string trace = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(trace.Contains("Operation not permitted", StringComparison.Ordinal), "this system does not let strace look into processes");
        Assert.True(process.ExitCode == 0, trace);
        return [.. Call().Matches(trace).Select(call => call.Groups["synced"].Success ? call.Groups["synced"].Value : $"> {call.Groups["named"].Value}")];
    }

    [GeneratedRegex("""
        fsync\(\d+<(?<synced>[^>]+)>|rename\("[^"]+", "(?<named>[^"]+)"
        """, RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();
}
