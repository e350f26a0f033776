using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary><c>consumer run</c> on the local stream, from the start of the process until it answers that it owns its shards and has read them.</summary>
internal sealed class StartStage : IStage
{
    private const int Shards = 4;
    private const int RoundCount = 7;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public string Name => "start";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        using var folder = new MemoryFolder();
        await StreamFiles.WriteTicksAsync(folder["stream"], Shards, tickers: 100, count: 10_000, TimeSpan.FromMinutes(10));
        var millis = new List<double>();
        // The first brings the program's files into memory.
        for (int i = 0; i <= RoundCount; i++) millis.Add(await StartAsync(folder["stream"], folder[$"lake-{i}"]));
        return
        [
            new Row($"consumer run, local stream, {Shards} shards", "process start until it is ready", "ms", Spread.Of(millis.Skip(1)), new Target(500)),
        ];
    }

    private static async Task<double> StartAsync(string stream, string lake)
    {
        string address = FreeAddress();
        long start = Stopwatch.GetTimestamp();
        using Process consumer = Process.Start(ChildRun.StartOf("consumer", "run", "--stream", stream, "--lake", lake, "--http", address))!;
        Task<string> output = consumer.StandardOutput.ReadToEndAsync();
        Task<string> errors = consumer.StandardError.ReadToEndAsync();
        using var http = new HttpClient();
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        bool isReady = false;
        while (!isReady && !consumer.HasExited && Stopwatch.GetElapsedTime(start) < Limit)
        {
            await looks.WaitForNextTickAsync();
            isReady = await IsReadyAsync(http, new Uri($"http://{address}/healthz/ready"));
        }

        double millis = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        consumer.Kill();
        await consumer.WaitForExitAsync();
        return isReady ? millis : throw new InvalidOperationException($"The consumer did not become ready.\n{await output}{await errors}");
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri page)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(page);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }
}
