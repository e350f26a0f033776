using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Catalog;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Aws;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Catalog;

public sealed class PartitionRegistrarTests
{
    private static readonly InstantTimeProvider Time = new(PipelineRun.Now);

    [Fact]
    public async Task PartitionsOfARun_AreThoseOfItsLake()
    {
        await using GlueFixture glue = await GlueFixture.StartAsync();
        var lake = new InMemoryObjectStore();
        await ConsumeAsync(lake, Registrar(glue));
        Assert.Equal(["A/2024-01-02", "B/2024-01-02", "C/2024-01-02"], glue.Registered);
        Assert.Equal(
            "s3://bucket/lake/avg_1min/ticker=A/trade_date=2024-01-02/",
            (await glue.StoredAsync())[0]!["StorageDescriptor"]!["Location"]!.GetValue<string>());
        Assert.Equal("parquet", (await glue.StoredAsync())[0]!["StorageDescriptor"]!["SerdeInfo"]!["SerializationLibrary"]!.GetValue<string>());
    }

    [Fact]
    public async Task CatalogThatFails_NeitherStopsTheRowsNorLosesAPartition()
    {
        await using GlueFixture glue = await GlueFixture.StartAsync();
        int calls = 0;
        glue.Aws.Glue.Faults = operation => operation == "BatchCreatePartition" && ++calls <= 3 ? "AccessDeniedException" : null;
        PartitionRegistrar registrar = Registrar(glue);
        Task registering = registrar.RunAsync(CancellationToken.None, CancellationToken.None);
        registrar.Add(Key("A", 0));
        await TimeLimit.UntilAsync(() => registrar.RegisteredCount > 0 || registering.IsFaulted, "the partition to be registered");
        Assert.Equal(["A/2024-01-01"], glue.Registered);
        Assert.Equal(3, registrar.FailureCount);
        Assert.Equal(0, registrar.PendingCount);
    }

    [Fact]
    public async Task CatalogThatStaysAway_IsGivenUpAtTheEndAndRowsStand()
    {
        await using GlueFixture glue = await GlueFixture.StartAsync(withTable: false);
        var lake = new InMemoryObjectStore();
        PartitionRegistrar registrar = Registrar(glue);
        await ConsumeAsync(lake, registrar);
        Assert.Equal(3, registrar.PendingCount);
        Assert.True(registrar.FailureCount > 0);
        Assert.Contains("Ticker = C", await PipelineRun.ContentAsync(lake), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyPartitions_GoInBatchesAndTwiceIsAsOnce()
    {
        await using GlueFixture glue = await GlueFixture.StartAsync();
        int calls = 0;
        glue.Aws.Glue.Faults = operation =>
        {
            if (operation == "BatchCreatePartition") calls++;
            return null;
        };
        for (int process = 0; process < 2; process++)
        {
            PartitionRegistrar registrar = Registrar(glue);
            for (int day = 0; day < 250; day++) registrar.Add(Key("BRK.B", day));
            for (int day = 0; day < 250; day++) registrar.Add(Key("BRK.B", day));
            await registrar.RunAsync(new CancellationToken(canceled: true), CancellationToken.None);
            Assert.Equal((250, 0, 0), (registrar.RegisteredCount, registrar.FailureCount, registrar.PendingCount));
        }

        Assert.Equal(6, calls);
        Assert.Equal(250, glue.Registered.Count);
    }

    [Fact]
    public async Task Sync_RegistersWhatStandsInTheLakeAndNothingElse()
    {
        await using GlueFixture glue = await GlueFixture.StartAsync();
        var lake = new InMemoryObjectStore();
        string[] keys = [.. Enumerable.Range(0, 120).Select(day => Key("a/b%", day)), "avg_1min/notes.txt", "late/x/00000000.jsonl"];
        foreach (string key in keys) await lake.PutAsync(key, new byte[1], null, CancellationToken.None);
        foreach (int fresh in (int[])[120, 0])
        {
            var sync = new PartitionSync(lake, glue.Table);
            await sync.RunAsync(CancellationToken.None);
            Assert.Equal((120, fresh, 0), (sync.FoundCount, sync.NewCount, sync.Refused.Count));
        }

        Assert.Equal("a/b%/2024-01-01", glue.Registered[0]);
        Assert.Equal(
            "s3://bucket/lake/avg_1min/ticker=a%2Fb%25/trade_date=2024-01-01/",
            (await glue.StoredAsync())[0]!["StorageDescriptor"]!["Location"]!.GetValue<string>());
    }

    [Fact]
    public async Task TableThatIsNotThere_IsSaid()
    {
        await using GlueFixture glue = await GlueFixture.StartAsync(withTable: false);
        AwsException missing = await Assert.ThrowsAsync<AwsException>(() => glue.Table.CreateAsync([new Partition("A", new DateOnly(2024, 1, 2))], CancellationToken.None));
        Assert.Equal(AwsReaction.NotFound, missing.Reaction);
        Assert.Contains("stock_streaming_database.avg_1min", missing.Message, StringComparison.Ordinal);
    }

    private static async Task ConsumeAsync(InMemoryObjectStore lake, PartitionRegistrar registrar)
    {
        var stream = new InMemoryStream(shardCount: 2, recordsPerBatch: 2, Time);
        foreach (string ticker in (string[])["A", "B", "C"])
        {
            for (int i = 0; i < 5; i++) stream.Put(ticker, TickLog.Json(ticker, i * 60, 1));
        }

        using var stop = new CancellationTokenSource();
        Task registering = registrar.RunAsync(stop.Token, CancellationToken.None);
        ConsumerOptions options = PipelineRun.Eager with { DrainTimeout = Timeout.InfiniteTimeSpan };
        await new ConsumerService(stream, lake, options, Time, new Random(1), NullLoggerFactory.Instance, registrar).RunAsync(CancellationToken.None);
        stop.Cancel();
        await registering;
    }

    private static PartitionRegistrar Registrar(GlueFixture glue) => new(glue.Table, Time, NullLogger.Instance);

    private static string Key(string ticker, int day) => LakeLayout.Bars(ticker, new DateOnly(2024, 1, 1).AddDays(day));
}
