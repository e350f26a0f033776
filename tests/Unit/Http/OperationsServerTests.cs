using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.Http;
using Streaming.Consumer.Live;
using Streaming.Consumer.Telemetry;
using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.Hosting;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Http;

public sealed class OperationsServerTests : IDisposable
{
    private static readonly HttpEndpoint AnyPort = new(new IPEndPoint(IPAddress.Loopback, 0), IsExplicit: true);

    /// <summary>Every directive of the policy: one more or a weaker one, such as 'unsafe-inline', is a hole.</summary>
    private static readonly string[] Policy =
    [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
    ];

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HttpClient _http = new();
    private readonly InMemoryStream _stream = new(shardCount: 2, recordsPerBatch: 10, new FastTimeProvider(PipelineRun.Now));

    [Fact]
    public async Task BeforeTheStreamIsRead_IsAliveAndNotReady()
    {
        await using OperationsServer server = Start(Service(new InMemoryObjectStore(), PipelineRun.Eager));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, "/healthz/live")).Status);
        (HttpStatusCode status, string body) = await GetAsync(server, "/healthz/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        using JsonDocument json = JsonDocument.Parse(body);
        Assert.Equal(0, json.RootElement.GetProperty("shards_owned").GetInt32());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("last_read_age_seconds").ValueKind);
    }

    [Fact(Timeout = TimeLimit.Milliseconds)]
    public async Task WhileItReads_IsReadyAndWhileItDrains_IsNot()
    {
        _stream.Put("A", TickLog.Json("A", 5, 1));
        using var drain = new CancellationTokenSource();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lake = new SlowObjectStore(new InMemoryObjectStore(), key => key.StartsWith("avg_1min", StringComparison.Ordinal), reached, goOn.Task);
        ConsumerService service = Service(lake, new ConsumerOptions
        {
            FlushInterval = TimeSpan.FromDays(1),
            IdleFlushAfter = TimeSpan.FromDays(365_000),
            DrainTimeout = Timeout.InfiniteTimeSpan,
        });
        await using OperationsServer server = Start(service);
        Task run = service.RunAsync(drain.Token);

        (HttpStatusCode Status, string Body) ready;
        var limit = new TimeLimit("the consumer to be ready");
        do
        {
            limit.Check();
            ready = await GetAsync(server, "/healthz/ready");
        }
        while (ready.Status != HttpStatusCode.OK && !run.IsCompleted);
        Assert.Contains("\"shards_read\":2", ready.Body, StringComparison.Ordinal);

        drain.Cancel();
        await reached.Task;
        (HttpStatusCode status, string body) = await GetAsync(server, "/healthz/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("\"draining\":true", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, "/healthz/live")).Status);
        goOn.SetResult();
        await run;
    }

    [Fact]
    public void BeforeTheFirstShardIsRead_AllThatWereTakenAreOwned()
    {
        var clock = new ManualTimeProvider(PipelineRun.Now);
        var seen = new List<Readiness>();
        ConsumerService? service = null;
        service = PipelineRun.Service(new InMemoryStream(shardCount: 2, recordsPerBatch: 10, clock), new InMemoryObjectStore(), PipelineRun.Eager with { Once = true }, tickers =>
        {
            seen.Add(Readiness.Of(service!, clock));
            return new TickDecoder(tickers).Decode;
        });
        VirtualThread.Run(clock, () => service.RunAsync(CancellationToken.None));
        Assert.Equal([(false, 2), (false, 2)], seen.Select(readiness => (readiness.Ready, readiness.ShardsOwned)));
    }

    [Fact]
    public async Task Metrics_AreTheFiguresOfTheRun()
    {
        for (int i = 0; i < 20; i++) _stream.Put("A", TickLog.Json("A", i, 1));
        _stream.Put("A", "bad");
        _stream.Put("A", TickLog.Json("A", 25, 1, ",\"open\":\"x\",\"high\":null,\"low\":0,\"volume\":-1"));
        _stream.Put("A", "bug");
        for (int i = 0; i < 3; i++) _stream.Put("A", TickLog.Json("A", 30, 1, RepeatTests.Fields("run", 0)));
        ConsumerService service = PipelineRun.Service(_stream, new InMemoryObjectStore(), decoder: tickers => (in StreamRecord record, out DecodedTick tick) =>
        {
            if (record.Data.SequenceEqual("bug"u8)) throw new InvalidOperationException("a bug");
            new TickDecoder(tickers).Decode(record, out tick);
        });
        await using OperationsServer server = Start(service);
        using var meter = new ConsumerMeter(_services.GetRequiredService<IMeterFactory>(), service, PipelineRun.Eager, new AwsActivity(), _stream.Time);
        await service.RunAsync(CancellationToken.None);

        string text = (await GetAsync(server, "/metrics")).Body;
        Assert.Equal(26, Sum(text, "messaging_client_consumed_messages_total"));
        Assert.Equal(3, Sum(text, "streaming_consumer_ignored_values_total"));
        Assert.Equal(22, Sum(text, "streaming_consumer_windowed_total"));
        Assert.Equal(2, Sum(text, "streaming_consumer_quarantined_total"));
        Assert.Equal(1, Sum(text, "streaming_consumer_failures_total"));
        Assert.Equal(2, Sum(text, "streaming_consumer_repeated_total"));
        Assert.Equal(service.Shards.Sum(shard => shard.Puts.Written), Sum(text, "streaming_consumer_lake_puts_total", "outcome=\"written\""));
        Assert.True(Sum(text, "streaming_consumer_lake_puts_total", "outcome=\"written\"") > 0);
        Assert.Equal(service.Shards.Sum(shard => shard.BytesRead), Sum(text, "streaming_consumer_read_bytes_total"));
        Assert.Equal(2, Sum(text, "streaming_consumer_lease_moves_total", "outcome=\"taken\""));
        Assert.Equal(service.Shards.Sum(shard => shard.Flushes.Windows), Sum(text, "streaming_consumer_windows_written_total"));
        Assert.True(Sum(text, "dotnet_process_memory_working_set_bytes") > 0);
    }

    [Fact]
    public async Task LivePage_ShowsTheRowsOfLakeAndMemory()
    {
        for (int i = 0; i < 130; i++) _stream.Put("../x", TickLog.Json("../x", i * 60, i + 1));
        var lake = new InMemoryObjectStore();
        var board = new LiveBoard(_stream.Time);
        ConsumerService service = PipelineRun.Service(_stream, lake, live: board);
        await using var view = new LiveView(service, _stream, lake, PipelineRun.Eager, board, new AwsActivity(), _stream.Time, NullLoggerFactory.Instance);
        await using OperationsServer server = Start(service, view: view);
        await service.RunAsync(CancellationToken.None);

        // The worker is done and has no shard: these are of the lake.
        (HttpStatusCode status, string body) = await GetAsync(server, "/live/bars?ticker=..%2Fx&minutes=120");
        Assert.Equal(HttpStatusCode.OK, status);
        using (var json = JsonDocument.Parse(body))
        {
            JsonElement bars = json.RootElement.GetProperty("bars");
            Assert.Equal((120, 11, 130), (bars.GetArrayLength(), bars[0][2].GetDouble(), bars[119][2].GetDouble()));
        }

        // And these of memory too: one more minute, and one more tick of the last.
        var log = new TickLog();
        using LiveShard shard = board.Join("shard", log.Windows);
        log.Records([TickLog.Json("../x", 129 * 60, 130), TickLog.Json("../x", (129 * 60) + 1, 500), TickLog.Json("../x", (130 * 60) + 5, 600)]);
        log.Windows.DropFinished();
        (_, body) = await GetAsync(server, "/live/bars?ticker=..%2Fx&minutes=2");
        using (var json = JsonDocument.Parse(body))
        {
            JsonElement bars = json.RootElement.GetProperty("bars");
            Assert.Equal([(500, 2, 1), (600, 1, 0)], bars.EnumerateArray().Select(bar => (bar[2].GetInt32(), bar[7].GetInt32(), bar[8].GetInt32())));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(server, "/live/bars?ticker=Y")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync(server, "/live/bars?ticker=Y&minutes=100000")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync(server, "/live/bars")).Status);
    }

    [Fact]
    public async Task LivePage_IsSmallAndNotSentTwice()
    {
        var lake = new InMemoryObjectStore();
        var board = new LiveBoard(_stream.Time);
        ConsumerService service = PipelineRun.Service(_stream, lake, live: board);
        await using var view = new LiveView(service, _stream, lake, PipelineRun.Eager, board, new AwsActivity(), _stream.Time, NullLoggerFactory.Instance);
        await using OperationsServer server = Start(service, view: view);
        (HttpStatusCode status, string html) = await GetAsync(server, "/");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("<script type=\"module\" src=\"/live.js\">", html, StringComparison.Ordinal);
        int bytes = html.Length;
        foreach (string resource in typeof(LivePage).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Page.", StringComparison.Ordinal) && name != "Page.index.html"))
            bytes += (await GetAsync(server, "/" + resource["Page.".Length..])).Body.Length;
        Assert.InRange(bytes, 20_000, 100_000);

        var page = new Uri($"http://{server.Address}/live.js");
        using HttpResponseMessage first = await _http.GetAsync(page);
        using var again = new HttpRequestMessage(HttpMethod.Get, page);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await _http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact(Timeout = TimeLimit.Milliseconds)]
    public async Task LivePage_SendsEventsUntilTheServerGoes()
    {
        var lake = new InMemoryObjectStore();
        var board = new LiveBoard(TimeProvider.System);
        ConsumerService service = PipelineRun.Service(_stream, lake, live: board);
        await using var view = new LiveView(service, _stream, lake, PipelineRun.Eager, board, new AwsActivity(), TimeProvider.System, NullLoggerFactory.Instance);
        OperationsServer server = Start(service, view: view);
        using HttpResponseMessage answer = await _http.GetAsync(new Uri($"http://{server.Address}/live/events"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        string? first = await lines.ReadLineAsync();
        Assert.StartsWith("data: {\"full\":true", first, StringComparison.Ordinal);
        Assert.True(board.IsWatched);

        await server.DisposeAsync();
        while (await lines.ReadLineAsync() is not null)
        {
            // What was under way; then the end, without an error.
        }

        Assert.False(board.IsWatched);
    }

    [Theory]
    [InlineData("127.0.0.1:80", HttpStatusCode.OK)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("LOCALHOST:80", HttpStatusCode.OK)]
    [InlineData("[::1]:8080", HttpStatusCode.OK)]
    [InlineData("prices.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("10.0.0.1", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("evil-localhost", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.MisdirectedRequest)]
    public async Task ServerForThisMachine_AnswersToNoOtherName(string host, HttpStatusCode expected)
    {
        await using OperationsServer server = Start(Service(new InMemoryObjectStore(), PipelineRun.Eager));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{server.Address}/healthz/live"));
        request.Headers.Host = host;
        using HttpResponseMessage answer = await _http.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(Policy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")).Split("; ").Order());
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public void TakenAddress_IsAnErrorOnlyIfItWasAskedFor()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = (IPEndPoint)other.LocalEndpoint;
        ConsumerService service = Service(new InMemoryObjectStore(), PipelineRun.Eager);
        Assert.Contains(
            taken.ToString(), Assert.Throws<UsageException>(() => Start(service, new HttpEndpoint(taken, IsExplicit: true))).Message, StringComparison.Ordinal);
        Assert.Null(StartOrNot(service, new HttpEndpoint(taken, IsExplicit: false)));
        Assert.Null(StartOrNot(service, HttpEndpoint.Off));
    }

    private ConsumerService Service(IObjectStore lake, ConsumerOptions options)
        => new(_stream, lake, options, _stream.Time, new Random(1), NullLoggerFactory.Instance);

    private OperationsServer Start(ConsumerService service, HttpEndpoint? endpoint = null, LiveView? view = null) => StartOrNot(service, endpoint ?? AnyPort, view)!;

    private OperationsServer? StartOrNot(ConsumerService service, HttpEndpoint endpoint, LiveView? view = null)
        => OperationsServer.Start(endpoint, "consumer", LivePage.Pages(service, view, _stream.Time), _services.GetRequiredService<IMeterFactory>(), NullLoggerFactory.Instance);

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(OperationsServer server, string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri($"http://{server.Address}{path}"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static double Sum(string metrics, string name, string label = "") => metrics.Split('\n')
        .Where(line => (line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
            && line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    public void Dispose()
    {
        _http.Dispose();
        _services.Dispose();
    }
}
