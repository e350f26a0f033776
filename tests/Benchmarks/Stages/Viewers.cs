using System.Diagnostics;
using System.Globalization;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>Viewers of a live page in a process of their own: they read its events as fast as they come.</summary>
internal sealed class Viewers : IDisposable
{
    private readonly Process _process;

    private Viewers(Process process) => _process = process;

    /// <summary>Returns when each has its first message.</summary>
    public static async Task<Viewers> StartAsync(string url, int count)
    {
        Process process = OwnProcess.Start("watch", url, count.ToString(CultureInfo.InvariantCulture));
        if (await process.StandardOutput.ReadLineAsync() is null) throw new InvalidOperationException("The viewers did not start.");
        return new Viewers(process);
    }

    /// <summary>The child's side.</summary>
    public static async Task<int> WatchAsync(Uri url, int count)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        Stream[] events = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => http.GetStreamAsync(url)));
        byte[][] buffers = [.. events.Select(_ => new byte[256 * 1024])];
        await Task.WhenAll(events.Select((stream, i) => stream.ReadAtLeastAsync(buffers[i], 1).AsTask()));
        Console.WriteLine("watching");
        await Task.WhenAny(Console.In.ReadToEndAsync(), Task.WhenAll(events.Select((stream, i) => ReadAsync(stream, buffers[i]))));
        return 0;
    }

    private static async Task ReadAsync(Stream stream, byte[] buffer)
    {
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
