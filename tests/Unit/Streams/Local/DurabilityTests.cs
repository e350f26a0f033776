using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Streaming.Tests.Unit.Streams.Local;

/// <summary>
/// What a power cut would show, shown by what a process asks of the system: every byte and name is on disk before somebody relies on it.
/// </summary>
public sealed partial class DurabilityTests
{
    private static readonly string Programs = AppContext.BaseDirectory;

    [Fact]
    public async Task NewStream_IsNamedInEveryFolderThatWasMadeForIt()
    {
        using var log = new LocalLog();
        string deep = Path.Combine(log.Folder, "a", "b"), above = Path.GetDirectoryName(log.Folder)!;
        string[] calls = await TraceAsync(above, "producer.dll", "stream", "create", "--stream", deep);
        string draft = Path.Combine(deep, "stream.json.tmp"), manifest = Path.Combine(deep, "stream.json");
        Assert.Equal(
            [
                Synced(Path.Combine(log.Folder, "a")), Synced(log.Folder), Synced(above),
                Written(Path.Combine(deep, "log.end")), Written(draft), Synced(draft), Named(manifest), Synced(deep),
            ],
            calls);
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
        string logFolder = Path.Combine(log.Folder, "log"), draft = log.Manifest + ".tmp";
        string[] split = await TraceAsync(log.Folder, "producer.dll", "stream", "split", "--shard", LocalLog.Shard, "--stream", log.Folder);
        Assert.Equal(
            [Synced(log.Segments[0]), Synced(logFolder), Written(log.SyncedEnd), Written(draft), Synced(draft), Named(log.Manifest), Synced(log.Folder)], split);

        // Whoever split may have died before the last of them.
        string[] put = await TraceAsync(log.Folder, "Streaming.Tests.ChildProcess.dll", "put-records", log.Folder, "A", "1", "1");
        Assert.Equal([Synced(log.Folder), Written(log.Segments[0]), Synced(log.Segments[0]), Written(log.SyncedEnd)], put);
    }

    [Fact]
    public async Task NewSegment_IsBegunWhenTheOneBeforeHasItsLengthOnDisk()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        string[] put = await TraceAsync(log.Folder, "Streaming.Tests.ChildProcess.dll", "put-records", log.Folder, "A", "1", "1", "1");
        Assert.Equal(
            [
                Synced(log.Folder), Synced(log.Segments[0]),
                Written(log.Segments[1]), Synced(log.Segments[1]), Synced(Path.Combine(log.Folder, "log")), Written(log.SyncedEnd),
            ],
            put);
    }

    // Readers deliver up to the published end. A record beyond what is on disk could be delivered, lost in a power cut, and its number given to another.
    [Fact]
    public async Task EndOfTheLog_IsPublishedWhenItsRecordsAreOnDisk()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("two");
        await File.WriteAllBytesAsync(log.SyncedEnd, end);
        string[] put = await TraceAsync(log.Folder, "Streaming.Tests.ChildProcess.dll", "put-records", log.Folder, "A", "1", "2");
        string segment = Assert.Single(log.Segments);
        Assert.Equal(
            [
                Synced(log.Folder),
                // A dead producer's frame, and then two of its own.
                Synced(segment), Synced(Path.Combine(log.Folder, "log")), Written(log.SyncedEnd),
                Written(segment), Synced(segment), Written(log.SyncedEnd),
                Written(segment), Synced(segment), Written(log.SyncedEnd),
            ],
            put);
    }

    // A reader delivers them without publishing the end: it syncs the log itself, and changes no file of the stream.
    [Fact]
    public async Task RecordsThatADeadProducerDidNotPublish_AreOnDiskBeforeTheyAreInTheLake()
    {
        using var log = new LocalLog();
        await log.PutAsync("one");
        byte[] end = await File.ReadAllBytesAsync(log.SyncedEnd);
        await log.PutAsync("two");
        await File.WriteAllBytesAsync(log.SyncedEnd, end);
        string lake = Path.Combine(log.Folder, "lake");
        string[] run = await TraceAsync(log.Folder, "consumer.dll", "run", "--once", "--http", "off", "--stream", log.Folder, "--lake", lake);
        string segment = Assert.Single(log.Segments);
        int synced = Array.IndexOf(run, Synced(segment));
        int kept = Array.FindIndex(run, call => call.Contains(Path.Combine(lake, "quarantine"), StringComparison.Ordinal));
        Assert.True(synced >= 0 && kept > synced, string.Join('\n', run));
        Assert.DoesNotContain(Written(segment), run);
        Assert.DoesNotContain(Written(log.SyncedEnd), run);
    }

    private static string Synced(string path) => $"sync {path}";

    private static string Named(string path) => $"name {path}";

    private static string Written(string path) => $"write {path}";

    /// <summary>
    /// What was synced, named and written below a folder, in order. Writes of one file without another call between them are one: a frame and the zeros behind it.
    /// </summary>
    private static async Task<string[]> TraceAsync(string folder, params string[] command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/strace"), "needs Linux and strace to see what is synced");
        var start = new ProcessStartInfo("/usr/bin/strace") { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])["-f", "-y", "-qq", "-e", "trace=fsync,rename,write,pwrite64,pwritev", "-s", "0", "-e", "signal=none", Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(Programs, command[0]), .. command[1..]])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string trace = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(trace.Contains("Operation not permitted", StringComparison.Ordinal), "this system does not let strace look into processes");
        Assert.True(process.ExitCode == 0, trace);
        var calls = new List<string>();
        foreach (GroupCollection call in Call().Matches(trace).Select(match => match.Groups))
        {
            string text = call["synced"].Success ? Synced(call["synced"].Value) : call["named"].Success ? Named(call["named"].Value) : Written(call["written"].Value);
            bool isBelow = text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..].StartsWith(folder, StringComparison.Ordinal);
            if (isBelow && (calls.Count == 0 || calls[^1] != text || call["synced"].Success)) calls.Add(text);
        }

        return [.. calls];
    }

    [GeneratedRegex("""
        fsync\(\d+<(?<synced>[^>]+)>|rename\("[^"]+", "(?<named>[^"]+)"|write(?:64|v)?\(\d+<(?<written>[^>]+)>
        """, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();
}
