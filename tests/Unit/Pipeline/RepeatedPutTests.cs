using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.EventTime;
using Streaming.Producer;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;
using Streaming.Tests.Unit.Streams.Kinesis;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>The producer puts records again whose put had worked; the consumer's rows are those of a replay in which nothing failed.</summary>
public sealed class RepeatedPutTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Ticks = 4000;
    private static readonly KinesisStreamOptions ShortAttempts = FakeStream.Quick with { AttemptTimeout = TimeSpan.FromMilliseconds(300) };

    private readonly ScratchFolder _folder = new();
    private FakeAws _aws = null!;

    public async ValueTask InitializeAsync() => _aws = await FakeAws.StartAsync();

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return _aws.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ReplayWhosePutsFailAfterTheirWork_LeavesTheRowsOfOneThatDoesNot(int seed)
    {
        var random = new Random(seed);
        string file = TickFile.Write(_folder["ticks.parquet"], [.. Enumerable.Range(0, Ticks)
            .Select(i => TickFile.Tick($"T{random.Next(30)}", PipelineRun.Now.AddHours(-6).AddSeconds(i), Math.Round(100 + random.NextDouble(), 4), random.Next(100)))]);
        (string rows, Books books) = await RunAsync("calm", file, FakeStream.Quick, new KinesisFaults(seed));
        Assert.Equal(new Books(Ticks, Ticks, 0, 0, 0), books);

        (string rowsAgain, Books booksAgain) = await RunAsync("faults", file, ShortAttempts, new KinesisFaults(seed)
        {
            RefusedRecord = 0.1,
            Throttle = 0.05,
            ServerError = 0.1,
            DroppedConnection = 0.1,
            TimeoutAfterSuccess = 0.02,
        });
        output.WriteLine($"seed {seed}: {booksAgain}");
        Assert.True(booksAgain.Repeated > 100, $"{booksAgain}: the faults did not strike");
        Assert.Equal(books with { Read = Ticks + booksAgain.Repeated, Repeated = booksAgain.Repeated }, booksAgain);
        Assert.Equal(rows, rowsAgain);
    }

    private async Task<(string Rows, Books Books)> RunAsync(string name, string file, KinesisStreamOptions options, KinesisFaults faults)
    {
        await using KinesisStream stream = FakeStream.Open(_aws, name, options);
        await stream.CreateAsync(2, CancellationToken.None);
        _aws.Kinesis.Faults = faults;
        var replay = new ReplayPipeline(new ProducerOptions { Inputs = [file], Speed = double.PositiveInfinity, RunId = "0123456789ab" }, TimeProvider.System);
        Assert.Equal(Ticks, (await replay.RunAsync(stream, CancellationToken.None)).Sent);
        faults.Clear();

        var lake = new InMemoryObjectStore();
        var service = new ConsumerService(stream, lake, new ConsumerOptions { Once = true }, TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        await service.RunAsync(CancellationToken.None);
        return (await PipelineRun.ContentAsync(lake), PipelineRun.BooksOf(service));
    }
}
