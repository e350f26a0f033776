using System.Diagnostics;
using System.Globalization;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Objects;

/// <summary>Several processes at one folder, and processes that are killed.</summary>
public sealed class LocalObjectStoreProcessTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task CountingProcesses_LoseNoUpdate()
    {
        const int processes = 4;
        const int updates = 50;
        Process[] writers = [.. Enumerable.Range(0, processes).Select(_ => Start("count", updates))];
        foreach (Process writer in writers)
        {
            await writer.WaitForExitAsync();
            Assert.Equal(0, writer.ExitCode);
            writer.Dispose();
        }

        StoredObject? counter = await Open().GetAsync("counter", CancellationToken.None);
        Assert.Equal(processes * updates, int.Parse(counter!.Content.Span, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task KilledWriter_LeavesWholeObjectsAndNoLock()
    {
        const int size = 3_000_000;
        var random = new Random(7);
        for (int round = 0; round < 8; round++)
        {
            using Process writer = Start("rewrite", size);
            Assert.Equal("writing", await writer.StandardOutput.ReadLineAsync());
            // Somewhere in the middle of a write, wherever that is.
            for (long end = Stopwatch.GetTimestamp() + random.Next((int)(Stopwatch.Frequency / 20)); Stopwatch.GetTimestamp() < end;) Thread.SpinWait(100);
            writer.Kill();
            await writer.WaitForExitAsync();
            await AssertWholeAndWritable(size, round);
        }
    }

    private async Task AssertWholeAndWritable(int size, int round)
    {
        // Too short to wait for a lock that a dead process still held.
        var store = new LocalObjectStore(_scratch.Path, TimeProvider.System, TimeSpan.FromSeconds(2));
        var keys = new List<string>();
        await foreach (string key in store.ListAsync("", CancellationToken.None)) keys.Add(key);
        Assert.Equal(["objects/0", "objects/1", "objects/2", "objects/3"], keys);
        foreach (string key in keys)
        {
            StoredObject found = (await store.GetAsync(key, CancellationToken.None))!;
            byte value = found.Content.Span[0];
            Assert.True(found.Content.Length == size + value && !found.Content.Span.ContainsAnyExcept(value), $"round {round}: {key} is torn");
            Assert.NotNull(await store.PutAsync(key, found.Content, found.Tag, CancellationToken.None));
        }

        await store.CheckWritableAsync(CancellationToken.None);
        Assert.Empty(Directory.EnumerateFiles(_scratch[".store/tmp"]));
    }

    private Process Start(string mode, int number) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Streaming.Tests.ChildProcess"))
    {
        ArgumentList = { mode, _scratch.Path, number.ToString(CultureInfo.InvariantCulture) },
        UseShellExecute = false,
        RedirectStandardOutput = true,
    })!;

    private LocalObjectStore Open() => new(_scratch.Path, TimeProvider.System);
}
