using System.Diagnostics;
using Amazon.Runtime;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// <c>consumer run --once</c> as a process, over a Kinesis stream of the in-process fake, from its first record to its end, into a
/// lake in a scratch folder. Paced as on AWS: 2 MB/s and 5 reads a second a shard.
/// </summary>
internal sealed class MemoryStage : IStage
{
    private const int Shards = 8;
    private const int Tickers = 2_000;
    private const int Records = 1_000_000;
    private const string Address = "kinesis://stock_stream";
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(30);

    public string Name => "memory";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        await using FakeAws aws = await FakeAws.StartAsync();
        await FillAsync(aws);
        using var lake = new ScratchFolder();
        (double peakMegabytes, double seconds) = await RunConsumerAsync(aws, lake.Path);
        string stage = $"consumer run --once, {Records / 1_000_000}M records, {Shards} shards, {Tickers} tickers";
        return
        [
            new Row(stage, "peak working set, one run", "MB", new Spread(peakMegabytes, peakMegabytes, peakMegabytes), new Target(400)),
            new Row(stage, "elapsed, one run, paced at 2 MB/s a shard", "s", new Spread(seconds, seconds, seconds)),
        ];
    }

    private static async Task FillAsync(FakeAws aws)
    {
        var settings = new AwsSettings
        {
            EndpointUrl = aws.Endpoint,
            Region = "us-east-1",
            Credentials = new SessionAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey, FakeAws.SessionToken),
        };
        await using var stream = new KinesisStream(Address, settings, TimeProvider.System, new Random(1));
        await stream.CreateAsync(Shards, CancellationToken.None);
        var ticks = new TickRecords(Tickers, Records, Span);
        var batch = new PutBatch();
        for (int i = 0; i < Records; i += PutBatch.MaxRecords)
        {
            batch.Clear();
            for (int j = 0; j < PutBatch.MaxRecords; j++)
            {
                ticks.MoveNext();
                batch.Add(ticks.Key, ticks.Record);
            }

            PutReply reply = await stream.PutAsync(batch, CancellationToken.None);
            if (reply.Refused.Count > 0) throw new InvalidOperationException("The fake refused records that it should take.");
        }
    }

    private static async Task<(double PeakMegabytes, double Seconds)> RunConsumerAsync(FakeAws aws, string lake)
    {
        ChildRun run = await ChildRun.RunAsync(ConsumerStart(aws, lake));
        if (!run.Output.Contains("1,000,000", StringComparison.Ordinal))
            throw new InvalidOperationException($"The consumer did not read {Records} records.\n{run.Output}");
        if (run.PeakBytes == 0) throw new InvalidOperationException("The system does not tell how much memory a process has used.");
        return (run.PeakBytes / 1e6, run.Elapsed.TotalSeconds);
    }

    private static ProcessStartInfo ConsumerStart(FakeAws aws, string lake)
    {
        ProcessStartInfo start = ChildRun.StartOf("consumer", "run", "--once", "--stream", Address, "--lake", lake);
        foreach ((string name, string value) in aws.EnvironmentVariables) start.Environment[name] = value;
        return start;
    }
}
